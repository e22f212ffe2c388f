"""Which rows each step trains on: functions of a seed and the step's number, so that a resumed run draws the same."""

import functools

import numpy as np


def shuffled(num_rows: int, *, num_drawn: int, first: int, seed: int) -> np.ndarray:
    """Returns positions `first` to `first + num_drawn` of an endless stream of shuffled epochs.

    Every epoch holds each row once, in an order that depends on the seed and the epoch alone.

    Args:
        num_rows: Rows of the training table, at least 1.
        num_drawn: How many indices.
        first: Where in the stream to begin, at least 0.
        seed: Of the shuffling.

    Returns:
        (num_drawn,) int32, each in [0, num_rows).

    Example:
        >>> shuffled(4, num_drawn=8, first=0, seed=0)[:4].tolist() == shuffled(4, num_drawn=4, first=0, seed=0).tolist()
        True
        >>> sorted(shuffled(4, num_drawn=4, first=4, seed=0).tolist())
        [0, 1, 2, 3]
    """
    epochs = range(first // num_rows, (first + num_drawn - 1) // num_rows + 1)
    orders = [_order(num_rows, seed, epoch) for epoch in epochs]
    begin = first - epochs.start * num_rows
    return np.concatenate(orders)[begin : begin + num_drawn].astype(np.int32)  # (num_drawn,)


@functools.lru_cache(maxsize=2)  # chunks of one epoch follow each other; a permutation of 1 M rows takes 20 ms
def _order(num_rows: int, seed: int, epoch: int) -> np.ndarray:
    return np.random.default_rng([seed, epoch]).permutation(num_rows)
