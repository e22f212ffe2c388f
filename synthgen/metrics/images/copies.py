"""Are training images among the synthetic ones, or something that is nearly one?

How near an image is to the nearest training image means nothing by itself: plain images are near to all. So it is
divided by its mean distance to the fifty nearest (Carlini et al. 2023, "Extracting training data from diffusion
models", section 4.2), and the ratios of holdout images say which are unusual.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from synthgen.metrics.base import Measurement, Metric, NotComputed, Part
from synthgen.metrics.images.closer import SPACES
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.limits import Limits

NEIGHBOURS = 50
"""Among the nearest of which the nearest is unusually near, or not."""
UNUSUAL = 0.01
"""Share of holdout images that are as near to a training image as what counts as a near copy."""
FEWEST_HOLDOUT = 100
COPY = 0.5
"""A ratio of at most this part of a near copy's makes a copy: the same image with a little noise."""


@final
class ImageCopies(Metric[ImagePools]):
    """Share of synthetic images that are a training image, pixel by pixel or with a little noise.

    A little: at most half as far from it, for their surroundings, as one in a hundred holdout images is from any
    training image. The reference is the share of holdout images of which the same is true.
    """

    name = "image_copies"
    title = "Copies of training images"
    family = "privacy"
    question = "How many synthetic images are a training image?"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.001, fail=0.01, both_sampled=True)

    def measure(self, pools: ImagePools) -> Measurement:
        """Counts both sides."""
        return _counted(pools, part=COPY)


@final
class ImageNearCopies(Metric[ImagePools]):
    """Share of synthetic images that are as near to a training image as one in a hundred holdout images is."""

    name = "image_near_copies"
    title = "Near copies of training images"
    family = "privacy"
    question = "How many synthetic images are unusually near to a training image?"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.02, fail=0.10, both_sampled=True)

    def measure(self, pools: ImagePools) -> Measurement:
        """Counts both sides."""
        return _counted(pools, part=1.0)


def _counted(pools: ImagePools, *, part: float) -> Measurement:
    """The share that is exact or whose ratio, in either space, is at most a part of what is unusual in the holdout."""
    holdout = pools.holdout
    if holdout is None:
        raise NotComputed("there is no holdout; without images the maker never saw, nearness has no yardstick.")
    if len(holdout) < FEWEST_HOLDOUT:
        raise NotComputed(f"at least {FEWEST_HOLDOUT} holdout images are needed; there are {len(holdout)}.")
    known = {_digest(image) for image in pools.train.pixels}
    sides = [asked(pools, pool) for pool in (pools.synthetic, holdout)]
    exact = [np.array([_digest(image) in known for image in pool.pixels]) for pool in sides]
    hits = [found.copy() for found in exact]
    thresholds = {}
    for space in SPACES:
        found = ratios(pools, space)
        thresholds[space] = part * float(np.quantile(found["holdout"], UNUSUAL))
        for place, role in enumerate(("synthetic", "holdout")):
            hits[place] |= found[role] <= thresholds[space]
    scores = [hit.astype(np.float64) for hit in hits]
    interval, reference_interval = (
        clustered_share(score, pool.patients)[1] for score, pool in zip(scores, sides, strict=True)
    )
    share = float(exact[0].mean())
    return Measurement(
        value=float(scores[0].mean()), interval=interval, reference=float(scores[1].mean()),
        reference_interval=reference_interval, reference_source="holdout",
        parts=(Part(names=("exact",), value=share, interval=clustered_share(exact[0] * 1.0, sides[0].patients)[1],
                    note="Pixel by pixel."),),
        details={"copies": {"exact": int(exact[0].sum()), "all": int(hits[0].sum())}, "thresholds": thresholds},
        notes=(f"{len(sides[0])} synthetic images; ratio of distances in pixels and in features: {pools.unlearned}.",),
    )  # fmt: skip


def asked(pools: ImagePools, pool: Pool) -> Pool:
    """Returns the images that are searched for among the training images: all, or a sample of very many."""
    return pools.sample(pool, 2 * pools.max_images, purpose=f"copies {pool.role}")


def ratios(pools: ImagePools, space: str) -> dict[str, NDArray[np.float64]]:
    """Returns, for synthetic and holdout images, how near the nearest training image is for its surroundings.

    Args:
        pools: With a holdout.
        space: "pixels" or "features".

    Returns:
        Role to (images,), from 0 for an equal image to 1 for one that is as far from all.
    """

    def found() -> dict[str, NDArray[np.float64]]:
        real = [pool for pool in (pools.synthetic, pools.holdout) if pool is not None]
        return {
            pool.role: nearness(
                getattr(asked(pools, pool), SPACES[space]), to=getattr(pools.train, SPACES[space])
            ).ratios
            for pool in real
        }

    return pools.once(f"ratios {space}", found)


def unusually_near(pools: ImagePools, pool: Pool) -> NDArray[np.bool_]:
    """Returns which images are equal to a training image, or as near to one as one in a hundred real images is.

    Args:
        pools: Whose holdout says what is unusual; without one, training images among themselves.
        pool: Images to ask about.

    Returns:
        (images,).
    """
    known = {_digest(image) for image in pools.train.pixels}
    near = np.array([_digest(image) in known for image in pool.pixels])
    for space, field in SPACES.items():
        points = getattr(pools.train, field)
        if pools.holdout is not None:
            usual = ratios(pools, space)["holdout"]
        else:
            sample = getattr(pools.sample(pools.train, pools.max_images, purpose="unusual"), field)
            usual = nearness(sample, to=sample, itself=True).ratios
        near |= nearness(getattr(pool, field), to=points).ratios <= np.quantile(usual, UNUSUAL)
    return near


@final
@dataclass(frozen=True, eq=False)
class Nearness:
    """How near each query is to the nearest point.

    Args:
        distances: (queries,).
        ratios: (queries,) the distance over the mean distance to the fifty nearest points, from 0 to 1; 0 where all
            fifty are equal to the query.
    """

    distances: NDArray[np.float64]
    ratios: NDArray[np.float64]


def nearness(queries: NDArray[np.float32], *, to: NDArray[np.float32], itself: bool = False) -> Nearness:
    """Returns how near queries are to the nearest point, in distance and for their surroundings.

    Args:
        queries: (queries, dimensions).
        to: (points, dimensions).
        itself: Whether the queries are the points, and none is compared with itself.

    Example:
        >>> line = np.array([[0.0], [1.0], [3.0]], np.float32)
        >>> nearness(np.array([[0.0], [2.0]], np.float32), to=line).ratios.round(2).tolist()
        [0.0, 0.75]
    """
    wanted = min(NEIGHBOURS, len(to) - itself)
    index = NearestNeighbors(n_neighbors=wanted + itself, algorithm="brute").fit(to)
    positions = index.kneighbors(queries, return_distance=False)
    found = np.empty((2, len(queries)))
    for place, query in enumerate(queries):  # measured anew, so that equal images are exactly 0 apart
        others = positions[place][positions[place] != place][:wanted] if itself else positions[place]
        apart = np.sqrt(((to[others].astype(np.float64) - query) ** 2).sum(axis=1))
        found[:, place] = apart.min(), apart.min() / (apart.mean() or 1.0)
    return Nearness(*found)


def _digest(image: NDArray) -> bytes:
    return hashlib.sha256(image.tobytes()).digest()
