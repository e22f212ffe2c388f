"""Does a generator draw the same image again and again?"""

from __future__ import annotations

from typing import final

import numpy as np

from synthgen.metrics.base import Measurement, Metric, Part
from synthgen.metrics.images.closer import SPACES
from synthgen.metrics.images.copies import nearness
from synthgen.metrics.images.pools import ImagePools
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.limits import Limits

UNUSUAL = 0.01
"""Share of training images that are as near to another as what counts as a duplicate."""

HALF = 0.5
"""Of a distance; blurred images are somewhat nearer to each other than sharp ones, and are no twins."""


@final
class ImageDuplicates(Metric[ImagePools]):
    """Share of synthetic images that have a twin among the others.

    A twin is nearer, for the surroundings (`copies.nearness`), than one in a hundred training images has one among
    equally many; or, where all images are the same and so are the surroundings, at half the distance. The larger of
    the shares in pixels and in features.
    """

    name = "image_duplicates"
    title = "Duplicates among synthetic images"
    family = "fidelity"
    question = "How many synthetic images have a twin among the others?"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.04, fail=0.15)

    def measure(self, pools: ImagePools) -> Measurement:
        """Counts twins in both spaces."""
        fewest = min(len(pools.synthetic), len(pools.train), pools.max_images)
        sides = [pools.sample(pool, fewest, purpose="duplicates") for pool in (pools.synthetic, pools.train)]
        parts = []
        for space, field in SPACES.items():
            found = [nearness(getattr(pool, field), to=getattr(pool, field), itself=True) for pool in sides]
            twins = found[0].ratios <= np.quantile(found[1].ratios, UNUSUAL)
            twins |= found[0].distances <= HALF * np.quantile(found[1].distances, UNUSUAL)
            interval = clustered_share(twins.astype(np.float64), sides[0].patients)[1]
            parts.append(Part(names=(space,), value=float(twins.mean()), reference=UNUSUAL, interval=interval))
        worst = max(parts, key=lambda part: part.value or 0.0)
        return Measurement(
            value=worst.value or 0.0, interval=worst.interval or (0.0, 1.0), reference=UNUSUAL,
            reference_source="training images", parts=tuple(parts),
            notes=(f"{fewest} synthetic images, and as many training images to say what a twin is.",),
        )  # fmt: skip
