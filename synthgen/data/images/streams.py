"""Images that come one after the other, as a `tf.data.Dataset` gives them; nothing of TensorFlow is needed for it."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from synthgen.data.images.disk import write_array
from synthgen.data.images.quantisation import quantised
from synthgen.errors import SchemaError

ENDLESS = -1
"""What `tf.data.Dataset.cardinality` says of a data set that repeats for ever."""


def gathered(
    dataset: Iterable[Any],
    *,
    batched: bool | None,
    bounds: tuple[float, float] | None,
    cache: str | os.PathLike[str] | None,
) -> tuple[np.ndarray, list[Any] | None]:
    """Returns pixels and classes of a data set.

    Args:
        dataset: See `ImageSet.from_dataset`.
        batched: Whether elements are batches.
        bounds: What black and white stand for.
        cache: Where pixels are kept.

    Returns:
        (images, ...) and the class of each, or None where elements have none.

    Raises:
        SchemaError: If elements are no images of one size and type, or there are none, or no end to them.
    """
    cardinality = getattr(dataset, "cardinality", None)
    if cardinality is not None and int(cardinality()) == ENDLESS:
        raise SchemaError("dataset: it repeats without an end. Leave out repeat(), or take(...) as many as you need.")
    elements = dataset.as_numpy_iterator() if hasattr(dataset, "as_numpy_iterator") else iter(dataset)
    labels: list[Any] = []
    pieces = _pieces(elements, batched, bounds, labels)
    first = next(pieces, None)
    if first is None:
        raise SchemaError("dataset: it holds no image.")
    like = _alike(first, pieces)
    pixels = np.concatenate(list(like)) if cache is None else write_array(Path(cache), like)
    return pixels, labels or None


def _pieces(
    elements: Iterator[Any], batched: bool | None, bounds: tuple[float, float] | None, labels: list[Any]
) -> Iterator[np.ndarray]:
    """Images of each element, (some, ...); their classes go to `labels`."""
    count = 0
    for element in elements:
        image, label = _parts(element)
        batch = _is_batch(image, label) if batched is None else batched
        images = image if batch else image[None]
        count += len(images)
        if label is not None:
            labels += [_plain(value) for value in (label.tolist() if batch else [label.tolist()])]
        if len(labels) not in (0, count):
            raise SchemaError(
                f"dataset: expected one class for each image, or for none. Received {len(labels)} for {count}. If an "
                "element is a single image, name batched=False, and classes as numbers, not one-hot."
            )
        yield images if bounds is None else quantised(images, bounds)


def _parts(element: Any) -> tuple[np.ndarray, np.ndarray | None]:
    if isinstance(element, dict) or (isinstance(element, tuple | list) and len(element) != 2):
        raise SchemaError(
            f"dataset: expected images, or pairs of an image and its class. Received a {type(element).__name__} of "
            f"{len(element)}. Choose with dataset.map(lambda element: (element['image'], element['label']))."
        )
    if isinstance(element, tuple | list):
        return np.asarray(element[0]), np.asarray(element[1])
    return np.asarray(element), None


def _is_batch(image: np.ndarray, label: np.ndarray | None) -> bool:
    if label is None:
        raise SchemaError(
            f"dataset: elements of shape {image.shape} without classes may be images or batches. Name batched=True or "
            "batched=False."
        )
    return label.ndim > 0


def _plain(value: Any) -> Any:
    """A class: TensorFlow's words are bytes."""
    return value.decode() if isinstance(value, bytes) else value


def _alike(first: np.ndarray, others: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Refuses images of another size or type than the first, or of a type that says nothing of black and white."""
    if first.dtype not in (np.uint8, np.uint16):
        raise SchemaError(
            f"bounds: {first.dtype} pixels need to be told what black and white are, e.g. bounds=(-1, 1)."
        )
    yield first
    for piece in others:
        if piece.shape[1:] != first.shape[1:] or piece.dtype != first.dtype:
            raise SchemaError(
                f"dataset: expected {first.dtype} images of shape {first.shape[1:]} like the first. Received "
                f"{piece.dtype} of shape {piece.shape[1:]}. Resize them in dataset.map(...)."
            )
        yield piece
