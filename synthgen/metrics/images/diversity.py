"""Are the synthetic images of a class as different from one another as real ones are?"""

from __future__ import annotations

from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from synthgen.metrics.base import CONFIDENCE, Measurement, Metric, NotComputed, Part
from synthgen.metrics.images.pools import FEWEST_OF_CLASS, ImagePools, Pool
from synthgen.metrics.limits import Limits

MOST_PAIRS = 400
"""Of a class."""
SIGMA = 1.5
"""Of the window, in pixels (Wang et al. 2004, section III.C)."""
LUMINANCE, CONTRAST = 0.01**2, 0.03**2
"""What keeps divisions away from 0, for pixels from 0 to 1 (the same place)."""

Doubles = NDArray[np.float64]


@final
class Diversity(Metric[ImagePools]):
    """Mean structural similarity (SSIM) of pairs of synthetic images of one class; 1 says that all are the same image.

    Mean over classes, beside the same among training images. Less alike than real images carries no verdict here:
    noise is that too, and precision sees it. After Odena, Olah and Shlens 2017, section 4.2, with SSIM at one scale,
    since small images have no others.
    """

    name = "diversity"
    title = "Alike within a class (SSIM)"
    family = "fidelity"
    question = "Are synthetic images of a class more alike than real ones?"
    criterion = "coverage"
    breakdown = "class"
    unit = "score"
    range = (-1.0, 1.0)
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.05, fail=0.20, both_sampled=True, strict=True)

    def measure(self, pools: ImagePools) -> Measurement:
        """Compares disjoint pairs of images, so that they are independent."""
        codes = list(range(len(pools.classes))) or [-1]
        shown = {*pools.shown_classes(), -1}
        rows = []
        for code in codes:
            pair = [pool.of_class(code) for pool in (pools.synthetic, pools.train)]
            if min(len(pool) for pool in pair) >= FEWEST_OF_CLASS:
                rows.append((code, [_similarities(pools, pool) for pool in pair]))
        if not rows:
            raise NotComputed(f"no class has {FEWEST_OF_CLASS} synthetic and training images.")
        (value, interval), (reference, reference_interval) = (
            _mean_over_classes([row[1][side] for row in rows]) for side in (0, 1)
        )
        parts = tuple(
            Part(names=(pools.name_of(code),), value=float(found[0].mean()), reference=float(found[1].mean()))
            for code, found in rows if code >= 0 and code in shown
        )  # fmt: skip
        return Measurement(
            value=value, interval=interval, reference=reference, reference_interval=reference_interval,
            reference_source="training images", parts=parts,
        )  # fmt: skip


def _similarities(pools: ImagePools, pool: Pool) -> Doubles:
    """SSIM of disjoint pairs of images of different patients, (pairs,)."""
    order = pools.random(f"diversity {pool.role}").permutation(len(pool))
    half = len(order) // 2
    first, second = order[:half], order[half : 2 * half]
    apart = np.flatnonzero(pool.patients[first] != pool.patients[second])[:MOST_PAIRS]
    sides = [pool.pixels[places[apart]].astype(np.float32) / np.float32(pools.white) for places in (first, second)]
    return structural_similarity(*sides) if len(apart) else np.ones(1)


def _mean_over_classes(found: list[Doubles]) -> tuple[float, tuple[float, float]]:
    value = float(np.mean([scores.mean() for scores in found]))
    error = float(np.sqrt(sum(scores.var() / len(scores) for scores in found))) / len(found)
    half = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * error
    return value, (max(value - half, -1.0), min(value + half, 1.0))


def structural_similarity(first: NDArray, second: NDArray) -> Doubles:
    """Returns the mean structural similarity of each pair of images (Wang et al. 2004, equation 13).

    Args:
        first: (pairs, height, width, channels) from 0 to 1.
        second: The same.

    Returns:
        (pairs,) from -1 to 1.

    Example:
        >>> image = np.random.default_rng(0).random((1, 16, 16, 1))
        >>> structural_similarity(image, image).round(6).tolist()
        [1.0]
    """

    def blurred(values: NDArray) -> NDArray:
        return ndimage.gaussian_filter(values, sigma=(0, SIGMA, SIGMA, 0), truncate=3.5, mode="reflect")

    means = blurred(first), blurred(second)
    variances = [blurred(side * side) - mean * mean for side, mean in zip((first, second), means, strict=True)]
    together = blurred(first * second) - means[0] * means[1]
    shape = (2 * together + CONTRAST) / (variances[0] + variances[1] + CONTRAST)
    light = (2 * means[0] * means[1] + LUMINANCE) / (means[0] ** 2 + means[1] ** 2 + LUMINANCE)
    return np.asarray((shape * light).mean(axis=(1, 2, 3)), np.float64)
