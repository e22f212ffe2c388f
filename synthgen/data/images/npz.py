"""NumPy archives with the keys of MedMNIST: train_images, train_labels, val_images, ... (Yang et al. 2023)."""

import math
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.images.disk import AT_ONCE, write_array
from synthgen.data.images.image_set import MOST_CHANNELS, ImageSet
from synthgen.data.unpacking import unpacks_too_far
from synthgen.errors import ReadError, SynthgenError, WriteError
from synthgen.files.writing import replacing

PARTS = ("train", "val", "test")
"""Of a data set; an archive without parts has the keys images and labels."""

PATIENT = "patient"
"""Key, after the part, of whose each image is, in archives that are written."""


MARK = "synthetic"
"""Key of archives that hold synthetic images."""

LARGEST = 2**30
"""Bytes up to which any array may unpack: masks, most of which is background, pack very well."""


def read_npz(
    path: Path,
    *,
    part: str | None = None,
    patient: str | None = None,
    allow_synthetic: bool = False,
    cache: Path | None = None,
) -> ImageSet:
    """Reads images and classes.

    Args:
        path: Of the archive. Python objects in it are never loaded.
        part: "train", "val" or "test"; None where the archive is not divided.
        patient: Key, without the part, of whose each image is; only who is the same as whom is kept. None: nobody says.
        allow_synthetic: Whether archives are taken that say that they are synthetic.
        cache: Where unpacked pixels are kept, an .npy file; None: in memory. It holds raw images: keep it where these
            may be.

    Returns:
        The images, or volumes where an array of four dimensions has more than four channels last; names of classes
        where the archive has them, under `classes`.

    Raises:
        ReadError: If the archive is none, lacks the part, or is synthetic.
    """
    prefix = "" if part is None else f"{part}_"
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            _check_keys(path, archive.files, part, patient, allow_synthetic=allow_synthetic)
            wanted = [f"{prefix}labels", "classes", *([] if patient is None else [f"{prefix}{patient}"])]
            check_sizes(path, [f"{prefix}images", *(name for name in wanted if name in archive.files)])
            held = {name: archive[name] for name in wanted if name in archive.files}
            pixels = archive[f"{prefix}images"] if cache is None else _unpacked(path, f"{prefix}images", cache)
    except SynthgenError:
        raise
    except MemoryError as error:
        raise ReadError(f"{path}: {prefix}images needs more memory than there is. Name a cache.") from error
    except Exception as error:
        raise ReadError(f"{path} is no NumPy archive of plain arrays: {type(error).__name__}.") from error
    if pixels.ndim < 3 or 0 in pixels.shape:
        raise ReadError(f"{path}: {prefix}images holds no image: its shape is {pixels.shape}.")
    if pixels.ndim == 4 and pixels.shape[-1] > MOST_CHANNELS:  # volumes of MedMNIST
        pixels = pixels[..., None]
    labels = _classes(path, held.get(f"{prefix}labels"), held.get("classes"))
    whose = None if patient is None else held[f"{prefix}{patient}"]
    if whose is not None and whose.shape != (len(pixels),):
        raise ReadError(
            f"{path}: {prefix}{patient} has shape {whose.shape}. Expected one entry for each of {len(pixels)} images."
        )
    return ImageSet.from_array(pixels, labels=labels, patients=whose)


def check_sizes(path: Path, keys: list[str]) -> None:
    """Refuses arrays that are not as large as they say, and those that would fill the memory.

    Args:
        path: Of the archive.
        keys: Of the arrays.

    Raises:
        ReadError: Names the array.
    """
    with zipfile.ZipFile(path) as archive:
        for said in archive.infolist():
            archive.open(said).close()  # whose name has to be the one that the archive's list gives
        for key in keys:
            said = archive.getinfo(f"{key}.npy")
            with archive.open(said) as member:
                shape, _, kind = _header(member)
                needed = member.tell() + kind.itemsize * math.prod(shape)
            if needed != said.file_size:
                raise ReadError(
                    f"{path}: {key} says that it has shape {shape}, which takes {needed} bytes, and has "
                    f"{said.file_size}: it is damaged."
                )
            if unpacks_too_far(packed=said.compress_size, unpacked=said.file_size, least=LARGEST):
                raise ReadError(
                    f"{path}: {key} unpacks from {said.compress_size} to {said.file_size} bytes, as no images do. If "
                    "these are images, store them without compression (numpy.savez)."
                )


def _header(member: Any) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and type that an array in an archive says it has."""
    version = np.lib.format.read_magic(member)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, kind = read(member)
    if kind.hasobject or any(side < 0 for side in shape):
        raise ValueError("objects, or a side below 0")
    return shape, fortran, kind


def _check_keys(path: Path, keys: list[str], part: str | None, patient: str | None, *, allow_synthetic: bool) -> None:
    """Refuses archives without what was asked for."""
    if MARK in keys and not allow_synthetic:
        raise ReadError(f"{path} says that it is synthetic. To learn or judge it anyway: allow_synthetic=True.")
    known = [name for name in PARTS if f"{name}_images" in keys]
    prefix = "" if part is None else f"{part}_"
    if f"{prefix}images" not in keys:
        wanted = f"part={known[0]!r}, one of {known}" if known else "an archive with the keys images and labels"
        raise ReadError(f"{path}: no {prefix}images. It holds {sorted(keys)}. Expected {wanted}.")
    if patient is not None and f"{prefix}{patient}" not in keys:
        raise ReadError(
            f"{path}: patient names {patient!r}, but there is no {prefix}{patient}. It holds {sorted(keys)}."
        )


def _classes(path: Path, labels: np.ndarray | None, names: np.ndarray | None) -> np.ndarray | None:
    """The class of each image, by its name where the archive names classes."""
    if labels is None:
        return None
    labels = labels.reshape(len(labels) if labels.ndim else 1, -1)
    if labels.dtype.kind in "fc" and not np.isfinite(labels).all():
        missing = int((~np.isfinite(labels)).sum())
        raise ReadError(f"{path}: {missing} of {labels.size} labels are no number. Leave these images out.")
    if labels.shape[1] > 1:
        raise ReadError(f"{path}: images of several findings at once ({labels.shape[1]} labels each) are not read.")
    labels = labels[:, 0]
    if names is None:
        return labels
    if names.ndim != 1 or len(set(names.tolist())) < len(names) or "" in names.tolist():
        raise ReadError(
            f"{path}: classes has shape {names.shape} and names {len(set(names.ravel().tolist()) - {''})} classes. "
            "Expected a list of distinct names, none of them empty."
        )
    if not np.issubdtype(labels.dtype, np.integer) or not np.isin(labels, np.arange(len(names))).all():
        raise ReadError(f"{path}: labels are no places in the list of {len(names)} classes. Correct labels or classes.")
    return names[labels]


def _unpacked(path: Path, key: str, cache: Path) -> np.ndarray:
    """An array of the archive, unpacked into a file a few images at a time."""
    with zipfile.ZipFile(path) as archive, archive.open(f"{key}.npy") as member:
        shape, fortran, kind = _header(member)
        if fortran or len(shape) < 3 or 0 in shape:
            raise ReadError(f"{path}: {key} cannot be unpacked piece by piece. Leave out cache.")
        count = max(1, AT_ONCE // max(1, kind.itemsize * math.prod(shape[1:])))

        def pieces() -> Iterator[np.ndarray]:
            for start in range(0, shape[0], count):
                some = min(count, shape[0] - start)
                content = member.read(some * kind.itemsize * math.prod(shape[1:]))
                yield np.frombuffer(content, kind).reshape(some, *shape[1:])

        return write_array(cache, pieces())


def write_npz(images: ImageSet, path: Path, *, part: str = "train", synthetic: bool = True) -> None:
    """Writes images with MedMNIST's keys, and a key that says that they are synthetic; replaces the file in one step.

    Args:
        images: With uint8 or uint16 pixels.
        path: Of the archive, ending in .npz.
        part: Of a data set.
        synthetic: Whether they are; False for real ones that are kept out of training: a new file is then readable for
            its owner only.

    Raises:
        WriteError: If it cannot be written.
    """
    with npz_writer(path, len(images), part=part, synthetic=synthetic) as write:
        write(images)


@contextmanager
def npz_writer(
    path: Path, count: int, *, part: str = "train", synthetic: bool = True
) -> Iterator[Callable[[ImageSet], None]]:
    """Gives what appends images to an archive, a few at a time; see `write_npz`.

    Args:
        path: Of the archive, ending in .npz.
        count: How many images will come.
        part: Of a data set.
        synthetic: See `write_npz`.

    Raises:
        WriteError: If it cannot be written.
    """
    if path.suffix != ".npz":
        raise WriteError(f"{path}: name a file that ends in .npz.")
    with (
        replacing(path, private=not synthetic) as beside,
        zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        labels: list[pd.Series] = []
        patients: list[np.ndarray] = []
        with archive.open(f"{part}_images.npy", "w", force_zip64=True) as member:
            begun = False

            def write(images: ImageSet) -> None:
                nonlocal begun
                flat = images.pixels.ndim == 4 and images.pixels.shape[-1] == 1
                pixels = images.pixels[..., 0] if flat else images.pixels
                if not begun:
                    told = {"descr": pixels.dtype.str, "fortran_order": False, "shape": (count, *pixels.shape[1:])}
                    np.lib.format.write_array_header_1_0(member, told)
                    begun = True
                for image in pixels:
                    member.write(image.tobytes())
                labels.extend([] if images.label is None else [images.table[images.label]])
                patients.extend([] if images.patients is None else [images.patients])

            yield write
        for name, array in _beside(part, labels, patients, synthetic=synthetic).items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


def _beside(
    part: str, labels: list[pd.Series], patients: list[np.ndarray], *, synthetic: bool
) -> dict[str, np.ndarray]:
    """What an archive holds beside the images."""
    arrays: dict[str, np.ndarray] = {}
    if synthetic:
        arrays[MARK] = np.array("synthetic images, made by synthgen")
    if patients:
        arrays[f"{part}_{PATIENT}"] = np.concatenate(patients)
    if labels:
        classes = pd.concat(labels, ignore_index=True)
        if pd.api.types.is_integer_dtype(classes):
            return arrays | {f"{part}_labels": classes.to_numpy()[:, None]}
        codes, names = pd.factorize(classes, sort=True)
        arrays |= {f"{part}_labels": codes[:, None].astype(np.int64), "classes": np.asarray(names).astype(str)}
    return arrays
