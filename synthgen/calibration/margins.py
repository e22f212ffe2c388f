"""How often codes, and pairs of codes, occur in the training rows, as far as the numbers of patients allow.

A generator learns margins roughly; the table knows them. Sampling can therefore draw more rows than asked and keep
those that bring the margins back (`calibration.choice`). What is stored for that is protected like everything
else: cells of fewer than `rare_below` patients are pooled, and the counts of the others rounded at random.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.encoding.protection import Cohort
from synthgen.expected import SUM_TOLERANCE, Array, Each, Expected, Fields, agree

MOST_PAIRS = 300
"""Pairs of columns whose margins are stored at most; those that depend on each other most come first."""

MOST_LEVELS = 64
"""Codes of a column that a pair tells apart; neighbouring codes are put together beyond."""

ROWS_PER_CELL = 100
"""Of two numbers: their levels are as many as leave so many training rows to a cell on average, but 4 to 40."""

ROWS_PER_KEPT_CELL = 3
"""Pairs are stored, the most dependent first, as long as there are so many training rows for each of their cells: more
would fix chance, and leave next to no choice among drawn rows."""

COMPARED_ROWS = 20_000
"""Rows that tell which pairs depend on each other most."""


@dataclass(frozen=True)
class Margin:
    """Shares of the training rows at the cells of one or two columns.

    Args:
        blocks: Positions of one or two code blocks.
        cells: (kept cells,) rising numbers: the level, or first level times the second's number of levels plus second.
        shares: (kept cells,) of the training rows; what is missing to 1 lies in all other cells together.
    """

    blocks: tuple[int, ...]
    cells: np.ndarray
    shares: np.ndarray


class Margins:
    """Margins of a table.

    Args:
        levels: For each code block, (codes,) the level of each code; a block that takes no part has no codes.
        margins: Of single columns first, then of pairs.
    """

    stored: ClassVar[Expected] = Fields({
        "levels": Each(of=Array(None, whole=True, least=0, most=2 * MOST_LEVELS)),  # two neighbours hold more than one
        "margins": Each(of=Fields({
            "blocks": Array((1, 2), whole=True, distinct=True, least=0),
            "cells": Array(None, whole=True, distinct=True, rising=True, least=0),
            "shares": Array(None, least=0, most=1),
        })),
    })  # fmt: skip
    """What `state` returns, as a file must hold it."""

    def __init__(self, levels: list[np.ndarray], margins: list[Margin]) -> None:
        self.levels = levels
        self.margins = margins

    @classmethod
    def fit(cls, layout: Layout, table: EncodedTable, cohort: Cohort, *, seed: int) -> Self:
        """Counts.

        Args:
            layout: Of the table.
            table: The training rows.
            cohort: Whose they are.
            seed: Of the rounding.
        """
        rng = np.random.default_rng(seed)
        levels, singles = [], []
        of_numbers = int(np.clip((len(table) / ROWS_PER_CELL) ** 0.5, 4, 40))
        for held, position in enumerate(layout.code_blocks):
            block = layout.blocks[position]
            if block.form == "bits":
                levels.append(np.zeros(0, np.int64))
                continue
            counts = np.bincount(table.codes[:, held], minlength=block.num_codes)
            most = MOST_LEVELS if block.condition else of_numbers
            levels.append(_levels(counts, most=most, apart=block.condition and block.num_codes <= MOST_LEVELS))
            singles.append(_margin((held,), table.codes[:, held], block.num_codes, cohort, rng))
        coarse = {held: part[table.codes[:, held]] for held, part in enumerate(levels) if len(part)}
        sizes = {held: int(part.max()) + 1 for held, part in enumerate(levels) if len(part)}
        pairs: list[Margin] = []
        left = len(table) // ROWS_PER_KEPT_CELL
        for a, b in _dependent(coarse, sizes):
            pair = _margin((a, b), coarse[a] * sizes[b] + coarse[b], sizes[a] * sizes[b], cohort, rng)
            left -= len(pair.cells)
            if left < 0:
                break
            pairs.append(pair)
        return cls(levels, singles + pairs)

    @property
    def by_dependence(self) -> list[int]:
        """All code blocks, those of the most dependent pairs first."""
        paired = (block for margin in self.margins if len(margin.blocks) == 2 for block in margin.blocks)
        return list(dict.fromkeys([*paired, *range(len(self.levels))]))

    def cells(self, codes: np.ndarray) -> Iterable[tuple[np.ndarray, np.ndarray]]:
        """Yields for each margin where rows lie, and what their shares should be.

        Args:
            codes: (rows, code blocks).

        Yields:
            (rows,) places among the margin's kept cells, the last of which stands for all others; (places,) shares.
        """
        coarse = {held: part[codes[:, held]] for held, part in enumerate(self.levels) if len(part)}
        for margin in self.margins:
            first, *second = margin.blocks
            if second:
                size = int(self.levels[second[0]].max()) + 1
                cells, num_cells = coarse[first] * size + coarse[second[0]], (int(self.levels[first].max()) + 1) * size
            else:
                cells, num_cells = codes[:, first], len(self.levels[first])
            places = np.full(num_cells, len(margin.cells), np.int32)
            places[margin.cells] = np.arange(len(margin.cells))
            yield places[cells], np.append(margin.shares, max(1 - margin.shares.sum(), 0))

    def state(self) -> dict[str, Any]:
        """Returns everything as plain types and arrays."""
        stored = [{"blocks": margin.blocks, "cells": margin.cells, "shares": margin.shares} for margin in self.margins]
        return {"levels": self.levels, "margins": stored}

    @classmethod
    def from_state(cls, state: Any, layout: Layout) -> Self:
        """Takes back what `state` returned.

        Args:
            state: What was read from a file; may be anything.
            layout: Layout of the encoded rows.

        Raises:
            Unexpected: If it holds no margins of such rows.
        """
        known = cls.stored.check(state, "margins")
        codes = [layout.blocks[position].num_codes for position in layout.code_blocks]
        levels = known["levels"]
        fits = [len(part) in (0, size) for part, size in zip(levels, codes, strict=False)]
        agree(len(levels) == len(codes) and all(fits), "margins: levels: expected one for each code.")
        agree(all(part.max(initial=0) < max(len(part), 1) for part in levels), "margins: levels: more than codes.")
        counted = {held for held, part in enumerate(levels) if len(part)}
        margins = []
        for place, part in enumerate(known["margins"]):
            where, blocks = f"margins[{place}]", tuple(part["blocks"].tolist())
            agree(counted.issuperset(blocks), f"{where}: blocks: expected columns that have levels.")
            num_cells = len(levels[blocks[0]]) if len(blocks) == 1 else _num_cells(levels, blocks)
            agree(part["cells"].max(initial=0) < num_cells, f"{where}: cells: expected less than {num_cells}.")
            agree(len(part["cells"]) == len(part["shares"]) and part["shares"].sum() <= 1 + SUM_TOLERANCE,
                  f"{where}: expected a share for each cell, and one in sum at most.")  # fmt: skip
            margins.append(Margin(blocks, part["cells"], part["shares"]))
        return cls(levels, margins)


def _num_cells(levels: list[np.ndarray], blocks: tuple[int, ...]) -> int:
    """Of a pair of columns."""
    return int(np.prod([int(levels[block].max()) + 1 for block in blocks]))


def _levels(counts: np.ndarray, *, most: int, apart: bool) -> np.ndarray:
    """Level of each code: its own, or neighbours together until they hold one part in `most` of the rows."""
    if apart:
        return np.arange(len(counts))
    level, held, levels = 0, 0, np.zeros(len(counts), np.int64)
    for code, count in enumerate(counts):
        if held and (held + count) * most > counts.sum():
            level, held = level + 1, 0
        levels[code] = level
        held += count
    return levels


def _margin(
    blocks: tuple[int, ...], cells: np.ndarray, num_cells: int, cohort: Cohort, rng: np.random.Generator
) -> Margin:
    counts = np.bincount(cells, minlength=num_cells)
    kept = np.flatnonzero(cohort.sharing(cells, num_cells) >= cohort.rare_below)
    step = max(cohort.rare_below // 2, 1)
    rounded = np.floor(counts[kept] / step + rng.random(len(kept))) * step  # right on average, exact for nobody
    return Margin(blocks, kept, rounded / max(len(cells), rounded.sum()))


def _dependent(coarse: dict[int, np.ndarray], sizes: dict[int, int]) -> list[tuple[int, int]]:
    """Pairs of columns, those of the highest mutual information first, corrected for chance."""
    pairs = list(itertools.combinations(coarse, 2))
    some = {held: part[:COMPARED_ROWS] for held, part in coarse.items()}
    gains = [_mutual_information(some[a] * sizes[b] + some[b], sizes[a], sizes[b]) for a, b in pairs]
    return [pairs[i] for i in np.argsort(gains)[::-1][:MOST_PAIRS]]


def _mutual_information(cells: np.ndarray, rows: int, columns: int) -> float:
    joint = np.bincount(cells, minlength=rows * columns).reshape(rows, columns) / len(cells)
    independent = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    held = joint > 0
    bias = (np.count_nonzero(joint.sum(1)) - 1) * (np.count_nonzero(joint.sum(0)) - 1) / (2 * len(cells))
    return float((joint[held] * np.log(joint[held] / independent[held])).sum() - bias)  # Miller 1955
