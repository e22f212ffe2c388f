"""Networks that turn an image into another: of the same size, or two or four times as large."""

from dataclasses import replace

import keras
import numpy as np
from keras import layers, ops

from synthgen.backend import Tensor
from synthgen.networks.convolutional import Build
from synthgen.networks.unet import unet

SHARPNESS = -0.5
"""Of the cubic (Keys 1981, equation 15): the only one that gives parabolas back."""


def translator(
    build: Build, *, channels_in: int, scale: int = 1, adds: bool = True, name: str = "translator"
) -> keras.Model:
    """Returns a network from images to images: a U-Net.

    Where it `adds`, it begins as the image itself, so that what needs no change is not learned. Where sides grow, what
    begins is cubic enlargement, and pixels are set so that they average to those that came in (Irani and Peleg 1991):
    nothing that was measured is changed, whatever was learned.

    Args:
        build: What it is built from; its geometry is that of the images that come out.
        channels_in: Of the images that come in.
        scale: By which sides grow; above 1 channels stay as they are, and sides are multiples of it.
        adds: Whether the U-Net says what to add to the image that came in, rather than what to make of it.
        name: Of the network.

    Returns:
        A model (batch, *sides / scale, channels_in) to (batch, *sides, channels), unbounded; black is -1, white 1.
    """
    geometry = build.geometry
    source = keras.Input((*[side // scale for side in geometry.sides], channels_in))
    shown = enlarged(source, scale) if scale > 1 else source
    places = tuple(range(1, geometry.rank + 1))
    network = unet(replace(build, num_conditions=channels_in), channels_in=channels_in, channels_out=geometry.channels)
    said = network([_padded(shown, build), ops.mean(shown, axis=places)])  # every place is told how light all is
    made = _cut(said, build)
    if adds:
        start = shown if channels_in == geometry.channels else ops.mean(shown, axis=-1, keepdims=True)
        made = layers.Add()([made, start])  # one channel stands for all
    if scale > 1:
        made = layers.Add()([made, repeated(source - ops.average_pool(made, scale, strides=scale), scale)])
    return keras.Model(source, made, name=name)


def _padded(images: Tensor, build: Build) -> Tensor:
    """Images with sides that can be halved, mirrored at their ends: black ends would look like an edge."""
    around = [(0, 0)]
    for side, padded in zip(build.geometry.sides, build.geometry.padded, strict=True):
        first = (padded - side) // 2
        around.append((first, padded - side - first))
    return ops.pad(images, [*around, (0, 0)], mode="symmetric") if np.any(around) else images


def _cut(images: Tensor, build: Build) -> Tensor:
    parts = [slice(None)]
    for side, padded in zip(build.geometry.sides, build.geometry.padded, strict=True):
        first = (padded - side) // 2
        parts.append(slice(first, first + side))
    return images[tuple(parts)]


def enlarged(images: Tensor, scale: int) -> Tensor:
    """Returns images with larger sides by cubic convolution (Keys 1981), (batch, *sides * scale, channels).

    Args:
        images: (batch, *sides, channels).
        scale: By which sides grow.
    """
    for place, side in enumerate(images.shape[1:-1], start=1):
        matrix = ops.convert_to_tensor(cubic_matrix(side, scale))
        images = ops.moveaxis(ops.matmul(ops.moveaxis(images, place, -1), matrix), -1, place)
    return images


def repeated(images: Tensor, scale: int) -> Tensor:
    """Returns images with larger sides, each pixel repeated, (batch, *sides * scale, channels).

    Args:
        images: (batch, *sides, channels).
        scale: By which sides grow.
    """
    for place in range(1, len(images.shape) - 1):
        images = ops.repeat(images, scale, axis=place)
    return images


def cubic_matrix(side: int, scale: int) -> np.ndarray:
    """Returns the weights of a line's pixels in those of the enlarged line, (side, side * scale) float32.

    Beyond the ends the last pixel goes on.

    Args:
        side: Pixels of the line.
        scale: By which it grows.

    Example:
        >>> line = np.arange(6, dtype=np.float32)
        >>> (line @ cubic_matrix(6, 2))[4:8].tolist()
        [1.75, 2.25, 2.75, 3.25]
    """
    places = (np.arange(side * scale) + 0.5) / scale - 0.5  # of the new pixels among the old ones
    first = np.floor(places).astype(int) - 1
    weights = np.zeros((side, side * scale))
    for step in range(4):
        far = np.abs(places - (first + step))
        near = (SHARPNESS + 2) * far**3 - (SHARPNESS + 3) * far**2 + 1
        beyond = SHARPNESS * (far**3 - 5 * far**2 + 8 * far - 4)
        rows = np.clip(first + step, 0, side - 1)
        np.add.at(weights, (rows, np.arange(side * scale)), np.where(far <= 1, near, beyond))
    return weights.astype(np.float32)
