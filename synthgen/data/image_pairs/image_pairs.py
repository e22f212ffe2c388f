"""Two sets of images that belong together: what comes in, and what goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import pandas as pd

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import SchemaError


@final
@dataclass(frozen=True, eq=False)
class ImagePairs:
    """Images, and what they become: what a translator learned, what it made, or the truth.

    Args:
        source: Images that come in; None: they are not at hand, and nothing is compared with them.
        target: Images that go out: real ones, or translations. Their sides may be larger.
        paired: Whether target i is what source i should become, or became. False: two piles of images of two kinds.

    Raises:
        SchemaError: If a set is none; or if pairs are not as many on either side, or of different patients.

    Example:
        >>> clean = ImageSet.from_array(np.zeros((3, 8, 8), np.uint8))
        >>> ImagePairs(clean, clean)
        <ImagePairs 3 images of 8 x 8, 1 channel, 8 bits; of each what it becomes: 8 x 8, 1 channel, 8 bits>
    """

    source: ImageSet | None
    target: ImageSet
    paired: bool = True

    def __post_init__(self) -> None:
        for name in ("source", "target"):
            images = getattr(self, name)
            if not isinstance(images, ImageSet) and (name == "target" or images is not None):
                raise SchemaError(
                    f"{name}: expected an ImageSet. Received {type(images).__name__}. Read images with sg.read, or "
                    "turn an array into one with sg.ImageSet.from_array."
                )
        if self.paired and self.source is not None:
            check_pairs(self.source, self.target)

    def __len__(self) -> int:
        return len(self.target)

    def __repr__(self) -> str:
        became = repr(self.target).removeprefix("<ImageSet ").rstrip(">")
        if self.source is None:
            return f"<ImagePairs of unknown sources; {became}>"
        came = repr(self.source).removeprefix("<ImageSet ").rstrip(">")
        if not self.paired:
            return f"<ImagePairs, no pairs: {came}; others: {became}>"
        return f"<ImagePairs {came}; of each what it becomes: {became.partition(' images of ')[2]}>"

    @property
    def patients(self) -> np.ndarray:
        """(pairs,) whose each is; where neither set knows, each is a patient's own. Of piles, those of the target."""
        known = [images for images in (self.source, self.target) if images is not None]
        named = (
            next((images.patients for images in known if images.patients is not None), None) if self.paired else None
        )
        whose = self.target.patients if named is None else named
        return np.arange(len(self)) if whose is None else np.asarray(whose, np.int64)

    def take(self, places: np.ndarray | Sequence[int]) -> ImagePairs:
        """Returns the pairs at the given positions.

        Args:
            places: Positions, or booleans.

        Raises:
            SchemaError: If they are no pairs.
        """
        if not self.paired:
            raise SchemaError("take: these are no pairs, so that a position says nothing. Take from source and target.")
        source = None if self.source is None else self.source.take(places)
        return replace(self, source=source, target=self.target.take(places))


def check_pairs(source: ImageSet, target: ImageSet) -> None:
    """Refuses sets that are no pairs: of another number, or of other people.

    Args:
        source: Images that come in.
        target: Images that go out.

    Raises:
        SchemaError: Names the counts, and the way out.
    """
    if len(source) != len(target):
        raise SchemaError(
            f"target: expected an image for each of the {len(source)} images of source, in their order. Received "
            f"{len(target)}. Take the images that both have; or say that they are no pairs: paired=False, or to learn "
            "kind='unpaired'."
        )
    if source.patients is None or target.patients is None:
        return
    # numbers of patients mean nothing beyond a set: what must agree is who is the same as whom
    ours, theirs = (pd.factorize(np.asarray(images.patients))[0] for images in (source, target))
    if (ours != theirs).any():
        raise SchemaError(
            f"target: expected the patients of source in the same places. {int((ours != theirs).sum())} of "
            f"{len(source)} images are of somebody else. Sort both sets by patient and image."
        )
