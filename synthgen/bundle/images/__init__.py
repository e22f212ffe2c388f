"""Releases of images."""
