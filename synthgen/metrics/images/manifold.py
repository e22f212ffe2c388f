"""Precision, recall, density and coverage: do synthetic images lie where real ones do, and everywhere they do?

Around each image lies a ball that reaches to its fifth nearest image of the same side. Precision and recall after
Kynkäänniemi et al. 2019, section 3; density and coverage, which a single outlier does not spoil, after Naeem et al.
2020, section 3. All four depend on how many images there are, so both sides are equally many, and real data is judged
with the same number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Measurement
from synthgen.metrics.distance import squared_distances
from synthgen.metrics.images.comparison import ImageComparison, mean_interval
from synthgen.metrics.images.pools import ImagePools, Pair, Pool
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.limits import Limits

NEIGHBOURS = 5
"""How far a ball reaches: to the neighbour of this rank."""

Floats = NDArray[np.float32]


@final
@dataclass(frozen=True, eq=False)
class Manifold:
    """What lies in whose ball.

    Args:
        holders: (other,) in how many balls of the base each of the other images lies.
        held: (base,) whether each image of the base lies in a ball of another image.
        reached: (base,) whether an image of the other lies in the ball of each of the base.
    """

    holders: NDArray[np.int64]
    held: NDArray[np.bool_]
    reached: NDArray[np.bool_]


def manifold(base: Floats, other: Floats, *, neighbours: int = NEIGHBOURS) -> Manifold:
    """Returns what lies in whose ball.

    Args:
        base: (images, dimensions) of real images.
        other: (images, dimensions), of those that are compared with them.
        neighbours: Rank of the neighbour that a ball reaches to.

    Example:
        >>> line = np.arange(8, dtype=np.float32)[:, None]
        >>> found = manifold(line, line[:2], neighbours=1)
        >>> found.holders.tolist(), found.reached.tolist()
        ([2, 3], [True, True, True, False, False, False, False, False])
    """
    radii = [_radii(points, neighbours) for points in (base, other)]
    apart = squared_distances(base, other)  # (base, other)
    inside = apart <= radii[0][:, None]
    held, reached = np.asarray((apart <= radii[1][None]).any(axis=1)), np.asarray(inside.any(axis=1))
    return Manifold(holders=inside.sum(axis=0), held=held, reached=reached)


def _radii(points: Floats, neighbours: int) -> Floats:
    """Squared distance from each point to its neighbour of the given rank, (points,)."""
    apart = squared_distances(points, points)
    np.fill_diagonal(apart, 0)
    rank = min(neighbours, len(points) - 1)
    return np.partition(apart, rank, axis=1)[:, rank]


def _found(pools: ImagePools, pair: Pair) -> Manifold:
    """The four metrics ask for the same pairs: each is computed once."""
    key = "manifold" + " ".join(f"{pool.role} {hash(pool.places.tobytes())}" for pool in (pair.base, pair.other))
    return pools.once(key, lambda: manifold(pair.base.features, pair.other.features))


def _share(hits: NDArray[np.bool_], pool: Pool) -> Measurement:
    scores = hits.astype(np.float64)
    return Measurement(value=float(scores.mean()), interval=clustered_share(scores, pool.patients)[1])


@final
class Precision(ImageComparison):
    """Share of synthetic images that lie in the ball of a training image."""

    name = "precision"
    title = "Precision"
    family = "fidelity"
    question = "How many synthetic images look like real ones?"
    headline = "Synthetic images that look real"
    criterion = "congruence"
    limits = Limits(warning=0.05, fail=0.25, both_sampled=True, strict=True)
    equal_numbers = True

    def compare(self, pools: ImagePools, pair: Pair) -> Measurement:
        """Counts images of the other side in balls of the base."""
        return _share(_found(pools, pair).holders > 0, pair.other)


@final
class Recall(ImageComparison):
    """Share of training images that lie in the ball of a synthetic image."""

    name = "recall"
    title = "Recall"
    family = "fidelity"
    question = "How many kinds of real images could the synthetic ones be?"
    criterion = "coverage"
    limits = Limits(warning=0.10, fail=0.40, both_sampled=True, strict=True)
    equal_numbers = True

    def compare(self, pools: ImagePools, pair: Pair) -> Measurement:
        """Counts images of the base in balls of the other side."""
        return _share(_found(pools, pair).held, pair.base)


@final
class Density(ImageComparison):
    """Training images' balls that a synthetic image lies in, on average, divided by five; about 1 for equal laws.

    More than 1 says that synthetic images keep to where real ones are most frequent. Carries no verdict: both ends are
    bad, and precision and coverage say which.
    """

    name = "density"
    title = "Density"
    family = "fidelity"
    question = "Do synthetic images keep to where real ones are frequent?"
    unit = "score"
    range = (0.0, None)
    equal_numbers = True

    def compare(self, pools: ImagePools, pair: Pair) -> Measurement:
        """Averages the number of balls."""
        counts = _found(pools, pair).holders / NEIGHBOURS
        return Measurement(value=float(counts.mean()), interval=mean_interval(counts, pair.other.patients))


@final
class ImageCoverage(ImageComparison):
    """Share of training images whose ball holds a synthetic image."""

    name = "coverage"
    title = "Coverage"
    family = "fidelity"
    question = "Is there a synthetic image near every real one?"
    headline = "Real images with a synthetic one near"
    criterion = "coverage"
    limits = Limits(warning=0.05, fail=0.25, both_sampled=True, strict=True)
    equal_numbers = True

    def compare(self, pools: ImagePools, pair: Pair) -> Measurement:
        """Counts balls of the base with an image of the other side in them."""
        return _share(_found(pools, pair).reached, pair.base)
