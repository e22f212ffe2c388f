"""NIfTI volumes: turned to the canonical orientation, whole or cut into slices; written with a mark in the header."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from synthgen.data.images.image_set import ImageSet, quantised
from synthgen.data.writers import replacing
from synthgen.errors import ReadError, WriteError

MARK = "synthetic, made by synthgen"
"""In the header's field `descrip`, which holds 79 letters."""

AXES = ("sagittal", "coronal", "axial")
"""Of the canonical orientation: to the right, to the front, up."""


def read_nifti(
    paths: Sequence[Path],
    *,
    bounds: tuple[float, float] | None = None,
    slices: Literal["sagittal", "coronal", "axial"] | None = "axial",
    allow_synthetic: bool = False,
) -> ImageSet:
    """Reads NIfTI files, each a volume of one patient.

    Args:
        paths: Of the files, .nii or .nii.gz, all of one shape in the canonical orientation.
        bounds: What becomes black and white; None: each volume's percentiles 0.5 and 99.5.
        slices: Which slices to cut volumes into, those without anything in them left out; None keeps volumes.
        allow_synthetic: Whether files are taken that say that they are synthetic.

    Returns:
        Grey images or volumes of 8 bits, slices with their place in the column `slice`; patients by file.

    Raises:
        ReadError: If a file cannot be read, has not three dimensions, is synthetic, or shapes differ.
    """
    import nibabel

    pieces, places, patients = [], [], []
    for number, path in enumerate(paths):
        try:
            loaded = nibabel.as_closest_canonical(nibabel.load(path))
            values = np.asarray(loaded.dataobj, np.float32)
        except (OSError, nibabel.filebasedimages.ImageFileError, ValueError) as error:
            raise ReadError(f"A file cannot be read as NIfTI: {type(error).__name__}.") from error
        if bytes(loaded.header.get("descrip", b"")).startswith(MARK.encode()) and not allow_synthetic:
            raise ReadError("A file says that it is synthetic. To learn it anyway: allow_synthetic=True.")
        if values.ndim != 3:
            raise ReadError(f"Expected volumes of three dimensions. Received one of {values.ndim}.")
        found = _cut(_pixels(values, bounds), slices)
        pieces += [piece for _, piece in found]
        places += [place for place, _ in found]
        patients += [number] * len(found)
    shapes = {piece.shape for piece in pieces}
    if len(shapes) != 1:
        raise ReadError(f"Expected volumes of one shape with something in them. Received {len(shapes)} shapes.")
    table = pd.DataFrame({} if slices is None else {"slice": places}, index=range(len(pieces)))
    return ImageSet(pixels=np.stack(pieces)[..., None], table=table, patients=np.array(patients))


def _pixels(values: np.ndarray, bounds: tuple[float, float] | None) -> np.ndarray:
    low, high = bounds or (float(end) for end in np.percentile(values, [0.5, 99.5]))
    return quantised(values, (low, high)) if low < high else np.zeros(values.shape, np.uint8)


def _cut(volume: np.ndarray, slices: str | None) -> list[tuple[int, np.ndarray]]:
    """Slices with their place, top row first as they are looked at; or the whole volume, (depth, height, width)."""
    if slices is None:
        return [(0, np.flip(volume.transpose(2, 1, 0), axis=1))]
    axis = AXES.index(slices)
    cut = np.flip(np.moveaxis(volume, axis, 0).transpose(0, 2, 1), axis=1)
    return [(place, piece) for place, piece in enumerate(cut) if piece.any()]


def write_nifti(images: ImageSet, path: Path) -> None:
    """Writes grey images as the slices of one volume, or one volume, with a mark in the header.

    Args:
        images: Slices, or a single volume.
        path: Ending in .nii or .nii.gz.

    Raises:
        WriteError: If they have colours, or are several volumes.
    """
    import nibabel

    if images.pixels.shape[-1] != 1 or (images.pixels.ndim == 5 and len(images) > 1):
        raise WriteError("NIfTI holds grey images, or one volume.")
    if not path.name.endswith((".nii", ".nii.gz")):
        raise WriteError(f"{path}: name a file that ends in .nii or .nii.gz.")
    volume = images.pixels[0, ..., 0] if images.pixels.ndim == 5 else images.pixels[..., 0]
    made = nibabel.Nifti1Image(np.flip(volume, axis=1).transpose(2, 1, 0), np.eye(4))
    made.header["descrip"] = MARK
    content = made.to_bytes()
    with replacing(path) as beside:
        beside.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
