"""TabularGAN: synthgen's own GAN of tables."""

from dataclasses import dataclass
from typing import Any, ClassVar

import keras
import numpy as np

from synthgen import backend
from synthgen.dp.reader import Reader
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.errors import SettingsError
from synthgen.models.gan.losses import Relativistic
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.models.tables.conditioning import MaskedRows, Unconditional
from synthgen.models.tables.gan import GAN, GANSettings
from synthgen.models.tables.linked_chain import STEPS, LinkedChain
from synthgen.models.tables.margins import distance
from synthgen.models.tables.network import NetworkModel
from synthgen.networks import mlp
from synthgen.networks.links import links_for
from synthgen.progress import progress
from synthgen.synthesizers.tables.learned_parts import Parts
from synthgen.synthesizers.tables.marginals import fitted_field
from synthgen.synthesizers.tables.network import NetworkSynthesizer
from synthgen.training.adam import Adam
from synthgen.training.monitors import Score
from synthgen.training.schedules import averaging_momentum

MOST_LINKED = 3_000
"""Features up to which blocks are linked: the weights grow with the square."""

MOST_LINKED_BLOCKS = 120
"""Blocks up to which they are linked: they are drawn one after the other, in programs that grow with their square."""

GENERATOR_RATE = 0.3
"""Of the learning rate, for a generator that starts as a chain: a critic that knows nothing yet must not undo it."""

PRIVATE_RATE = 0.01
"""Share of it for such a generator under a privacy budget, where what the critic says is mostly noise."""

CHAIN_STEPS = 1_000
"""Most steps of the chain that a linked generator starts as."""

CHAIN_STEPS_UNSEEN = 200
"""Most steps of the chain where no rows are held out that would show when it begins to learn by heart; as many are
taken in any case, however few steps are asked for."""

MARGINS_SHARE = 0.7
"""Of what a privacy budget has left after reading columns: margins that the generator starts from."""

SCORED_ROWS = 50_000
"""Rows drawn under a privacy budget to tell good epochs from bad."""

CHAIN_PATIENCE = 3
"""Calls of the chain's training without gain on held-out rows, after which it ends."""


@dataclass(kw_only=True, eq=False, repr=False)
class TabularGAN(NetworkSynthesizer):
    """synthgen's GAN for tables: quantile bins, linked one-hot rows, relativistic loss with R1 and R2, calibration.

    The critic compares each generated row with a training row (Huang et al. 2024). A row comes together column by
    column, so that the likelihood of known columns is at hand: conditions on any columns, and the completion of partial
    rows, choose among candidates by it. Tables too wide for that are trained with a random subset of columns known.

    Args:
        num_steps: Training steps; more is better, at a price in time. The generator starts as a chain of columns that
            takes as many, at least 200 and at most 1 000.
        batch_size: Rows a step; cut to the number of training rows.
        width: Of the hidden layers. A generator whose columns are linked has one residual block of half of it: links
            do most of its work.
        learning_rate: Of the critic at the start; falls to a twentieth along a cosine. The generator's is three
            tenths of it.
        penalty: gamma of R1 and R2 (Mescheder et al. 2018, eq. 9 and 10).
        num_bins: Most bins of a numerical column.
        validation: Share of patients held out to choose the best epoch.
        calibration: Whether it is learned too how drawn rows differ from training rows, to choose among them.
        patience: Epochs (of 20) without improvement after which training stops; None never stops.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Seed of everything random, in fitting and in drawing that is given none.
    """

    family: ClassVar[str] = "TabularGAN"
    private: ClassVar[bool] = True

    num_steps: int = 1_000
    batch_size: int = 500
    width: int = 256
    learning_rate: float = 1e-3
    penalty: float = 0.2
    num_bins: int = 150
    validation: float = 0.1
    calibration: bool = True
    patience: int | None = None
    jit_compile: bool | None = None
    seed: int = 0

    def encoder_settings(self) -> dict[str, Any]:
        return super().encoder_settings() | {"fine": True}

    def build(self, layout: Layout) -> GAN:
        conditioning = Unconditional(weighed=True) if _linked(layout) else MaskedRows(layout)
        settings = GANSettings()
        width = self.settings["width"]
        return GAN(
            layout,
            generator=self._generator(layout, settings.latent_dim + conditioning.num_features),
            critic=mlp.residual_critic(
                layout.num_features + conditioning.num_critic_features, width=width, seed=self.seed + 1
            ),
            loss=Relativistic(),
            penalties=(SlopePenalty("both", centre=0.0, weight=self.settings["penalty"]),),
            conditioning=conditioning,
            settings=settings,
            seed=self.seed,
        )

    def _generator(self, layout: Layout, num_inputs: int) -> keras.Model:
        width, size = self.settings["width"], layout.num_features
        if not _linked(layout):
            return mlp.residual_generator(num_inputs, size, width=width, seed=self.seed)
        links = links_for(layout, seed=self.seed)
        return mlp.residual_generator(num_inputs, size, width=max(width // 2, 1), depth=1, links=links, seed=self.seed)

    def _compile(self, model: NetworkModel, *, num_steps: int, rate_scale: keras.Variable) -> None:
        share = GENERATOR_RATE if _linked(model.layout) else 1.0
        calm = self._schedule(num_steps, rate_scale, share=share if model.private is None else PRIVATE_RATE)
        schedule = self._schedule(num_steps, rate_scale)
        model.compile_adversaries(
            generator_optimizer=Adam(
                calm, beta_1=0.0, beta_2=0.99, use_ema=True, ema_momentum=averaging_momentum(num_steps)
            ),
            critic_optimizer=Adam(schedule, beta_1=0.0, beta_2=0.99),
            jit_compile=backend.compiles(self.settings.get("jit_compile")),
        )

    def _start(
        self, model: NetworkModel, train: EncodedTable, validation: EncodedTable | None, *, verbose: bool
    ) -> None:
        """Starts the generator as the most likely chain of columns."""
        if not isinstance(model, GAN) or not _linked(model.layout):
            return
        asked = min(max(self.settings["num_steps"] // STEPS * STEPS, CHAIN_STEPS_UNSEEN), CHAIN_STEPS)
        num_steps = CHAIN_STEPS_UNSEEN if validation is None else asked
        chain = LinkedChain(model.layout, train, num_steps=num_steps, seed=self.seed)
        best, kept, waited = float("inf"), (chain.links, chain.biases), 0
        for call in progress(range(num_steps // STEPS), "Learning a chain of columns", verbose):
            chain.train(call)
            loss = -float(call) if validation is None else chain.log_loss(validation)  # unseen rows say which is best
            waited = 0 if loss < best else waited + 1
            if loss < best:
                best, kept = loss, (chain.links, chain.biases)
            if waited >= CHAIN_PATIENCE:
                break
        model.start_as(*kept)

    def _start_privately(self, model: NetworkModel, parts: Parts, reader: Reader, *, verbose: bool) -> Score | None:
        """Starts the generator as the chain of rows that agree with margins read with noise (see `DPMarginals`).

        The best epoch is the one whose rows are nearest to these margins: they are paid for.
        """
        if not _linked(model.layout):
            raise SettingsError(
                f"{self.family} learns at most {MOST_LINKED_BLOCKS} columns and {MOST_LINKED} features under a privacy "
                "budget: wider tables would be trained on known cells of training rows. TabularAutoregressive can."
            )
        share = MARGINS_SHARE * (1 - reader.budget.preparation)
        field, margins = fitted_field(parts, seed=self.seed, share=share, verbose=verbose)
        drawn = [field.draw(parts.num_rows, rng=np.random.default_rng([self.seed, part])) for part in (30, 31)]
        self._start(model, drawn[0], drawn[1], verbose=verbose)

        def apart() -> float:
            # the same noise at every epoch: scores differ by what was learned, not by luck
            rows = model.draw(SCORED_ROWS, rng=np.random.default_rng([self.seed, 32]))
            return distance(margins, parts.layout, rows)

        return Score("margins", apart)


def _linked(layout: Layout) -> bool:
    """Whether the generator's blocks are linked, so that it starts as a chain and learns calmly."""
    return 1 < len(layout.blocks) <= MOST_LINKED_BLOCKS and layout.num_features <= MOST_LINKED
