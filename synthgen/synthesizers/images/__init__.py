"""Synthesizers of images: fitted to an `ImageSet`, sampled, saved."""
