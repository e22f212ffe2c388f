"""A critic that scores each patch of an image: sharpness and texture are told from what is near, not from the whole."""

import keras
from keras import layers

from synthgen.networks.convolutional import Build, Maker
from synthgen.networks.mlp import LEAK
from synthgen.networks.translator import repeated

MOST_HALVINGS = 3
"""A score then sees 38 pixels along a side; with two, 18; with one, 8."""


def patch_critic(build: Build, *, channels_told: int = 0, scale: int = 1, name: str = "critic") -> keras.Model:
    """Returns a critic of patches (Isola et al. 2017, section 3.2.2), without normalisation.

    Args:
        build: What it is built from; its geometry is that of the images.
        channels_told: Of the image that each was made from, which the critic sees beside it; 0: it sees none.
        scale: How many times smaller that one's sides are.
        name: Of the network.

    Returns:
        A model [(batch, *sides, channels), (batch, *sides / scale, channels_told)] to (batch, patches); of the images
        alone where nothing is told.
    """
    make, geometry = Maker(build, spectral=False), build.geometry
    image = keras.Input((*geometry.sides, geometry.channels))
    inputs, hidden = [image], image
    if channels_told:
        inputs.append(keras.Input((*[side // scale for side in geometry.sides], channels_told)))
        hidden = layers.Concatenate()([image, repeated(inputs[1], scale)])
    halvings = min(max(geometry.levels, 1), MOST_HALVINGS)
    widths = build.widths[::-1][:halvings]
    for width in widths:
        hidden = layers.LeakyReLU(LEAK)(make.convolution(width, kernel=4, strides=2)(hidden))
    hidden = layers.LeakyReLU(LEAK)(make.convolution(widths[-1], kernel=3)(hidden))
    scores = layers.Flatten()(make.convolution(1)(hidden))
    return keras.Model(inputs if channels_told else image, scores, name=name)
