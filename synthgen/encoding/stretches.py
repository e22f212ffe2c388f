"""Where the numbers of a column lie: values that many patients share, stretches of others, and the gaps between them.

A few patients beyond a gap must not be seen in what is stored: in an average over them and the nearest others, one
that lies far off is the average. So a column is cut at its gaps, and what too few patients hold between two of them
is no stretch of its own.
"""

from dataclasses import dataclass

import numpy as np

from synthgen.encoding.protection import Cohort

REACH = 3.0
"""A gap is wider than this many times the distance over which the next `rare_below` different values spread."""

LEAST_SPACINGS = 2
"""Distances between neighbours that say how far values spread on one side of a gap."""


@dataclass(frozen=True)
class Stretch:
    """Neighbouring rows of a column in rising order.

    Args:
        start: First row.
        end: Row after the last.
        shared: Whether all rows hold one value, which enough patients share.
        open_below: Whether nothing lies below, or a gap.
        open_above: Whether nothing lies above, or a gap.
    """

    start: int
    end: int
    shared: bool
    open_below: bool
    open_above: bool


def stretches(values: np.ndarray, cohort: Cohort) -> list[Stretch]:
    """Cuts a column: each shared value is a stretch of its own, other neighbours form one as far as there is no gap.

    Args:
        values: (n,) rising, none missing.
        cohort: Whom they belong to.

    Example:
        >>> values = np.append(np.arange(30.0), 1e6)
        >>> [(part.start, part.end) for part in stretches(values, Cohort(np.arange(31), rare_below=10))]
        [(0, 30), (30, 31)]
    """
    distinct, codes = np.unique(values, return_inverse=True)
    shared = cohort.sharing(codes, len(distinct)) >= cohort.rare_below
    gap = gaps(distinct, cohort.rare_below)  # (distinct - 1,)
    cut = shared[1:] | shared[:-1] | gap
    bounds = np.concatenate([[0], np.flatnonzero(cut) + 1, [len(distinct)]])
    firsts = np.searchsorted(codes, bounds)
    open_at = np.concatenate([[True], gap, [True]])[bounds]
    return [
        Stretch(int(firsts[i]), int(firsts[i + 1]), bool(shared[bounds[i]]), bool(open_at[i]), bool(open_at[i + 1]))
        for i in range(len(bounds) - 1)
    ]


def gaps(distinct: np.ndarray, rare_below: int) -> np.ndarray:
    """Returns between which neighbours there is a gap: far wider than distances are on one side of it or the other.

    Args:
        distinct: (n,) rising.
        rare_below: So many distances on a side, as far as there are, say how far values spread there.

    Returns:
        (n - 1,) booleans.

    Example:
        >>> gaps(np.array([1.0, 2.0, 3.0, 4.0, 100.0]), 2).tolist()
        [False, False, False, True]
    """
    last = len(distinct) - 1
    place = np.arange(last)  # the gap between value i and value i + 1
    below, above = np.minimum(place, rare_below), np.minimum(last - 1 - place, rare_below)
    spread_below = (distinct[place] - distinct[place - below]) / np.maximum(below, 1)
    spread_above = (distinct[place + 1 + above] - distinct[place + 1]) / np.maximum(above, 1)
    spread = np.minimum(
        np.where(below >= LEAST_SPACINGS, spread_below, np.inf),
        np.where(above >= LEAST_SPACINGS, spread_above, np.inf),
    )
    return np.diff(distinct) > REACH * rare_below * spread
