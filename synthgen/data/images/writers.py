"""Images written a few at a time, in constant memory; in one step, as everything is (`synthgen.files`)."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from synthgen.data.images.image_set import ImageSet
from synthgen.errors import WriteError


def image_writer(
    target: str | os.PathLike[str], count: int, *, kind: str | None = None, **options: Any
) -> AbstractContextManager[Callable[[ImageSet], Any]]:
    """Returns a block that gives what appends images; what they make appears when it is left without an error.

    Args:
        target: An .npz, .nii or .nii.gz file; or a folder that does not exist.
        count: How many images will come.
        kind: Of a folder's files: "png" or "dicom".
        options: Of the writer; see `write_images`.

    Raises:
        WriteError: If the target is of no known format; or, by the block, cannot be written.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from synthgen.data.images.reading import read_images
        >>> path = Path(tempfile.mkdtemp()) / "drawn.npz"
        >>> with image_writer(path, 5) as write:
        ...     for size in (3, 2):
        ...         write(ImageSet(pixels=np.zeros((size, 8, 8, 1), np.uint8)))
        >>> read_images(path, part="train", allow_synthetic=True)
        <ImageSet 5 images of 8 x 8, 1 channel, 8 bits>
    """
    from synthgen.data.images.dicom_writing import dicom_writer
    from synthgen.data.images.nifti import nifti_writer
    from synthgen.data.images.npz import npz_writer
    from synthgen.data.images.pictures import picture_writer

    path = Path(target)
    if path.suffix == ".npz":
        return npz_writer(path, count, **options)
    if path.name.endswith((".nii", ".nii.gz")):
        return nifti_writer(path, count, **options)
    if kind == "png":
        return picture_writer(path, **options)
    if kind == "dicom":
        return dicom_writer(path, **options)
    raise WriteError(f"{path}: name an .npz or .nii.gz file, or a new folder and kind='png' or 'dicom'.")
