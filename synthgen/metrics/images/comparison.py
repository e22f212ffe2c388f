"""A metric that compares two sets of images: the value, real against real, and both again for each class."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import ClassVar, final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.metrics.base import CONFIDENCE, Measurement, Metric, NotComputed, Part
from synthgen.metrics.images.pools import FEWEST_OF_CLASS, ImagePools, Pair

FEWEST_IMAGES = 20
"""On either side, below which nothing is compared."""


class ImageComparison(Metric[ImagePools]):
    """Compares any two sets of images, so that its reference is the same comparison of real with real.

    A subclass writes `compare`. Both sides hold the classes in the training images' shares, see `pools.same_mix`.
    """

    breakdown = "class"
    equal_numbers: ClassVar[bool] = False
    """Whether the figure depends on the numbers of images, so that both sides must be equally large."""

    @abstractmethod
    def compare(self, pools: ImagePools, pair: Pair) -> Measurement:
        """Compares one side with the other."""

    @final
    def measure(self, pools: ImagePools) -> Measurement:
        """Measures synthetic against train and real against real."""
        asked, real = pools.value_pair, pools.reference_pair
        measured = self._compared(pools, asked)
        try:
            reference = self._compared(pools, real)
        except NotComputed as reason:
            return replace(measured, parts=self._by_class(pools), notes=(f"No reference, because {reason}",))
        matched = None
        fewest = min(len(real.base), len(real.other))
        if self.equal_numbers and fewest < min(len(asked.base), len(asked.other)):
            matched = self._compared(pools, asked, most=fewest).value
        note = (
            f"Features: {pools.extractor}. {len(asked.other)} synthetic images against {len(asked.base)} training "
            f"images; real data: {len(real.other)} against {len(real.base)}."
        )
        return replace(
            measured, parts=self._by_class(pools), matched=matched, reference=reference.value,
            reference_interval=reference.interval, reference_source=pools.real_pair[2],
            details={**measured.details, "reference": dict(reference.details)},
            notes=(note,),
        )  # fmt: skip

    def _compared(self, pools: ImagePools, pair: Pair, *, most: int | None = None) -> Measurement:
        """Compares; `most` images of either side where numbers have to be equal."""
        fewest = min(len(pair.base), len(pair.other))
        if fewest < FEWEST_IMAGES:
            raise NotComputed(f"at least {FEWEST_IMAGES} images are needed on either side; there are {fewest}.")
        if self.equal_numbers:
            fewest = fewest if most is None else most
            pair = Pair(base=pools.sample(pair.base, fewest, purpose="equal base"),
                        other=pools.sample(pair.other, fewest, purpose="equal other"))  # fmt: skip
        return self.compare(pools, pair)

    def _by_class(self, pools: ImagePools) -> tuple[Part, ...]:
        """Returns a part for each class that enough patients stand behind."""
        parts = []
        for code in pools.shown_classes():
            asked, real = (
                Pair(base=pair.base.of_class(code), other=pair.other.of_class(code))
                for pair in (pools.value_pair, pools.reference_pair)
            )
            name = (pools.name_of(code),)
            few = min(len(asked.base), len(asked.other))
            if few < FEWEST_OF_CLASS:
                note = f"fewer than {FEWEST_OF_CLASS} images of this class on one side."
                parts.append(Part(names=name, value=None, note=note))
                continue
            least = min(len(real.base), len(real.other))
            enough = least >= FEWEST_OF_CLASS
            reference = self._compared(pools, real).value if enough else None
            # beside its reference, so with as many images as stand behind that
            found = self._compared(pools, asked, most=min(few, least) if enough else None)
            parts.append(Part(names=name, value=found.value, reference=reference, interval=found.interval))
        return tuple(parts)


def mean_interval(
    values: NDArray, patients: NDArray[np.int64], *, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Returns the interval of a mean of values that are alike within patients.

    Args:
        values: (images,).
        patients: (images,).
        confidence: In (0, 1).

    Example:
        >>> low, high = mean_interval(np.array([0.0, 2.0] * 50), np.arange(100))
        >>> round(low, 1), round(high, 1)
        (0.8, 1.2)
    """
    mean = float(values.mean())
    _, codes = np.unique(patients, return_inverse=True)
    sums = np.bincount(codes, weights=values - mean)
    groups = len(sums)
    if groups < 2:
        return mean, mean
    error = float(np.sqrt((sums**2).sum() * groups / (groups - 1))) / len(values)
    half = float(stats.t.ppf((1 + confidence) / 2, groups - 1)) * error
    return mean - half, mean + half
