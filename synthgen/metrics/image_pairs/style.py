"""Do translations look like the images of the kind that they should be of? What there is to ask without pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import final

from synthgen.metrics.base import Measurement, Metric, Result
from synthgen.metrics.image_pairs.copies import pools_of
from synthgen.metrics.image_pairs.translation import Translations
from synthgen.metrics.images.kid import KernelDistance


@final
class TargetStyle(Metric[Translations]):
    """Kernel distance of translations and training targets, as `KernelDistance` has it, in features that learned none.

    The reference is that of real images of the target's kind. It decides where images are no pairs; where they are, the
    distance to the truth does, and this is shown: smooth translations are nearer to the truth, and look less like it.
    """

    name = "translation_kid"
    title = "Kernel distance (KID)"
    family = "fidelity"
    question = "How far are translations from real images of the target's kind, in what a network sees in them?"
    headline = "Kernel distance (0: the same law)"
    criterion = "congruence"
    reference_label = "of real images"
    breakdown = "class"
    unit = "score"
    range = (None, None)
    direction = "lower"
    best = 0.0
    limits = KernelDistance.limits

    def measure(self, sets: Translations) -> Measurement:
        """Computes the distance, and that of real images."""
        return KernelDistance().measure(pools_of(sets))

    def reviewed(self, result: Result, sets: Translations) -> Result:
        """Returns the result; of pairs without a verdict."""
        if not sets.paired:
            return result
        return replace(result, status="shown", headline="", reason="of pairs, the distance to the truth decides.")
