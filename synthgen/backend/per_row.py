"""Gradients of single rows: their lengths, their shortened sum, and the noise that hides one among many."""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf

from synthgen.backend import Tensor


@dataclass(frozen=True)
class _Notes:
    """What layers say during one pass forward, of which the length of each row's gradient follows.

    An operation with a gradient of its own would be shorter. But TensorFlow keeps every such gradient, and with it the
    whole program that it stands in, for as long as the process lives.

    Args:
        outputs: Of each layer.
        squares_of: For each, squared lengths of its weights' gradient, (rows,), for the slopes at its outputs.
        rows: For each, which rows its outputs are of.
    """

    outputs: list[Tensor] = field(default_factory=list)
    squares_of: list[Callable[[Tensor], Tensor]] = field(default_factory=list)
    rows: list[slice] = field(default_factory=list)

    def lengths(self, tape: tf.GradientTape, values: Tensor) -> Tensor:
        """Returns the length of each row's gradient of `values`, (rows,) as these."""
        slopes = tape.gradient(values, self.outputs, unconnected_gradients="zero")
        total = tf.zeros(tf.shape(values))
        for slope, squares_of, rows in zip(slopes, self.squares_of, self.rows, strict=True):
            found = squares_of(tf.cast(slope, tf.float32))
            before = rows.start or 0
            total += tf.pad(found, [[before, tf.shape(values)[0] - before - tf.shape(found)[0]]])
        return tf.sqrt(tf.maximum(total, 1e-20))


_NOTES: contextvars.ContextVar[_Notes | None] = contextvars.ContextVar("notes", default=None)
_ROWS: contextvars.ContextVar[slice] = contextvars.ContextVar("rows", default=slice(None))


def observed(outputs: Tensor, squares: Callable[[], Tensor], *, axis: int = 0) -> Tensor:
    """Returns `outputs` as they are; inside `clipped_gradients` it is noted what each row adds to the gradient of the
    weights that made them.

    Args:
        outputs: Of a linear layer.
        squares: Returns what a squared slope at an output, times this, is in the squared length of the weights'
            gradient: for a dense layer the squared length of its input, plus one for the bias. Broadcast to `outputs`.
            Asked inside `clipped_gradients` alone: elsewhere it would only make the program longer.
        axis: Of the rows.
    """
    if _NOTES.get() is None:
        return outputs
    others = [place for place in range(len(outputs.shape)) if place != axis]
    each = tf.cast(tf.stop_gradient(squares()), tf.float32)
    return observed_by(outputs, lambda slopes: tf.reduce_sum(each * tf.square(slopes), axis=others))


def observed_by(outputs: Tensor, squares_of: Callable[[Tensor], Tensor]) -> Tensor:
    """The same for a layer that uses a weight several times a row, so that slopes at its outputs do not stand alone.

    Args:
        outputs: Of a linear layer.
        squares_of: Squared lengths of the weights' gradient, (rows,), for the slopes at the outputs, float32.
    """
    notes = _NOTES.get()
    if notes is None:
        return outputs
    outputs = tf.identity(outputs)  # a tensor of its own, so that slopes at it are of this use alone
    notes.outputs.append(outputs)
    notes.squares_of.append(squares_of)
    notes.rows.append(_ROWS.get())
    return outputs


@contextlib.contextmanager
def part(rows: slice) -> Iterator[None]:
    """What is observed inside is of some of the rows.

    Args:
        rows: Which, one after the other.
    """
    token = _ROWS.set(rows)
    try:
        yield
    finally:
        _ROWS.reset(token)


def _noted(losses: Callable[[], Tensor]) -> tuple[Tensor, _Notes]:
    """Losses of rows, and what layers said of them."""
    notes = _Notes()
    token = _NOTES.set(notes)
    try:
        return losses(), notes
    finally:
        _NOTES.reset(token)


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
    with tf.GradientTape(persistent=True) as tape:
        values, notes = _noted(losses)
    lengths = notes.lengths(tape, values)
    shortened = present * tf.minimum(1.0, longest / lengths)
    shortened = tf.where(tf.math.is_finite(lengths), shortened, 0.0)
    inner = [variable.value for variable in variables]
    gradients = tape.gradient(values, inner, output_gradients=shortened, unconnected_gradients="zero")
    return [tf.convert_to_tensor(gradient) for gradient in gradients], lengths


def lengths_both_ways(losses: Callable[[], Tensor], variables: list) -> tuple[np.ndarray, np.ndarray]:
    """Returns the lengths of each row's gradient as layers say and as found row by row: slow, right whatever they are.

    Args:
        losses: Computes (rows,), of few rows.
        variables: Keras variables.

    Returns:
        (rows,) each.
    """
    inner = [variable.value for variable in variables]
    with tf.GradientTape(persistent=True) as tape:
        values, notes = _noted(losses)
        alone = tf.unstack(values)
    said = notes.lengths(tape, values)
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
