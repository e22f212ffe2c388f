"""Kernel Inception Distance, in whatever features are at hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Measurement, Result
from synthgen.metrics.images.comparison import ImageComparison
from synthgen.metrics.images.pools import ImagePools, Pair
from synthgen.metrics.intervals import jackknife_groups, jackknife_interval
from synthgen.metrics.limits import Limits
from synthgen.metrics.narrowed import ADVICE, BY_CHANCE, LEAST_ABSENT

Doubles = NDArray[np.float64]
Integers = NDArray[np.int64]

AT_ONCE = 1_000
"""Rows of a table of kernels that are held at a time."""


@final
class KernelDistance(ImageComparison):
    """Squared maximum mean discrepancy of a cubic kernel, unbiased: 0 on average for equal laws, and so below 0 half of
    the time.

    Binkowski et al. 2018, "Demystifying MMD GANs", section 4, on features that are centred and scaled by the training
    images', since the kernel is not free of scale; pairs of one patient's images are left out like pairs of an image
    with itself. The standard error leaves out blocks of patients in turn.
    """

    name = "kid"
    title = "Kernel distance (KID)"
    family = "fidelity"
    question = "How far are synthetic images from real ones, in what a network sees in them?"
    headline = "Kernel distance (0: the same law)"
    criterion = "congruence"
    unit = "score"
    range = (None, None)
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.05, fail=0.5, both_sampled=True, strict=True)

    def compare(self, pools: ImagePools, pair: Pair) -> Measurement:
        """Computes the distance of both sides."""
        centre, scale = pools.once("feature scale", lambda: feature_scale(pools.train.features))
        base, other = ((pool.features.astype(np.float64) - centre) / scale for pool in (pair.base, pair.other))
        patients = [pool.patients for pool in (pair.base, pair.other)]
        *groups, number = jackknife_groups(patients[0], patients[1], pools.random("kid blocks"))
        values = kernel_distances(Side(base, patients[0], groups[0]), Side(other, patients[1], groups[1]), number)
        interval = jackknife_interval(float(values[0]), values[1:], bounds=(-np.inf, np.inf))
        error = float(np.sqrt((number - 1) / number * ((values[1:] - values[1:].mean()) ** 2).sum()))
        return Measurement(
            value=float(values[0]), interval=interval, details={"standard_error": error, "blocks": number}
        )

    def reviewed(self, result: Result, pools: ImagePools) -> Result:
        """Returns the result with a word on classes that have no synthetic image, which is no pass."""
        said = absent_classes(pools)
        if not said:
            return result
        if result.status == "pass":
            result = replace(result, status="warning", reason=said)
        return replace(result, notes=(*result.notes, said), details={**result.details, "sentence": said})


def absent_classes(pools: ImagePools) -> str:
    """Returns a sentence where classes of many training images have no synthetic one, beyond chance; else ""."""
    absent = [code for code in pools.shown_classes() if not (pools.synthetic.codes == code).any()]
    share = float(np.isin(pools.train.codes, absent).mean())
    if share < LEAST_ABSENT or (1 - share) ** len(pools.synthetic) >= BY_CHANCE:
        return ""
    return (
        f"{len(absent)} of {len(pools.classes)} classes, those of {100 * share:.0f} % of the training images, have no "
        f"synthetic image. {ADVICE}"
    )


@dataclass(frozen=True, eq=False)
class Side:
    """One set of images as the kernel sees it.

    Args:
        points: (images, dimensions).
        patients: (images,); pairs within a patient do not count.
        groups: (images,) which block each is left out with.
    """

    points: Doubles
    patients: Integers
    groups: Integers


def feature_scale(features: NDArray) -> tuple[Doubles, float]:
    """Returns the middle of features, and one scale for all of them.

    Args:
        features: (images, dimensions).

    Returns:
        (dimensions,) means, and the root of the mean variance, 1 where all are equal.
    """
    values = features.astype(np.float64)
    return values.mean(axis=0), float(np.sqrt(values.var(axis=0).mean())) or 1.0


def cubic_kernel(one: Doubles, other: Doubles) -> Doubles:
    """Returns (x . y / dimensions + 1) ** 3 for all pairs (Binkowski et al. 2018, equation 4).

    Example:
        >>> cubic_kernel(np.array([[1.0, 1.0]]), np.array([[1.0, 1.0], [0.0, 0.0]])).tolist()
        [[8.0, 1.0]]
    """
    table = one @ other.T / one.shape[1] + 1
    return table * table * table


def kernel_distances(base: Side, other: Side, groups: int) -> Doubles:
    """Returns the distance, and the distances without each block.

    Args:
        base: One set.
        other: The other.
        groups: Blocks.

    Returns:
        (1 + blocks,).

    Example:
        >>> apart = np.arange(4)
        >>> one = Side(np.zeros((4, 2)), apart, apart % 2)
        >>> kernel_distances(one, one, 2).tolist()
        [0.0, 0.0, 0.0]
    """
    within = [_means(_block_sums(side, side, groups, within=True)) for side in (base, other)]
    between = _means(_block_sums(base, other, groups, within=False))
    return within[0] + within[1] - 2 * between


def _block_sums(one: Side, other: Side, groups: int, *, within: bool) -> tuple[Doubles, Doubles]:
    """Sums of the kernel over pairs, and numbers of pairs, by block of either side, (blocks, blocks)."""
    sums, pairs = np.zeros((groups, groups)), np.zeros((groups, groups))
    belongs = np.eye(groups)[other.groups]  # (images of other, blocks)
    for start in range(0, len(one.points), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        table = cubic_kernel(one.points[part], other.points)
        counted = one.patients[part, None] != other.patients[None] if within else np.ones(table.shape, bool)
        rows = np.eye(groups)[one.groups[part]].T  # (blocks, images of this part)
        sums += rows @ (np.where(counted, table, 0.0) @ belongs)
        pairs += rows @ (counted @ belongs)
    return sums, pairs


def _means(found: tuple[Doubles, Doubles]) -> Doubles:
    """Mean over all pairs, then without each block: what is left is all but its row and its column."""
    totals = [
        np.append(table.sum(), table.sum() - table.sum(axis=0) - table.sum(axis=1) + np.diag(table)) for table in found
    ]
    return totals[0] / np.maximum(totals[1], 1)
