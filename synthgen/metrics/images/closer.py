"""Are synthetic images nearer to training images than to other real ones?

A sanity check. It can show that images were copied or nearly so; a good value does not show that nothing leaks. Judged
in pixels and in the features of a network that never saw the training images: in features learned from them, training
and holdout images would differ whatever the maker did.
"""

from __future__ import annotations

from typing import final

import numpy as np

from synthgen.metrics.base import CONFIDENCE, EXCHANGEABLE, Measurement, Metric, NotComputed, Part
from synthgen.metrics.distance import closer, distance_curves, nearest
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.limits import Limits
from synthgen.metrics.matching import equal_patients

MIN_IMAGES = 50
"""Training and holdout images below which the share says nothing."""
SPACES = {"pixels": "small", "features": "unlearned"}
"""Name to the field of a pool."""


@final
class ImageCloser(Metric[ImagePools]):
    """Share of synthetic images that are nearer to a training image than to any of equally many holdout images.

    Of equally many patients with equally many images. 0.5 is what a maker would get that never saw an image: train and
    holdout are then interchangeable, if the holdout was split off at random. The larger of the shares in two spaces;
    the interval allows for that choice (Bonferroni), and counts synthetic images with the same nearest patient as one.
    """

    name = "image_closer"
    title = "Closer to training images"
    family = "privacy"
    question = "Are synthetic images closer to training images than to equally many images that were never seen?"
    headline = "Closer to training than to unseen images"
    criterion = "compliance"
    curves = "distances"
    direction = "lower"
    best = 0.5
    limits = Limits(warning=0.03, fail=0.10, strict=True, two_sided=True)
    sanity_check = True

    def measure(self, pools: ImagePools) -> Measurement:
        """Compares both distances of every synthetic image, in both spaces."""
        train, holdout = equal_sides(pools)
        queries = pools.sample(pools.synthetic, pools.max_images, purpose="queries")
        found = [_share(name, queries, train, holdout) for name in SPACES]
        worst, curves = max(found, key=lambda share: share[0].value or 0.0)
        note = (
            f"{len(queries)} synthetic images against {len(train)} training and {len(holdout)} holdout images, in "
            f"pixels and in features: {pools.unlearned}."
        )
        return Measurement(
            value=worst.value or 0.0, interval=worst.interval or (0.0, 1.0), reference=0.5,
            reference_source=EXCHANGEABLE, parts=tuple(part for part, _ in found),
            details={"space": worst.names[0], "curves": curves}, notes=(note,),
        )  # fmt: skip


def equal_sides(pools: ImagePools) -> tuple[Pool, Pool]:
    """Returns equally many training and holdout images, of equally many patients.

    Args:
        pools: What is judged.

    Raises:
        NotComputed: If there is no holdout, or too few images.
    """
    if pools.holdout is None:
        raise NotComputed("there is no holdout; without images the maker never saw, closeness has no yardstick.")
    sides = equal_patients(
        pools.train, pools.holdout, pools.max_images, judged=pools, purposes=("closest train", "closest holdout")
    )
    if len(sides[0]) < MIN_IMAGES:
        raise NotComputed(f"at least {MIN_IMAGES} training and holdout images are needed; there are {len(sides[0])}.")
    return sides[0], sides[1]


def _share(space: str, queries: Pool, train: Pool, holdout: Pool) -> tuple[Part, dict[str, list[float]]]:
    """The share in one space, and the curves of distances behind it."""
    points = [getattr(pool, SPACES[space]) for pool in (queries, train, holdout)]
    to_train, to_holdout = (nearest(queries=points[0], to=real) for real in points[1:])
    scores = closer(to_train.distances, than=to_holdout.distances)
    patients = np.where(scores > 0, train.patients[to_train.positions], -1 - holdout.patients[to_holdout.positions])
    _, interval = clustered_share(scores, patients, confidence=1 - (1 - CONFIDENCE) / len(SPACES))
    part = Part(names=(space,), value=float(scores.mean()), reference=0.5, interval=interval)
    # real images against real images: how far holdout images are from the training images
    baseline = nearest(queries=points[2], to=points[1]).distances
    curves = {"train": to_train.distances, "holdout": to_holdout.distances, "real": baseline}
    return part, distance_curves(curves)
