"""Keeping, of more rows than were asked for, those that bring the margins to what the training rows showed.

Iterative proportional fitting (Deming and Stephan 1940), known as raking in survey statistics, gives every drawn row a
weight; a systematic sample by weight takes each row at most once.
"""

from collections.abc import Callable

import numpy as np

from synthgen.encoding.layout import EncodedTable
from synthgen.encoding.margins import Margins

DRAWN_PER_ROW = 8
"""Rows drawn for each that is kept."""

LEAST_DRAWN = 16_384
"""Fewer drawn rows would be weighted by chance."""

SWEEPS = 8
"""Passes over all margins."""

MOST_CORRECTION = 5.0
"""A margin multiplies or divides a weight by at most this much at a time: a cell drawn thrice is not blown up."""


def calibrated(
    draw: Callable[[int], EncodedTable], num_rows: int, *, margins: Margins, rng: np.random.Generator
) -> EncodedTable:
    """Returns drawn rows whose margins are those of the training rows.

    Args:
        draw: Draws so many rows.
        num_rows: To return, at least 0.
        margins: To be met.
        rng: Of the choice.
    """
    if not num_rows:
        return draw(0)
    pool = draw(max(DRAWN_PER_ROW * num_rows, LEAST_DRAWN))
    return pool.take(systematic_sample(weights(margins, pool.codes), num_rows, rng=rng))


def weights(margins: Margins, codes: np.ndarray) -> np.ndarray:
    """Returns weights under which rows have the given margins, (rows,), 1 on average.

    Args:
        margins: To be met.
        codes: (rows, code blocks), as drawn.
    """
    cells = [(places, shares * len(codes)) for places, shares in margins.cells(codes)]
    weight = np.ones(len(codes))
    for _ in range(SWEEPS):
        for places, wanted in cells:
            held = np.bincount(places, weights=weight, minlength=len(wanted))
            factors = np.divide(wanted, held, out=np.ones_like(wanted), where=held > 0)
            weight *= np.clip(factors, 1 / MOST_CORRECTION, MOST_CORRECTION)[places]
        np.minimum(weight, DRAWN_PER_ROW * weight.mean(), out=weight)
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
