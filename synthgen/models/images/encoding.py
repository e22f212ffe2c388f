"""Images with what is known of each, as models see them; and back to pixels."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from synthgen.encoding.layout import EncodedTable

MOST_LOADED = 2**29
"""Bytes of an array on disk up to which it is loaded and trained on like any other."""

AT_ONCE = 1_024
"""Images of such an array that are read together."""


@dataclass(frozen=True)
class EncodedImages:
    """Images and what is known of each.

    Args:
        pixels: (images, *sides, channels) uint8 or uint16, as they are stored: four times smaller than numbers. A
            `numpy.memmap` stays on disk, if it is large.
        white: The largest value a pixel can have.
        known: (images) encoded; of a layout without blocks where nothing is known.
        places: (images,) which of `pixels` they are; None: all.
    """

    pixels: np.ndarray
    white: int
    known: EncodedTable
    places: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.pixels) if self.places is None else len(self.places)

    @property
    def streamed(self) -> bool:
        """Whether training reads images from disk as it needs them."""
        return isinstance(self.pixels, np.memmap) and self.pixels.nbytes > MOST_LOADED

    def take(self, places: np.ndarray | slice) -> Self:
        """Returns the images at the given positions.

        Args:
            places: Positions, booleans or a slice.
        """
        known = self.known.take(places)
        if not self.streamed:
            return type(self)(self.stored(places), self.white, known)
        return type(self)(self.pixels, self.white, known, self._all()[places])

    def stored(self, places: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Returns pixels in memory, (..., *sides, channels).

        Args:
            places: As for `take`, of any shape.
        """
        if not isinstance(self.pixels, np.memmap) and self.places is None:
            return self.pixels[places]
        return np.asarray(self.pixels[self._all()[places]])

    def digest(self) -> bytes:
        """Returns a hash of all of it, which holds a few images at a time in memory."""
        found = hashlib.sha256()
        for start in range(0, len(self), AT_ONCE):
            found.update(self.stored(slice(start, start + AT_ONCE)).tobytes())
        found.update(self.known.codes.tobytes())
        return found.digest()

    def _all(self) -> np.ndarray:
        return np.arange(len(self.pixels)) if self.places is None else self.places


def in_parts(call: Callable[..., Any], *arrays: np.ndarray, at_once: int) -> Iterator[np.ndarray]:
    """Yields what a compiled function makes of arrays, a part at a time, every call of one size: it is compiled once.

    Args:
        call: Takes (at_once, ...) of each array and returns a tensor of as many rows; rows that are missing at the end
            are filled with 0.
        arrays: (rows, ...), all of as many.
        at_once: Rows of a call.

    Example:
        >>> import keras
        >>> doubled = in_parts(lambda rows: keras.ops.convert_to_tensor(2 * rows), np.arange(3), at_once=2)
        >>> [part.tolist() for part in doubled]
        [[0, 2], [4]]
    """
    for start in range(0, len(arrays[0]), at_once):
        parts = [array[start : start + at_once] for array in arrays]
        held = len(parts[0])
        filled = [np.pad(part, [(0, at_once - held), *[(0, 0)] * (part.ndim - 1)]) for part in parts]
        yield call(*filled).numpy()[:held]


def pixels_of(images: np.ndarray, *, sides: tuple[int, ...], white: int) -> np.ndarray:
    """Returns what a generator said as pixels: -1 is black, 1 white, what lies beyond is cut; padding is taken off.

    Args:
        images: (images, *padded sides, channels) float32.
        sides: Of the images, at most those of `images`; what is too much is taken off evenly.
        white: The largest value a pixel can have.

    Returns:
        (images, *sides, channels) uint8, or uint16 where white needs it.

    Example:
        >>> pixels_of(np.array([-3.0, -1.0, 0.0, 1.0]).reshape(1, 4, 1), sides=(4,), white=255).ravel().tolist()
        [0, 0, 128, 255]
    """
    cut = [slice(None)]
    for side, padded in zip(sides, images.shape[1:-1], strict=True):
        first = (padded - side) // 2
        cut.append(slice(first, first + side))
    shares = np.clip((images[tuple(cut)] + 1) / 2, 0, 1)
    return np.floor(shares * white + 0.5).astype(np.uint8 if white < 256 else np.uint16)
