"""Adversarial recipes by name: loss, penalties, networks and optimizers of a paper, on the same parts."""

from dataclasses import dataclass

from synthgen.models.gan.losses import AdversarialLoss, Hinge, LeastSquares, NonSaturating, Relativistic, Wasserstein
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.networks.convolutional import Kind


@dataclass(frozen=True)
class Preset:
    """A recipe.

    Args:
        paper: Where it stands.
        loss: What generator and critic minimise.
        penalty: What the critic pays for steep slopes; None: nothing.
        learning_rate: Of both at the start.
        beta_1: Of Adam (Kingma and Ba 2015), its memory of gradients.
        beta_2: Of Adam, its memory of their squares.
        kind: Of the networks; None: residual on a GPU, strided on a CPU, where they learn
            faster.
        critic_steps: Critic updates for each generator update.
        spectral: Whether the critic's layers are divided by their spectral norm.
        end_of_penalty: What is left of the penalty at the end.
    """

    paper: str
    loss: type[AdversarialLoss]
    penalty: SlopePenalty | None = None
    learning_rate: float = 2e-4
    beta_1: float = 0.0
    beta_2: float = 0.99
    kind: Kind | None = "strided"
    critic_steps: int = 1
    spectral: bool = False
    end_of_penalty: float = 1.0


PRESETS = {
    "r3gan-lite": Preset(
        paper="Huang et al. 2024, sections 2 and 3; smaller, with strided networks on a CPU",
        loss=Relativistic, penalty=SlopePenalty("both", 0.0, 1.0), learning_rate=1e-3, kind=None, end_of_penalty=0.1,
    ),
    "dcgan": Preset(
        paper="Radford et al. 2016, section 3; without batch normalisation",
        loss=NonSaturating, beta_1=0.5, beta_2=0.999,
    ),
    "lsgan": Preset(paper="Mao et al. 2017, eq. 9", loss=LeastSquares, beta_1=0.5, beta_2=0.999),
    "wgan-gp": Preset(
        paper="Gulrajani et al. 2017, algorithm 1",
        loss=Wasserstein, penalty=SlopePenalty("between", 1.0, 10.0), learning_rate=1e-4, beta_2=0.9, critic_steps=5,
    ),
    "sngan": Preset(
        paper="Miyato et al. 2018, with the hinge loss of section 4",
        loss=Hinge, beta_2=0.9, spectral=True,
    ),
}  # fmt: skip
"""Recipes by the word for `ImageGAN(preset=...)`."""
