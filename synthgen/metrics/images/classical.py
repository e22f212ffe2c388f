"""Classical augmentation: what costs nothing and synthetic images have to beat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_DEGREES = 10.0
MOST_ZOOM = 0.1
MOST_SHIFT = 0.1
"""Of a side."""
MOST_CONTRAST = 0.1
MOST_BRIGHTNESS = 0.05
"""Of white."""


def classical_augmentation(pixels: NDArray, random: np.random.Generator, *, white: int) -> NDArray:
    """Returns images, each rotated, zoomed, shifted and changed in contrast and brightness, a little and at random.

    Not mirrored: hearts are on the left, and a generator that was asked for hearts on the left is not to be compared
    with pictures that have them on the right.

    Args:
        pixels: (images, height, width, channels).
        random: Draws.
        white: Largest value of a pixel.

    Returns:
        The same shape, float32 from 0 to `white`.
    """
    from synthgen.metrics.images import network

    count = len(pixels)
    moved = network.transformed(pixels, transforms(count, pixels.shape[1:3], random))
    contrast = random.uniform(1 - MOST_CONTRAST, 1 + MOST_CONTRAST, (count, 1, 1, 1)).astype(np.float32)
    brightness = random.uniform(-MOST_BRIGHTNESS, MOST_BRIGHTNESS, (count, 1, 1, 1)).astype(np.float32)
    middle = moved.mean(axis=(1, 2, 3), keepdims=True)
    return np.clip((moved - middle) * contrast + middle + brightness * white, 0, white)


def transforms(count: int, size: tuple[int, ...], random: np.random.Generator) -> NDArray[np.float32]:
    """Returns affine maps from places in the new image to places in the old one, around the middle.

    Args:
        count: Images.
        size: Height and width.
        random: Draws.

    Returns:
        (images, 8): a row (a, b, c, d, e, f, 0, 0) takes (x, y) from (a x + b y + c, d x + e y + f).

    Example:
        >>> transforms(3, (28, 28), np.random.default_rng(0)).shape
        (3, 8)
    """
    height, width = size
    angle = np.radians(random.uniform(-MOST_DEGREES, MOST_DEGREES, count))
    zoom = random.uniform(1 - MOST_ZOOM, 1 + MOST_ZOOM, count)
    across, down = (random.uniform(-MOST_SHIFT, MOST_SHIFT, count) * side for side in (width, height))
    cosine, sine = np.cos(angle) * zoom, np.sin(angle) * zoom
    x, y = (width - 1) / 2, (height - 1) / 2
    nothing = np.zeros(count)
    rows = [cosine, -sine, x - cosine * x + sine * y + across, sine, cosine, y - sine * x - cosine * y + down]
    return np.stack([*rows, nothing, nothing], axis=1).astype(np.float32)
