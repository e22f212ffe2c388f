"""One call for all: what a path holds decides how images are read and written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synthgen.data.images.image_set import ImageSet
from synthgen.data.options import options_of, require_options
from synthgen.errors import ReadError, WriteError

VOLUMES, SCANS, PICTURES = (".nii", ".nii.gz"), (".dcm", ".dicom"), (".png", ".jpg", ".jpeg")
"""Endings of files, whatever their letters are."""


def read_images(
    source: str | os.PathLike[str],
    *,
    size: tuple[int, int] | None = None,
    allow_synthetic: bool = False,
    skip_corrupt: bool = False,
    cache: str | os.PathLike[str] | None = None,
    **options: Any,
) -> ImageSet:
    """Reads images from an archive, a folder or a file.

    Files that cannot be read are named in one error, before anything is learned. Headers are looked at first, so that
    files that do not fit together are known before any is decoded; then files are decoded one at a time.

    Args:
        source: An .npz with MedMNIST's keys; a folder of PNG or JPEG (with a folder for each class, or `table=`); a
            folder of DICOM or NIfTI files, or one such file.
        size: Height and width to scale to; None where all are of one size. Not for npz.
        allow_synthetic: Whether files are taken that say that they are synthetic.
        skip_corrupt: Whether files, or DICOM series, that cannot be read are left out with a warning. Not for npz.
        cache: Where decoded pixels are kept, an .npy file that is then read from disk, so that memory does not grow
            with the number of images; None: in memory. Made of the same files, unchanged and read in the same way, it
            is used again. It holds raw images: keep it where these may be, and delete it with them.
        options: Of the reader: `part` and `patient` for npz (`npz.read_npz`); `table`, `file`, `label` and `patient`
            for pictures (`pictures.read_pictures`); `columns`, `label`, `window`, `slices` and `bits` for DICOM
            (`dicom.read_dicom`); `bounds` and `slices` for NIfTI (`nifti.read_nifti`). ``slices=None`` keeps volumes.

    Returns:
        The images.

    Raises:
        ReadError: If there is nothing that can be read, some files cannot be, or an option is none of the reader's.
        WriteError: If the cache cannot be written.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> path = Path(tempfile.mkdtemp()) / "scans.npz"
        >>> np.savez(path, train_images=np.zeros((3, 8, 8), np.uint8), train_labels=np.array([[0], [1], [0]]))
        >>> read_images(path, part="train")
        <ImageSet 3 images of 8 x 8, 1 channel, 8 bits; 2 classes of 'label'>
    """
    from synthgen.data.images.dicom import read_dicom
    from synthgen.data.images.files import Rules
    from synthgen.data.images.nifti import read_nifti
    from synthgen.data.images.npz import read_npz
    from synthgen.data.images.pictures import read_pictures

    path = Path(source)
    if not path.exists():
        raise ReadError(f"{path} does not exist.")
    if not path.is_file() and not path.is_dir():
        raise ReadError(f"{path} is neither a file nor a folder.")
    rules = Rules(folder=path if path.is_dir() else path.parent, size=size, allow_synthetic=allow_synthetic,
                  skip_corrupt=skip_corrupt, cache=None if cache is None else Path(cache))  # fmt: skip
    if path.suffix == ".npz":
        if size is not None or skip_corrupt:
            raise ReadError(f"{'size' if size else 'skip_corrupt'} is not for archives, which hold images of one size.")
        _require(options, read_npz, path)
        return read_npz(path, allow_synthetic=allow_synthetic, cache=rules.cache, **options)
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    volumes = [file for file in files if file.name.endswith(VOLUMES)]
    if volumes:
        _require(options, read_nifti, path)
        return read_nifti(volumes, rules=rules, **options)
    scans = [file for file in files if file.suffix.lower() in SCANS or _is_dicom(file)]
    if scans:
        _require(options, read_dicom, path)
        return read_dicom(scans, rules=rules, **options)
    if path.is_dir():
        _require(options, read_pictures, path)
        return read_pictures(path, rules=rules, **options)
    raise ReadError(f"{path}: expected an .npz, a DICOM or a NIfTI file, or a folder of pictures, DICOM or NIfTI.")


def _require(options: dict[str, Any], reader: Callable[..., Any], path: Path) -> None:
    """Refuses options that a reader of certain files does not take, before any is opened."""
    general = [name for name in options_of(read_images) if reader.__name__ != "read_npz" or name in options_of(reader)]
    known = [name for name in [*general, *options_of(reader)] if name != "rules"]
    require_options(options, dict.fromkeys(known), of=f"{path}, of images,", error=ReadError)


def holds_images(path: Path) -> bool:
    """Returns whether a path holds images, or by its name is to hold some: a file, or a folder with one inside.

    Args:
        path: Of a file or folder.

    Example:
        >>> holds_images(Path("scans.npz")), holds_images(Path("patients.csv"))
        (True, False)
    """
    if path.is_dir():
        return any(file.name.lower().endswith((*VOLUMES, *SCANS, *PICTURES)) or _is_dicom(file)
                   for file in path.rglob("*"))  # fmt: skip
    return path.name.lower().endswith((".npz", *VOLUMES, *SCANS)) or _is_dicom(path)


def _is_dicom(path: Path) -> bool:
    """Whether a file without an ending begins like DICOM, and is not the list of files that lies on every disc."""
    if path.suffix or path.name == "DICOMDIR" or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(132)[128:] == b"DICM"


def write_images(images: ImageSet, target: str | os.PathLike[str], *, kind: str | None = None, **options: Any) -> None:
    """Writes images, which then say that they are synthetic.

    Args:
        images: To be written.
        target: An .npz, .nii or .nii.gz file; or a folder that does not exist.
        kind: Of a folder's files: "png" or "dicom".
        options: Of the writer; see `npz.write_npz`, `pictures.write_pictures`, `dicom_writing.write_dicom`.

    Raises:
        WriteError: If the target is there already, cannot be written, is of no known format, or an option is none of
            the writer's.
    """
    from synthgen.data.images.dicom_writing import write_dicom
    from synthgen.data.images.nifti import write_nifti
    from synthgen.data.images.npz import write_npz
    from synthgen.data.images.pictures import write_pictures

    path = Path(target)
    writers: dict[str | None, Callable[..., Any]] = {"png": write_pictures, "dicom": write_dicom}
    writer = write_npz if path.suffix == ".npz" else write_nifti if path.name.endswith(VOLUMES) else writers.get(kind)
    if writer is None:
        raise WriteError(f"{path}: name an .npz or .nii.gz file, or a new folder and kind='png' or 'dicom'.")
    require_options(options, ["kind", *options_of(writer)], of=f"{path}, of images,", error=WriteError)
    writer(images, path, **options)
