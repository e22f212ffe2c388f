"""What every model of images shares: images on the device, batches of them, drawing in calls of one size."""

from abc import abstractmethod

import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import PrivateTraining
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.chunked import ChunkedModel
from synthgen.models.images.encoding import EncodedImages, in_parts, pixels_of
from synthgen.networks import heads
from synthgen.networks.geometry import Geometry
from synthgen.training.batches import shuffled

MOST_PIXELS = 2_000_000
"""Numbers that a call of drawing makes at once: bounds its memory."""

CHECKED_IMAGES = 3
"""Made-up images on which the lengths of gradients are checked."""

MOST_AT_ONCE = 256
"""Images of a call."""


def images_of_a_call(shape: tuple[int, ...]) -> int:
    """Returns how many images of a shape, (*sides, channels), a call makes.

    Example:
        >>> images_of_a_call((28, 28, 1)), images_of_a_call((128, 128, 3))
        (256, 40)
    """
    return int(np.clip(MOST_PIXELS // np.prod(shape), 1, MOST_AT_ONCE))


class ImageModel(ChunkedModel):
    """A model of images, and of what is known of each.

    Args:
        geometry: Of the images.
        layout: Of what is known.
        seed: Seed of everything random in training.
        losses: Names of what a step returns, in order.

    Attributes:
        private: How gradients are protected, where there is a privacy budget; to be set before training.
    """

    def __init__(self, geometry: Geometry, layout: Layout, *, seed: int, losses: tuple[str, ...]) -> None:
        super().__init__(seed=seed, losses=losses)
        self.geometry = geometry
        self.layout = layout
        self.private: PrivateTraining | None = None
        self._draw = backend.compiled(self._drawn, jit_compile=backend.has_gpu())

    @abstractmethod
    def generated(self, condition: Tensor, seed: Tensor) -> Tensor:
        """Returns images drawn by the sampler, (batch, *padded, channels); black is -1, white 1.

        Args:
            condition: (batch, num_conditions).
            seed: (2,) int32.
        """

    @property
    @abstractmethod
    def noise_dim(self) -> int:
        """Standard normal numbers that an image is made of."""

    @abstractmethod
    def from_noise(self, noise: Tensor, condition: Tensor) -> Tensor:
        """Returns the images that the sampler makes of given noise; see `generated`.

        Args:
            noise: (batch, noise_dim).
            condition: (batch, num_conditions).
        """

    @property
    def num_conditions(self) -> int:
        """Features of what is known of an image."""
        return self.layout.num_features

    def prepare(self, images: EncodedImages) -> None:
        """Puts the training images on the device; if there are too many, they come from disk a chunk at a time.

        Args:
            images: To learn.
        """
        self._streamed = images if images.streamed else None
        self._pixels = None if images.streamed else backend.resident(images.stored())
        self._codes = backend.resident(images.known.codes)
        self._scalars = backend.resident(images.known.scalars)
        self._white, self._num_images = images.white, len(images)

    def release(self) -> None:
        """Lets go of the training images."""
        self._pixels = self._codes = self._scalars = self._streamed = None

    @abstractmethod
    def check_private(self) -> None:
        """Makes sure, on made-up images, that training under a privacy budget finds lengths of gradients right.

        Raises:
            TrainingError: If it does not.
        """

    def made_up(self) -> tuple[Tensor, Tensor]:
        """Returns images of noise, (CHECKED_IMAGES, *padded, channels), and conditions of noise."""
        rng = np.random.default_rng(0)
        images = rng.uniform(-1, 1, (CHECKED_IMAGES, *self.geometry.shape)).astype("float32")
        condition = rng.uniform(0, 1, (CHECKED_IMAGES, self.num_conditions)).astype("float32")
        return ops.convert_to_tensor(images), ops.convert_to_tensor(condition)

    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        """Returns indices of images, (steps, batch) int32, under a budget drawn by chance, -1 where there is none; and
        their pixels, (steps, batch, *sides, channels), where they come from disk.
        """
        if self.private is not None:
            indices = self.private.batches(self._num_images, num_batches=steps_per_chunk)
        else:
            size = steps_per_chunk * batch_size
            indices = shuffled(self._num_images, num_drawn=size, first=number * size, seed=self.seed)
            indices = indices.reshape(steps_per_chunk, batch_size)
        if self._streamed is None:
            return (indices,)
        return indices, self._streamed.stored(np.maximum(indices, 0))

    def batch(self, data: tuple[Tensor, ...], *place: Tensor | int) -> tuple[Tensor, Tensor]:
        """Returns training images, (batch, *padded, channels), black is -1; and their conditions, (batch, features).

        Args:
            data: What `chunk` returned.
            place: Of the batch in it.
        """
        indices = ops.maximum(data[0][place], 0)
        stored = backend.taken(self._pixels, indices) if len(data) == 1 else data[1][place]
        images = ops.cast(stored, "float32") * (2 / self._white) - 1
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
        none = np.zeros((0, *sides, self.geometry.channels), np.uint8 if white < 256 else np.uint16)

        def call(codes: np.ndarray, scalars: np.ndarray) -> Tensor:
            return self._draw(codes, scalars, rng.integers(2**31, size=2, dtype=np.int32))

        at_once = images_of_a_call(self.geometry.shape)
        made = in_parts(call, known.codes, known.scalars, at_once=at_once)
        return np.concatenate([none, *(pixels_of(images, sides=sides, white=white) for images in made)])

    def _drawn(self, codes: Tensor, scalars: Tensor, seed: Tensor) -> Tensor:
        return ops.cast(self.generated(self._condition(codes, scalars), seed), "float32")

    def drawn_of(self, noise: Tensor, codes: Tensor, scalars: Tensor) -> Tensor:
        """Returns images made of given noise that show what is known, (batch, *padded, channels) float32.

        Args:
            noise: (batch, noise_dim).
            codes: (batch, columns) of what is known.
            scalars: (batch, columns) of what is known.
        """
        return ops.cast(self.from_noise(noise, self._condition(codes, scalars)), "float32")
