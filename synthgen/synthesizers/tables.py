"""Every synthesizer of one table, by name. Each family is one file that puts encoding, networks and loss together."""

from synthgen.synthesizers.autoregressive import TabularAutoregressive
from synthgen.synthesizers.base import Synthesizer
from synthgen.synthesizers.copula import GaussianCopula
from synthgen.synthesizers.ctgan import CTGAN
from synthgen.synthesizers.diffusion import TabularDiffusion
from synthgen.synthesizers.gan import TabularGAN
from synthgen.synthesizers.marginals import DPMarginals
from synthgen.synthesizers.vae import TVAE

FAMILIES: dict[str, type[Synthesizer]] = {
    family.family: family
    for family in (TabularGAN, TabularAutoregressive, TabularDiffusion, TVAE, CTGAN, GaussianCopula, DPMarginals)
}
"""Synthesizers by the word that model files use for them."""
