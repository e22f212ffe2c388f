"""Random changes that a critic sees its images through, training and synthetic ones alike (Karras et al. 2020, ADA).

A critic that sees few images only ever changed cannot learn them by heart, and a generator does not learn the changes
themselves, as long as some images pass unchanged (section 2.2 there). Translation, zoom and flips are products with a
matrix along each side, so that they work for series, images and volumes, compile, and have gradients of any order.
"""

from dataclasses import dataclass

from keras import ops

from synthgen import backend
from synthgen.backend import Tensor

TRANSLATION = 1 / 8
"""Of a side, at most (Zhao et al. 2020, section 4)."""

ZOOM = 0.2
"""At most, up or down."""

BRIGHTNESS, CONTRAST = 0.2, 0.2
"""At most, of the span from black to white."""

CUTOUT = 0.5
"""Of each side, the part that turns grey (Zhao et al. 2020, section 4)."""


@dataclass(frozen=True)
class Augmentation:
    """Which changes, and how often each.

    Args:
        probability: Of each kind of change, for each image; in [0, 1).
        flips: Sides along which images may be mirrored, by position (0 is the first). None by default: left and right
            of a body are not the same.

    Example:
        >>> import numpy as np
        >>> images = ops.convert_to_tensor(np.zeros((4, 8, 8, 1), "float32"))
        >>> Augmentation(probability=0.3)(images, backend.step_seed(0, 1)).shape
        TensorShape([4, 8, 8, 1])
    """

    probability: float
    flips: tuple[int, ...] = ()

    def __call__(self, images: Tensor, seed: Tensor) -> Tensor:
        """Returns changed images, (batch, *sides, channels).

        Args:
            images: (batch, *sides, channels), black is -1.
            seed: (2,) int32.
        """
        if not self.probability:
            return images
        rank = len(images.shape) - 2
        shown = images + 1  # what comes in from outside is black
        zoom = ops.exp(self._amounts(images, seed, 0, ZOOM))
        for side in range(rank):
            shift = self._amounts(images, seed, 1 + side, TRANSLATION)
            shown = _resampled(shown, side, zoom=zoom, shift=shift, mirrored=self._mirrored(images, seed, side))
        spread = (-1, *[1] * (rank + 1))
        brightness = ops.reshape(self._amounts(images, seed, 5, BRIGHTNESS), spread)
        contrast = ops.reshape(ops.exp(self._amounts(images, seed, 6, CONTRAST)), spread)
        return ((shown - 1) * contrast + 2 * brightness) * self._kept(images, seed, rank)

    def _uniform(self, images: Tensor, seed: Tensor, use: int) -> Tensor:
        return backend.uniform((ops.shape(images)[0],), backend.step_seed(use, seed[0], seed[1]))  # (batch,)

    def _happens(self, images: Tensor, seed: Tensor, use: int) -> Tensor:
        return ops.cast(self._uniform(images, seed, 20 + use) < self.probability, "float32")  # (batch,)

    def _amounts(self, images: Tensor, seed: Tensor, use: int, most: float) -> Tensor:
        """From -most to most where the change happens, 0 elsewhere, (batch,)."""
        return self._happens(images, seed, use) * most * (2 * self._uniform(images, seed, use) - 1)

    def _mirrored(self, images: Tensor, seed: Tensor, side: int) -> Tensor:
        if side not in self.flips:
            return ops.zeros((ops.shape(images)[0],))
        return ops.cast(self._uniform(images, seed, 10 + side) < 0.5, "float32")

    def _kept(self, images: Tensor, seed: Tensor, rank: int) -> Tensor:
        """1, but 0 in a box of the images that are cut, (batch, *sides, 1)."""
        inside = self._happens(images, seed, 7)
        inside = ops.reshape(inside, (-1, *[1] * (rank + 1)))
        for side in range(rank):
            size = images.shape[1 + side]
            centre = self._uniform(images, seed, 13 + side) * size
            far = ops.abs(ops.arange(size, dtype="float32") + 0.5 - centre[:, None])  # (batch, size)
            near = ops.cast(far < CUTOUT * size / 2, "float32")
            inside = inside * ops.reshape(near, (-1, *[size if other == side else 1 for other in range(rank)], 1))
        return 1 - inside


def _resampled(images: Tensor, side: int, *, zoom: Tensor, shift: Tensor, mirrored: Tensor) -> Tensor:
    """Images stretched about the middle and moved along one side, by linear interpolation; nothing from outside.

    Args:
        images: (batch, *sides, channels).
        side: Which.
        zoom: (batch,), 1 leaves sizes as they are.
        shift: (batch,), of the side.
        mirrored: (batch,), 1 or 0.
    """
    size = images.shape[1 + side]
    places = ops.arange(size, dtype="float32")
    middle = (size - 1) / 2
    direction = (1 - 2 * mirrored) / zoom
    sources = middle + (places[None] - middle) * direction[:, None] + size * shift[:, None]  # (batch, size)
    weights = ops.relu(1 - ops.abs(sources[:, :, None] - places[None, None]))  # (batch, size, source)
    front = ops.moveaxis(images, 1 + side, 1)
    flat = ops.reshape(front, (ops.shape(front)[0], size, -1))
    moved = ops.reshape(ops.matmul(weights, flat), ops.shape(front))
    return ops.moveaxis(moved, 1, 1 + side)
