"""Smooth features of numbers: what lies close together is treated alike, however finely it is cut into bins.

A number inside bins has a rank, its place among the rows. Hat functions of the rank let a network bend anything it says
of the number gradually; the normal score of the rank and its square let it say "about here, and this exactly", since
the exponential of a linear function of both is a normal law. A Gaussian copula is what uses nothing else.
"""

import numpy as np
from keras import ops
from scipy.special import ndtr

from synthgen.backend import Tensor
from synthgen.encoding.layout import Layout

NUM_HATS = 12
"""Hat functions; between two of them a network's answer is a straight line."""

MOST_SCORE = 3.0
"""Normal scores end here: the outermost thousandth of the rows counts alike."""

NUM_FEATURES = NUM_HATS + 2


def smooth_features(rank: Tensor) -> Tensor:
    """Returns hat functions, normal score and its centred square of ranks, (n, NUM_FEATURES) float32.

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


def smooth_map(layout: Layout) -> np.ndarray:
    """Returns what takes a row's features to fewer: bins to their smooth features, all else as it is.

    A table of weights for every bin of one number against every bin of another learns noise. Between such maps, the
    weights are few and neighbouring bins share them.

    Args:
        layout: Of the rows.

    Returns:
        (features, fewer features) float32.
    """
    columns: list[np.ndarray] = []
    held = -1
    for block, start in zip(layout.blocks, layout.starts, strict=True):
        held += block.form != "scalar"
        first, end = layout.insides.get(held, (0, 0)) if block.form == "one_hot" else (0, 0)
        smooth = end - first > NUM_FEATURES
        kept = [feature for feature in range(block.size) if not (smooth and first <= feature < end)]
        columns += [np.eye(1, layout.num_features, start + feature, dtype="float32")[0] for feature in kept]
        if smooth:
            bins = np.zeros((layout.num_features, NUM_FEATURES), "float32")
            bins[start + first : start + end] = np.array(smooth_features(ranks(end - first, 1)[:, 0]))
            columns += list(bins.T)
    return np.stack(columns, axis=1)  # (features, fewer features)


def _grid() -> tuple[np.ndarray, np.ndarray]:
    scores = np.linspace(-MOST_SCORE - 0.2, MOST_SCORE + 0.2, 65)
    return ndtr(scores).astype("float32"), scores.astype("float32")
