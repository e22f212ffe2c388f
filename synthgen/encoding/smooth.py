"""Smooth features of bins: what lies close together looks alike, however finely a number is cut.

A bin has a rank, its place among the rows. Hat functions of the rank let a network bend anything it says of the number
gradually; the normal score of the rank and its square let it say "about here, and this exactly", since the exponential
of a linear function of both is a normal law. A Gaussian copula is what uses nothing else.
"""

import numpy as np
from scipy.special import ndtri

NUM_HATS = 12
"""Hat functions; between two of them a network's answer is a straight line."""

MOST_SCORE = 3.0
"""Normal scores end here: the outermost thousandth of the rows counts alike."""

NUM_SMOOTH = NUM_HATS + 2
"""Features of a bin."""


def bin_features(num_bins: int) -> np.ndarray:
    """Returns the features of the middles of bins, (num_bins, NUM_SMOOTH) float32.

    Args:
        num_bins: Of about equal mass, in order.
    """
    rank = (np.arange(num_bins) + 0.5) / num_bins
    hats = np.clip(1 - np.abs(rank[:, None] * (NUM_HATS - 1) - np.arange(NUM_HATS)), 0, None)
    score = np.clip(ndtri(rank), -MOST_SCORE, MOST_SCORE)[:, None]
    return np.concatenate([hats, score, score**2 - 1], axis=1).astype(np.float32)
