"""DPMarginals: rows that agree with the margins of all pairs of columns, read with noise."""

import os
from collections.abc import Sequence
from typing import Any, ClassVar

import keras

from synthgen.encoding.layout import Layout
from synthgen.errors import SettingsError
from synthgen.models.margins import Margins, measured_margins
from synthgen.models.mixture import Mixture
from synthgen.synthesizers.base import Synthesizer
from synthgen.synthesizers.learned_parts import Parts

MOST_CODES = 4_000
"""Categories and bins of all columns together: the margins grow with their square."""

COMPONENTS, STEPS = 4_000, 3_000
"""Kinds of rows, and most steps of their fit."""


class DPMarginals(Synthesizer):
    """The family for small privacy budgets: margins of all pairs of columns, once, with noise; then a mixture of
    products that agrees with them.

    Of the kind that measures first and generates from the measurements alone (McKenna et al. 2021 and 2022). It does
    not choose what to measure: all pairs are read in one go, the larger ones more exactly. What three columns say only
    together it does not learn. It also learns without a budget, then from exact margins.

    Args:
        num_components: Kinds of rows of the mixture.
        num_steps: Of the fit to the margins, at most: it ends when it is as close to them as their noise allows.
        num_bins: Most bins of a numerical column.
        seed: Of everything random but the noise.
    """

    family: ClassVar[str] = "DPMarginals"
    private: ClassVar[bool] = True
    private_bins: ClassVar[int] = 100

    def __init__(
        self, *, num_components: int = COMPONENTS, num_steps: int = STEPS, num_bins: int = 30, seed: int = 0
    ) -> None:
        super().__init__(seed=seed, num_components=num_components, num_steps=num_steps, num_bins=num_bins)

    def encoder_settings(self) -> dict[str, Any]:
        return super().encoder_settings() | {"fine": True}

    def build(self, layout: Layout) -> Mixture:
        return Mixture(layout, num_components=self.settings["num_components"], seed=self.seed)

    def _learn(
        self,
        parts: Parts,
        *,
        checkpoint: str | os.PathLike[str] | None,
        callbacks: Sequence[keras.callbacks.Callback],
        verbose: bool,
    ) -> Mixture:
        if len(parts.shares) > MOST_CODES:
            raise SettingsError(
                f"{self.family} learns tables of at most {MOST_CODES} categories and bins altogether. This one has "
                f"{len(parts.shares)}. Lower num_bins, or declare columns of many categories as Text."
            )
        mixture, _ = fitted_mixture(
            parts, num_components=self.settings["num_components"], num_steps=self.settings["num_steps"], seed=self.seed
        )
        return mixture


def fitted_mixture(
    parts: Parts, *, num_components: int = COMPONENTS, num_steps: int = STEPS, seed: int, share: float | None = None
) -> tuple[Mixture, Margins]:
    """Returns a mixture that agrees with the margins of all pairs, read with noise under a budget, and these.

    Args:
        parts: What it is fitted to.
        num_components: Kinds of rows.
        num_steps: Of the fit, at most.
        seed: Of the start.
        share: Of the budget's precision that the margins get; None: all that is left.
    """
    mixture = Mixture(parts.layout, num_components=num_components, seed=seed)
    margins = measured_margins(parts.layout, parts.table, parts.shares, num_rows=parts.num_rows, reader=parts.reader,
                               share=share)  # fmt: skip
    mixture.fit(margins, num_steps=num_steps)
    return mixture, margins
