"""From sets of images to what metrics of translation are given: checks first, then controls."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.images.apart import check_images_apart
from synthgen.metrics.images.reading import class_codes
from synthgen.metrics.images.translation import Translations

WAY_OUT = (
    "The judge's networks would be asked about what they learned. Pass real images of other patients, or leave train "
    "out."
)

FEWEST_IMAGES = 20
"""Of a set."""

UNTOUCHED, NEAREST, CUBIC = "untouched source", "nearest enlargement", "cubic enlargement"


def read_translations(
    translated: ImageSet,
    target: ImageSet,
    *,
    source: ImageSet | None,
    train: ImageSet | None,
    paired: bool,
    seeds: int,
    seed: int,
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

    Raises:
        EvaluationError: If they cannot be compared; names the argument, and the way out.
    """
    sets = {"translated": translated, "target": target, "source": source, "train": train}
    _check(sets, paired=paired)
    if train is not None:
        check_images_apart(target, train, names=("target", "train"), way_out=WAY_OUT)
    classes = target.classes if train is None else train.classes
    for name in ("translated", "target"):
        unknown = [label for label in (sets[name] or target).classes if label not in classes]
        if unknown and classes:
            raise EvaluationError(
                f"{name}: {len(unknown)} of its classes are not among the {len(classes)} of the real images that the "
                "judge learns. Rename them, or leave their images out."
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
        seeds=seeds, seed=seed,
    )  # fmt: skip


def _owners(images: ImageSet) -> NDArray[np.int64]:
    return np.arange(len(images)) if images.patients is None else np.asarray(images.patients, np.int64)


def _check(sets: dict[str, ImageSet | None], *, paired: bool) -> None:
    for name, images in sets.items():
        if images is None:
            continue
        if not isinstance(images, ImageSet):
            raise EvaluationError(
                f"{name}: expected an ImageSet. Received {type(images).__name__}. Read images with sg.read_images, or "
                "turn an array into one with sg.ImageSet.from_array."
            )
        if images.pixels.ndim != 4:
            raise EvaluationError(
                f"{name}: expected flat images. Received shape {images.pixels.shape[1:]}. Judge slices of volumes."
            )
        if len(images) < FEWEST_IMAGES:
            raise EvaluationError(f"{name}: expected at least {FEWEST_IMAGES} images. Received {len(images)}.")
    translated, target, source, train = (sets[name] for name in ("translated", "target", "source", "train"))
    for name, images in (("translated", translated), ("train", train)):
        if images is not None and target is not None and _kind(images) != _kind(target):
            raise EvaluationError(f"{name}: expected images like the target, {target!r}. Received {images!r}.")
    for name, images in (("target", target if paired else None), ("source", source)):
        if images is not None and translated is not None and len(images) != len(translated):
            raise EvaluationError(
                f"{name}: expected an image for each of the {len(translated)} translated ones, in their order. "
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
