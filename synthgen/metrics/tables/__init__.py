"""Judging tables."""
