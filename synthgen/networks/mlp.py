"""Dense networks for tables: a residual generator and critic, and those of the CTGAN paper."""

import keras
from keras import layers

from synthgen.networks.dense import Dense
from synthgen.networks.links import Links

LEAK = 0.2
"""Slope of LeakyReLU below zero, as usual in GANs since DCGAN (Radford et al. 2016, section 3)."""


class _Dense:
    """Makes dense layers whose starting weights are functions of one seed and of the layer's place."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made = 0

    def __call__(self, width: int) -> Dense:
        self._made += 1
        start = keras.initializers.GlorotUniform(seed=self._seed * 1000 + self._made)
        return Dense(width, kernel_initializer=start)

    def small(self, width: int, *, num_inputs: int) -> layers.Dense:
        """Weights and biases within one over the square root of the number of inputs, as CTGAN's authors start."""
        self._made += 1
        most = num_inputs**-0.5
        start, bias = (
            keras.initializers.RandomUniform(-most, most, seed=self._seed * 1000 + 2 * self._made + part)
            for part in range(2)
        )
        return layers.Dense(width, kernel_initializer=start, bias_initializer=bias)


def residual_generator(
    num_inputs: int, num_features: int, *, width: int = 384, depth: int = 3, links: Links | None = None, seed: int = 0
) -> keras.Model:
    """Returns a generator: noise and condition to one raw output a feature.

    Pre-activation residual blocks (He et al. 2016) with root-mean-square normalisation (Zhang and Sennrich 2019): as
    faithful as layer normalisation at half its cost, and unlike none at all it stays stable at high learning rates. A
    row never depends on the batch it is drawn in.

    Args:
        num_inputs: Width of noise and condition together.
        num_features: Width of a row.
        width: Of each hidden layer.
        depth: Residual blocks.
        links: What links the blocks of a row (`networks.links`); None: they are not.
        seed: Of the starting weights.

    Returns:
        A model (batch, num_inputs) -> (batch, num_features).
    """
    dense = _Dense(seed)
    inputs = keras.Input((num_inputs,))
    hidden = dense(width)(inputs)
    for _ in range(depth):
        inner = layers.LeakyReLU(LEAK)(layers.RMSNormalization()(hidden))
        hidden = layers.Add()([hidden, dense(width)(inner)])
    hidden = layers.LeakyReLU(LEAK)(layers.RMSNormalization()(hidden))
    outputs = dense(num_features)(hidden)
    return keras.Model(inputs, outputs if links is None else links(outputs), name="generator")


def residual_critic(num_features: int, *, width: int = 384, depth: int = 2, seed: int = 0) -> keras.Model:
    """Returns a critic: a row to one score.

    No normalisation: gradient penalties need each row's score to depend on that row alone, and layer normalisation
    would let the critic grow without the penalty noticing (Huang et al. 2024, section 3.2).

    Args:
        num_features: Width of what it scores (features and condition).
        width: Of the hidden layers.
        depth: Residual blocks.
        seed: Of the starting weights.

    Returns:
        A model (batch, num_features) -> (batch, 1).
    """
    dense = _Dense(seed)
    inputs = keras.Input((num_features,))
    hidden = layers.LeakyReLU(LEAK)(dense(width)(inputs))
    for _ in range(depth):
        hidden = layers.Add()([hidden, layers.LeakyReLU(LEAK)(dense(width)(hidden))])
    hidden = layers.LeakyReLU(LEAK)(dense(width // 2)(hidden))
    return keras.Model(inputs, dense(1)(hidden), name="critic")


def concatenating_generator(
    num_inputs: int, num_features: int, *, widths: tuple[int, ...] = (256, 256), seed: int = 0
) -> keras.Model:
    """Returns CTGAN's generator (Xu et al. 2019, section 4.4): each block appends its output to its input.

    Args:
        num_inputs: Width of noise and condition together.
        num_features: Width of a row.
        widths: Of the blocks.
        seed: Of the starting weights.

    Returns:
        A model (batch, num_inputs) -> (batch, num_features).
    """
    dense = _Dense(seed)
    inputs = hidden = keras.Input((num_inputs,))
    for width in widths:
        block = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(
            dense.small(width, num_inputs=hidden.shape[1])(hidden)
        )
        hidden = layers.Concatenate()([layers.ReLU()(block), hidden])
    return keras.Model(inputs, dense.small(num_features, num_inputs=hidden.shape[1])(hidden), name="generator")


def dropout_critic(
    num_features: int, *, widths: tuple[int, ...] = (256, 256), dropout: float = 0.5, seed: int = 0
) -> keras.Model:
    """Returns CTGAN's critic (Xu et al. 2019, section 4.4).

    Args:
        num_features: Width of a pack of rows with their conditions.
        widths: Of the hidden layers.
        dropout: Share of units dropped.
        seed: Of the starting weights and of the dropout.

    Returns:
        A model (packs, num_features) -> (packs, 1).
    """
    dense = _Dense(seed)
    inputs = hidden = keras.Input((num_features,))
    for position, width in enumerate(widths):
        hidden = layers.LeakyReLU(LEAK)(dense.small(width, num_inputs=hidden.shape[1])(hidden))
        hidden = layers.Dropout(dropout, seed=seed + position)(hidden)
    return keras.Model(inputs, dense.small(1, num_inputs=hidden.shape[1])(hidden), name="critic")
