"""TabularAutoregressive: column after column, each drawn given those before it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.errors import SettingsError
from synthgen.models.tables.autoregressive import Autoregressive
from synthgen.models.tables.network import NetworkModel
from synthgen.networks.chain import Chain
from synthgen.synthesizers.tables.likelihood import LikelihoodSynthesizer
from synthgen.synthesizers.tables.network import NetworkSynthesizer
from synthgen.training.monitors import Score
from synthgen.training.run import Plan

PASSES, LEAST_STEPS, MOST_STEPS = 60, 1_000, 8_000
"""Of the training table, unless steps are given."""

EMBEDDING_DIM = 16
"""Width of what a column's network is told of another column."""

MOST_COLUMNS = 150
"""Every column has a network of its own, and putting 300 of them together takes many minutes and GB."""

MOST_WEIGHTS = 6_200_000
"""Of the first layer of all columns' networks together, unless a width is given."""


@dataclass(kw_only=True, eq=False, repr=False)
class TabularAutoregressive(LikelihoodSynthesizer, NetworkSynthesizer):
    """An any-order autoregressive model of tables.

    Args:
        num_steps: Training steps; None: 60 passes over the table, at least 1 000 and at most 8 000 steps.
        batch_size: Rows a step; cut to the number of training rows.
        width: Of the hidden layers of each column's network; None: 128, less for more than 55 columns, at least 16.
        learning_rate: At the start; falls to a twentieth along a cosine.
        num_bins: Most bins of a numerical column.
        dropout: Share of hidden units dropped in training.
        validation: Share of patients held out; the epoch in which they are most likely is kept.
        calibration: Whether it is learned too how drawn rows differ from training rows, to choose among them.
        patience: Epochs (of 20) without improvement after which training stops; None never stops. Likelihood, unlike a
            critic's verdict, does not recover once rows are learned by heart.
        jit_compile: Whether XLA compiles training; None: on a GPU only.
        seed: Seed of everything random, in fitting and in drawing that is given none.
    """

    family: ClassVar[str] = "TabularAutoregressive"
    private: ClassVar[bool] = True

    num_steps: int | None = None
    batch_size: int = 500
    width: int | None = None
    learning_rate: float = 2e-3
    num_bins: int = 50
    dropout: float = 0.3
    validation: float = 0.1
    calibration: bool = True
    patience: int | None = 4
    jit_compile: bool | None = None
    seed: int = 0

    def _check_width(self, num_columns: int) -> None:
        if num_columns > MOST_COLUMNS:
            raise SettingsError(
                f"{self.family}: expected at most {MOST_COLUMNS} columns to learn. Received {num_columns}. Take "
                "TabularGAN, TabularDiffusion or GaussianCopula, or learn fewer columns."
            )

    def plan(self, num_rows: int) -> Plan:
        batch_size = min(self.settings["batch_size"], num_rows)
        steps = self.settings["num_steps"]
        if steps is None:
            steps = min(max(PASSES * num_rows // batch_size, LEAST_STEPS), MOST_STEPS)
        return Plan(steps, batch_size, patience=self.settings["patience"])

    def _score(self, model: NetworkModel, train: EncodedTable, validation: EncodedTable) -> Score:
        if not isinstance(model, Autoregressive):
            raise TypeError(f"Expected an Autoregressive. Received {type(model).__name__}.")
        # unlike pairs of columns, likelihood shows when rows begin to be learned by heart
        return Score("log_loss", lambda: -float(model.log_likelihood(validation).mean()))

    def build(self, layout: Layout) -> Autoregressive:
        width = self.settings["width"]
        if width is None:  # every column reads all others: the weights grow with the columns' square
            width = int(np.clip(MOST_WEIGHTS / (EMBEDDING_DIM * len(layout.code_blocks) ** 2), 16, 128))

        def network() -> Chain:
            return Chain(
                layout, width=width, embedding_dim=EMBEDDING_DIM, dropout=self.settings["dropout"], seed=self.seed
            )

        return Autoregressive(layout, network=network, seed=self.seed)
