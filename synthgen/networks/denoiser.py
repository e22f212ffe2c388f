"""The network of a diffusion model of tables: a noisy row, what is known of it and how noisy it is, to raw outputs."""

import keras
from keras import layers

from synthgen.backend import Tensor
from synthgen.networks.dense import Dense, RMSNormalization
from synthgen.networks.silu import silu


def residual_denoiser(
    num_inputs: int, num_features: int, *, width: int, depth: int, num_waves: int, dtype: str | None = None, seed: int
) -> keras.Model:
    """Returns a residual network whose every block is told the level of noise.

    Args:
        num_inputs: Width of the noisy row and its condition.
        num_features: Width of a row.
        width: Of the hidden layers.
        depth: Residual blocks.
        num_waves: Width of the description of the noise.
        dtype: Keras' dtype policy; None: the global one.
        seed: Of the starting weights.

    Returns:
        A model [(batch, num_inputs), (batch, num_waves)] -> (batch, num_features).
    """
    made = iter(range(10_000))

    def dense(units: int) -> Dense:
        start = keras.initializers.GlorotUniform(seed=seed * 10_000 + next(made))
        return Dense(units, kernel_initializer=start, dtype=dtype)

    def active(inputs: Tensor) -> Tensor:
        return layers.Activation(silu, dtype=dtype)(inputs)

    rows, waves = keras.Input((num_inputs,)), keras.Input((num_waves,))
    level = active(dense(width)(waves))
    hidden = layers.Add(dtype=dtype)([dense(width)(rows), dense(width)(level)])
    for _ in range(depth):
        gain = layers.Activation("softplus", dtype=dtype)(dense(width)(level))
        inner = layers.Multiply(dtype=dtype)([RMSNormalization(dtype=dtype)(hidden), gain])
        hidden = layers.Add(dtype=dtype)([hidden, dense(width)(active(dense(width)(inner)))])
    outputs = dense(num_features)(active(RMSNormalization(dtype=dtype)(hidden)))
    return keras.Model([rows, waves], outputs, name="denoiser")
