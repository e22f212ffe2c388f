"""Images with what is known of each, as models see them; and back to pixels."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from synthgen.encoding.layout import EncodedTable


@dataclass(frozen=True)
class EncodedImages:
    """Images and what is known of each.

    Args:
        pixels: (images, *sides, channels) uint8 or uint16, as they are stored: four times smaller than numbers.
        white: The largest value a pixel can have.
        known: (images) encoded; of a layout without blocks where nothing is known.
    """

    pixels: np.ndarray
    white: int
    known: EncodedTable

    def __len__(self) -> int:
        return len(self.pixels)

    def take(self, places: np.ndarray | slice) -> Self:
        """Returns the images at the given positions.

        Args:
            places: Positions, booleans or a slice.
        """
        return type(self)(self.pixels[places], self.white, self.known.take(places))


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
