"""A release of translated images: as images are released, but they say that they were made from images of persons."""

from dataclasses import dataclass
from typing import ClassVar, final

from synthgen.bundle.images.release import ImageRelease


@final
@dataclass(frozen=True, kw_only=True)
class TranslationRelease(ImageRelease):
    """Translated images that are released, with a report on pairs of which they are the target.

    Each shows the patient whose image it was made from. Of what is known of each, only the label may leave.

    Args:
        synthetic: What was translated into: the target of the pairs that were judged.
    """

    kind: ClassVar[str] = "image_pairs"
    collection: ClassVar[str] = "Made by a network from images of persons, whom they show; no image is an acquisition."
