"""A U-Net of series, images and volumes: an image in, another of the same size out, through all scales."""

import keras
from keras import layers

from synthgen.backend import Tensor
from synthgen.networks.convolutional import Build, Maker
from synthgen.networks.mlp import LEAK

EMBEDDING = 128
"""Width in which time and condition are told to every block."""


def unet(build: Build, *, channels_in: int, channels_out: int) -> keras.Model:
    """Returns a U-Net (Ronneberger et al. 2015) of residual blocks without normalisation.

    What a stage saw on the way down is added to its own channels on the way up, so that sharp places stay sharp.

    Args:
        build: What it is built from; `num_conditions` counts everything that is told as numbers, time included.
        channels_in: Of the image that comes in.
        channels_out: Of the image that goes out.

    Returns:
        A model [(batch, *padded, channels_in), (batch, num_conditions)] to (batch, *padded, channels_out); begins as
        zero everywhere.
    """
    make, patch = Maker(build, spectral=False), build.geometry.patch
    image = keras.Input((*build.geometry.padded, channels_in))
    known = keras.Input((build.num_conditions,))
    told = layers.LeakyReLU(LEAK)(make.dense(EMBEDDING)(known))
    told = layers.LeakyReLU(LEAK)(make.dense(EMBEDDING)(told))
    hidden = make.convolution(build.widths[-1], kernel=3 if patch == 1 else patch, strides=patch)(image)
    skips: list[Tensor] = []
    for level, width in reversed(list(enumerate(build.widths))):
        for _ in range(build.blocks):
            hidden = make.block(hidden, width, told=told)
        if level:
            skips.append(hidden)
            hidden = make.convolution(build.widths[level - 1])(make.smaller(hidden))
    for width in build.widths[1:]:
        hidden = make.larger(make.convolution(width)(hidden))
        hidden = make.convolution(width)(layers.Concatenate()([hidden, skips.pop()]))
        for _ in range(build.blocks):
            hidden = make.block(hidden, width, told=told)
    hidden = layers.LeakyReLU(LEAK)(hidden)
    if patch > 1:
        made = make.transposed(channels_out, kernel=patch, strides=patch, scale=0)(hidden)
    else:
        made = make.convolution(channels_out, kernel=3, scale=0)(hidden)
    return keras.Model([image, known], made, name="unet")
