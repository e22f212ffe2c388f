"""Every call that names TensorFlow: gradients, reproducible random numbers, compiled chunks of steps, streams of data.

The rest of synthgen speaks Keras (`keras.ops`, layers, optimizers, `Model.fit`). What Keras has no word for stands
here, so that another backend would mean another file like this one.

Random numbers are functions of a seed and a counter, never of a hidden state: a resumed run draws what the
uninterrupted one would have drawn.
"""

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from synthgen.errors import BackendError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # silence device chatter; must be set before TensorFlow loads
# Steps take and return the same tensors again and again. Through malloc, which hands large ones back to the kernel, a
# tenth of a fit's CPU seconds went to page faults; TensorFlow's own allocator keeps what it has for the next step.
os.environ.setdefault("TF_CPU_ALLOCATOR_USE_BFC", "1")
# With one thread sums are rounded in another order than with two or more, which agree: the same model and seed drew
# other rows where one core was given, and nobody could prove there who had drawn them.
if (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()) == 1:
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "2")
if os.environ.setdefault("KERAS_BACKEND", "tensorflow") != "tensorflow":
    raise BackendError(
        f"Expected Keras on the TensorFlow backend. Received KERAS_BACKEND={os.environ['KERAS_BACKEND']!r}. Set "
        "KERAS_BACKEND=tensorflow before Keras is imported."
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Sends what C++ writes to standard error while TensorFlow loads (devices it did not find) nowhere."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


with _quiet():
    import keras
    import tensorflow as tf
    from tensorflow.python.eager import context  # as Keras' own clear_session does, which forgets users' models too

    tf.config.list_logical_devices()

if keras.config.backend() != "tensorflow":
    raise BackendError(
        f"Expected Keras on the TensorFlow backend. Received {keras.config.backend()!r}, from an earlier "
        "import. Set KERAS_BACKEND=tensorflow before Keras is imported."
    )
tf.get_logger().setLevel("ERROR")

Tensor: TypeAlias = Any
"""A tensor; neither Keras nor TensorFlow ships types that a checker can follow."""


def gradient(function: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    """Returns the gradient of the sum of `function` with respect to its input, itself differentiable.

    Where `function` treats rows apart, row i of the result is the gradient of row i's output.

    Args:
        function: Maps (batch, features) to (batch, 1).
        at: (batch, features).

    Returns:
        (batch, features).
    """
    with tf.GradientTape() as tape:
        tape.watch(at)
        total = tf.reduce_sum(function(at))
    return tape.gradient(total, at)


def value_and_gradients(loss: Callable[[], tuple[Tensor, Any]], variables: list) -> tuple[Any, list[Tensor]]:
    """Returns what `loss` returns beside its first item, and the gradients of that first item.

    Args:
        loss: Computes (scalar to differentiate, anything).
        variables: Keras variables.
    """
    with tf.GradientTape() as tape:
        scalar, anything = loss()
    return anything, tape.gradient(scalar, [variable.value for variable in variables])


def apply_gradients(optimizer: keras.Optimizer, gradients: list[Tensor], variables: list) -> None:
    """Lets an optimizer take a step: ``optimizer.apply(gradients, variables)``, but TensorFlow forgets the program.

    Keras adds gradients up over replicas by an operation with a gradient of its own, even where there is one replica,
    and TensorFlow keeps such a gradient, with the whole compiled program around it, for as long as the process lives:
    some ten megabytes a fit. Where there is one replica nothing has to be added up. An optimizer that scales losses, of
    the policy mixed_float16, takes no step outside of a replica: there the program is kept.

    Args:
        optimizer: Built or not.
        gradients: One for each variable.
        variables: Keras variables.
    """
    replica = tf.distribute.get_replica_context()
    scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if scales or replica is None or replica.num_replicas_in_sync > 1:
        optimizer.apply(gradients, variables)
    else:  # outside of a replica Keras adds nothing up
        replica.merge_call(lambda _strategy: optimizer.apply(gradients, variables))


def forget_programs() -> None:
    """Lets TensorFlow forget compiled programs that are gone, and how it ran them: some five megabytes a fit.

    Models are circles of references, which Python finds late. Programs still in use are prepared anew when called.
    """
    gc.collect()
    context.context().clear_kernel_cache()


@contextlib.contextmanager
def recording(variables: list) -> Iterator[tf.GradientTape]:
    """Records what depends on the given variables, and on no others, for ``tape.gradient``.

    Args:
        variables: Keras variables.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([variable.value for variable in variables])
        yield tape


def step_seed(seed: int, *counters: Tensor | int) -> Tensor:
    """Returns a seed for `normal` and `uniform` that is a function of a run's seed and of counters.

    Args:
        seed: The run's seed.
        counters: What tells this draw from all others: the step, the use.

    Returns:
        (2,) int32.
    """
    folded = tf.constant([seed & 0x7FFFFFFF, seed >> 31 & 0x7FFFFFFF], tf.int32)
    for counter in counters:
        folded = tf.random.experimental.stateless_fold_in(folded, tf.cast(counter, tf.int32))
    return folded


def normal(shape: tuple, seed: Tensor) -> Tensor:
    """Returns standard normal numbers; the same for the same seed.

    By Box and Muller (1958) from 16 bits for the radius and 32 for the angle, so that none exceeds 4.8: on a CPU three
    times as fast as TensorFlow's own. For the noise of generators, not for that of differential privacy.

    Args:
        shape: (rows, columns) of the result.
        seed: (2,) int32, from `step_seed`.
    """
    rows, columns = shape
    bits = tf.random.stateless_uniform((rows, (columns + 1) // 2), seed, minval=None, maxval=None, dtype=tf.int32)
    low = tf.cast(tf.bitwise.bitwise_and(bits, 0xFFFF), tf.float32)
    radius = tf.sqrt(-2.0 * tf.math.log((low + 0.5) / 2**16))
    angle = tf.cast(bits, tf.float32) * (np.pi / 2**31)
    return tf.concat([radius * tf.cos(angle), radius * tf.sin(angle)], axis=1)[:, :columns]  # (rows, columns)


def uniform(shape: tuple, seed: Tensor) -> Tensor:
    """Returns uniform numbers in [0, 1); the same for the same seed.

    Args:
        shape: Of the result.
        seed: (2,) int32, from `step_seed`.
    """
    return tf.random.stateless_uniform(shape, seed)


def resident(array: np.ndarray) -> tf.Variable:
    """Puts an array on the device, where compiled steps read it by `taken` without copies from the host.

    Args:
        array: (rows, ...) float32, int32, uint8 or uint16.
    """
    # TensorFlow keeps variables of int32, whatever the device, in the host's memory, where programs that XLA compiled
    # for a GPU cannot read them; and gathers no short whole numbers there, which half and single precision hold exactly
    wider = {np.dtype(np.int32): np.int64, np.dtype(np.uint8): np.float16, np.dtype(np.uint16): np.float32}
    held = array.astype(wider.get(array.dtype, array.dtype)) if has_gpu() else array
    return tf.Variable(held, trainable=False)


def taken(held: tf.Variable, rows: Tensor) -> Tensor:
    """Returns some rows of what is resident, (n, ...) float32 or int32.

    Args:
        held: From `resident`.
        rows: (n,) indices.
    """
    found = tf.gather(held, rows)
    return tf.cast(found, tf.int32) if found.dtype.is_integer else found


def repeat(times: Tensor | int, body: Callable[[Tensor, Any], Any], start: Any) -> Any:
    """Runs `body(step, carried) -> carried` a number of times inside the compiled program.

    Args:
        times: How often; scalar.
        body: One step; may update variables.
        start: What the first step is handed; the result must have the same structure and shapes.
    """
    return tf.while_loop(
        lambda step, _carried: step < times,
        lambda step, carried: (step + 1, body(step, carried)),
        (tf.constant(0), start),
        parallel_iterations=1,
    )[1]


def compiled(function: Callable, *, jit_compile: bool) -> Callable:
    """Returns `function` as one compiled graph; with `jit_compile`, through XLA.

    Without AutoGraph, whose reading of every function called takes longer than tracing: loops are `repeat`, choices of
    tensors are Keras'.

    Args:
        function: Of tensors; no `if` or `for` of Python may ask for a tensor's value.
        jit_compile: Whether XLA compiles it. On CPU, XLA gains on dense networks and loses far more on convolutions.
    """
    return tf.function(function, jit_compile=jit_compile, reduce_retracing=True, autograph=False)


@contextlib.contextmanager
def stream(element: Callable[[int], tuple[np.ndarray, ...]], *, first: int) -> Iterator[tf.data.Dataset]:
    """Gives an endless data set of what a Python function makes, ahead of the device, until the context ends.

    Not by ``from_generator``, which makes the allocator of the whole process give memory back after every use.
    TensorFlow never lets go of a Python function that a data set calls: what it calls here does, at the end.

    Args:
        element: From the number of an element to the element; all alike in shapes and types.
        first: Number of the first.
    """
    like = element(first)
    types, shapes = [array.dtype for array in like], [array.shape for array in like]
    held = [element]

    def made(place: np.ndarray) -> tuple[np.ndarray, ...]:
        source = held[:1]  # none, if one more is asked for while the context ends
        return source[0](int(place)) if source else tuple(map(np.zeros, shapes, types))

    def numbered(number: Tensor) -> tuple[Tensor, ...]:
        arrays = tf.numpy_function(made, [number], types)
        return tuple(tf.ensure_shape(array, shape) for array, shape in zip(arrays, shapes, strict=True))

    try:
        yield tf.data.Dataset.range(first, 2**62).map(numbered).prefetch(2)
    finally:
        held.clear()


def fast_policy() -> str:
    """Returns the Keras dtype policy that draws rows fastest: products in bfloat16 where this CPU has them."""
    if has_gpu() or not sys.platform.startswith("linux"):
        return "float32"
    features = Path("/proc/cpuinfo").read_text()
    return "mixed_bfloat16" if "avx512_bf16" in features or "amx_bf16" in features else "float32"


def compiles(asked: bool | None) -> bool:
    """Returns whether XLA compiles training: as asked for, or else where it pays, on a GPU.

    On a CPU dense networks gain less than compiling them takes, and convolutions are 15 to 25 times slower with it.

    Args:
        asked: By the user; None: not at all.
    """
    return has_gpu() if asked is None else asked


def has_gpu() -> bool:
    """Whether TensorFlow sees a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))
