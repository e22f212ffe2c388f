"""Pairs of images as a kind of data: `ImagePairs`, a pair each."""

import os
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn, final

import numpy as np
import pandas as pd

from synthgen.data.image_pairs.image_pairs import ImagePairs
from synthgen.data.images.kind import ImageKind
from synthgen.data.kind import Kind, Source, Words
from synthgen.data.split import held_out, patient_codes
from synthgen.errors import ReadError, SchemaError, WriteError


@final
class ImagePairKind(Kind[ImagePairs]):
    """Two sets of images, which stand in two places: no path holds pairs."""

    name = "image_pairs"
    words = Words(thing="image pair", things="image pairs", whole="set", these="these image pairs")
    where = ""

    def claims(self, path: Source) -> bool:
        return False

    def holds(self, value: Any) -> bool:
        return isinstance(value, ImagePairs)

    def read(self, path: Source, **options: Any) -> NoReturn:
        raise ReadError(f"{path}: no file holds pairs. Read both sets: sg.ImagePairs(sg.read(one), sg.read(other)).")

    def write(self, data: ImagePairs, path: str | os.PathLike[str], **options: Any) -> NoReturn:
        raise WriteError(f"{path}: no file holds pairs. Write both sets: sg.write(pairs.source, ...), pairs.target.")

    def split(self, data: ImagePairs, *, by: str | None, holdout: float, seed: int) -> tuple[ImagePairs, ImagePairs]:
        if by is not None:
            raise SchemaError(f"by names {by!r}, but images know whose they are: they are divided by patient.")
        if not data.paired:
            came, theirs = (None, None) if data.source is None else data.source.split(holdout=holdout, seed=seed)
            learned, others = data.target.split(holdout=holdout, seed=seed)
            return ImagePairs(came, learned, paired=False), ImagePairs(theirs, others, paired=False)
        whose = patient_codes(pd.Series(data.patients))
        held = held_out(whose, share=holdout, seed=seed, unit="patients of image pairs")
        return data.take(np.flatnonzero(~held)), data.take(np.flatnonzero(held))

    def contents(self, data: ImagePairs, columns: Sequence[str]) -> Iterator[bytes]:
        images = ImageKind()
        if data.source is None:
            yield from images.contents(data.target, columns)
        elif data.paired:
            sides = (images.contents(side, columns) for side in (data.source, data.target))
            yield from (came + became for came, became in zip(*sides, strict=True))
        else:
            yield from images.contents(data.source, columns)
            yield from images.contents(data.target, columns)

    def digest(self, data: ImagePairs) -> str:
        """Returns the digest of what they became, which is what is judged, and released if anything is."""
        return ImageKind().digest(data.target)
