"""Images of one size, with what is known of each and whose each is."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
import pandas as pd

from synthgen.data.split import split
from synthgen.errors import SchemaError, did_you_mean

MOST_BITS = 16
"""Of a pixel."""


class ImageWarning(UserWarning):
    """Something about images that a person should look at before they are learned; the message says what."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class ImageSet:
    """Images of one size and kind.

    Args:
        pixels: (images, height, width, channels), or with a depth before the height for volumes; uint8 or uint16 from
            0 to ``2 ** bits - 1``, black to white.
        table: (images, columns) what is known of each: class, age, finding. Never names, dates or numbers of patients.
        label: Column of `table` that says the class; None: there are no classes.
        patients: (images,) whose each is, as numbers from 0. None: each is a patient's own.
        bits: That a pixel is stored in, 8 to 16.

    Example:
        >>> known = pd.DataFrame({"ill": [0, 1, 0, 1]})
        >>> ImageSet(pixels=np.zeros((4, 8, 8, 1), np.uint8), table=known, label="ill")
        <ImageSet 4 images of 8 x 8, 1 channel, 8 bits; 2 classes of 'ill'>
    """

    pixels: np.ndarray
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    label: str | None = None
    patients: np.ndarray | None = None
    bits: int = 8

    def __post_init__(self) -> None:
        images = len(self.pixels)
        if self.pixels.ndim not in (4, 5) or self.pixels.dtype not in (np.uint8, np.uint16):
            raise SchemaError(
                "pixels: expected whole numbers of 8 or 16 bits, (images, height, width, channels) or (images, depth, "
                f"height, width, channels). Received {self.pixels.dtype} of shape {self.pixels.shape}. See from_array."
            )
        if not 8 <= self.bits <= MOST_BITS or (images and int(self.pixels.max()) >= 2**self.bits):
            raise SchemaError(f"bits: expected 8 to {MOST_BITS}, enough for every pixel. Received {self.bits}.")
        if self.table.empty and not len(self.table.columns):
            object.__setattr__(self, "table", pd.DataFrame(index=pd.RangeIndex(images)))
        if len(self.table) != images:
            raise SchemaError(f"table: expected a row for each of {images} images. Received {len(self.table)}.")
        if self.label is not None and self.label not in self.table:
            known = did_you_mean(self.label, map(str, self.table.columns))
            raise SchemaError(f"label names {self.label!r}, which is not a column of the table.{known}")
        if self.patients is not None and np.shape(self.patients) != (images,):
            raise SchemaError(f"patients: expected one number for each of {images} images.")

    @classmethod
    def from_array(
        cls,
        values: np.ndarray,
        *,
        labels: Sequence[Any] | np.ndarray | None = None,
        patients: Sequence[Any] | np.ndarray | None = None,
        bounds: tuple[float, float] | None = None,
    ) -> ImageSet:
        """Returns images from numbers of any kind.

        Args:
            values: (images, height, width) or with channels last; whole numbers of 8 or 16 bits are taken as they are,
                others from `bounds`.
            labels: (images,) classes.
            patients: (images,) whose each is; only who is the same as whom is kept.
            bounds: What black and white stand for; needed for all but whole numbers of 8 or 16 bits. What lies
                beyond is cut.

        Raises:
            SchemaError: If there are no bounds where they are needed, or a number is missing.
        """
        values = np.asarray(values)
        stored = values.dtype in (np.uint8, np.uint16)
        if bounds is None and not stored:
            raise SchemaError(
                f"bounds: {values.dtype} pixels need to be told what black and white are, e.g. bounds=(-1, 1)."
            )
        if bounds is not None:
            values = quantised(values, bounds)
        if values.ndim == 3:
            values = values[..., None]
        known = {} if labels is None else {"label": np.asarray(labels).reshape(len(values))}
        whose = None if patients is None else pd.factorize(np.asarray(patients))[0]
        return cls(pixels=values, table=pd.DataFrame(known), label=None if labels is None else "label",
                   patients=whose, bits=8 * values.dtype.itemsize)  # fmt: skip

    def __len__(self) -> int:
        return len(self.pixels)

    def __repr__(self) -> str:
        size = " x ".join(str(side) for side in self.pixels.shape[1:-1])
        channels = self.pixels.shape[-1]
        classes = "" if self.label is None else f"; {len(self.classes)} classes of {self.label!r}"
        plural = "" if channels == 1 else "s"
        return f"<ImageSet {len(self)} images of {size}, {channels} channel{plural}, {self.bits} bits{classes}>"

    @property
    def classes(self) -> list[Any]:
        """The classes in their order; none without a label."""
        return [] if self.label is None else sorted(self.table[self.label].dropna().unique().tolist(), key=str)

    def take(self, places: np.ndarray | Sequence[int]) -> ImageSet:
        """Returns the images at the given positions."""
        chosen = np.asarray(places)
        whose = None if self.patients is None else self.patients[chosen]
        return ImageSet(pixels=self.pixels[chosen], table=self.table.iloc[chosen].reset_index(drop=True),
                        label=self.label, patients=whose, bits=self.bits)  # fmt: skip

    def split(self, *, holdout: float = 0.2, seed: int = 0) -> tuple[ImageSet, ImageSet]:
        """Returns images to learn from and images that only judges see; all of a patient go to the same side.

        Args:
            holdout: Share of the patients to hold out.
            seed: Of the choice.
        """
        whose = np.arange(len(self)) if self.patients is None else self.patients
        sides = split(pd.DataFrame({"patient": whose}), by="patient", holdout=holdout, seed=seed)
        return self.take(sides[0].index.to_numpy()), self.take(sides[1].index.to_numpy())

    def duplicates(self) -> list[list[int]]:
        """Returns the positions of images that are equal pixel by pixel, a list for each that is there more than once.

        A copy on the other side of a split makes every figure on memorising wrong.

        Example:
            >>> pixels = np.zeros((4, 2, 2, 1), np.uint8)
            >>> pixels[1] = 9
            >>> ImageSet(pixels=pixels).duplicates()
            [[0, 2, 3]]
        """
        places: dict[bytes, list[int]] = {}
        for place, image in enumerate(self.pixels):
            places.setdefault(hashlib.sha256(image.tobytes()).digest(), []).append(place)
        return [found for found in places.values() if len(found) > 1]

    def without_duplicates(self) -> ImageSet:
        """Returns the images without all but the first of equal ones."""
        again = {place for found in self.duplicates() for place in found[1:]}
        return self.take([place for place in range(len(self)) if place not in again])


def quantised(values: np.ndarray, bounds: tuple[float, float], *, bits: int = 8) -> np.ndarray:
    """Returns numbers as pixels: `bounds` become black and white, what lies beyond is cut.

    Args:
        values: Any shape.
        bounds: Lower and upper.
        bits: Of a pixel, 8 or 16.

    Raises:
        SchemaError: If the bounds are none, or a number is missing.

    Example:
        >>> quantised(np.array([-2.0, 0.0, 1.0]), (-1, 1)).tolist()
        [0, 128, 255]
    """
    low, high = bounds
    if not low < high:
        raise SchemaError(f"bounds: expected a lower and an upper number. Received {bounds}.")
    shares = (np.asarray(values, np.float64) - low) / (high - low)
    if np.isnan(shares).any():
        raise SchemaError(f"Expected a number in every pixel. {int(np.isnan(shares).sum())} are missing.")
    white = 2**bits - 1
    return np.floor(np.clip(shares, 0, 1) * white + 0.5).astype(np.uint8 if bits == 8 else np.uint16)
