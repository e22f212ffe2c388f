"""Scores over draws of the patients, as sets of weights: a patient's rows stand or fall together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NUM_RESAMPLES = 200
"""Bootstrap draws of the test patients."""


def bootstrap_weights(
    patients: NDArray[np.int64], random: np.random.Generator, *, num_draws: int = NUM_RESAMPLES
) -> NDArray[np.float64]:
    """Returns row weights: all 1 first, then how often each row's patient was drawn.

    Args:
        patients: (rows,).
        random: Draws.
        num_draws: How often the patients are drawn.

    Returns:
        (1 + draws, rows).
    """
    known, codes = np.unique(patients, return_inverse=True)
    draws = random.multinomial(len(known), np.full(len(known), 1 / len(known)), size=num_draws)
    return np.vstack([np.ones(len(patients)), draws[:, codes]])


def weighted_areas(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the area under the ROC curve for every set of weights, ties counted half.

    Args:
        scores: (rows,).
        positive: (rows,).
        weights: (draws, rows) at least 0.

    Returns:
        (draws,), 0.5 where one class has no weight.

    Example:
        >>> weighted_areas(np.array([0.1, 0.4, 0.8]), np.array([False, True, True]), np.ones((1, 3))).tolist()
        [1.0]
    """
    _, places = np.unique(scores, return_inverse=True)
    order = np.argsort(places, kind="stable")
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    gains = np.add.reduceat(weights[:, order] * positive[order], starts, axis=1)  # (draws, distinct scores)
    losses = np.add.reduceat(weights[:, order] * ~positive[order], starts, axis=1)
    below = np.cumsum(losses, axis=1) - losses / 2
    pairs = gains.sum(axis=1) * losses.sum(axis=1)
    return np.divide((gains * below).sum(axis=1), pairs, out=np.full(len(pairs), 0.5), where=pairs > 0)
