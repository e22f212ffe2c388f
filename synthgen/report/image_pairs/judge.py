"""How translated images are judged: what of `evaluate` only pairs of images have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, final

from synthgen.data.image_pairs.image_pairs import ImagePairs
from synthgen.data.image_pairs.kind import ImagePairKind
from synthgen.errors import EvaluationError
from synthgen.metrics.base import Metric, Result
from synthgen.report.found import Found
from synthgen.report.image_pairs.page import pair_sections
from synthgen.report.image_pairs.words import PAIRED, UNPAIRED, WARNING
from synthgen.report.judge import Judge, whole_number
from synthgen.report.sections import Section
from synthgen.report.verdicts import Verdict, verdicts

if TYPE_CHECKING:
    from synthgen.metrics.image_pairs.translation import Translations


@final
@dataclass(frozen=True, kw_only=True)
class ImagePairJudge(Judge[Any]):
    """Judges translated images, `ImagePairs`: how near to the true ones, with which findings, and whom they show.

    ``train=ImagePairs(source, target)`` is what the translator learned; ``synthetic=ImagePairs(source, translated)``
    what it made of other images; ``holdout=ImagePairs(source, truth)`` what that should have been, in the same order.
    Without a truth, ``holdout=ImagePairs(None, real images of the target's kind, paired=False)``.

    **A translation can invent or erase findings**; no figure excludes that for a single image. Every report says so.

    Fidelity: peak signal-to-noise ratio and structural similarity, beside the best of what needs no translator: the
    untouched or merely enlarged source, and the mean training image. Usefulness: how often networks that learned real
    images see the right class, beside what they say of the real images; where the target of `train` has a label they
    learn that, otherwise one half of the holdout's patients, to be asked about the other. Privacy: copies of training
    images, and how many translations show whose they are. A good one does, so that privacy fails: it is as much
    personal data as the image that it was made from. Attacks that compare training with unseen images are not run:
    each translation was made from an unseen one.

    Args:
        seeds: Networks that learn and answer together.
    """

    kind = "image_pairs"
    words = ImagePairKind.words
    expects = "an ImagePairs"
    way_out = "Put both sets of translated images together: sg.ImagePairs(source, target)."
    warning = WARNING
    unmeasured: ClassVar[Mapping[str, str]] = {
        "coverage": "Each translation has one image to show; whether rare findings are kept, the classes say.",
        "constraint": "Whether organs are where they belong, somebody who knows them has to say.",
        "consistency": "Classes stand apart where a measure names them; no other groups were judged.",
    }

    seeds: int = 3

    def require(self, given: Mapping[str, Any], *, train: Any) -> None:
        super().require(given, train=train)
        whole_number("seeds", self.seeds, least=1)
        if given.get("holdout") is None:
            raise EvaluationError(
                "holdout: translations are judged by real images. Expected sg.ImagePairs(source, truth), in the order "
                "of synthetic; or, where there is no truth, sg.ImagePairs(None, real images of the target's kind, "
                "paired=False)."
            )

    def read(self, *, train: ImagePairs, synthetic: ImagePairs, holdout: ImagePairs, seed: int) -> Translations:
        from synthgen.metrics.image_pairs.reading import read_pairs

        return read_pairs(train=train, synthetic=synthetic, holdout=holdout, seeds=self.seeds, seed=seed)

    def metrics(self) -> tuple[Metric[Any], ...]:
        from synthgen.metrics.image_pairs.catalogue import pair_metrics

        return pair_metrics()

    def reviewed(self, results: tuple[Result, ...]) -> tuple[Result, ...]:
        """Returns the results; what only pairs can be asked is no headline where there are none."""
        return tuple(replace(result, headline="") if _needs_pairs(result) else result for result in results)

    def verdicts(self, results: tuple[Result, ...]) -> tuple[Verdict, ...]:
        sentences = UNPAIRED if any(map(_needs_pairs, results)) else PAIRED
        return verdicts(results, words=self.words, sentences=sentences)

    def describe(self, judged: Translations) -> dict[str, Any]:
        from synthgen.metrics.images.pools import RARE_BELOW

        learned = judged.target_patients if judged.pools is None else judged.pools.train.patients
        whose = {"train": learned, "synthetic": judged.patients, "holdout": judged.target_patients}
        height, width, channels = judged.target.shape[1:]
        return {
            "rows": {role: len(patients) for role, patients in whose.items()},
            "columns": {},
            "patient_key": None,
            "patients": {role: len(set(patients.tolist())) for role, patients in whose.items()},
            "rare_below": RARE_BELOW,
            "images": {"height": height, "width": width, "channels": channels, "white": judged.white,
                       "classes": len(judged.classes)},
        }  # fmt: skip

    def settings(self, judged: Translations) -> dict[str, Any]:
        from synthgen.metrics.images.pools import MAX_IMAGES

        extractor = judged.pools and judged.pools.unlearned
        return {
            "seed": judged.seed, "target": judged.label, "max_rows": MAX_IMAGES, "seeds": judged.seeds,
            "paired": judged.paired,
            "judge_learned": "training images" if judged.learned is not None else "halves of the holdout",
            "privacy_features": extractor and {"name": extractor.name, "sha256": extractor.digest},
        }  # fmt: skip

    def shown(self, judged: Translations, results: Sequence[Result], *, worst_patients: int) -> dict[str, Any]:
        from synthgen.report.image_pairs.gallery import gallery

        return {
            "pictures": {"histograms": [], "projection": {}},
            "exposed": () if worst_patients else None,
            "gallery": gallery(judged, worst_patients) if worst_patients else None,
        }

    @classmethod
    def sections(cls, report: Found, *, internal: bool) -> list[Section]:
        return pair_sections(report, internal=internal)


def _needs_pairs(result: Result) -> bool:
    """Whether a result was not computed since the images are no pairs."""
    from synthgen.metrics.image_pairs.translation import NO_PAIRS

    return result.reason == NO_PAIRS
