"""A fixed random network that says how images look, to compare many with many: no labels, no download."""

import keras
from keras import layers, ops

from synthgen.networks.geometry import Geometry

WIDTHS = (32, 64, 128)
"""Channels of the stages."""


def random_features(geometry: Geometry, *, seed: int = 0) -> keras.Model:
    """Returns a network of random weights: images to features.

    Means and largest values of random filters' answers at three scales. Random filters tell images apart nearly as well
    as learned ones where these are few (Saxe et al. 2011; for comparing distributions Naeem et al. 2020, section 4).

    Args:
        geometry: Of the images.
        seed: Of the weights.

    Returns:
        A model (batch, *padded, channels) to (batch, 448).
    """
    convolution = {1: layers.Conv1D, 2: layers.Conv2D, 3: layers.Conv3D}[geometry.rank]
    over = tuple(range(1, geometry.rank + 1))
    hidden = inputs = keras.Input(geometry.shape)
    found = []
    for stage, width in enumerate(WIDTHS):
        start = keras.initializers.HeNormal(seed=seed * 1000 + stage)
        hidden = layers.ReLU()(convolution(width, 3, strides=2, padding="same", kernel_initializer=start)(hidden))
        found += [ops.mean(hidden, axis=over), ops.max(hidden, axis=over)]
    return keras.Model(inputs, layers.Concatenate()(found), name="random_features")
