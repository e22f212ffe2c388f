"""GaussianCopula: the baseline that fits in seconds."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import keras

from synthgen.encoding.layout import Layout
from synthgen.models.tables.copula import Copula
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.learned_parts import Parts


@dataclass(kw_only=True, eq=False, repr=False)
class GaussianCopula(TableSynthesizer):
    """A Gaussian copula of tables: one correlation matrix, no network, fitted in seconds.

    What every other family should beat. It knows how strongly columns go with each other, not how.

    Args:
        num_bins: Most bins of a numerical column.
        calibration: Whether it is learned too how drawn rows differ from training rows, to choose among them.
        seed: Seed of everything random, in fitting and in drawing that is given none.
    """

    family: ClassVar[str] = "GaussianCopula"

    num_bins: int = 50
    calibration: bool = False
    seed: int = 0

    def build(self, layout: Layout) -> Copula:
        return Copula(layout)

    def _learn(
        self,
        parts: Parts,
        *,
        checkpoint: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> Copula:
        copula = self.build(parts.layout)
        copula.fit(parts.table)
        return copula
