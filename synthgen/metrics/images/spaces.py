"""In which spaces images are compared: the features of a network, always named with its hash, and small pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError

SMALL_SIDE = 32
"""Longest side of small pixels."""
Floats = NDArray[np.float32]


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Extractor:
    """From images to features.

    Args:
        name: "task network", "random network", or the model's or file's name.
        digest: First twelve hexadecimal digits of the SHA-256 of the weights.
        features: From (images, height, width, channels) whole numbers to (images, dimensions).
        note: What to know about it.
        probabilities: From images to (images, classes), where the network learned the training images' classes.
    """

    name: str
    digest: str
    features: Callable[[NDArray], Floats]
    note: str = ""
    probabilities: Callable[[NDArray], Floats] | None = None

    def __str__(self) -> str:
        return f"{self.name} (SHA-256 of the weights {self.digest}...)"


def random_extractor(images: ImageSet, *, note: str = "") -> Extractor:
    """Returns the features of a fixed random network: no labels, no training.

    Args:
        images: Any of those to come, for their size.
        note: See `Extractor`.
    """
    from synthgen.metrics.images import network

    white = 2**images.bits - 1
    model = network.random_network(images.pixels.shape[1:], white=white)
    return Extractor(
        name="random network", digest=network.weights_hash(model), note=note,
        features=network.Outputs(model),
    )  # fmt: skip


def model_extractor(source: Any, images: ImageSet) -> Extractor:
    """Returns the features of the user's own network, which is handed pixels from 0 (black) to 1 (white).

    Args:
        source: A Keras model, or the path of one; with one input (batch, height, width, channels).
        images: Any of those to come.

    Raises:
        EvaluationError: If it is no model, or cannot take the images.
    """
    from synthgen.metrics.images import network

    name, model = (source.name, source) if hasattr(source, "get_weights") else _loaded(Path(source))
    wanted = getattr(model, "input_shape", None)
    height, width, channels = images.pixels.shape[1:]
    if not isinstance(wanted, tuple) or len(wanted) != 4 or wanted[-1] not in (None, channels, 3):
        raise EvaluationError(
            f"features: expected a model with one input (batch, height, width, {channels}), or with 3 channels. "
            f"Received one with input_shape {wanted}. Put a layer in front that turns the images into what it takes."
        )
    fixed = wanted[1] is not None and wanted[2] is not None and wanted[1:3] != (height, width)
    size = (wanted[1], wanted[2]) if fixed else None
    scale = 1 / (2**images.bits - 1)
    changed = f" Images were resized from {height} x {width} to {wanted[1]} x {wanted[2]}." if fixed else ""
    return Extractor(
        name=name, digest=network.weights_hash(model),
        features=network.Outputs(model, scale=scale, size=size),
        note=f"The network was handed pixels from 0 to 1.{changed}",
    )  # fmt: skip


def _loaded(path: Path) -> tuple[str, Any]:
    from synthgen.metrics.images import network

    if not path.is_file():
        raise EvaluationError(
            f"features: there is no file {path.name!r}. Expected 'task', 'random', a Keras model, or the path of a "
            "file that model.save('name.keras') wrote."
        )
    try:
        return path.name, network.loaded(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EvaluationError(
            f"features: {path.name} could not be read as a Keras model ({type(error).__name__}). Expected a file that "
            "model.save('name.keras') wrote, with layers that this version of Keras knows."
        ) from error


def small_pixels(pixels: NDArray, *, white: int) -> Floats:
    """Returns images as rows of numbers from 0 to 1, no side longer than about `SMALL_SIDE`.

    Large images are averaged over blocks, which makes a search among thousands quick and takes no notice of noise.

    Args:
        pixels: (images, height, width, channels).
        white: Largest value of a pixel.

    Returns:
        (images, dimensions).

    Example:
        >>> small_pixels(np.full((2, 64, 64, 1), 255, np.uint8), white=255).shape
        (2, 1024)
    """
    images, height, width, channels = pixels.shape
    block = -(-max(height, width) // SMALL_SIDE)
    rows, columns = max(height // block, 1), max(width // block, 1)
    kept = pixels[:, : rows * block, : columns * block] if block > 1 else pixels
    down, across = min(block, height), min(block, width)
    blocks = kept.reshape(images, rows, down, columns, across, channels).mean(axis=(2, 4), dtype=np.float32)
    return (blocks / np.float32(white)).reshape(images, -1)
