"""The network of a diffusion model of tables: a noisy row, what is known of it and how noisy it is, to raw outputs."""

import keras
from keras import layers


def residual_denoiser(
    num_inputs: int, num_features: int, *, width: int, depth: int, num_waves: int, seed: int
) -> keras.Model:
    """Returns a residual network whose every block is told the level of noise.

    Args:
        num_inputs: Width of the noisy row and its condition.
        num_features: Width of a row.
        width: Of the hidden layers.
        depth: Residual blocks.
        num_waves: Width of the description of the noise.
        seed: Of the starting weights.

    Returns:
        A model [(batch, num_inputs), (batch, num_waves)] -> (batch, num_features).
    """
    made = iter(range(10_000))

    def dense(units: int) -> layers.Dense:
        return layers.Dense(units, kernel_initializer=keras.initializers.GlorotUniform(seed=seed * 10_000 + next(made)))

    rows, waves = keras.Input((num_inputs,)), keras.Input((num_waves,))
    level = layers.Activation("silu")(dense(width)(waves))
    hidden = layers.Add()([dense(width)(rows), dense(width)(level)])
    for _ in range(depth):
        inner = layers.RMSNormalization()(hidden)
        inner = layers.Multiply()([inner, layers.Activation("softplus")(dense(width)(level))])
        inner = layers.Activation("silu")(dense(width)(inner))
        hidden = layers.Add()([hidden, dense(width)(inner)])
    outputs = dense(num_features)(layers.Activation("silu")(layers.RMSNormalization()(hidden)))
    return keras.Model([rows, waves], outputs, name="denoiser")
