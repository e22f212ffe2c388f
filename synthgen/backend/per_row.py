"""Gradients of single rows: their lengths, their shortened sum, and the noise that hides one among many."""

import contextlib
import contextvars
from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from synthgen.backend import Tensor

_PROBE: contextvars.ContextVar[Tensor | None] = contextvars.ContextVar("probe", default=None)


def observed(outputs: Tensor, squares: Tensor, *, axis: int = 0) -> Tensor:
    """Returns `outputs` as they are; inside `clipped_gradients` it is noted what each row adds to the gradient of the
    weights that made them.

    Args:
        outputs: Of a linear layer.
        squares: What a squared slope at an output, times this, is in the squared length of the weights' gradient: for a
            dense layer the squared length of its input, plus one for the bias. Broadcast to `outputs`.
        axis: Of the rows.
    """
    others = [place for place in range(len(outputs.shape)) if place != axis]
    squares = tf.cast(tf.stop_gradient(squares), tf.float32)
    return observed_by(outputs, lambda slopes: tf.reduce_sum(squares * tf.square(slopes), axis=others))


def observed_by(outputs: Tensor, squares_of: Callable[[Tensor], Tensor]) -> Tensor:
    """The same for a layer that uses a weight several times a row, so that slopes at its outputs do not stand alone.

    Args:
        outputs: Of a linear layer.
        squares_of: Squared lengths of the weights' gradient, (rows,), for the slopes at the outputs, float32.
    """
    probe = _PROBE.get()
    if probe is None:
        return outputs

    @tf.custom_gradient
    def noted(values: Tensor, _probe: Tensor) -> tuple[Tensor, Callable]:
        def backward(slopes: Tensor) -> tuple[Tensor, Tensor]:
            return slopes, squares_of(tf.cast(slopes, tf.float32))

        return tf.identity(values), backward

    return noted(outputs, probe)


@contextlib.contextmanager
def part(rows: slice) -> Iterator[None]:
    """What is observed inside is of some of the rows.

    Args:
        rows: Which.
    """
    probe = _PROBE.get()
    token = _PROBE.set(None if probe is None else probe[rows])
    try:
        yield
    finally:
        _PROBE.reset(token)


def _probed(losses: Callable[[], Tensor], probe: Tensor) -> Tensor:
    """Losses of rows whose part in gradients goes to the probe."""
    token = _PROBE.set(probe)
    try:
        return losses()
    finally:
        _PROBE.reset(token)


def clipped_gradients(
    losses: Callable[[], Tensor], variables: list, *, present: Tensor, longest: float
) -> tuple[list[Tensor], Tensor]:
    """Returns the sum of all rows' gradients, each shortened to a length, and their lengths before.

    Two passes back through one forward pass: the first finds lengths from what layers say to `observed`, the second
    weighs each row's loss by how much it is shortened. Every variable must stand in observed layers, used once a row.

    Args:
        losses: Computes (rows,), each of its own row alone.
        variables: Keras variables.
        present: (rows,) of 0 and 1: rows that count.
        longest: Length that gradients are shortened to.

    Returns:
        A gradient for each variable, and (rows,) lengths.
    """
    probe = tf.zeros(tf.shape(present))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(probe)
        values = _probed(losses, probe)
    lengths = tf.sqrt(tf.maximum(tape.gradient(values, probe), 1e-20))
    shortened = present * tf.minimum(1.0, longest / lengths)
    shortened = tf.where(tf.math.is_finite(lengths), shortened, 0.0)
    inner = [variable.value for variable in variables]
    gradients = tape.gradient(values, inner, output_gradients=shortened, unconnected_gradients="zero")
    return [tf.convert_to_tensor(gradient) for gradient in gradients], lengths


def lengths_both_ways(losses: Callable[[], Tensor], variables: list, *, num_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the lengths of each row's gradient as layers say and as found row by row: slow, right whatever they are.

    Args:
        losses: Computes (num_rows,).
        variables: Keras variables.
        num_rows: Few.

    Returns:
        (num_rows,) each.
    """
    inner = [variable.value for variable in variables]
    with tf.GradientTape(persistent=True) as tape:
        probe = tf.zeros((num_rows,))
        tape.watch(probe)
        values = _probed(losses, probe)
        alone = tf.unstack(values)
    said = tf.sqrt(tf.maximum(tape.gradient(values, probe), 0.0))
    rows = [tape.gradient(value, inner, unconnected_gradients="zero") for value in alone]
    true = [float(tf.linalg.global_norm([tf.convert_to_tensor(part) for part in row])) for row in rows]
    return said.numpy(), np.array(true)


def private_noise(shape: tuple, seed: Tensor, *counters: Tensor | int) -> Tensor:
    """Returns standard normal numbers by the rounds of a cipher (Salmon et al. 2011, Philox), for differential privacy.

    Args:
        shape: Of the result.
        seed: (2,) int64, secret.
        counters: What tells this draw from all others.
    """
    for counter in counters:
        seed = tf.random.experimental.stateless_fold_in(seed, tf.cast(counter, tf.int64), alg="philox")
    return tf.random.stateless_normal(shape, seed, alg="philox")
