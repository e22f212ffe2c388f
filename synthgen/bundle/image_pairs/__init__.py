"""Releases of translated images."""
