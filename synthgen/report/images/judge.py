"""How images are judged: what of `evaluate` only images have. Keras is loaded when there is something to judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, final

from synthgen.data.images.image_set import ImageSet
from synthgen.data.images.kind import ImageKind
from synthgen.metrics.base import Metric, Result
from synthgen.report.found import Found
from synthgen.report.images.page import image_sections
from synthgen.report.judge import Judge, whole_number
from synthgen.report.sections import Section

if TYPE_CHECKING:
    from synthgen.metrics.images.pools import ImagePools

FAR_APART = 0.05
"""Kernel distance between training and holdout images beyond which these are no draws of one law."""

OTHER_LAW = {
    "kid": (
        "Holdout images differ from training images more than chance allows, so real data is a lenient yardstick here; "
        "split the holdout off at random, by patient."
    ),
    "image_closer": (
        "Holdout images differ from training images more than chance allows, so closeness and membership say little."
    ),
}
"""What to know where they are not."""


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ImageJudge(Judge["ImagePools"]):
    """Judges images, `ImageSet`s of one size, number of channels and bits.

    Images are compared in the features of a network, which the report names with the hash of its weights. What compares
    all pairs or trains a network uses a seeded sample of 5 000 images on each side at most. Privacy is judged in pixels
    and in features that were not learned from the training images: in learned ones, these differ from all others
    whatever the maker did. A holdout is split off at random by patient (`ImageSet.split`); without one, real data is
    one half of the training images against the other.

    Args:
        features: "task": a small network that learns the training images' classes, its last layer but one ("random"
            where there are no classes). "random": a fixed network of random weights. Or a Keras model, or the path of a
            file with one, which is handed pixels from 0 (black) to 1 (white).
        seeds: How many times each network is trained whose score is judged.
        fid: Whether to compute the Fréchet distance too, and print its protocol.
        interpolation: Paths between synthetic images, as ``synthesizer.interpolate()`` draws them, to be shown.
    """

    kind = "images"
    words = ImageKind.words
    expects = "an ImageSet"
    way_out = "Read images with sg.read, or turn an array into one with sg.ImageSet.from_array."
    unmeasured: ClassVar[Mapping[str, str]] = {
        "constraint": "Whether organs are where they belong, somebody who knows them has to say.",
        "consistency": "Classes stand apart where a measure names them; no other groups were judged.",
    }

    features: Any = "task"
    seeds: int = 3
    fid: bool = False
    interpolation: Sequence[ImageSet] = ()

    @classmethod
    def holds(cls, value: Any) -> bool:
        return isinstance(value, ImageSet)

    def require(self, given: Mapping[str, Any], *, train: Any) -> None:
        from synthgen.report.images.paths import check_paths

        super().require(given, train=train)
        whole_number("seeds", self.seeds, least=1)
        check_paths(self.interpolation, train)

    def read(self, *, train: ImageSet, synthetic: ImageSet, holdout: ImageSet | None, seed: int) -> ImagePools:
        from synthgen.metrics.images.reading import read_pools

        return read_pools(
            train=train, synthetic=synthetic, holdout=holdout, features=self.features, seeds=self.seeds, seed=seed
        )

    def metrics(self) -> tuple[Metric[Any], ...]:
        from synthgen.metrics.images.catalogue import image_metrics

        return image_metrics(fid=self.fid)

    def reviewed(self, results: tuple[Result, ...]) -> tuple[Result, ...]:
        """Returns the results, and says that the holdout is no yardstick where it follows another law."""
        real = next((result.reference_interval for result in results if result.metric == "kid"), None)
        if real is None or real[0] <= FAR_APART:
            return results
        return tuple(
            replace(result, notes=(*result.notes, OTHER_LAW[result.metric]),
                    details={**result.details, "sentence": OTHER_LAW[result.metric]})
            if result.metric in OTHER_LAW else result
            for result in results
        )  # fmt: skip

    def describe(self, judged: ImagePools) -> dict[str, Any]:
        from synthgen.metrics.images.pools import RARE_BELOW

        known = {"train": judged.train, "synthetic": judged.synthetic, "holdout": judged.holdout}
        there = {role: pool for role, pool in known.items() if pool is not None}
        height, width, channels = judged.shape
        return {
            "rows": {role: len(pool) for role, pool in there.items()},
            "columns": {},
            "patient_key": None,
            "patients": {role: len(set(pool.patients.tolist())) for role, pool in there.items()},
            "rare_below": RARE_BELOW,
            "images": {"height": height, "width": width, "channels": channels, "white": judged.white,
                       "classes": len(judged.classes)},
        }  # fmt: skip

    def settings(self, judged: ImagePools) -> dict[str, Any]:
        return {
            "seed": judged.seed, "target": judged.label, "max_rows": judged.max_images, "seeds": judged.seeds,
            "features": _named(judged, learned=True), "privacy_features": _named(judged, learned=False),
        }  # fmt: skip

    def shown(self, judged: ImagePools, results: Sequence[Result], *, worst_patients: int) -> dict[str, Any]:
        from synthgen.metrics.images.exposed import exposed_images
        from synthgen.report.images.paths import shareable_paths, shown_paths
        from synthgen.report.images.sheets import gallery, leaks, shareable_sheets

        sheets, said = shareable_sheets(judged, results)
        paths = shown_paths(judged, self.interpolation)
        passed_on, about_paths = shareable_paths(paths, leaks=bool(leaks(results)))
        exposed = exposed_images(judged, worst_patients) if worst_patients else ()
        return {
            "pictures": {"histograms": [], "projection": {}, "sheets": sheets, "about_sheets": said,
                         "paths": passed_on, "about_paths": about_paths},
            "exposed": tuple(image.patient for image in exposed) if worst_patients else None,
            "gallery": gallery(judged, exposed, paths) if worst_patients else None,
        }  # fmt: skip

    @classmethod
    def sections(cls, report: Found, *, internal: bool) -> list[Section]:
        return image_sections(report, internal=internal)


def _named(pools: ImagePools, *, learned: bool) -> dict[str, Any]:
    extractor, points = (pools.extractor, pools.train.features) if learned else (pools.unlearned, pools.train.unlearned)
    return {"name": extractor.name, "sha256": extractor.digest, "dimensions": int(points.shape[1]),
            "note": extractor.note}  # fmt: skip
