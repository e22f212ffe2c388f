"""Weights that bring margins right, and a sample by weight.

Iterative proportional fitting (Deming and Stephan 1940), known as raking in survey statistics, gives every drawn row a
weight; a systematic sample by weight takes each row at most once.
"""

import numpy as np

from synthgen.calibration.margins import Margins

SWEEPS = 8
"""Passes over all margins."""

MOST_CORRECTION = 5.0
"""A margin multiplies or divides a weight by at most this much at a time: a cell drawn thrice is not blown up."""


def raked(margins: Margins, codes: np.ndarray, *, start: np.ndarray, most: float) -> np.ndarray:
    """Returns weights under which rows have the given margins, (rows,), 1 on average.

    Args:
        margins: To be met.
        codes: (rows, code blocks), as drawn.
        start: (rows,) above 0: weights to begin with, which stay in proportion wherever the margins allow it.
        most: No row weighs more, except by the last margin.
    """
    cells = [(places, shares * len(codes)) for places, shares in margins.cells(codes)]
    weight = start / start.mean()
    for _ in range(SWEEPS):
        for places, wanted in cells:
            held = np.bincount(places, weights=weight, minlength=len(wanted))
            factors = np.divide(wanted, held, out=np.ones_like(wanted), where=held > 0)
            weight *= np.clip(factors, 1 / MOST_CORRECTION, MOST_CORRECTION)[places]
        np.minimum(weight, most * weight.mean(), out=weight)
    return weight / weight.mean()


def systematic_sample(weight: np.ndarray, num_rows: int, *, rng: np.random.Generator) -> np.ndarray:
    """Returns which rows to keep: each at most once, with a chance in proportion to its weight (Madow 1949).

    Args:
        weight: (rows,), at least 0.
        num_rows: At most as many as there are rows with a weight above 0.
        rng: Of the order and of the start.

    Returns:
        (num_rows,) indices, in random order.
    """
    chance = _chances(weight, num_rows)
    order = rng.permutation(len(weight))
    steps = np.cumsum(chance[order]) * (num_rows / chance.sum())
    return order[np.minimum(np.searchsorted(steps, np.arange(num_rows) + rng.random()), len(order) - 1)]


def _chances(weight: np.ndarray, num_rows: int) -> np.ndarray:
    """Chance of each row to be kept: its weight's, but at most 1; what is cut off goes to the others."""
    chance = np.zeros(len(weight))
    free = np.ones(len(weight), bool)
    while True:
        left = num_rows - np.count_nonzero(~free)
        chance[free] = weight[free] * left / max(weight[free].sum(), 1e-300)
        over = free & (chance > 1)
        if not over.any():
            return chance
        chance[over] = 1
        free &= ~over
