"""What every model of images shares: images on the device, batches of them, drawing in calls of one size."""

from abc import abstractmethod

import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.image import EncodedImages, pixels_of
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.chunked import ChunkedModel
from synthgen.networks import heads
from synthgen.networks.geometry import Geometry
from synthgen.training.batches import shuffled

MOST_PIXELS = 2_000_000
"""Numbers that a call of drawing makes at once: bounds its memory."""

MOST_AT_ONCE = 256
"""Images of a call."""


class ImageModel(ChunkedModel):
    """A model of images, and of what is known of each.

    Args:
        geometry: Of the images.
        layout: Of what is known.
        seed: Of everything random in training.
        losses: Names of what a step returns, in order.
    """

    def __init__(self, geometry: Geometry, layout: Layout, *, seed: int, losses: tuple[str, ...]) -> None:
        super().__init__(seed=seed, losses=losses)
        self.geometry = geometry
        self.layout = layout
        pixels = geometry.channels * int(np.prod(geometry.padded))
        self._at_once = int(np.clip(MOST_PIXELS // pixels, 1, MOST_AT_ONCE))
        self._draw = backend.compiled(self._drawn, jit_compile=backend.has_gpu())

    @abstractmethod
    def generated(self, condition: Tensor, seed: Tensor) -> Tensor:
        """Returns images drawn by the sampler, (batch, *padded, channels); black is -1, white 1.

        Args:
            condition: (batch, num_conditions).
            seed: (2,) int32.
        """

    @property
    def num_conditions(self) -> int:
        """Features of what is known of an image."""
        return self.layout.num_features

    def prepare(self, images: EncodedImages) -> None:
        """Puts the training images on the device.

        Args:
            images: To learn.
        """
        self._pixels = backend.resident(images.pixels)
        self._codes = backend.resident(images.known.codes)
        self._scalars = backend.resident(images.known.scalars)
        self._white, self._num_images = images.white, len(images)

    def release(self) -> None:
        """Lets go of the training images."""
        self._pixels = self._codes = self._scalars = None

    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        size = steps_per_chunk * batch_size
        indices = shuffled(self._num_images, num_drawn=size, first=number * size, seed=self.seed)
        return (indices.reshape(steps_per_chunk, batch_size),)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        """Returns training images, (batch, *padded, channels), black is -1; and their conditions, (batch, features).

        Args:
            indices: (batch,) int32.
        """
        images = ops.cast(backend.taken(self._pixels, indices), "float32") * (2 / self._white) - 1
        padding = [(0, 0)]
        for side, padded in zip(self.geometry.sides, self.geometry.padded, strict=True):
            first = (padded - side) // 2
            padding.append((first, padded - side - first))
        images = ops.pad(images, [*padding, (0, 0)], constant_values=-1)
        if not self.num_conditions:
            return images, ops.zeros((ops.shape(images)[0], 0))
        return images, self._condition(backend.taken(self._codes, indices), backend.taken(self._scalars, indices))

    def _condition(self, codes: Tensor, scalars: Tensor) -> Tensor:
        if not self.num_conditions:
            return ops.zeros((ops.shape(codes)[0], 0))
        return heads.expand(self.layout, codes, scalars)  # (batch, features)

    def draw(self, known: EncodedTable, *, white: int, rng: np.random.Generator) -> np.ndarray:
        """Draws an image for each row of what is known.

        Args:
            known: (images) encoded.
            white: The largest value a pixel can have.
            rng: Source of chance. The same state gives the same images.

        Returns:
            (images, *sides, channels) uint8 or uint16.
        """
        sides = self.geometry.sides
        drawn = [np.zeros((0, *sides, self.geometry.channels), np.uint8 if white < 256 else np.uint16)]
        for start in range(0, len(known), self._at_once):
            part = known.take(slice(start, start + self._at_once))
            missing = self._at_once - len(part)  # every call has one size, so that it is compiled once
            codes, scalars = (np.pad(array, [(0, missing), (0, 0)]) for array in (part.codes, part.scalars))
            images = self._draw(codes, scalars, rng.integers(2**31, size=2, dtype=np.int32))
            drawn.append(pixels_of(images.numpy()[: len(part)], sides=sides, white=white))
        return np.concatenate(drawn)

    def _drawn(self, codes: Tensor, scalars: Tensor, seed: Tensor) -> Tensor:
        return ops.cast(self.generated(self._condition(codes, scalars), seed), "float32")
