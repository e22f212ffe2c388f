"""The judging side's call for images: three sets of images in, a report out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.base import Result
from synthgen.metrics.images.catalogue import image_metrics
from synthgen.metrics.images.exposed import exposed_images
from synthgen.metrics.images.pools import RARE_BELOW, ImagePools
from synthgen.metrics.images.reading import read_pools
from synthgen.provenance.digests import digest_of
from synthgen.provenance.roster import Roster
from synthgen.report.evaluate import measured
from synthgen.report.images.paths import check_paths, shareable_paths, shown_paths
from synthgen.report.images.sheets import gallery, leaks, shareable_sheets
from synthgen.report.report import Report
from synthgen.report.training import read_training
from synthgen.report.verdicts import verdicts

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


def evaluate_images(  # noqa: PLR0913
    *,
    train: ImageSet,
    synthetic: ImageSet,
    holdout: ImageSet | None = None,
    features: Any = "task",
    seeds: int = 3,
    fid: bool = False,
    guarantee: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, float]] = (),
    best_epoch: int | None = None,
    interpolation: Sequence[ImageSet] = (),
    roster: Roster | None = None,
    worst_patients: int = 0,
    seed: int = 0,
    verbose: bool = True,
) -> Report:
    """Judges synthetic images: fidelity, usefulness and privacy, each beside what real images score.

    Images are compared in the features of a network, which the report names with the hash of its weights. What compares
    all pairs or trains a network uses a seeded sample of 5 000 images on each side at most. Privacy is judged in pixels
    and in features that were not learned from the training images: in learned ones, these differ from all others
    whatever the maker did.

    Args:
        train: Images that the synthetic ones were made from.
        synthetic: Images to judge, of the same size, channels and bits; with the classes that they were made for.
        holdout: Real images that the maker never saw, split off at random by patient (`ImageSet.split`). Without them
            privacy is not computed, and real data is one half of `train` against the other.
        features: "task": a small network that learns the training images' classes, its last layer but one ("random"
            where there are no classes). "random": a fixed network of random weights. Or a Keras model, or the path of a
            file with one, which is handed pixels from 0 (black) to 1 (white).
        seeds: How many times each network is trained whose score is judged.
        fid: Whether to compute the Fréchet distance too, and print its protocol.
        guarantee: What the maker promises, as ``synthesizer.ledger.to_dict()`` gives it; shown beside what is measured,
            on your word: a release asks for proof that the maker drew these, see `synthgen.draw`.
        history: What the maker noted at the end of each epoch of training, as ``synthesizer.history``; drawn as curves.
        best_epoch: The epoch that it kept, as ``synthesizer.best_epoch``.
        interpolation: Paths between synthetic images, as ``synthesizer.interpolate()`` draws them, to be shown.
        roster: Who was learned and held out, as the fit left it in the house; `train` and `holdout` are checked against
            it. None: it is not at hand, which the report says.
        worst_patients: How many training images, those that are given away most, the internal edition shows beside the
            nearest synthetic and holdout images (``report.to_html(path, edition="internal")``). The shareable
            edition never shows a real image.
        seed: For every sample and network; the same seed gives the same report on the same machine.
        verbose: Whether to show a progress bar (on stderr, when it is a terminal).

    Returns:
        The report; `print` it, or write it with `to_html` and `to_json`.

    Raises:
        EvaluationError: If the sets cannot be compared, or the features are none; names the argument. If `train` is not
            what was learned, or an image of `holdout` was.

    Example:
        >>> import numpy as np
        >>> def scans(count, seed):
        ...     random = np.random.default_rng(seed)
        ...     ill = np.arange(count) % 2
        ...     pixels = random.integers(0, 99 + 99 * ill[:, None, None], (count, 8, 8))
        ...     return ImageSet.from_array(pixels.astype(np.uint8), labels=ill)
        >>> report = evaluate_images(train=scans(60, 0), synthetic=scans(60, 1), holdout=scans(60, 2), seeds=1)
        >>> [verdict.subject for verdict in report.verdicts]
        ['fidelity', 'usefulness', 'privacy']
    """
    began = time.monotonic()
    for name, value, least in (("seeds", seeds, 1), ("worst_patients", worst_patients, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise EvaluationError(f"{name}: expected a whole number, {least} or more. Received {value!r}.")
    training = read_training(history, best_epoch)
    check_paths(interpolation, train)
    known = None if roster is None else roster.check(train=train, holdout=holdout)
    pools = read_pools(train=train, synthetic=synthetic, holdout=holdout, features=features, seeds=seeds, seed=seed)
    results = _worded(measured(pools, image_metrics(fid=fid), verbose=verbose))
    sheets, said = shareable_sheets(pools, results)
    paths = shown_paths(pools, interpolation)
    passed_on, about_paths = shareable_paths(paths, leaks=bool(leaks(results)))
    exposed = exposed_images(pools, worst_patients) if worst_patients else ()
    return Report(
        results=results,
        verdicts=verdicts(results, things="images"),
        tables=_description(pools) | {"digest": digest_of(synthetic), "roster": known},
        pictures={"histograms": [], "projection": {}, "sheets": sheets, "about_sheets": said, "paths": passed_on,
                  "about_paths": about_paths},
        settings=_settings(pools) | {"seconds": round(time.monotonic() - began, 1)},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        guarantee=guarantee,
        training=training,
        exposed=tuple(image.patient for image in exposed) if worst_patients else None,
        gallery=gallery(pools, exposed, paths) if worst_patients else None,
    )  # fmt: skip


def _worded(results: tuple[Result, ...]) -> tuple[Result, ...]:
    """Says images where limits say rows, and that the holdout is no yardstick where it follows another law."""
    worded = [replace(result, reason=result.reason.replace("rows", "images")) for result in results]
    distance = next(result for result in worded if result.metric == "kid")
    if distance.reference_interval is None or distance.reference_interval[0] <= FAR_APART:
        return tuple(worded)
    return tuple(
        replace(result, notes=(*result.notes, OTHER_LAW[result.metric]),
                details={**result.details, "sentence": OTHER_LAW[result.metric]})
        if result.metric in OTHER_LAW else result
        for result in worded
    )  # fmt: skip


def _settings(pools: ImagePools) -> dict[str, Any]:
    return {
        "seed": pools.seed, "target": pools.label, "max_rows": pools.max_images, "seeds": pools.seeds,
        "features": _named(pools, learned=True), "privacy_features": _named(pools, learned=False),
    }  # fmt: skip


def _named(pools: ImagePools, *, learned: bool) -> dict[str, Any]:
    extractor, points = (pools.extractor, pools.train.features) if learned else (pools.unlearned, pools.train.unlearned)
    return {"name": extractor.name, "sha256": extractor.digest, "dimensions": int(points.shape[1]),
            "note": extractor.note}  # fmt: skip


def _description(pools: ImagePools) -> dict[str, Any]:
    known = {"train": pools.train, "synthetic": pools.synthetic, "holdout": pools.holdout}
    height, width, channels = pools.shape
    return {
        "rows": {role: len(pool) for role, pool in known.items() if pool is not None},
        "columns": {},
        "patient_key": None,
        "patients": {role: len(set(pool.patients.tolist())) for role, pool in known.items() if pool is not None},
        "rare_below": RARE_BELOW,
        "images": {"height": height, "width": width, "channels": channels, "white": pools.white,
                   "classes": len(pools.classes)},
    }  # fmt: skip
