"""Every column of an encoded table as one small integer, which is how trees like it best."""

from typing import Any, Self

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout

NUM_LEVELS = 255
"""That boosted trees tell apart in a column."""

MOST_PARTS = 8
"""Of a bin: where in it a number lies, as far as there are levels for it."""

LEAST_LEVEL_ROWS = 50
"""Training rows that hold a category with a level of its own."""


class Levels:
    """Turns encoded rows into one level for each column: its code, and the part of the bin where that has an inside.

    Levels of numbers are ordered. Categories have a level each if enough rows hold them; the others share one, since
    trees would learn by heart which rows they are.

    Args:
        firsts: For each code block, (codes,) the first level of each code.
        parts: For each code block, (codes,) the number of parts of each code, at least 1.
        scalars: For each code block, which scalar refines it, or -1.
        categorical: For each code block, whether its levels have no order.
    """

    def __init__(
        self, firsts: list[np.ndarray], parts: list[np.ndarray], *, scalars: list[int], categorical: list[bool]
    ) -> None:
        self._firsts = firsts
        self._parts = parts
        self._scalars = scalars
        self.categorical = categorical

    @classmethod
    def fit(cls, layout: Layout, table: EncodedTable) -> Self:
        """Chooses the levels.

        Args:
            layout: Of the rows.
            table: The training rows; says which codes are frequent.
        """
        firsts, parts, scalars, categorical = [], [], [], []
        for held, position in enumerate(layout.code_blocks):
            block = layout.blocks[position]
            size = block.num_codes
            first, end = layout.insides.get(held, (0, 0))
            own = np.ones(size, np.int64)
            categorical.append(block.condition or block.form == "bits")
            if categorical[-1]:
                counts = np.bincount(table.codes[:, held], minlength=size)
                frequent = np.argsort(-counts, kind="stable")[: NUM_LEVELS - 1]
                frequent = frequent[counts[frequent] >= LEAST_LEVEL_ROWS]
                level = np.full(size, len(frequent))
                level[frequent] = np.arange(len(frequent))
            elif size > NUM_LEVELS:
                level = np.arange(size) * NUM_LEVELS // size
            else:
                own[first:end] = min(MOST_PARTS, 1 + (NUM_LEVELS - size) // max(end - first, 1))
                level = np.cumsum(own) - own
            firsts.append(level)
            parts.append(own)
            scalars.append(list(layout.insides).index(held) if held in layout.insides else -1)
        return cls(firsts, parts, scalars=scalars, categorical=categorical)

    def __call__(self, table: EncodedTable) -> np.ndarray:
        """Returns the levels of rows, (rows, code blocks) in [0, NUM_LEVELS), integers, one column after the other.

        Args:
            table: Encoded rows.
        """
        levels = np.empty(table.codes.shape, np.intp, order="F")
        for held, (firsts, parts, scalar) in enumerate(zip(self._firsts, self._parts, self._scalars, strict=True)):
            codes = table.codes[:, held]
            levels[:, held] = firsts[codes]
            if scalar >= 0:
                most = parts[codes]
                part = ((table.scalars[:, scalar] + 1) / 2 * most).astype(np.intp)
                levels[:, held] += np.clip(part, 0, most - 1)
        return levels

    def state(self) -> dict[str, Any]:
        """Returns everything as plain types and arrays."""
        return {
            "firsts": self._firsts, "parts": self._parts, "scalars": self._scalars, "categorical": self.categorical,
        }  # fmt: skip

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Takes back what `state` returned."""
        firsts, parts = ([np.asarray(part, np.int64) for part in state[name]] for name in ("firsts", "parts"))
        return cls(firsts, parts, scalars=list(state["scalars"]), categorical=list(state["categorical"]))
