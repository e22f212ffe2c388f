"""Is it worth adding synthetic images to real ones, when rotating and shifting costs nothing?"""

from __future__ import annotations

from typing import final

import numpy as np

from synthgen.metrics.base import Measurement, Metric, Part
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.metrics.images.task import Doubles, areas, over_seeds, task_of

NAMES = {
    "real": "real images",
    "classical": "real images with classical augmentation",
    "synthetic": "real and synthetic images",
}

MATTERS = 0.005
"""A difference between areas that is surely smaller is no reason to do anything."""


@final
class ImageAugmentation(Metric[ImagePools]):
    """Area under the ROC curve of a network that learned real and synthetic images.

    Beside that of one that learned the real images alone, and of one that saw every other of them rotated, shifted and
    changed in contrast (`classical_augmentation`), all with as many steps. Carries no verdict: images that are too few
    to help may be good ones. A sentence says what to do.
    """

    name = "image_augmentation"
    title = "Real and synthetic images together"
    family = "usefulness"
    question = "Does a network know real images better if synthetic ones are added to its training?"
    reference_label = "classical augmentation"
    unit = "area"

    def measure(self, pools: ImagePools) -> Measurement:
        """Trains three ways, once for each seed, and tests on the same real images."""
        task = task_of(pools)
        added = pools.sample(task.synthetic, len(task.real), purpose="added")
        found = {
            "real": areas(pools, task, task.real, name=f"real {len(task.real)}"),
            "classical": areas(pools, task, task.real, name="classical", augmented=True),
            "synthetic": areas(pools, task, joined(task.real, added), name="joined", like=len(task.real)),
        }
        parts = [_part(way, scores) for way, scores in found.items()]
        gaps = {way: over_seeds(found["synthetic"] - found[way]) for way in ("real", "classical")}
        parts += [Part(names=("synthetic", way), value=gap, interval=ends) for way, (gap, ends) in gaps.items()]
        value, interval = over_seeds(found["synthetic"])
        reference, reference_interval = over_seeds(found["classical"])
        return Measurement(
            value=value, interval=interval, reference=reference, reference_interval=reference_interval,
            reference_source="real images with classical augmentation", parts=tuple(parts),
            details={"sentence": sentence(gaps), "real": len(task.real), "added": len(added), "seeds": pools.seeds},
            notes=(sentence(gaps), *([task.note] if task.note else [])),
        )  # fmt: skip


def _part(way: str, scores: Doubles) -> Part:
    value, interval = over_seeds(scores)
    return Part(names=(way,), value=value, interval=interval, note=f"Learned {NAMES[way]}.")


def joined(first: Pool, second: Pool) -> Pool:
    """Returns the images of both; the patients of the second count as others than those of the first.

    Args:
        first: Images.
        second: More images.
    """
    shifted = second.patients + first.patients.max(initial=0) + 1
    fields = {name: np.concatenate([getattr(first, name), getattr(second, name)])
              for name in ("pixels", "features", "unlearned", "small", "codes", "places")}  # fmt: skip
    return Pool(role="joined", patients=np.concatenate([first.patients, shifted]), **fields)


def sentence(gaps: dict[str, tuple[float, tuple[float, float]]]) -> str:
    """Returns what the differences say to somebody who has to decide.

    Args:
        gaps: "real" and "classical": what synthetic images add to the area beyond that, and its interval.

    Example:
        >>> sentence({"real": (0.03, (0.01, 0.05)), "classical": (-0.01, (-0.02, 0.01))})
        'Adding synthetic images helps, but not evidently more than rotating and shifting the real ones.'
    """
    if max(np.abs(gaps["real"][1])) < MATTERS:
        return "Adding synthetic images changes next to nothing: they are not worth it."
    helps, beats = (gaps[way][1][0] > 0 for way in ("real", "classical"))
    if gaps["real"][1][1] < 0:
        return "Adding synthetic images harms: leave them out."
    if helps and beats:
        return "Adding synthetic images helps, and more than rotating and shifting the real ones."
    if helps:
        return "Adding synthetic images helps, but not evidently more than rotating and shifting the real ones."
    return "Adding synthetic images does not evidently help."
