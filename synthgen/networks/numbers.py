"""Smooth features of ranks on the device, of which those of bins (`encoding.smooth`) are a special case."""

import numpy as np
from keras import ops
from scipy.special import ndtr

from synthgen.backend import Tensor
from synthgen.encoding.smooth import MOST_SCORE, NUM_HATS


def smooth_features(rank: Tensor) -> Tensor:
    """Returns hat functions, normal score and its centred square of ranks, (n, NUM_SMOOTH) float32.

    Args:
        rank: (n,) in [0, 1].
    """
    hats = ops.relu(1 - ops.abs(rank[:, None] * (NUM_HATS - 1) - np.arange(NUM_HATS, dtype="float32")))
    score = ops.clip(normal_score(rank), -MOST_SCORE, MOST_SCORE)[:, None]
    return ops.concatenate([hats, score, ops.square(score) - 1], axis=1)


def normal_score(rank: Tensor) -> Tensor:
    """Returns the normal score of ranks, within 0.02 of the exact one for ranks from 0.001 to 0.999 (n,).

    Args:
        rank: (n,) in [0, 1].
    """
    # piecewise linear on a fixed grid, which is dense where the curve bends
    grid, values = _grid()
    cell = ops.clip(ops.searchsorted(grid, rank) - 1, 0, len(grid) - 2)
    low, step = ops.take(grid, cell), ops.take(np.diff(grid), cell)
    return ops.take(values, cell) + (rank - low) / step * ops.take(np.diff(values), cell)


def ranks(num_bins: int, num_places: int) -> np.ndarray:
    """Returns the rank at the middle of every part of every bin, (num_bins, num_places) float32.

    Args:
        num_bins: Bins of about equal mass.
        num_places: Parts of a bin.
    """
    middles = (np.arange(num_places) + 0.5) / num_places
    return ((np.arange(num_bins)[:, None] + middles) / num_bins).astype("float32")


def _grid() -> tuple[np.ndarray, np.ndarray]:
    scores = np.linspace(-MOST_SCORE - 0.2, MOST_SCORE + 0.2, 65)
    return ndtr(scores).astype("float32"), scores.astype("float32")
