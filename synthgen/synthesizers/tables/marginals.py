"""DPMarginals: rows that agree with the margins of all pairs of columns, read with noise, and say no more."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import keras

from synthgen.encoding.layout import Layout
from synthgen.errors import SettingsError
from synthgen.models.tables.field import PairwiseField
from synthgen.models.tables.margins import Margins, measured_margins
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.learned_parts import Parts

MOST_CODES = 4_000
"""Categories and bins of all columns together: the margins grow with their square."""

COMPONENTS, STEPS, SWEEPS = 4_000, 3_000, 80
"""Kinds of rows, most steps of their fit, and times that each cell of the field's rows is drawn anew."""


@dataclass(kw_only=True, eq=False, repr=False)
class DPMarginals(TableSynthesizer):
    """The family for small privacy budgets: margins of all pairs of columns, once, with noise; then the rows of most
    entropy that agree with them.

    Of the kind that measures first and generates from the measurements alone (McKenna et al. 2021 and 2022). It does
    not choose what to measure: all pairs are read in one go, the larger ones more exactly. A mixture of products is
    fitted to them by gradients, and a field of pairs from there. What three columns say only together it does not
    learn. It also learns without a budget, then from exact margins.

    Args:
        num_components: Kinds of rows of the mixture.
        num_steps: Of the mixture's fit, at most: it ends when it is as close to the margins as their noise allows.
        num_sweeps: Of the field's fit; with fewer than some fifty it forgets what columns say of each other. 0: the
            mixture alone, faster and less faithful, as for tables of more than 1 500 categories and bins.
        num_bins: Most bins of a numerical column.
        seed: Seed of everything random but the noise of a privacy budget.
    """

    family: ClassVar[str] = "DPMarginals"
    private: ClassVar[bool] = True
    private_bins: ClassVar[int] = 100

    num_components: int = COMPONENTS
    num_steps: int = STEPS
    num_sweeps: int = SWEEPS
    num_bins: int = 30
    seed: int = 0

    def encoder_settings(self) -> dict[str, Any]:
        return super().encoder_settings() | {"fine": True}

    def build(self, layout: Layout) -> PairwiseField:
        return PairwiseField(layout, num_components=self.settings["num_components"], seed=self.seed)

    def _learn(
        self,
        parts: Parts,
        *,
        checkpoint: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> PairwiseField:
        if len(parts.shares) > MOST_CODES:
            raise SettingsError(
                f"{self.family} learns tables of at most {MOST_CODES} categories and bins altogether. This one has "
                f"{len(parts.shares)}. Lower num_bins, or declare columns of many categories as Text."
            )
        field, _ = fitted_field(
            parts, num_components=self.settings["num_components"], num_steps=self.settings["num_steps"],
            num_sweeps=self.settings["num_sweeps"], seed=self.seed, verbose=verbose,
        )  # fmt: skip
        return field


def fitted_field(
    parts: Parts, *, num_components: int = COMPONENTS, num_steps: int = STEPS, num_sweeps: int = SWEEPS, seed: int,
    share: float | None = None, verbose: bool = False,
) -> tuple[PairwiseField, Margins]:  # fmt: skip
    """Returns a field of pairs that agrees with the margins of all pairs, read with noise under a budget, and these.

    Args:
        parts: What it is fitted to.
        num_components: Kinds of rows of the mixture that it starts from.
        num_steps: Of the mixture's fit, at most.
        num_sweeps: Of the field's fit.
        seed: Of the start.
        share: Of the budget's precision that the margins get; None: all that is left.
        verbose: Whether to show progress.
    """
    margins = measured_margins(parts.layout, parts.table, parts.shares, num_rows=parts.num_rows, reader=parts.reader,
                               share=share)  # fmt: skip
    field = PairwiseField(parts.layout, num_components=num_components, seed=seed)
    field.fit(margins, num_steps=num_steps, num_sweeps=num_sweeps, verbose=verbose)
    return field, margins
