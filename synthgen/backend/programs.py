"""What makes programs shorter, or fewer, than Keras' words for the same: its values are equal, bit for bit."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from synthgen.backend import Tensor

MANTISSA = 23
"""Bits of a number in [0, 1) of single precision, as `uniform` draws it: the lowest of 32."""


def compiled_for_any_rows(function: Callable) -> Callable:
    """Returns `function` as one graph, which serves however many rows it is called with.

    Args:
        function: Its first argument is a tuple of arrays (rows, ...); the shapes of the others stay as they were in the
            first call.
    """
    graph = tf.function(function, autograph=False)
    lock, traced = threading.Lock(), False

    def call(by_row: tuple[np.ndarray, ...], *others: np.ndarray) -> Any:
        nonlocal traced
        with lock:
            if not traced:
                of_rows = tuple(tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in by_row)
                graph.get_concrete_function(of_rows, *(tf.TensorSpec(array.shape, array.dtype) for array in others))
                traced = True
        return graph(by_row, *others)

    return call


def split(tensor: Tensor, sizes: list[int], *, axis: int) -> list[Tensor]:
    """Returns a tensor in parts; Keras' own `split` computes their sizes anew inside the program, by ten operations.

    Args:
        tensor: Of any shape.
        sizes: Of the parts, which fill it.
        axis: Along which.
    """
    return tf.split(tensor, sizes, axis=axis)


def at_least(share: float, shape: tuple, seed: Tensor) -> Tensor:
    """Returns ``uniform(shape, seed) >= share``, by the same bits but without the numbers between, in two thirds of the
    time.

    Args:
        share: In [0, 1].
        shape: Of the result.
        seed: (2,) int32, from `step_seed`.

    Example:
        >>> from synthgen.backend import step_seed, uniform
        >>> seed = step_seed(0, 1)
        >>> bool(tf.reduce_all(at_least(0.4, (100, 100), seed) == (uniform((100, 100), seed) >= 0.4)))
        True
    """
    bits = tf.random.stateless_uniform(shape, seed, minval=None, maxval=None, dtype=tf.int32)
    return tf.bitwise.bitwise_and(bits, 2**MANTISSA - 1) >= int(np.ceil(np.float32(share) * 2**MANTISSA))
