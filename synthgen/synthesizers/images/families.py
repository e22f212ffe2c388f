"""Every synthesizer of images, by name."""

from synthgen.synthesizers.images.base import ImageSynthesizer
from synthgen.synthesizers.images.diffusion import ImageDiffusion
from synthgen.synthesizers.images.gan import ImageGAN
from synthgen.synthesizers.images.vae import ImageVAE

FAMILIES: dict[str, type[ImageSynthesizer]] = {family.family: family for family in (ImageGAN, ImageDiffusion, ImageVAE)}
"""Synthesizers by the word that model files use for them."""
