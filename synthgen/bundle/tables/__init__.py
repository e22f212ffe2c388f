"""Releases of tables."""
