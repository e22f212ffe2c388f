"""Generator, critic and encoder of series, images and volumes.

Two kinds: residual blocks without normalisation (Huang et al. 2024, section 3), and strided convolutions (Radford et
al. 2016, section 3) without theirs, which gradient penalties and single images forbid.
"""

from collections.abc import Callable

import keras
from keras import layers

from synthgen.backend import Tensor
from synthgen.networks.convolutional import Basis, Build, Maker
from synthgen.networks.mlp import LEAK

EMBEDDING = 32
"""Width in which a condition is told."""


def generator(build: Build, *, latent_dim: int) -> keras.Model:
    """Returns a generator of images.

    Args:
        build: What it is built from.
        latent_dim: Width of the noise.

    Returns:
        A model (batch, latent_dim + num_conditions) to (batch, *padded, channels), unbounded; black is -1, white 1.
    """
    make, geometry = Maker(build, spectral=False), build.geometry
    inputs = keras.Input((latent_dim + build.num_conditions,))
    told = inputs
    if build.num_conditions:
        known = make.dense(EMBEDDING)(inputs[:, latent_dim:])
        told = layers.Concatenate()([inputs[:, :latent_dim], known])
    stages: Callable[[Maker, Build, Tensor], Tensor] = _RISING[build.kind]
    hidden = Basis(geometry.stages[0], towards="image", seed=make.seed())(make.dense(build.widths[0])(told))
    hidden = stages(make, build, hidden)
    if geometry.patch > 1:
        image = make.transposed(geometry.channels, kernel=geometry.patch, strides=geometry.patch)(hidden)
    else:
        image = make.convolution(geometry.channels)(hidden)
    return keras.Model(inputs, image, name="generator")


def critic(build: Build) -> keras.Model:
    """Returns a critic: an image and what is known of it to one score (the projection of Miyato and Koyama 2018).

    Args:
        build: What it is built from.

    Returns:
        A model [(batch, *padded, channels), (batch, num_conditions)] to (batch, 1); without conditions of the image
        alone.
    """
    make = Maker(build, spectral=build.spectral)
    image = keras.Input(build.geometry.shape)
    hidden = _looked_at(make, build, image)
    score = make.dense(1)(hidden)
    if not build.num_conditions:
        return keras.Model(image, score, name="critic")
    known = keras.Input((build.num_conditions,))
    width = build.widths[0]
    agreement = layers.Dot(1)([hidden, make.dense(width, scale=1 / width)(known)])
    return keras.Model([image, known], layers.Add()([score, agreement]), name="critic")


def encoder(build: Build, *, num_outputs: int) -> keras.Model:
    """Returns an encoder: an image and what is known of it to numbers.

    Args:
        build: What it is built from.
        num_outputs: How many.

    Returns:
        A model [(batch, *padded, channels), (batch, num_conditions)] to (batch, num_outputs).
    """
    make = Maker(build, spectral=False)
    image, known = keras.Input(build.geometry.shape), keras.Input((build.num_conditions,))
    told = layers.Concatenate()([_looked_at(make, build, image), known])
    hidden = layers.LeakyReLU(LEAK)(make.dense(2 * build.widths[0])(told))
    return keras.Model([image, known], make.dense(num_outputs)(hidden), name="encoder")


def _looked_at(make: Maker, build: Build, image: Tensor) -> Tensor:
    """An image as numbers, (batch, widths[0])."""
    patch = build.geometry.patch
    hidden = make.convolution(build.widths[-1], kernel=patch, strides=patch)(image)
    hidden = _FALLING[build.kind](make, build, hidden)
    return Basis(build.geometry.stages[0], towards="score", seed=make.seed())(hidden)


def _rising_residual(make: Maker, build: Build, hidden: Tensor) -> Tensor:
    for level, width in enumerate(build.widths):
        if level:
            hidden = make.larger(make.convolution(width)(hidden))
        for _ in range(build.blocks):
            hidden = make.block(hidden, width)
    return hidden


def _falling_residual(make: Maker, build: Build, hidden: Tensor) -> Tensor:
    for level, width in reversed(list(enumerate(build.widths))):
        for _ in range(build.blocks):
            hidden = make.block(hidden, width)
        if level:
            hidden = make.convolution(build.widths[level - 1])(make.smaller(hidden))
    return layers.LeakyReLU(LEAK)(hidden)


def _rising_strided(make: Maker, build: Build, hidden: Tensor) -> Tensor:
    hidden = layers.LeakyReLU(LEAK)(hidden)
    for width in build.widths[1:]:
        hidden = layers.LeakyReLU(LEAK)(make.transposed(width, kernel=4, strides=2)(hidden))
    return layers.LeakyReLU(LEAK)(make.convolution(build.widths[-1], kernel=3)(hidden))


def _falling_strided(make: Maker, build: Build, hidden: Tensor) -> Tensor:
    hidden = layers.LeakyReLU(LEAK)(hidden)
    for width in reversed(build.widths[:-1]):
        hidden = layers.LeakyReLU(LEAK)(make.convolution(width, kernel=4, strides=2)(hidden))
    return layers.LeakyReLU(LEAK)(make.convolution(build.widths[0], kernel=3)(hidden))


_RISING = {"residual": _rising_residual, "strided": _rising_strided}
_FALLING = {"residual": _falling_residual, "strided": _falling_strided}
