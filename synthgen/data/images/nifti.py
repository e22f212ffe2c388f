"""NIfTI volumes: turned to the canonical orientation, whole or cut into slices; written with a mark in the header."""

import gzip
import io
import math
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from synthgen.data.images.dicom_pixels import scaled
from synthgen.data.images.files import (
    MOST_NAMED,
    RULES,
    Collected,
    CorruptFiles,
    Rules,
    Source,
    Unreadable,
    collect,
    size_of,
)
from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.data.images.quantisation import quantised
from synthgen.data.unpacking import DEFLATE, unpacks_too_far
from synthgen.errors import ReadError, WriteError
from synthgen.files.writing import replacing

MARK = "synthetic, made by synthgen"
"""In the header's field `descrip`, which holds 79 letters."""

MOST_SLICES = 2**15 - 1
"""Of a volume, along any side: its header counts in 16 bits."""

LARGEST = 2**30
"""Bytes up to which any file may unpack: masks, most of which is background, pack very well."""

AXES = ("sagittal", "coronal", "axial")
"""Of the canonical orientation: to the right, to the front, up."""


def read_nifti(
    paths: Sequence[Path],
    *,
    bounds: tuple[float, float] | None = None,
    slices: Literal["sagittal", "coronal", "axial"] | None = "axial",
    rules: Rules = RULES,
) -> ImageSet:
    """Reads NIfTI files, each a volume of one patient.

    Args:
        paths: Of the files, .nii or .nii.gz, all of one shape in the canonical orientation unless a size is asked for.
        bounds: What becomes black and white; None: each volume's percentiles 0.5 and 99.5.
        slices: Which slices to cut volumes into, those without anything in them left out; None keeps volumes.
        rules: What holds of files of every format.

    Voxels that are no number (NaN), as programs write outside of a mask, are black and take no part in the bounds; a
    warning counts the files that have some.

    Returns:
        Grey images or volumes of 8 bits, slices with their place in the column `slice`; patients by file.

    Raises:
        ReadError: If a file cannot be read, holds more or fewer voxels than it says, has not three dimensions, is
            synthetic, or shapes differ.
    """
    import nibabel

    if slices not in (*AXES, None):
        raise ReadError(f"slices: expected one of {[*AXES, None]} for NIfTI. Received {slices!r}.")
    corrupt, notes = CorruptFiles(rules, len(paths)), Counter[str]()
    looked = list(corrupt.read(paths, lambda path: _look(path, rules), rules.name))
    flat = sum(len(shape) != 3 for _, shape in looked)
    if flat:
        dims = sorted({len(shape) for _, shape in looked if len(shape) != 3})
        raise ReadError(f"Expected volumes of three dimensions. {flat} of {len(looked)} files have {dims}. Store each "
                        "volume in a file of its own, e.g. with nibabel.four_to_three.")  # fmt: skip
    axis = None if slices is None else AXES.index(slices)
    sources = [Source(rules.name(path), (path,), shape, 1 if axis is None else shape[axis]) for path, shape in looked]
    _check_shapes([source.header for source in sources], axis, rules.size)

    def decode(source: Source[tuple[int, ...]]) -> tuple[np.ndarray, list[int]]:
        loaded = nibabel.as_closest_canonical(_whole(source.paths[0]))
        values = np.asarray(loaded.dataobj, np.float32).reshape(loaded.shape[:3])
        notes["holes"] += bool(np.isnan(values).any())
        found = _cut(_pixels(values, bounds), slices)
        pieces = [np.stack([scaled(side, rules.size) for side in piece]) if piece.ndim == 3 else
                  scaled(piece, rules.size) for _, piece in found]  # fmt: skip
        return np.array(pieces, np.uint8)[..., None], [place for place, _ in found]

    collected = collect(sources, decode, corrupt=corrupt, asked=["nifti", bounds, slices])
    _warn(notes, sources, collected, corrupt)
    table = pd.DataFrame({} if slices is None else {"slice": collected.places}, index=range(len(collected.places)))
    patients = np.unique(collected.sources, return_inverse=True)[1]
    return ImageSet(pixels=collected.pixels, table=table, patients=patients)


def _warn(notes: Counter[str], sources: Sequence[Source[Any]], collected: Collected, corrupt: CorruptFiles) -> None:
    """Says what nobody may have wanted: voxels that are no number, volumes of which no slice is left."""
    if notes["holes"]:
        warnings.warn(f"{notes['holes']} of {len(sources)} files hold voxels that are no number (NaN). They are black, "
                      "and take no part in what black and white stand for.", ImageWarning, 4)  # fmt: skip
    shown = set(collected.sources.tolist())
    empty = [source.name for number, source in enumerate(sources)
             if number not in shown and source.name not in corrupt.reasons]  # fmt: skip
    if empty:
        warnings.warn(f"{len(empty)} of {len(sources)} volumes show nothing in any slice and are left out: "
                      f"{', '.join(empty[:MOST_NAMED])}. slices=None keeps them.", ImageWarning, 4)  # fmt: skip


def _look(path: Path, rules: Rules) -> tuple[int, ...]:
    """The shape of a file's volume in the canonical orientation, from its header."""
    import nibabel

    size = size_of(path)
    loaded: Any = nibabel.load(path)
    needed = _claims(loaded)
    packed = path.suffix == ".gz"
    if needed > size * (DEFLATE if packed else 1) or unpacks_too_far(packed=size, unpacked=needed, least=LARGEST):
        raise Unreadable(f"says that it takes {needed} bytes, and has {size}")
    if not packed and size > needed:
        raise Unreadable(f"{size - needed} bytes more than it says")
    if bytes(loaded.header.get("descrip", b"")).startswith(MARK.encode()) and not rules.allow_synthetic:
        raise ReadError("A file says that it is synthetic. To learn it anyway: allow_synthetic=True.")
    shape = loaded.shape
    while len(shape) > 3 and shape[-1] == 1:  # a dimension of time with one moment
        shape = shape[:-1]
    if len(shape) != 3:
        return tuple(shape)
    turned = nibabel.io_orientation(loaded.affine)[:, 0].astype(int)
    return tuple(int(side) for side in np.array(shape)[np.argsort(turned[:3])])


def _claims(loaded: Any) -> int:
    """Bytes that a file says it takes."""
    kind, start = loaded.get_data_dtype(), int(loaded.dataobj.offset)
    if kind.kind not in "biuf":
        raise Unreadable("voxels that are no plain numbers")
    if start < int(loaded.header["sizeof_hdr"]) + 4:  # four bytes say whether there are extensions
        raise Unreadable("its voxels begin inside its header")
    if min(loaded.shape) < 1:
        raise Unreadable("no volume")
    return start + kind.itemsize * math.prod(loaded.shape)


def _whole(path: Path) -> Any:
    """A file's volume; of a compressed file, all of it is unpacked, since its checksum stands at its end."""
    import nibabel

    loaded: Any = nibabel.load(path)
    if path.suffix != ".gz":
        return loaded
    needed = _claims(loaded)
    with gzip.open(path) as file:
        content = file.read(needed)
        if len(content) < needed:
            raise Unreadable("fewer voxels than it says")
        if file.read(1):  # behind the last byte the checksum is compared
            raise Unreadable("more voxels than it says")
    return type(loaded).from_bytes(content)


def _check_shapes(shapes: list[tuple[int, ...]], axis: int | None, size: tuple[int, int] | None) -> None:
    """Refuses volumes or slices of several sizes."""
    if axis is None:
        sizes = {(deep, *(size or (high, wide))) for wide, high, deep in shapes}
        if len(sizes) > 1:
            raise ReadError(
                f"Expected volumes of one shape. Received {len(sizes)} (depth, height, width), {min(sizes)} to "
                f"{max(sizes)}. A depth is not scaled: resample the files, or cut them into slices."
            )
    elif size is None:
        sizes = {tuple(np.delete(shape, axis)[::-1].tolist()) for shape in shapes}
        if len(sizes) > 1:
            raise ReadError(f"Expected volumes with slices of one size. Received {len(sizes)}, {min(sizes)} to "
                            f"{max(sizes)}. Name one: size=(128, 128).")  # fmt: skip


def _pixels(values: np.ndarray, bounds: tuple[float, float] | None) -> np.ndarray:
    finite = values[np.isfinite(values)]
    if not len(finite):
        raise Unreadable("no voxel is a number")
    low, high = bounds or (float(end) for end in np.percentile(finite, [0.5, 99.5]))
    if low == high:  # a mask of few voxels
        low, high = float(finite.min()), float(finite.max())
    if len(finite) < values.size:
        values = np.where(np.isnan(values), low, values)
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
    with nifti_writer(path, len(images)) as write:
        write(images)


@contextmanager
def nifti_writer(path: Path, count: int) -> Iterator[Callable[[ImageSet], None]]:
    """Gives what appends images to one volume, a few at a time; see `write_nifti`.

    Args:
        path: Ending in .nii or .nii.gz.
        count: How many images will come.

    Raises:
        WriteError: See `write_nifti`; or if they are more than a volume can have slices.
    """
    if not path.name.endswith((".nii", ".nii.gz")):
        raise WriteError(f"{path}: name a file that ends in .nii or .nii.gz.")
    if count > MOST_SLICES:
        raise WriteError(f"{path}: a NIfTI volume has at most {MOST_SLICES} slices. Write {count} images as npz.")
    with replacing(path) as beside, ExitStack() as stack:
        plain: Any = stack.enter_context(beside.open("wb"))
        # without name and time, so that equal images make equal files
        packed = path.suffix == ".gz"
        file = stack.enter_context(gzip.GzipFile("", "wb", fileobj=plain, mtime=0)) if packed else plain
        begun = False

        def write(images: ImageSet) -> None:
            nonlocal begun
            if not begun:
                file.write(_head(images.pixels, count))
                begun = True
            for image in images.pixels[..., 0]:  # a file holds x fastest, then y, from below
                file.write(np.flip(image, axis=-2).tobytes())

        yield write


def _head(pixels: np.ndarray, count: int) -> bytes:
    """What a file begins with, up to its first number."""
    import nibabel

    if pixels.shape[-1] != 1 or (pixels.ndim == 5 and count > 1):
        raise WriteError("NIfTI holds grey images, or one volume.")
    shape = pixels.shape[1:-1] if pixels.ndim == 5 else (count, *pixels.shape[1:-1])
    made = nibabel.Nifti1Image(np.broadcast_to(np.zeros((), pixels.dtype), shape[::-1]), np.eye(4))
    made.header["descrip"] = MARK
    made.header.set_slope_inter(1, 0)
    head = io.BytesIO()
    made.header.write_to(head)
    return head.getvalue()
