"""What a synthesizer keeps beside its model, to choose among the rows that the model draws."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np

from synthgen.calibration.choice import raked, systematic_sample, z_order
from synthgen.calibration.density_ratio import DensityRatio
from synthgen.calibration.margins import Margins
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.encoding.protection import Cohort
from synthgen.expected import Array, Fields

DRAWN_PER_ROW = 8
"""Rows drawn for each that is kept."""

LEAST_DRAWN = 16_384
"""Fewer drawn rows would be weighted by chance."""


class Calibrator:
    """Chooses among drawn rows: first by the ratio of densities, then so that the margins are right.

    Args:
        ratio: How likely rows are among training rows, next to drawn ones.
        margins: Of the training rows.
    """

    def __init__(self, ratio: DensityRatio, margins: Margins) -> None:
        self.ratio = ratio
        self.margins = margins

    @classmethod
    def fit(
        cls,
        layout: Layout,
        table: EncodedTable,
        cohort: Cohort,
        *,
        draw: Callable[[int], EncodedTable],
        seed: int,
        verbose: bool = False,
    ) -> Self:
        """Learns how drawn rows differ from training rows.

        Args:
            layout: Layout of the encoded rows.
            table: The training rows.
            cohort: Whose they are.
            draw: Draws so many rows.
            seed: Of the rounding of the margins and the choice of rows.
            verbose: Whether to show progress.
        """
        margins = Margins.fit(layout, table, cohort, seed=seed)
        return cls(DensityRatio.fit(layout, table, cohort.patients, draw=draw, seed=seed, verbose=verbose), margins)

    def choose(self, draw: Callable[[int], EncodedTable], num_rows: int, *, rng: np.random.Generator) -> EncodedTable:
        """Returns rows that look more like training rows than the model draws them.

        Args:
            draw: Draws so many rows.
            num_rows: To return, at least 0.
            rng: Of the choice.
        """
        if not num_rows:
            return draw(0)
        pool = draw(max(DRAWN_PER_ROW * num_rows, LEAST_DRAWN))
        levels = self.ratio.levels(pool)
        weights = self._weights(pool, levels)
        order = z_order(levels[:, self.margins.by_dependence], weights)
        return pool.take(systematic_sample(weights, num_rows, order=order, rng=rng))

    def _weights(self, drawn: EncodedTable, levels: np.ndarray) -> np.ndarray:
        """Returns weights under which drawn rows look like training rows, (rows,), 1 on average.

        Args:
            drawn: As the model draws them.
            levels: The same rows, as the trees see them.
        """
        start = np.exp(self.ratio.of_levels(levels))
        return raked(self.margins, drawn.codes, start=start, most=DRAWN_PER_ROW)

    def state(self) -> dict[str, Any]:
        """Returns everything but the trees, as plain types and arrays."""
        return {"margins": self.margins.state(), "ratio": self.ratio.state()}

    def arrays(self) -> list[np.ndarray]:
        """Returns the trees as arrays."""
        return self.ratio.arrays()

    @classmethod
    def from_state(cls, state: Any, arrays: list[np.ndarray], layout: Layout) -> Self:
        """Takes back what `state` and `arrays` returned.

        Args:
            state: What was read from a file; may be anything.
            arrays: Each as `expected_arrays` says.
            layout: Layout of the encoded rows.

        Raises:
            Unexpected: If they are of no such rows.
        """
        ratio = DensityRatio.from_state(state["ratio"], arrays, layout)
        return cls(ratio, Margins.from_state(state["margins"], layout))

    @staticmethod
    def expected_arrays(state: Any, layout: Layout) -> list[Array]:
        """Returns what the trees in a file must be, array by array; arguments and error as for `from_state`."""
        stored = Fields({"ratio": DensityRatio.stored, "margins": Margins.stored})
        stored.check(state, "calibrator")
        return DensityRatio.expected_arrays(state["ratio"], layout)
