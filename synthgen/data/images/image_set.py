"""Images of one size, with what is known of each and whose each is."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
import pandas as pd

from synthgen.data.images.disk import beside, pieces_of, taken
from synthgen.data.images.quantisation import quantised
from synthgen.data.split import held_out, patient_codes
from synthgen.errors import SchemaError, did_you_mean

MOST_BITS = 16
"""Of a pixel."""

MOST_CHANNELS = 4
"""That arrays are taken to have; more are volumes more likely."""


class ImageWarning(UserWarning):
    """Something about images that a person should look at before they are learned; the message says what."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class ImageSet:
    """Images of one size and kind.

    Args:
        pixels: (images, height, width, channels), or with a depth before the height for volumes; uint8 or uint16 from
            0 to ``2 ** bits - 1``, black to white. A `numpy.memmap` stays on disk: see `read_images(cache=)`.
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
        deeper = self.bits < 8 * self.pixels.dtype.itemsize  # only then can a pixel be too large
        if not 8 <= self.bits <= MOST_BITS or (images and deeper and int(self.pixels.max()) >= 2**self.bits):
            raise SchemaError(f"bits: expected 8 to {MOST_BITS}, enough for every pixel. Received {self.bits}.")
        if self.table.empty and not len(self.table.columns):
            object.__setattr__(self, "table", pd.DataFrame(index=pd.RangeIndex(images)))
        if len(self.table) != images:
            raise SchemaError(f"table: expected a row for each of {images} images. Received {len(self.table)}.")
        if self.label is not None and self.label not in self.table:
            known = did_you_mean(self.label, map(str, self.table.columns))
            raise SchemaError(f"label names {self.label!r}, which is not a column of the table.{known}")
        if self.patients is not None and np.shape(self.patients) != (images,):
            shape = np.shape(self.patients)
            raise SchemaError(f"patients: expected one number for each of {images} images. Received shape {shape}.")

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
            values: (images, height, width) or with channels last, or volumes with a depth before the height and
                channels last; whole numbers of 8 or 16 bits are taken as they are, others from `bounds`. What
                ``numpy.load(path, mmap_mode="r")`` gives stays on disk.
            labels: (images,) classes.
            patients: (images,) whose each is; only who is the same as whom is kept.
            bounds: What black and white stand for; needed for all but whole numbers of 8 or 16 bits. What lies
                beyond is cut.

        Raises:
            SchemaError: If there are no bounds where they are needed, a number is missing, or shapes do not fit.

        Example:
            >>> ImageSet.from_array(np.zeros((3, 8, 8), np.uint8), labels=["ill", "well", "ill"])
            <ImageSet 3 images of 8 x 8, 1 channel, 8 bits; 2 classes of 'label'>
        """
        values = _array(values)
        stored = values.dtype in (np.uint8, np.uint16)
        if bounds is None and not stored:
            raise SchemaError(
                f"bounds: {values.dtype} pixels need to be told what black and white are, e.g. bounds=(-1, 1)."
            )
        if bounds is not None and isinstance(values, np.memmap) and len(values):
            values = beside(values, (quantised(piece, bounds) for piece in pieces_of(values)))
        elif bounds is not None:
            values = quantised(values, bounds)
        if values.ndim == 3:
            values = values[..., None]
        if labels is not None and np.size(labels) != len(values):
            raise SchemaError(
                f"labels: expected one class for each of {len(values)} images. Received shape {np.shape(labels)}."
            )
        known = {} if labels is None else {"label": np.asarray(labels).reshape(len(values))}
        whose = None if patients is None else patient_codes(pd.Series(np.asarray(patients)))
        return cls(pixels=values, table=pd.DataFrame(known), label=None if labels is None else "label",
                   patients=whose, bits=8 * values.dtype.itemsize)  # fmt: skip

    @classmethod
    def from_dataset(
        cls,
        dataset: Iterable[Any],
        *,
        batched: bool | None = None,
        bounds: tuple[float, float] | None = None,
        cache: str | os.PathLike[str] | None = None,
    ) -> ImageSet:
        """Returns the images of a `tf.data.Dataset`, or of anything that yields arrays; TensorFlow is not needed.

        Args:
            dataset: Of images, or of pairs of an image and its class: a number or a word. It has an end.
            batched: Whether each element is a batch. None: its classes say so; where there are none it has to be said.
            bounds: See `from_array`.
            cache: Where pixels are kept, an .npy file; None: in memory. It holds raw images: keep it where these may
                be.

        Raises:
            SchemaError: If elements are no images of one size, or there are none, or no end to them.

        Example:
            >>> pairs = [(np.zeros((8, 8), np.uint8), "ill"), (np.ones((8, 8), np.uint8), "well")]
            >>> ImageSet.from_dataset(pairs)
            <ImageSet 2 images of 8 x 8, 1 channel, 8 bits; 2 classes of 'label'>
        """
        from synthgen.data.images.streams import gathered

        pixels, labels = gathered(dataset, batched=batched, bounds=bounds, cache=cache)
        return cls.from_array(pixels, labels=labels)

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
        """Returns the images at the given positions; those of a file on disk stay on disk where they are many.

        They are then in a file without a name in the same folder, which goes with them.
        """
        chosen = np.asarray(places)
        chosen = np.flatnonzero(chosen) if chosen.dtype == bool else chosen.astype(np.int64)
        whose = None if self.patients is None else self.patients[chosen]
        return ImageSet(pixels=taken(self.pixels, chosen), table=self.table.iloc[chosen].reset_index(drop=True),
                        label=self.label, patients=whose, bits=self.bits)  # fmt: skip

    def split(self, *, holdout: float = 0.2, seed: int = 0) -> tuple[ImageSet, ImageSet]:
        """Returns images to learn from and images that only judges see; all of a patient go to the same side.

        Args:
            holdout: Share of the patients to hold out.
            seed: Of the choice.

        Raises:
            SchemaError: If `holdout` is not between 0 and 1, or a side would be empty.
        """
        whose = np.arange(len(self)) if self.patients is None else patient_codes(pd.Series(self.patients))
        held = held_out(whose, share=holdout, seed=seed, unit="patients of images")
        return self.take(np.flatnonzero(~held)), self.take(np.flatnonzero(held))

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


def _array(values: Any) -> np.ndarray:
    """Images as an array; volumes that would be read as images of very many channels are refused."""
    try:
        values = values if isinstance(values, np.memmap) else np.asarray(values)
    except ValueError:
        raise SchemaError("values: expected images of one size. Received several. Resize them first.") from None
    if values.ndim not in (3, 4, 5):
        raise SchemaError(
            "values: expected (images, height, width), or with channels last, or (images, depth, height, width, "
            f"channels). Received shape {values.shape}."
        )
    if values.ndim == 4 and values.shape[-1] > MOST_CHANNELS:
        raise SchemaError(
            f"values: shape {values.shape} would be images of {values.shape[-1]} channels. Expected at most "
            f"{MOST_CHANNELS}. For volumes, (images, depth, height, width), hand over values[..., None]; for that "
            "many channels use ImageSet(pixels=values)."
        )
    return values
