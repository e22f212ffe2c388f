"""The three sets of images side by side: checked, their features computed once, with seeded samples of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from synthgen.data.images.kind import ImageKind
from synthgen.data.kind import Kind
from synthgen.metrics.images.spaces import Extractor
from synthgen.metrics.judged import Judged, halves

MAX_IMAGES = 5_000
"""Images on each side in metrics that compare all pairs or train a network."""
RARE_BELOW = 10
"""Nothing is shown that fewer patients stand behind."""
FEWEST_OF_CLASS = 20
"""Images of a class, on either side, below which the class is not judged on its own."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Pool:
    """Images of one kind, with what the judges computed of them.

    Args:
        role: "train", "synthetic" or "holdout".
        pixels: (images, height, width, channels) whole numbers.
        features: (images, dimensions), in which images are compared.
        unlearned: (images, dimensions), from a network that never saw the training images, in which privacy is judged.
        small: (images, dimensions), the pixels themselves, made small.
        codes: (images,) class, or -1 where nobody says.
        patients: (images,) whose each is.
        places: (images,) position in the set that was handed over.
    """

    role: str
    pixels: NDArray
    features: NDArray[np.float32]
    unlearned: NDArray[np.float32]
    small: NDArray[np.float32]
    codes: NDArray[np.int64]
    patients: NDArray[np.int64]
    places: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pixels)

    def take(self, places: NDArray[np.int64]) -> Pool:
        """Returns the images at the given positions."""
        return replace(
            self, **{name: getattr(self, name)[places] for name in self.__dataclass_fields__ if name != "role"}
        )

    def of_class(self, code: int) -> Pool:
        """Returns the images of one class."""
        return self.take(np.flatnonzero(self.codes == code))


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Pair:
    """Two sets of images to compare.

    Args:
        base: Real ones.
        other: Those that are compared with them.
    """

    base: Pool
    other: Pool


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class ImagePools(Judged[Pool]):
    """What a metric of images is given.

    Args:
        classes: Names of the classes in the order of their codes; none without a label.
        white: Largest value of a pixel.
        extractor: What made `Pool.features`.
        unlearned: What made `Pool.unlearned`.
        centres: Means of the training images in either, which all features are given around.
        seeds: How many times a network is trained where its score is judged.
        max_images: Images on each side in costly metrics.
    """

    kind: ClassVar[type[Kind[Any]]] = ImageKind

    classes: Sequence[Any]
    white: int
    extractor: Extractor
    unlearned: Extractor
    centres: tuple[NDArray[np.float32], NDArray[np.float32]]
    label: str | None = None
    seeds: int = 3
    max_images: int = MAX_IMAGES

    @property
    def most(self) -> int:
        return self.max_images

    @property
    def shape(self) -> tuple[int, ...]:
        """(height, width, channels) of an image."""
        return tuple(self.train.pixels.shape[1:])

    @cached_property
    def real_pair(self) -> tuple[Pool, Pool, str]:
        """Two sets of real images, and where the second comes from.

        Train and holdout, or, without a holdout, two halves of train, split by patient.
        """
        if self.holdout is not None:
            return self.train, self.holdout, "holdout"
        first, second = halves(self.train.patients, self.random("halves"))
        return self.train.take(first), self.train.take(second), "half of train"

    @cached_property
    def value_pair(self) -> Pair:
        """Training and synthetic images, in the same mix of classes."""
        return self._pair(self.train, self.synthetic)

    @cached_property
    def reference_pair(self) -> Pair:
        """Real and real images, in the same mix of classes."""
        return self._pair(*self.real_pair[:2])

    def name_of(self, code: int) -> str:
        """Returns a class as people read it."""
        return str(self.classes[code])

    def shown_classes(self) -> list[int]:
        """Returns the classes that enough patients stand behind, in training and holdout images alike."""
        real = [pool for pool in (self.train, self.holdout) if pool is not None]
        return [
            code for code in range(len(self.classes))
            if all(len(np.unique(pool.patients[pool.codes == code])) >= RARE_BELOW for pool in real)
        ]  # fmt: skip

    def _pair(self, base: Pool, other: Pool) -> Pair:
        base, other = (self.sample(pool, self.max_images, purpose="compared") for pool in (base, other))
        shares = np.bincount(base.codes[base.codes >= 0], minlength=len(self.classes))
        return Pair(base=base, other=other.take(same_mix(other.codes, shares, self.random("mix"))))


def same_mix(codes: NDArray[np.int64], shares: NDArray, random: np.random.Generator) -> NDArray[np.int64]:
    """Returns positions that hold the classes in given shares, so that what differs is the images.

    All positions where that cannot be had: there are no classes, one is absent, or too few images would be left.

    Args:
        codes: (images,) classes.
        shares: (classes,) any scale.
        random: Chooses.

    Example:
        >>> kept = same_mix(np.repeat([0, 1], 300), np.array([1, 2]), np.random.default_rng(0))
        >>> np.bincount(np.repeat([0, 1], 300)[kept]).tolist()
        [150, 300]
    """
    everything = np.arange(len(codes))
    asked = np.flatnonzero(shares)
    if not len(asked):
        return everything
    counts = np.bincount(codes[codes >= 0], minlength=len(shares))
    kept = np.floor(shares * (counts[asked] / shares[asked]).min() + 1e-9).astype(np.int64)
    if kept.sum() < min(200, len(codes) / 2):
        return everything
    chosen = [random.choice(np.flatnonzero(codes == code), kept[code], replace=False) for code in asked]
    return np.sort(np.concatenate(chosen))
