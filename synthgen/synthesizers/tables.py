"""Synthesizers of one table: each puts encoding, networks, loss and conditioning together."""

from typing import Any, ClassVar

import keras

from synthgen.encoding.layout import Layout
from synthgen.encoding.table import NumericalMethod
from synthgen.models.base import GenerativeModel
from synthgen.models.gan.conditioning import MaskedRows, TrainingBySampling
from synthgen.models.gan.gan import GAN, GANSettings
from synthgen.models.gan.losses import Relativistic, Wasserstein
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.networks import mlp
from synthgen.synthesizers.base import Synthesizer
from synthgen.training.run import Plan
from synthgen.training.schedules import RecoverableCosine

MOST_LINKED = 1_500
"""Features up to which blocks are linked: the weights grow with the square."""


class TabularGAN(Synthesizer):
    """synthgen's GAN for tables: quantile bins, linked one-hot rows, relativistic loss with R1 and R2, calibration.

    The critic compares each generated row with a training row (Huang et al. 2024) of which a random subset of columns
    is known to the generator, so that conditions on any columns, and the completion of partial rows, are native.

    Args:
        num_steps: Training steps; more is better, at a price in time.
        batch_size: Rows a step; cut to the number of training rows.
        width: Of the hidden layers of both networks.
        learning_rate: At the start; falls to a twentieth along a cosine.
        penalty: gamma of R1 and R2 (Mescheder et al. 2018, eq. 9 and 10).
        num_bins: Most bins of a numerical column.
        validation: Share of patients held out to choose the best epoch.
        calibration: Whether the margins of columns and pairs are learned too, to choose among drawn rows by.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Of everything random.
    """

    family: ClassVar[str] = "TabularGAN"

    def __init__(  # noqa: PLR0913
        self,
        *,
        num_steps: int = 5_500,
        batch_size: int = 500,
        width: int = 256,
        learning_rate: float = 1e-3,
        penalty: float = 0.05,
        num_bins: int = 50,
        validation: float = 0.1,
        calibration: bool = True,
        patience: int | None = None,
        jit_compile: bool | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(
            seed=seed, num_steps=num_steps, batch_size=batch_size, width=width, learning_rate=learning_rate,
            penalty=penalty, num_bins=num_bins, validation=validation, calibration=calibration, patience=patience,
            jit_compile=jit_compile,
        )  # fmt: skip

    def _encoder_settings(self) -> dict[str, Any]:
        return {"num_bins": self.settings["num_bins"]}

    def build(self, layout: Layout) -> GAN:
        conditioning = MaskedRows(layout)
        settings = GANSettings()
        width = self.settings["width"]
        return GAN(
            layout,
            generator=mlp.residual_generator(
                settings.latent_dim + conditioning.num_features,
                layout.num_features,
                width=width,
                linked=layout.num_features <= MOST_LINKED,
                seed=self.seed,
            ),
            critic=mlp.residual_critic(
                layout.num_features + conditioning.num_critic_features, width=width, seed=self.seed + 1
            ),
            loss=Relativistic(),
            penalties=(SlopePenalty("both", centre=0.0, weight=self.settings["penalty"]),),
            conditioning=conditioning,
            settings=settings,
            seed=self.seed,
        )

    def plan(self, num_rows: int) -> Plan:
        return Plan(
            self.settings["num_steps"],
            min(self.settings["batch_size"], num_rows),
            patience=self.settings["patience"],
        )

    def _compile(self, model: GenerativeModel, *, num_steps: int, rate_scale: keras.Variable) -> None:
        rate = self.settings["learning_rate"]
        schedule = RecoverableCosine(start=rate, end=rate / 20, num_steps=num_steps, scale=rate_scale)
        # the average looks back over a tenth of a short run, a thousand steps of a long one
        momentum = min(0.999, max(0.9, 1 - 10 / num_steps))
        model.compile_adversaries(
            generator_optimizer=keras.optimizers.Adam(
                schedule, beta_1=0.0, beta_2=0.99, use_ema=True, ema_momentum=momentum
            ),
            critic_optimizer=keras.optimizers.Adam(schedule, beta_1=0.0, beta_2=0.99),
            jit_compile=self._jit_compile(),
        )


class CTGAN(Synthesizer):
    """CTGAN as published (Xu et al. 2019): mode-specific normalisation, training by sampling, WGAN-GP, packs of ten.

    Departures, each for a reason: rows are drawn with the batch statistics of training, not of the sampled batch, so
    that a row does not depend on how many are drawn; conditions come by their true frequency in plain sampling;
    rare values and extremes are protected as everywhere in synthgen.

    Args:
        num_epochs: Passes over the table.
        batch_size: Rows a step; cut to the number of rows, and to a multiple of the pack.
        learning_rate: Of both networks, constant.
        packing: Rows the critic scores together.
        validation: Share of patients held out to choose the best epoch; 0, as in the paper, keeps the last.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Of everything random.
    """

    family: ClassVar[str] = "CTGAN"
    numerical: ClassVar[NumericalMethod] = "mode_specific"

    def __init__(  # noqa: PLR0913
        self,
        *,
        num_epochs: int = 300,
        batch_size: int = 500,
        learning_rate: float = 2e-4,
        packing: int = 10,
        validation: float = 0.0,
        patience: int | None = None,
        jit_compile: bool | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(
            seed=seed, num_epochs=num_epochs, batch_size=batch_size, learning_rate=learning_rate, packing=packing,
            validation=validation, patience=patience, jit_compile=jit_compile,
        )  # fmt: skip

    def build(self, layout: Layout) -> GAN:
        conditioning = TrainingBySampling(layout)
        settings = GANSettings(packing=self.settings["packing"], temperature=0.2, hard=False)
        told = layout.num_features + conditioning.num_critic_features
        return GAN(
            layout,
            generator=mlp.concatenating_generator(
                settings.latent_dim + conditioning.num_features, layout.num_features, seed=self.seed
            ),
            critic=mlp.dropout_critic(settings.packing * told, seed=self.seed + 1),
            loss=Wasserstein(),
            penalties=(SlopePenalty("between", centre=1.0, weight=10.0),),
            conditioning=conditioning,
            settings=settings,
            seed=self.seed,
        )

    def plan(self, num_rows: int) -> Plan:
        packing = self.settings["packing"]
        batch_size = max(min(self.settings["batch_size"], num_rows) // packing, 1) * packing
        steps = self.settings["num_epochs"] * max(num_rows // batch_size, 1)
        return Plan(steps, batch_size, patience=self.settings["patience"])

    def _compile(self, model: GenerativeModel, *, num_steps: int, rate_scale: keras.Variable) -> None:
        rate = self.settings["learning_rate"]
        schedule = RecoverableCosine(start=rate, end=rate, num_steps=num_steps, scale=rate_scale)
        model.compile_adversaries(
            generator_optimizer=keras.optimizers.Adam(schedule, beta_1=0.5, beta_2=0.9, epsilon=1e-8),
            critic_optimizer=keras.optimizers.Adam(schedule, beta_1=0.5, beta_2=0.9, epsilon=1e-8),
            jit_compile=self._jit_compile(),
        )


FAMILIES: dict[str, type[Synthesizer]] = {family.family: family for family in (TabularGAN, CTGAN)}
"""Every synthesizer of tables by the word that model files use for it."""
