"""Every synthesizer of images, by name."""

from synthgen.families import of
from synthgen.synthesizers.images.base import ImageSynthesizer

FAMILIES: dict[str, type[ImageSynthesizer]] = {family.name: family.load() for family in of("images").values()}
"""Synthesizers by the word that model files use for them."""
