"""Linked tables at the command line."""
