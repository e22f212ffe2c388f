"""Whether two sets of real images are apart: what is judged with an image must not have been learned."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.metrics.overlap import by_patient, shared_units


def check_images_apart(known: ImageSet, further: ImageSet, *, names: tuple[str, str], way_out: str) -> None:
    """Checks that two sets have no more equal images in common than honest samples do.

    Equal pixel by pixel; where patients have several images, patients are compared. The numbers of patients say nothing
    across sets: an image set only keeps who is the same as whom.

    Args:
        known: Images of one side.
        further: Images that should be none of them.
        names: Of the arguments: of the known, and of the further images.
        way_out: What to do instead.

    Raises:
        EvaluationError: Names the second argument, and the counts.
    """
    sets = (known, further)
    codes = [digests(images.pixels) for images in sets]
    patients = [np.arange(len(images)) if images.patients is None else np.asarray(images.patients) for images in sets]
    found = shared_units(by_patient(codes, patients, how="pixel by pixel"))
    if found is not None:
        things = "images" if all(len(np.unique(whose)) == len(whose) for whose in patients) else "patients"
        raise EvaluationError(f"{names[1]}: {found.sentence(things, among=names[0])} {way_out}")


def digests(pixels: NDArray) -> NDArray[np.uint64]:
    """Returns a code for each image; equal images have equal codes. They never leave this process.

    Args:
        pixels: (images, ...).

    Example:
        >>> codes = digests(np.array([[[0]], [[1]], [[0]]], np.uint8))
        >>> bool(codes[0] == codes[2] != codes[1])
        True
    """
    return np.array(
        [int.from_bytes(hashlib.sha256(image.tobytes()).digest()[:8], "big") for image in pixels], np.uint64
    )
