"""Which cells of a count may be shown: those that enough patients stand behind, in every real table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def merge_neighbours(counts: Sequence[Counts], rare_below: int) -> NDArray[np.int64]:
    """Joins neighbouring cells until each holds enough patients in every table.

    Args:
        counts: For each real table (cells,) patients.
        rare_below: Fewest patients of a shown cell. A cell of no patient in a table is no exception: to show that
            nobody is there is to show too much of a small table.

    Returns:
        (cells,) which joined cell each cell belongs to, rising from 0. A single joined cell may still be too small;
        the caller checks the totals.

    Example:
        >>> merge_neighbours([np.array([12, 3, 9, 30, 1])], 10).tolist()
        [0, 1, 1, 2, 2]
    """
    joined = np.zeros(len(counts[0]), np.int64)
    held = np.zeros(len(counts), np.int64)
    place = 0
    for cell in range(len(joined)):
        if (held >= rare_below).all():
            place += 1
            held[:] = 0
        joined[cell] = place
        held += [side[cell] for side in counts]
    if place and not (held >= rare_below).all():  # what is left over at the end joins the cell before
        joined[joined == place] = place - 1
    return joined


def shown_labels(counts: Sequence[Counts], rare_below: int, most: int) -> list[int]:
    """Chooses the labels that may stand by name; the others are pooled.

    Args:
        counts: For each real table (labels,) patients, the first table decides the order.
        rare_below: Fewest patients of a shown label, and of the pool, in every table.
        most: Largest number of labels shown.

    Returns:
        Positions of the labels, from the most frequent. A pool that holds few patients takes in the rarest shown
        labels until it holds enough, so that it cannot be told by subtraction who is in it.

    Example:
        >>> shown_labels([np.array([50, 30, 12, 2])], 10, most=12)
        [0, 1]
        >>> shown_labels([np.array([50, 30, 12])], 10, most=12)
        [0, 1, 2]
    """
    order = np.argsort(-counts[0], kind="stable")
    shown = [int(label) for label in order if all(side[label] >= rare_below for side in counts)][:most]

    def pool() -> list[int]:
        return [int(side.sum() - side[shown].sum()) for side in counts]

    while shown and any(rest > 0 for rest in pool()) and any(rest < rare_below for rest in pool()):
        shown.pop()
    return shown
