"""Whole records of patients: tables that refer to each other, with rows in time."""
