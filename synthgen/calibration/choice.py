"""Weights that bring margins right, and a sample by weight.

Iterative proportional fitting (Deming and Stephan 1940), known as raking in survey statistics, gives every drawn row a
weight; a systematic sample by weight takes each row at most once. It goes along a list in which rows that look alike
stand together, so that every kind of row gets its share and chance only decides between alike ones: the sample is as
close to the weighted rows as an independent one of several times its size (implicit stratification in surveys; Gerber,
Chopin and Whiteley 2019 along a curve that fills space).
"""

import numpy as np

from synthgen.calibration.margins import Margins

SWEEPS = 8
"""Passes over all margins."""

MOST_CORRECTION = 5.0
"""A margin multiplies or divides a weight by at most this much at a time: a cell drawn thrice is not blown up."""

MOST_BITS, DEEPEST = 63, 8
"""How often columns are halved for the order of a sample, all together and each."""


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


def systematic_sample(weight: np.ndarray, num_rows: int, *, order: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Returns which rows to keep: each at most once, with a chance in proportion to its weight (Madow 1949).

    Args:
        weight: (rows,), at least 0.
        num_rows: At most as many as there are rows with a weight above 0.
        order: (rows,) a permutation of them; neighbours are hardly ever kept both.
        rng: Of the start, and of the order of what is kept.

    Returns:
        (num_rows,) indices, in random order.
    """
    chance = _chances(weight, num_rows)
    steps = np.cumsum(chance[order]) * (num_rows / chance.sum())
    kept = order[np.minimum(np.searchsorted(steps, np.arange(num_rows) + rng.random()), len(order) - 1)]
    return rng.permutation(kept)


def z_order(levels: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Returns an order in which rows that are alike in many columns stand together, (rows,) (Morton 1966).

    Args:
        levels: (rows, columns) integers from 0; of more than 63 columns the first count.
        weight: (rows,): levels are cut where they halve it, then its halves, and so on.
    """
    columns = min(levels.shape[1], MOST_BITS)
    depth = min(MOST_BITS // max(columns, 1), DEEPEST)
    places = []
    for column in range(columns):
        held = np.bincount(levels[:, column], weights=weight)
        middle = (np.cumsum(held) - held / 2) / held.sum()  # of each level's part of the weight, in (0, 1)
        places.append((middle * 2**depth).astype(np.uint64)[levels[:, column]])
    key = np.zeros(len(levels), np.uint64)
    for bit in reversed(range(depth)):
        for place in places:
            key = key << np.uint64(1) | place >> np.uint64(bit) & np.uint64(1)
    return np.argsort(key, kind="stable")


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
