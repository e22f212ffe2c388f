"""CTGAN: the published model on synthgen's parts."""

from dataclasses import dataclass
from typing import ClassVar

import keras

from synthgen import backend
from synthgen.encoding.layout import Layout
from synthgen.encoding.table import NumericalMethod
from synthgen.models.gan.losses import Wasserstein
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.models.tables.conditioning import TrainingBySampling
from synthgen.models.tables.gan import GAN, GANSettings
from synthgen.models.tables.network import NetworkModel
from synthgen.networks import mlp
from synthgen.synthesizers.tables.network import NetworkSynthesizer
from synthgen.training.adam import Adam
from synthgen.training.run import Plan
from synthgen.training.schedules import RecoverableCosine


@dataclass(kw_only=True, eq=False, repr=False)
class CTGAN(NetworkSynthesizer):
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
        seed: Seed of everything random, in fitting and in drawing that is given none.
    """

    family: ClassVar[str] = "CTGAN"
    numerical: ClassVar[NumericalMethod] = "mode_specific"

    num_epochs: int = 300
    batch_size: int = 500
    learning_rate: float = 2e-4
    packing: int = 10
    validation: float = 0.0
    patience: int | None = None
    jit_compile: bool | None = None
    seed: int = 0

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

    def _compile(self, model: NetworkModel, *, num_steps: int, rate_scale: keras.Variable) -> None:
        rate = self.settings["learning_rate"]
        schedule = RecoverableCosine(start=rate, end=rate, num_steps=num_steps, scale=rate_scale)
        model.compile_adversaries(
            generator_optimizer=Adam(schedule, beta_1=0.5, beta_2=0.9, epsilon=1e-8),
            critic_optimizer=Adam(schedule, beta_1=0.5, beta_2=0.9, epsilon=1e-8),
            jit_compile=backend.compiles(self.settings.get("jit_compile")),
        )
