"""From sets of images to what metrics are given: checks first, then networks and features, each computed once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.images.apart import check_images_apart
from synthgen.metrics.images.learned import task_extractor
from synthgen.metrics.images.pools import ImagePools, Pool
from synthgen.metrics.images.spaces import Extractor, Floats, model_extractor, random_extractor, small_pixels

WAY_OUT = (
    "Real images that the maker never saw are the yardstick, or copies count as private. Split first, by patient "
    "(images.without_duplicates().split(), or synthgen fit with --holdout and --train), and pass as train only what "
    "was learned; or drop the shared images here."
)

FEWEST_OF_CLASS = 2
"""Images of a class in a set."""
FEWEST_IMAGES = 20
"""Of a set."""


def read_pools(
    *, train: ImageSet, synthetic: ImageSet, holdout: ImageSet | None, features: Any, **settings: Any
) -> ImagePools:
    """Checks sets of images against each other and computes their features.

    Args:
        train: Images that the synthetic ones were made from.
        synthetic: Images to judge.
        holdout: Real images that the maker never saw, or None.
        features: "task", "random", a Keras model, or the path of one.
        settings: Further fields of `ImagePools`.

    Raises:
        EvaluationError: If they cannot be compared, or the holdout shares images with the training images; names the
            argument, and the way out.
    """
    sets = {"train": train, "synthetic": synthetic} | ({} if holdout is None else {"holdout": holdout})
    check_images(sets)
    check_features(features)
    if holdout is not None:
        check_images_apart(train, holdout, names=("train", "holdout"), way_out=WAY_OUT)
    classes = train.classes
    codes = {role: class_codes(images, classes) for role, images in sets.items()}
    unlearned = random_extractor(train)
    if isinstance(features, str) and features == "random":
        extractor = unlearned
    elif isinstance(features, str) and features == "task":
        extractor = task_extractor(train, codes["train"], classes=len(classes), instead=unlearned, **_seed(settings))
    else:
        extractor = unlearned = model_extractor(features, train)
    pools, centres = _pools(sets, codes, extractor=extractor, unlearned=unlearned)
    return ImagePools(
        train=pools["train"], synthetic=pools["synthetic"], holdout=pools.get("holdout"), classes=classes,
        white=2**train.bits - 1, label=train.label, extractor=extractor, unlearned=unlearned, centres=centres,
        **settings,
    )  # fmt: skip


def _seed(settings: dict[str, Any]) -> dict[str, int]:
    return {"seed": settings.get("seed", 0)}


def _pools(
    sets: dict[str, ImageSet], codes: dict[str, NDArray[np.int64]], *, extractor: Extractor, unlearned: Extractor
) -> tuple[dict[str, Pool], tuple[Floats, Floats]]:
    spaces = {role: extractor.features(images.pixels) for role, images in sets.items()}
    plain = spaces
    if unlearned is not extractor:
        plain = {role: unlearned.features(images.pixels) for role, images in sets.items()}
    # around 0, or single precision loses the small distances
    centres = spaces["train"].mean(axis=0), plain["train"].mean(axis=0)
    return {
        role: _pool(role, images, codes[role], features=spaces[role] - centres[0], unlearned=plain[role] - centres[1])
        for role, images in sets.items()
    }, centres


def _pool(role: str, images: ImageSet, codes: NDArray[np.int64], *, features: Floats, unlearned: Floats) -> Pool:
    return Pool(
        role=role, pixels=images.pixels, features=features, unlearned=unlearned,
        small=small_pixels(images.pixels, white=2**images.bits - 1), codes=codes,
        patients=np.arange(len(images)) if images.patients is None else np.asarray(images.patients, np.int64),
        places=np.arange(len(images)),
    )  # fmt: skip


def further_pool(pools: ImagePools, images: ImageSet, *, role: str) -> Pool:
    """Returns further images as those of the pools are seen, such as images on the way from one to another.

    Args:
        pools: What is judged.
        images: Of the same size, channels and bits.
        role: What to call them.

    Raises:
        EvaluationError: If they are of another size, or have other channels or bits.
    """
    height, width, channels = pools.shape
    if images.pixels.shape[1:] != (height, width, channels) or 2**images.bits - 1 != pools.white:
        raise EvaluationError(
            f"{role}: expected images like those of train, {height} x {width} with {channels} channels. "
            f"Received {images!r}."
        )
    found = [extractor.features(images.pixels) for extractor in (pools.extractor, pools.unlearned)]
    return _pool(role, images, class_codes(images, list(pools.classes)), features=found[0] - pools.centres[0],
                 unlearned=found[1] - pools.centres[1])  # fmt: skip


def class_codes(images: ImageSet, classes: list[Any]) -> NDArray[np.int64]:
    """Returns the class of each image by its place among the classes, -1 where nobody says.

    Args:
        images: With or without a label.
        classes: All there are.

    Example:
        >>> class_codes(ImageSet.from_array(np.zeros((3, 8, 8), np.uint8), labels=[1, 0, 1]), [0, 1]).tolist()
        [1, 0, 1]
    """
    if images.label is None or not classes:
        return np.full(len(images), -1)
    return pd.Index(classes).get_indexer(images.table[images.label]).astype(np.int64)


def check_images(sets: dict[str, ImageSet]) -> None:
    """Checks that sets of images can be compared, before any long work.

    Args:
        sets: By role, "train" and "synthetic" at least.

    Raises:
        EvaluationError: Names the argument, what came, what was expected, and the way out.
    """
    for role, images in sets.items():
        if not isinstance(images, ImageSet):
            raise EvaluationError(
                f"{role}: expected an ImageSet. Received {type(images).__name__}. Read images with sg.read, or "
                "turn an array into one with sg.ImageSet.from_array."
            )
        if len(images) < FEWEST_IMAGES:
            raise EvaluationError(f"{role}: expected at least {FEWEST_IMAGES} images. Received {len(images)}.")
        if images.pixels.ndim != 4:
            raise EvaluationError(
                f"{role}: expected flat images. Received volumes of shape {images.pixels.shape[1:]}. Judge slices: "
                "read_images(path, slices='axial')."
            )
    for role, images in sets.items():
        _check_like(role, images, sets["train"])
    _check_classes(sets)


def _check_like(role: str, images: ImageSet, train: ImageSet) -> None:
    if images.pixels.shape[1:] != train.pixels.shape[1:]:
        raise EvaluationError(
            f"{role}: expected images of (height, width, channels) {train.pixels.shape[1:]} like the training images. "
            f"Received {images.pixels.shape[1:]}. Resize both in the same way, e.g. read_images(path, size=(64, 64))."
        )
    if images.bits != train.bits:
        raise EvaluationError(
            f"{role}: expected pixels of {train.bits} bits like the training images. Received {images.bits}. Bring "
            "both to one range: sg.ImageSet.from_array(values, bounds=(black, white))."
        )
    if (images.label is None) != (train.label is None):
        said = {True: "no label", False: "a label"}
        raise EvaluationError(
            f"{role}: expected {said[train.label is None]}, like the training images. Received images with "
            f"{said[images.label is None]}. Give all sets a label, or none: dataclasses.replace(images, label=None)."
        )


def _check_classes(sets: dict[str, ImageSet]) -> None:
    known = sets["train"].classes
    for role, images in sets.items():
        if images.label is None:
            return
        unknown = [name for name in images.classes if name not in known]
        if unknown:
            raise EvaluationError(
                f"{role}: {len(unknown)} of its {len(images.classes)} classes are not among the training images' "
                f"{len(known)}. Rename them, or leave their images out."
            )
        if not images.classes:
            raise EvaluationError(f"{role}: the label is missing in every image. Fill it in, or replace label by None.")
        fewest = int(images.table[images.label].value_counts().min())
        if fewest < FEWEST_OF_CLASS:
            raise EvaluationError(
                f"{role}: a class has {fewest} image. Expected at least {FEWEST_OF_CLASS} of each class. Leave the "
                "class out of all sets, or join it with another."
            )


def check_features(features: Any) -> None:
    """Checks what images are to be compared in.

    Args:
        features: Anything.

    Raises:
        EvaluationError: If it is neither "task", "random", a model, nor the path of a file with one.
    """
    known = isinstance(features, str) or hasattr(features, "__fspath__") or hasattr(features, "get_weights")
    if not known:
        raise EvaluationError(
            "features: expected 'task', 'random', a Keras model, or the path of a file that model.save('name.keras') "
            f"wrote. Received {type(features).__name__}."
        )
