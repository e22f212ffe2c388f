"""Train on synthetic images, test on real ones, beside a network that learned as many real images."""

from __future__ import annotations

from typing import final

from synthgen.metrics.base import Measurement, Metric, Part
from synthgen.metrics.images.pools import ImagePools
from synthgen.metrics.images.task import areas, over_seeds, task_of
from synthgen.metrics.limits import Limits


@final
class ImageTSTR(Metric[ImagePools]):
    """Area under the ROC curve of a small network that learned synthetic images and is tested on real ones.

    Mean over classes, each against the rest, and over seeds. The reference is the same network that learned as many
    real images, with as many steps. (Esteban, Hyland and Rätsch 2017, section 3.2, for images.)
    """

    name = "image_tstr"
    title = "Train on synthetic, test on real"
    family = "usefulness"
    question = "Does a network that learned synthetic images know real ones as well as one that learned real images?"
    headline = "Trained on synthetic images"
    headline_reference = "Trained on real images"
    unit = "area"
    limits = Limits(warning=0.02, fail=0.10, strict=True)

    def measure(self, pools: ImagePools) -> Measurement:
        """Trains both networks, once for each seed, and tests them on the same real images."""
        task = task_of(pools)
        fewest = min(len(task.real), len(task.synthetic))
        real, synthetic = (pools.sample(pool, fewest, purpose="equal") for pool in (task.real, task.synthetic))
        found = [areas(pools, task, synthetic, name="synthetic"), areas(pools, task, real, name=f"real {fewest}")]
        (value, interval), (reference, reference_interval) = (over_seeds(scores) for scores in found)
        gap, gap_interval = over_seeds(found[0] - found[1])
        part = Part(names=("gap",), value=gap, interval=gap_interval,
                    note="Trained on synthetic minus trained on real, on the same test images.")  # fmt: skip
        return Measurement(
            value=value, interval=(max(interval[0], 0.0), min(interval[1], 1.0)), reference=reference,
            reference_interval=(max(reference_interval[0], 0.0), min(reference_interval[1], 1.0)),
            reference_source="trained on the training images", parts=(part,), difference=gap_interval,
            details={
                "target": pools.label, "score": "ROC AUC", "trained_on": fewest, "tested_on": len(task.test),
                "classes": len(task.labels), "seeds": pools.seeds,
                "by_seed": {"synthetic": found[0][:, 0].tolist(), "real": found[1][:, 0].tolist()},
            },
            notes=(task.note,) if task.note else (),
        )  # fmt: skip
