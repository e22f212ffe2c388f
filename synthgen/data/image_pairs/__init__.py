"""Pairs of images: what came in, and what it became or should have become."""
