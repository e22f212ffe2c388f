"""Does a synthetic image show what was asked for?"""

from __future__ import annotations

from collections.abc import Callable
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.metrics.base import CONFIDENCE, Measurement, Metric, NotComputed, Part
from synthgen.metrics.images.learned import known_classes, new_classifier
from synthgen.metrics.images.pools import FEWEST_OF_CLASS, ImagePools, Pool
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.limits import Limits

FEWEST = 5
"""Images of a class that count for the mean."""


@final
class LabelAgreement(Metric[ImagePools]):
    """Share of synthetic images of which a network, trained on real images, says the class that they were made for.

    Mean over classes, so that the mix of classes plays no role. The reference is what the same network says of holdout
    images. Ravuri and Vinyals 2019 ask the opposite (train on synthetic); after Borji 2022, section 2.5.
    """

    name = "label_agreement"
    title = "Label agreement"
    family = "fidelity"
    question = "Does a network that learned real images see the class that was asked for?"
    criterion = "congruence"
    breakdown = "class"
    limits = Limits(warning=0.05, fail=0.20, both_sampled=True, strict=True)

    def measure(self, pools: ImagePools) -> Measurement:
        """Asks the network of synthetic and of unseen real images."""
        if len(pools.classes) < 2:
            raise NotComputed("the images have no label with two classes.")
        probabilities, unseen, source = _asked(pools)
        found = _agreement(pools, probabilities, known_classes(pools.synthetic))
        real = _agreement(pools, probabilities, known_classes(unseen))
        (value, interval), (reference, reference_interval) = (_mean(side) for side in (found, real))
        shown = pools.shown_classes()
        parts = tuple(
            Part(names=(pools.name_of(code),), value=found[code][0], interval=found[code][1],
                 reference=real[code][0] if code in real and real[code][2] >= FEWEST_OF_CLASS else None)
            for code in shown if code in found and found[code][2] >= FEWEST_OF_CLASS
        )  # fmt: skip
        return Measurement(
            value=value, interval=interval, reference=reference, reference_interval=reference_interval,
            reference_source=source, parts=parts, details={"classes": len(found)},
        )  # fmt: skip


Answer = tuple[float, tuple[float, float], int]
"""Share, interval, images."""


def _asked(pools: ImagePools) -> tuple[Callable[[NDArray], NDArray], Pool, str]:
    """A network that learned real images, and real images that it did not learn."""
    learned, unseen, source = pools.real_pair
    if pools.extractor.probabilities is not None and pools.holdout is not None:
        return pools.extractor.probabilities, unseen, source
    learned = known_classes(learned)
    network = new_classifier(pools).train(learned.pixels, learned.codes, seed=pools.seed)
    return network.probabilities, unseen, source


def _agreement(pools: ImagePools, probabilities: Callable[[NDArray], NDArray], pool: Pool) -> dict[int, Answer]:
    pool = pools.sample(pool, 2 * pools.max_images, purpose="agreement")
    agrees = probabilities(pool.pixels).argmax(axis=1) == pool.codes
    found = {}
    for code in range(len(pools.classes)):
        of_class = pool.codes == code
        if of_class.sum() >= FEWEST:
            scores = agrees[of_class].astype(np.float64)
            interval = clustered_share(scores, pool.patients[of_class])[1]
            found[code] = float(scores.mean()), interval, int(of_class.sum())
    if not found:
        raise NotComputed(f"no class has {FEWEST} {pool.role} images.")
    return found


def _mean(found: dict[int, Answer]) -> tuple[float, tuple[float, float]]:
    """Mean over classes; the interval adds the classes' squared half widths, which are independent."""
    value = float(np.mean([share for share, _, _ in found.values()]))
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    low = z * np.sqrt(sum(((share - ends[0]) / z) ** 2 for share, ends, _ in found.values())) / len(found)
    high = z * np.sqrt(sum(((ends[1] - share) / z) ** 2 for share, ends, _ in found.values())) / len(found)
    return value, (max(0.0, value - float(low)), min(1.0, value + float(high)))
