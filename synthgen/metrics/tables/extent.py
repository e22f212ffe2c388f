"""How far the numbers of many patients reach: what a judge knows of a column's ends; no one patient moves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

GAP = 3.0
"""A gap is wider than this many times the distance over which the next `rare_below` patients spread."""

LEAST_PATIENTS = 3
"""Fewer have no ends."""


def extent(
    values: NDArray[np.float64], rare_below: int, patients: NDArray[np.int64] | None = None
) -> tuple[float, float] | None:
    """Returns the means of the smallest and of the largest values of many patients.

    Each is over `rare_below` patients, without the outermost one, and without fewer than `rare_below` that lie beyond a
    gap: wherever these are, and whatever the outermost one holds, the result is the same.

    Args:
        values: (rows,) none missing.
        rare_below: Patients averaged at either end, as far as there are.
        patients: (rows,) whom each row belongs to; None: each row is a patient.

    Returns:
        Both means; None for fewer than three patients.

    Example:
        >>> extent(np.array([*range(5), 900.0]), 2)
        (1.5, 2.5)
    """
    smallest = largest = values
    if patients is not None:
        known, codes = np.unique(patients, return_inverse=True)
        smallest, largest = np.full(len(known), np.inf), np.full(len(known), -np.inf)
        np.minimum.at(smallest, codes, values)
        np.maximum.at(largest, codes, values)
    if len(smallest) < LEAST_PATIENTS:
        return None
    return _end(np.sort(smallest), rare_below), _end(np.sort(largest)[::-1], rare_below)


def _end(inwards: NDArray[np.float64], rare_below: int) -> float:
    """Mean over the first patients from the outside in that are neither alone nor beyond a gap."""
    beyond = 0
    for few in range(1, min(rare_below, len(inwards) - 2)):
        following = inwards[few : few + rare_below + 1]
        spread = abs(following[-1] - following[0]) * rare_below / (len(following) - 1)
        if abs(inwards[few] - inwards[few - 1]) > GAP * spread:
            beyond = few
    return float(inwards[beyond + 1 : beyond + 1 + rare_below].mean())
