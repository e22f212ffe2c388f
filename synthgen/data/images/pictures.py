"""Folders of PNG or JPEG pictures: a folder for each class, or a table beside them."""

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.images.files import RULES, CorruptFiles, Rules, Source, Unreadable, collect, size_of
from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.data.split import patient_codes
from synthgen.data.unpacking import unpacks_too_far
from synthgen.errors import ReadError, WriteError
from synthgen.files.writing import appearing

ENDINGS = (".png", ".jpg", ".jpeg")

MARK = "synthetic image, made by synthgen"
"""What a written picture says of itself, in a text chunk."""

LABEL = "label"

LARGEST = 2**26
"""Bytes up to which any picture may unpack; a chest X-ray is 2**24."""


def read_pictures(
    folder: Path,
    *,
    table: pd.DataFrame | None = None,
    file: str = "file",
    label: str | None = None,
    patient: str | None = None,
    rules: Rules = RULES,
) -> ImageSet:
    """Reads the pictures of a folder.

    Args:
        folder: With pictures, or with a folder of pictures for each class.
        table: A row for each picture, with its path inside the folder in the column `file`. None: the folders are the
            classes.
        file: Column of the table.
        label: Column of the table that says the class.
        patient: Column of the table that says whose a picture is; only who is the same as whom is kept.
        rules: What holds of files of every format.

    Returns:
        Grey images if every picture is grey, else red, green and blue.

    Raises:
        ReadError: If there is no picture, one cannot be read or is synthetic, some have 8 and some 16 bits, or they
            are of several sizes and none is asked for.
    """
    paths, known, label, patients = _listed(folder, table, file=file, label=label, patient=patient)
    rules = replace(rules, folder=folder)
    corrupt = CorruptFiles(rules, len(paths))
    looked = corrupt.read(enumerate(paths), lambda item: _look(item[1], rules), lambda item: rules.name(item[1]))
    sources = [Source(rules.name(path), (path,), (row, header)) for (row, path), header in looked]
    _check([header for _, header in (source.header for source in sources)], folder, rules)
    channels = max((header.channels for _, header in (source.header for source in sources)), default=1)

    def decode(source: Source[tuple[int, _Header]]) -> tuple[np.ndarray, list[int]]:
        return _picture(source, channels, rules.size), [0]

    found = collect(sources, decode, corrupt=corrupt, asked=["pictures", channels])
    rows = np.array([source.header[0] for source in sources], np.int64)[found.sources]
    whose = None if patients is None else pd.factorize(patients[rows])[0]
    return ImageSet(pixels=found.pixels, table=known.iloc[rows].reset_index(drop=True), label=label, patients=whose,
                    bits=8 * found.pixels.dtype.itemsize)  # fmt: skip


def _listed(
    folder: Path, table: pd.DataFrame | None, *, file: str, label: str | None, patient: str | None
) -> tuple[list[Path], pd.DataFrame, str | None, np.ndarray | None]:
    """Paths, what is known of each, which of it says the class, and whose each is."""
    if table is None:
        paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)
        classes = [path.parent.name for path in paths]
        known = pd.DataFrame({LABEL: classes} if any(path.parent != folder for path in paths) else {},
                             index=range(len(paths)))  # fmt: skip
        label, patients = (LABEL if LABEL in known else None), None
    else:
        absent = [name for name in (file, label, patient) if name is not None and name not in table]
        if absent:
            raise ReadError(f"table: no columns {absent}; it has {list(map(str, table.columns))}.")
        if table[file].isna().any():
            raise ReadError(f"table: {int(table[file].isna().sum())} of {len(table)} rows name no file in {file!r}.")
        paths = [folder / str(name) for name in table[file]]
        known = table.drop(columns=[file, *([patient] if patient else [])]).reset_index(drop=True)
        patients = None if patient is None else patient_codes(table[patient])
    if not paths:
        raise ReadError(f"{folder}: no picture that ends in {' '.join(ENDINGS)}.")
    return paths, known, label, patients


@dataclass(frozen=True)
class _Header:
    """What a picture says of itself."""

    size: tuple[int, int]
    channels: int
    deep: bool


def _look(path: Path, rules: Rules) -> _Header:
    from PIL import Image

    packed = size_of(path)
    with Image.open(path) as opened:
        if not rules.allow_synthetic and str(opened.info.get("Description", "")).startswith(MARK):
            raise ReadError(f"{path.name} says that it is synthetic. To learn or judge it: allow_synthetic=True.")
        deep = opened.mode.startswith("I")
        channels = 1 if deep or opened.mode in ("1", "L", "LA") else 3
        unpacked = opened.height * opened.width * channels * (2 if deep else 1)
        if unpacks_too_far(packed=packed, unpacked=unpacked, least=LARGEST):
            raise Unreadable(f"{packed} bytes that unpack to {unpacked}")
        return _Header((opened.height, opened.width), channels, deep)


def _check(headers: list[_Header], folder: Path, rules: Rules) -> None:
    """Refuses what cannot become one array; warns of what becomes one that nobody may have wanted."""
    sizes = {header.size for header in headers}
    if len(sizes) > 1 and rules.size is None:
        raise ReadError(
            f"{folder}: pictures of {len(sizes)} sizes, {min(sizes)} to {max(sizes)}. Name one: size=(64, 64)."
        )
    deep, coloured = (sum(having) for having in ([h.deep for h in headers], [h.channels == 3 for h in headers]))
    if deep not in (0, len(headers)):
        raise ReadError(
            f"{folder}: {len(headers) - deep} pictures of 8 bits and {deep} of 16. Store all of them with one depth."
        )
    if coloured not in (0, len(headers)):
        warnings.warn(
            f"{folder}: {coloured} pictures have colours and {len(headers) - coloured} are grey. All are read as red, "
            "green and blue; store the coloured ones as grey if their colours mean nothing.", ImageWarning, 4,
        )  # fmt: skip


def _picture(source: Source[tuple[int, _Header]], channels: int, size: tuple[int, int] | None) -> np.ndarray:
    """Pixels, (1, height, width, channels)."""
    from PIL import Image

    header = source.header[1]
    with Image.open(source.paths[0]) as opened:
        opened.verify()  # checksums of PNG, which decoding passes over; the file has to be opened anew
    with Image.open(source.paths[0]) as opened:
        picture = opened if header.deep else opened.convert("L" if header.channels == 1 else "RGB")
        if size is not None:
            picture = picture.resize((size[1], size[0]), Image.Resampling.BILINEAR)
        values = np.asarray(picture).astype(np.uint16 if header.deep else np.uint8)
    values = values[None, ..., None] if values.ndim == 2 else values[None]
    return np.repeat(values, channels // values.shape[3], axis=3)


def write_pictures(images: ImageSet, folder: Path, *, names: Iterable[str] | None = None) -> list[Path]:
    """Writes each image as a PNG that says that it is synthetic, with a folder for each class, into a new folder.

    It appears when all are in it.

    Args:
        images: Grey or of three channels.
        folder: Must not exist.
        names: Of the files, without an ending; None: numbers.

    Returns:
        The paths.

    Raises:
        WriteError: If the folder exists or cannot be written, or images are no pictures.
    """
    with picture_writer(folder, names=names) as write:
        return write(images)


@contextmanager
def picture_writer(folder: Path, *, names: Iterable[str] | None = None) -> Iterator[Callable[[ImageSet], list[Path]]]:
    """Gives what appends images to a new folder of PNG, a few at a time; see `write_pictures`.

    Args:
        folder: Must not exist.
        names: Of the files, without an ending; None: numbers.

    Raises:
        WriteError: If the folder exists or cannot be written, or images are no pictures.
    """
    from PIL import Image, PngImagePlugin

    said = PngImagePlugin.PngInfo()
    said.add_text("Software", "synthgen")
    said.add_text("Description", MARK)
    called = iter(names) if names is not None else (f"{place:06d}" for place in itertools.count())
    with appearing(folder, parents=True) as beside:

        def write(images: ImageSet) -> list[Path]:
            _check_pictures(images.pixels)
            paths = []
            for place, (pixels, name) in enumerate(zip(images.pixels, called, strict=False)):
                inside = "" if images.label is None else folder_name(images.table[images.label].iloc[place])
                (beside / inside).mkdir(exist_ok=True)
                image = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
                Image.fromarray(image).save(beside / inside / f"{name}.png", pnginfo=said)
                paths.append(folder / inside / f"{name}.png")
            return paths

        yield write


def _check_pictures(pixels: np.ndarray) -> None:
    """Refuses what PNG cannot hold."""
    if pixels.ndim != 4 or pixels.shape[-1] not in (1, 3) or (pixels.dtype == np.uint16 and pixels.shape[-1] != 1):
        raise WriteError(
            "PNG holds grey images, or red, green and blue of 8 bits. Write others as npz, NIfTI or DICOM."
        )


def folder_name(label: Any) -> str:
    """Returns a class as the name of a folder: letters, digits, and an underscore for all else.

    Example:
        >>> folder_name("no finding"), folder_name("../etc"), folder_name(2)
        ('no_finding', '___etc', '2')
    """
    return "".join(sign if sign.isalnum() or sign in "-" else "_" for sign in str(label)) or "_"
