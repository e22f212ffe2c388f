"""Are translations training images? What a translator learned by heart it can paint into what it is handed."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, final

from synthgen.metrics.base import Measurement, Metric, NotComputed
from synthgen.metrics.image_pairs.translation import Translations
from synthgen.metrics.images.copies import COPY, FEWEST_HOLDOUT, ImageCopies, ImageNearCopies, side_of_copies
from synthgen.metrics.images.pools import ImagePools


class CopiesOfTrain(Metric[Translations]):
    """Share of translations that are as near to a training target as a part of what real images of others are.

    As `ImageCopies` counts them, with the real images of the target's kind as the control. Copies of those are not
    counted: to come near to the truth is what a translation is for.
    """

    family = "privacy"
    criterion = "compliance"
    direction = "lower"
    best = 0.0
    part: ClassVar[float]
    """Of the ratio that one in a hundred real images has."""

    def measure(self, sets: Translations) -> Measurement:
        """Counts translations, and real images of which the same is true."""
        pools = pools_of(sets)
        if pools.holdout is None or len(pools.holdout) < FEWEST_HOLDOUT:
            few = 0 if pools.holdout is None else len(pools.holdout)
            raise NotComputed(f"at least {FEWEST_HOLDOUT} real target images are needed; there are {few}.")
        found = side_of_copies(pools, part=self.part, base=pools.train, control=pools.holdout)
        asked = found.details["synthetic"]
        note = f"{asked} translations; ratio of distances in pixels and in features: {pools.unlearned}."
        return replace(found, reference_source="real target images", notes=(note,))


@final
class TranslationCopies(CopiesOfTrain):
    """Share of translations that are a training target, pixel by pixel or with a little noise."""

    name = "translation_copies"
    title = "Copies of training images"
    question = "How many translations are an image that the translator learned?"
    headline = "Copies of training images"
    limits = ImageCopies.limits
    part = COPY


@final
class TranslationNearCopies(CopiesOfTrain):
    """Share of translations that are as near to a training target as one in a hundred real images is."""

    name = "translation_near_copies"
    title = "Near copies of training images"
    question = "How many translations are unusually near to an image that the translator learned?"
    limits = ImageNearCopies.limits
    part = 1.0


def pools_of(sets: Translations) -> ImagePools:
    """Returns training, translated and real images with their features.

    Args:
        sets: What is judged.

    Raises:
        NotComputed: If nobody knows what was learned.
    """
    if sets.pools is None:
        raise NotComputed("nobody says which images were learned.")
    return sets.pools
