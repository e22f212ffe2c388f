"""From sets of images to what metrics of translation are given: checks first, then controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage

from synthgen.data.image_pairs.image_pairs import ImagePairs
from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.image_pairs.translation import Translations
from synthgen.metrics.images.apart import check_images_apart
from synthgen.metrics.images.pools import ImagePools
from synthgen.metrics.images.reading import class_codes, read_pools

WAY_OUT = (
    "The judge's networks would be asked about what they learned. Pass real images of other patients, or leave train "
    "out."
)

SPLIT_FIRST = (
    "A translator knows what it learned. Split pairs first, by patient (sg.split(pairs)), let it learn the first, and "
    "judge what it makes of the second."
)

FEWEST_IMAGES = 20
"""Of a set."""

MEAN = "mean training image"

UNTOUCHED, NEAREST, CUBIC = "untouched source", "nearest enlargement", "cubic enlargement"


def read_translations(  # noqa: PLR0913
    translated: ImageSet,
    target: ImageSet,
    *,
    source: ImageSet | None,
    train: ImageSet | None,
    paired: bool,
    seeds: int,
    seed: int,
    called: Mapping[str, str] | None = None,
) -> Translations:
    """Checks sets of images against each other and makes the controls.

    Args:
        translated: Images to judge.
        target: Real images.
        source: What the translations were made from, or None.
        train: Real images that the judge's networks learn, or None.
        paired: Whether image i of both belong together.
        seeds: Networks that are asked.
        seed: For every sample and network.
        called: What errors call the sets, by the names above; None: so.

    Raises:
        EvaluationError: If they cannot be compared; names the argument, and the way out.
    """
    names = {name: name for name in ("translated", "target", "source", "train")} | dict(called or {})
    sets = {"translated": translated, "target": target, "source": source, "train": train}
    _check(sets, names, paired=paired)
    if train is not None:
        check_images_apart(target, train, names=(names["target"], names["train"]), way_out=WAY_OUT)
    classes = target.classes if train is None else train.classes
    for name in ("translated", "target"):
        unknown = [label for label in (sets[name] or target).classes if label not in classes]
        if unknown and classes:
            raise EvaluationError(
                f"{names[name]}: {len(unknown)} of its classes are not among the {len(classes)} of the real images "
                "that the judge learns. Rename them, or leave their images out."
            )
    whose = _owners(translated)
    if paired:
        whose = whose if translated.patients is not None else _owners(target)
    return Translations(
        translated=translated.pixels, target=target.pixels, paired=paired, white=2**target.bits - 1,
        controls={} if source is None else controls(source, target), classes=classes, patients=whose,
        target_patients=whose if paired else _owners(target), codes=class_codes(translated, classes),
        target_codes=class_codes(target, classes),
        learned=None if train is None or train.label is None else (train.pixels, class_codes(train, classes)),
        seeds=seeds, seed=seed, label=target.label, source=None if source is None else source.pixels,
        source_white=255 if source is None else 2**source.bits - 1,
    )  # fmt: skip


def read_pairs(*, train: ImagePairs, synthetic: ImagePairs, holdout: ImagePairs, seeds: int, seed: int) -> Translations:
    """Checks pairs against each other, and makes what they are judged by.

    Args:
        train: What the translator learned.
        synthetic: What came in, and what it made.
        holdout: The same that came in, and what it should have become; or, no pairs, real images of the target's kind.
        seeds: Networks that are asked.
        seed: For every sample and network.

    Raises:
        EvaluationError: If they cannot be compared, or the translator learned what it is judged by; names the argument.
    """
    _check_roles(train, synthetic, holdout)
    source = holdout.source if synthetic.source is None and holdout.paired else synthetic.source
    sets = read_translations(
        _with_patients(synthetic, source), holdout.target, source=source, paired=holdout.paired, seeds=seeds, seed=seed,
        train=None if train.target.label is None else train.target,
        called={"translated": "synthetic.target", "target": "holdout.target", "source": "synthetic.source",
                "train": "train.target"},
    )  # fmt: skip
    apart = [(train.target, holdout.target, "holdout.target"), (train.source, source, "synthetic.source")]
    for known, further, name in apart:
        if known is not None and further is not None:
            check_images_apart(known, further, names=("train", name), way_out=SPLIT_FIRST)
    pools = _pools(train, synthetic, holdout, sets)
    mean = np.floor(train.target.pixels.mean(axis=0) + 0.5).astype(train.target.pixels.dtype)
    return replace(sets, constants={MEAN: np.broadcast_to(mean, sets.translated.shape)}, pools=pools)


def _with_patients(synthetic: ImagePairs, source: ImageSet | None) -> ImageSet:
    """Translations that know whose they are, if the images that they were made from do."""
    known = [images.patients for images in (source, synthetic.target) if images is not None]
    return replace(synthetic.target, patients=next((whose for whose in known if whose is not None), None))


def _pools(train: ImagePairs, synthetic: ImagePairs, holdout: ImagePairs, sets: Translations) -> ImagePools:
    """The same images as judges of images see them, in features of a network that learned none.

    With their classes where these are no pairs: two piles may hold them in another mix.
    """
    three = {"train": train.target, "synthetic": synthetic.target, "holdout": holdout.target}
    whose = {"train": train.patients, "synthetic": sets.patients, "holdout": sets.target_patients}
    labelled = not sets.paired and all(images.label is not None for images in three.values())
    return read_pools(
        **{role: replace(images, patients=whose[role], label=images.label if labelled else None)
           for role, images in three.items()},
        features="random", seeds=sets.seeds, seed=sets.seed,
    )  # fmt: skip


def _check_roles(train: ImagePairs, synthetic: ImagePairs, holdout: ImagePairs) -> None:
    """What each of the three has to be, before any pixel is looked at."""
    if not synthetic.paired:
        raise EvaluationError(
            "synthetic: expected ImagePairs(source, translated): each image with what it became, which are pairs "
            "whatever the translator learned. Received piles that are no pairs."
        )
    kept = [pairs.source for pairs in (synthetic, holdout) if pairs.source is not None]
    if holdout.paired and len(kept) == 2 and not np.array_equal(kept[0].pixels, kept[1].pixels):
        raise EvaluationError(
            "synthetic: expected translations of the images that holdout has as its source, in their order. Received "
            "those of others: holdout=ImagePairs(source, truth), synthetic=ImagePairs(source, translated). Where there "
            "is no truth: ImagePairs(None, real images, paired=False)."
        )
    ours, theirs = synthetic.target.patients, holdout.target.patients
    if holdout.paired and ours is not None and theirs is not None and len(ours) == len(theirs):
        other = int((pd.factorize(np.asarray(ours))[0] != pd.factorize(np.asarray(theirs))[0]).sum())
        if other:
            raise EvaluationError(
                f"holdout.target: expected the patients of synthetic.target in the same places. {other} of "
                f"{len(theirs)} images are of somebody else. Sort both sets alike."
            )
    if train.target.pixels.shape[1:] != synthetic.target.pixels.shape[1:] or train.target.bits != synthetic.target.bits:
        raise EvaluationError(
            f"synthetic.target: expected images like those of train.target, {train.target!r}. Received "
            f"{synthetic.target!r}."
        )


def _owners(images: ImageSet) -> NDArray[np.int64]:
    return np.arange(len(images)) if images.patients is None else np.asarray(images.patients, np.int64)


def _check(sets: dict[str, ImageSet | None], names: Mapping[str, str], *, paired: bool) -> None:
    for name, images in sets.items():
        if images is None:
            continue
        if not isinstance(images, ImageSet):
            raise EvaluationError(
                f"{names[name]}: expected an ImageSet. Received {type(images).__name__}. Read images with sg.read, or "
                "turn an array into one with sg.ImageSet.from_array."
            )
        if images.pixels.ndim != 4:
            raise EvaluationError(
                f"{names[name]}: expected flat images. Received shape {images.pixels.shape[1:]}. Judge slices of "
                "volumes."
            )
        if len(images) < FEWEST_IMAGES:
            raise EvaluationError(f"{names[name]}: expected at least {FEWEST_IMAGES} images. Received {len(images)}.")
    translated, target, source, train = (sets[name] for name in ("translated", "target", "source", "train"))
    for name, images in (("translated", translated), ("train", train)):
        if images is not None and target is not None and _kind(images) != _kind(target):
            raise EvaluationError(f"{names[name]}: expected images like the target, {target!r}. Received {images!r}.")
    for name, images in (("target", target if paired else None), ("source", source)):
        if images is not None and translated is not None and len(images) != len(translated):
            raise EvaluationError(
                f"{names[name]}: expected an image for each of the {len(translated)} translated ones, in their order. "
                f"Received {len(images)}." + (" Images that are no pairs: paired=False." if name == "target" else "")
            )


def _kind(images: ImageSet) -> tuple[int, ...]:
    return (*images.pixels.shape[1:], images.bits)


def controls(source: ImageSet, target: ImageSet) -> dict[str, NDArray]:
    """Returns what costs nothing beside a translation, by name, like the target's images; none where channels differ.

    The source itself, if it is as large; or the source made as large, pixels repeated, and by cubic splines.

    Args:
        source: What was translated.
        target: What it should have become.

    Example:
        >>> small, large = (ImageSet(pixels=np.full((2, side, side, 1), 9, np.uint8)) for side in (4, 8))
        >>> [(name, shown.shape[1]) for name, shown in controls(small, large).items()]
        [('nearest enlargement', 8), ('cubic enlargement', 8)]
    """
    (height, width, channels), sides = source.pixels.shape[1:], target.pixels.shape[1:3]
    if channels != target.pixels.shape[-1] or sides[0] % height or sides[1] % width:
        return {}
    white = 2**target.bits - 1
    shown = source.pixels * (white / (2**source.bits - 1))

    def stored(values: NDArray) -> NDArray:
        return np.floor(np.clip(values, 0, white) + 0.5).astype(target.pixels.dtype)

    if (height, width) == sides:
        return {UNTOUCHED: stored(shown)}
    scale = (1, sides[0] // height, sides[1] // width, 1)
    nearest = np.repeat(np.repeat(shown, scale[1], axis=1), scale[2], axis=2)
    cubic = ndimage.zoom(shown, scale, order=3, mode="nearest", grid_mode=True)
    return {NEAREST: stored(nearest), CUBIC: stored(cubic)}
