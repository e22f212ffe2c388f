"""NumPy archives with the keys of MedMNIST: train_images, train_labels, val_images, ... (Yang et al. 2023)."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.images.image_set import ImageSet
from synthgen.data.writers import replacing
from synthgen.errors import ReadError, WriteError

PARTS = ("train", "val", "test")
"""Of a data set; an archive without parts has the keys images and labels."""

PATIENT = "patient"
"""Key, after the part, of whose each image is, in archives that are written."""


MARK = "synthetic"
"""Key of archives that hold synthetic images."""


def read_npz(
    path: Path, *, part: str | None = None, patient: str | None = None, allow_synthetic: bool = False
) -> ImageSet:
    """Reads images and classes.

    Args:
        path: Of the archive. Python objects in it are never loaded.
        part: "train", "val" or "test"; None where the archive is not divided.
        patient: Key, without the part, of whose each image is; only who is the same as whom is kept. None: nobody says.
        allow_synthetic: Whether archives are taken that say that they are synthetic.

    Returns:
        The images; names of classes where the archive has them, under `classes`.

    Raises:
        ReadError: If the archive is none, lacks the part, or is synthetic.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            held = {name: archive[name] for name in archive.files}
    except (OSError, ValueError) as error:
        raise ReadError(f"{path} is no NumPy archive of plain arrays: {error}") from error
    if MARK in held and not allow_synthetic:
        raise ReadError(f"{path} says that it is synthetic. To learn or judge it anyway: allow_synthetic=True.")
    known = [name for name in PARTS if f"{name}_images" in held]
    prefix = "" if part is None else f"{part}_"
    if f"{prefix}images" not in held:
        wanted = f"part={known[0]!r}, one of {known}" if known else "an archive with the keys images and labels"
        raise ReadError(f"{path}: no {prefix}images. It holds {sorted(held)}. Expected {wanted}.")
    labels = held.get(f"{prefix}labels")
    if labels is not None:
        labels = labels.reshape(len(labels), -1)
        if labels.shape[1] > 1:
            raise ReadError(f"{path}: images of several findings at once ({labels.shape[1]} labels each) are not read.")
        labels = labels[:, 0]
        if "classes" in held:
            labels = held["classes"][labels]
    if patient is not None and f"{prefix}{patient}" not in held:
        raise ReadError(
            f"{path}: patient names {patient!r}, but there is no {prefix}{patient}. It holds {sorted(held)}."
        )
    whose = None if patient is None else held[f"{prefix}{patient}"]
    return ImageSet.from_array(held[f"{prefix}images"], labels=labels, patients=whose)


def write_npz(images: ImageSet, path: Path, *, part: str = "train", synthetic: bool = True) -> None:
    """Writes images with MedMNIST's keys, and a key that says that they are synthetic; replaces the file in one step.

    Args:
        images: With uint8 or uint16 pixels.
        path: Of the archive, ending in .npz.
        part: Of a data set.
        synthetic: Whether they are; False for real ones that are kept out of training.

    Raises:
        WriteError: If it cannot be written.
    """
    pixels = images.pixels[..., 0] if images.pixels.shape[-1] == 1 else images.pixels
    arrays: dict[str, Any] = {f"{part}_images": pixels}
    if synthetic:
        arrays[MARK] = np.array("synthetic images, made by synthgen")
    if images.patients is not None:
        arrays[f"{part}_{PATIENT}"] = images.patients
    if images.label is not None:
        labels = images.table[images.label]
        if pd.api.types.is_integer_dtype(labels):
            arrays[f"{part}_labels"] = labels.to_numpy()[:, None]
        else:
            codes, names = pd.factorize(labels, sort=True)
            arrays |= {f"{part}_labels": codes[:, None].astype(np.int64), "classes": np.asarray(names).astype(str)}
    if path.suffix != ".npz":
        raise WriteError(f"{path}: name a file that ends in .npz.")
    with replacing(path) as beside, beside.open("wb") as file:
        np.savez_compressed(file, **arrays)
