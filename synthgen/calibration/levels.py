"""Every column of an encoded table as one small integer, which is how trees like it best."""

from typing import Any, ClassVar, Self

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.expected import Array, Each, Expected, Fields, Flag, Quantity, agree

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

    stored: ClassVar[Expected] = Fields({
        "firsts": Each(of=Array(None, whole=True, least=0, most=NUM_LEVELS - 1)),
        "parts": Each(of=Array(None, whole=True, least=1, most=NUM_LEVELS)),
        "scalars": Each(of=Quantity(whole=True, least=-1)), "categorical": Each(of=Flag()),
    })  # fmt: skip
    """What `state` returns, as a file must hold it."""

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
            layout: Layout of the encoded rows.
            table: The training rows; says which codes are frequent.
        """
        firsts, parts = [], []
        scalars, categorical = _kinds(layout)
        for held, position in enumerate(layout.code_blocks):
            block = layout.blocks[position]
            size = block.num_codes
            first, end = layout.insides.get(held, (0, 0))
            own = np.ones(size, np.int64)
            if categorical[held]:
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
    def from_state(cls, state: Any, layout: Layout) -> Self:
        """Takes back what `state` returned.

        Args:
            state: What was read from a file; may be anything.
            layout: Layout of the encoded rows.

        Raises:
            Unexpected: If it holds no levels of such rows.
        """
        known = cls.stored.check(state, "levels")
        scalars, categorical = _kinds(layout)
        agree((known["scalars"], known["categorical"]) == (scalars, categorical), "levels: those of another table.")
        codes = [layout.blocks[position].num_codes for position in layout.code_blocks]
        for name in ("firsts", "parts"):
            agree([len(part) for part in known[name]] == codes, f"levels: {name}: expected one for each code.")
        for first, part in zip(known["firsts"], known["parts"], strict=True):
            agree((first + part).max() <= NUM_LEVELS, f"levels: expected at most {NUM_LEVELS} of each column.")
        return cls(known["firsts"], known["parts"], scalars=scalars, categorical=categorical)


def _kinds(layout: Layout) -> tuple[list[int], list[bool]]:
    """For each code block, which scalar refines it, or -1, and whether its levels have no order."""
    blocks = [layout.blocks[position] for position in layout.code_blocks]
    insides = list(layout.insides)
    scalars = [insides.index(held) if held in layout.insides else -1 for held in range(len(blocks))]
    return scalars, [block.condition or block.form == "bits" for block in blocks]
