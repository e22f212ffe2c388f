"""How far drawn rows are from held-out ones, fast enough to ask at every epoch, on codes alone."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout

GROUPS = 12
"""Codes of a column are merged to about this many groups of equal mass: finer cells would mostly count noise."""


@dataclass(frozen=True)
class Score:
    """What tells good epochs from bad.

    Args:
        name: Under which the history keeps it.
        value: Returns it for the model as it is now; smaller is better.
    """

    name: str
    value: Callable[[], float]


class HeldOutFidelity:
    """Mean total variation distance of all two-way tables between drawn and held-out rows.

    A GAN's losses do not say how good its rows are. This does, for pairs of columns, which the one-way tables are
    part of; the lowest value over a run marks the epoch to keep.

    Args:
        layout: Of the rows.
        validation: Rows that the model is not trained on, at least 1.

    Example:
        >>> from synthgen.encoding.layout import Block
        >>> layout = Layout((Block("a", "one_hot", 2), Block("b", "one_hot", 2)))
        >>> rows = EncodedTable(np.array([[0, 0], [1, 1]] * 50, np.int32), np.zeros((100, 0), np.float32))
        >>> shuffled = EncodedTable(np.array([[0, 0], [1, 1], [0, 1], [1, 0]] * 25, np.int32), rows.scalars)
        >>> monitor = HeldOutFidelity(layout, rows)
        >>> monitor.distance(rows), monitor.distance(shuffled)
        (0.0, 0.5)
    """

    def __init__(self, layout: Layout, validation: EncodedTable) -> None:
        self._groups = [_groups(codes) for codes in validation.codes.T]
        self._cuts = [
            np.unique(np.quantile(scalars, np.linspace(0, 1, GROUPS + 1)[1:-1])) for scalars in validation.scalars.T
        ]
        self._sizes = [groups.max() + 1 for groups in self._groups] + [len(cuts) + 1 for cuts in self._cuts]
        self._pairs = list(itertools.combinations(range(len(self._sizes)), 2)) or [(0, 0)]
        self._expected = self._tables(validation)

    def distance(self, synthetic: EncodedTable) -> float:
        """Returns the distance, in [0, 1]; 0 for equal two-way tables.

        Args:
            synthetic: Any number of rows, at least 1.
        """
        drawn = self._tables(synthetic)
        distances = [0.5 * np.abs(a - b).sum() for a, b in zip(drawn, self._expected, strict=True)]
        return float(np.mean(distances))

    def _tables(self, table: EncodedTable) -> list[np.ndarray]:
        columns = [
            groups[np.minimum(codes, len(groups) - 1)]
            for groups, codes in zip(self._groups, table.codes.T, strict=True)
        ]
        columns += [np.searchsorted(cuts, scalars) for cuts, scalars in zip(self._cuts, table.scalars.T, strict=True)]
        return [
            np.bincount(columns[a] * self._sizes[b] + columns[b], minlength=self._sizes[a] * self._sizes[b])
            / len(table)
            for a, b in self._pairs
        ]


def _groups(codes: np.ndarray) -> np.ndarray:
    """Maps codes to groups of neighbouring codes with about equal mass, (largest code + 1,)."""
    mass = np.bincount(codes) / len(codes)
    middle = np.cumsum(mass) - mass / 2
    return np.unique((middle * GROUPS).astype(np.int64), return_inverse=True)[1]
