"""Are real images among the synthetic ones, or something that is nearly one?

How near an image is to the nearest training image means nothing by itself: plain images are near to all. So it is
divided by its mean distance to the fifty nearest (Carlini et al. 2023, "Extracting training data from diffusion
models", section 4.2), and the ratios of holdout images say which are unusual.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from synthgen.metrics.base import Measurement, Metric, NotComputed, Part
from synthgen.metrics.counting import contained
from synthgen.metrics.images.apart import digests
from synthgen.metrics.images.closer import SPACES
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.limits import Limits
from synthgen.metrics.sides import CONFIDENCE_OF_SIDES, severity

NEIGHBOURS = 50
"""Among the nearest of which the nearest is unusually near, or not."""
UNUSUAL = 0.01
"""Share of holdout images that are as near to a training image as what counts as a near copy."""
FEWEST_HOLDOUT = 100
COPY = 0.5
"""A ratio of at most this part of a near copy's makes a copy: the same image with a little noise."""


@final
class ImageCopies(Metric[ImagePools]):
    """Share of synthetic images that are a training or a holdout image, pixel by pixel or with a little noise.

    A little: at most half as far from it, for their surroundings, as one in a hundred holdout images is from any
    training image. The reference is the share of holdout images of which the same is true. Holdout images are looked
    for in the same way, with training images as the control, and the worse share is the value. Above one in twenty
    nothing excuses it.
    """

    name = "image_copies"
    title = "Copies of real images"
    family = "privacy"
    question = "How many synthetic images are a real image?"
    headline = "Copies of real images"
    criterion = "compliance"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.001, fail=0.01, both_sampled=True, most=0.05)

    def measure(self, pools: ImagePools) -> Measurement:
        """Counts both sides."""
        return _counted(pools, part=COPY, limits=self.limits)


@final
class ImageNearCopies(Metric[ImagePools]):
    """Share of synthetic images that are as near to a training image as one in a hundred holdout images is."""

    name = "image_near_copies"
    title = "Near copies of real images"
    family = "privacy"
    question = "How many synthetic images are unusually near to a real image?"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.02, fail=0.10, both_sampled=True, most=0.5)

    def measure(self, pools: ImagePools) -> Measurement:
        """Counts both sides."""
        return _counted(pools, part=1.0, limits=self.limits)


def _counted(pools: ImagePools, *, part: float, limits: Limits) -> Measurement:
    """The worse of two shares: of copies of training images, and of holdout images, who are patients' too."""
    holdout = pools.holdout
    if holdout is None:
        raise NotComputed("there is no holdout; without images the maker never saw, nearness has no yardstick.")
    if len(holdout) < FEWEST_HOLDOUT:
        raise NotComputed(f"at least {FEWEST_HOLDOUT} holdout images are needed; there are {len(holdout)}.")
    told_apart = len(pools.train) >= FEWEST_HOLDOUT  # or the images themselves still are what they are
    sides = [side_of_copies(pools, part=part, base=pools.train, control=holdout),
             side_of_copies(pools, part=part if told_apart else 0.0, base=holdout, control=pools.train)]  # fmt: skip
    worst = max(sides, key=lambda found: severity(found, limits))
    parts = tuple(Part(names=(str(found.details["side"]),), value=found.value, reference=found.reference,
                       interval=found.interval) for found in sides)  # fmt: skip
    note = (f"{worst.details['synthetic']} synthetic images; ratio of distances in pixels and in features: "
            f"{pools.unlearned}.")  # fmt: skip
    said = ("Copies of holdout images: they are real patients' too.",) if worst.details["side"] == "holdout" else ()
    return replace(worst, parts=(*worst.parts, *parts), notes=(note, *said))


def side_of_copies(pools: ImagePools, *, part: float, base: Pool, control: Pool) -> Measurement:
    """Returns the share that is exact or whose ratio, in either space, is at most a part of what is usual.

    Args:
        pools: What is judged.
        part: Of the ratio that one in a hundred images of the control has.
        base: Real images, of which there may be copies.
        control: Other real images, of which the same is asked.
    """
    known = pools.once(f"digests {base.role}", lambda: digests(base.pixels))
    sides = [asked(pools, pool) for pool in (pools.synthetic, control)]
    exact = [contained(digests(pool.pixels), within=known) for pool in sides]
    hits = [found.copy() for found in exact]
    thresholds = {}
    for space in SPACES:
        found = ratios(pools, space, base=base)
        thresholds[space] = part * float(np.quantile(found[control.role], UNUSUAL))
        for place, pool in enumerate(sides):
            hits[place] |= found[pool.role] <= thresholds[space]
    scores = [hit.astype(np.float64) for hit in hits]
    interval, reference_interval = (
        clustered_share(score, pool.patients, confidence=CONFIDENCE_OF_SIDES)[1]
        for score, pool in zip(scores, sides, strict=True)
    )
    share = float(exact[0].mean())
    exact_interval = clustered_share(exact[0].astype(np.float64), sides[0].patients)[1]
    return Measurement(
        value=float(scores[0].mean()), interval=interval, reference=float(scores[1].mean()),
        reference_interval=reference_interval, reference_source=control.role,
        parts=(Part(names=("exact",), value=share, interval=exact_interval, note="Pixel by pixel."),),
        details={"copies": {"exact": int(exact[0].sum()), "all": int(hits[0].sum())}, "thresholds": thresholds,
                 "side": base.role, "synthetic": len(sides[0])},
    )  # fmt: skip


def asked(pools: ImagePools, pool: Pool) -> Pool:
    """Returns the images that are searched for among the training images: all, or a sample of very many."""
    return pools.sample(pool, 2 * pools.max_images, purpose=f"copies {pool.role}")


def ratios(pools: ImagePools, space: str, *, base: Pool) -> dict[str, NDArray[np.float64]]:
    """Returns, for synthetic images and those of the other real side, how near the nearest of one side is.

    For its surroundings, see `nearness`.

    Args:
        pools: With a holdout.
        space: "pixels" or "features".
        base: Training or holdout images, among which the nearest is.

    Returns:
        Role to (images,), from 0 for an equal image to 1 for one that is as far from all.
    """

    def found() -> dict[str, NDArray[np.float64]]:
        others = [pool for pool in (pools.synthetic, pools.train, pools.holdout) if pool is not None]
        return {
            pool.role: nearness(getattr(asked(pools, pool), SPACES[space]), to=getattr(base, SPACES[space])).ratios
            for pool in others
            if pool.role != base.role
        }

    return pools.once(f"ratios {space} {base.role}", found)


def unusually_near(pools: ImagePools, pool: Pool) -> NDArray[np.bool_]:
    """Returns which images are equal to a real image, or as near to one as one in a hundred of the other side is.

    Args:
        pools: Whose holdout says what is unusual; without one, training images among themselves.
        pool: Images to ask about.

    Returns:
        (images,).
    """
    near = np.zeros(len(pool), bool)
    real = [side for side in (pools.train, pools.holdout) if side is not None]
    for side in real:
        near |= contained(digests(pool.pixels), within=digests(side.pixels))
        for space, field in SPACES.items():
            if len(real) > 1:
                usual = ratios(pools, space, base=side)["holdout" if side is pools.train else "train"]
            else:
                sample = getattr(pools.sample(side, pools.max_images, purpose="unusual"), field)
                usual = nearness(sample, to=sample, itself=True).ratios
            near |= nearness(getattr(pool, field), to=getattr(side, field)).ratios <= np.quantile(usual, UNUSUAL)
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
