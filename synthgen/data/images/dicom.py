"""DICOM files read: pixels as a radiologist sees them, without whom they show.

Reading applies the modality's rescaling, the window, and turns MONOCHROME1 around (DICOM PS3.3, C.11.1, C.11.2 and
C.7.6.3.1.2). Of the tags it keeps those that are asked for by keyword.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from synthgen.data.images.dicom_claims import check_deflated, frames_of
from synthgen.data.images.dicom_pixels import of_frame, shown
from synthgen.data.images.dicom_series import Scan, Stack, check_alike, check_sizes, number_of, placed, volumes
from synthgen.data.images.dicom_writing import IDENTIFYING
from synthgen.data.images.files import RULES, CorruptFiles, Rules, Source, Unreadable, collect, size_of
from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.errors import ReadError


def read_dicom(
    paths: Sequence[Path],
    *,
    columns: Sequence[str] = (),
    label: str | None = None,
    window: tuple[float, float] | None = None,
    slices: Literal["files", "frames"] | None = "files",
    bits: Literal[8, 16] = 8,
    rules: Rules = RULES,
) -> ImageSet:
    """Reads DICOM files as images, or as volumes.

    Slices of a series are put in the order of where they lie, along the normal of their plane, or else in that of their
    instance numbers. Volumes lie as they were acquired; all slices of one are shown in one window.

    Args:
        paths: Of the files.
        columns: Keywords of tags to keep in the table, such as "PatientSex" or "ViewPosition".
        label: One of `columns` that says the class.
        window: Lower and upper value, in the modality's unit (Hounsfield for CT), that become black and white. None:
            each file's own window, or else its least and largest value.
        slices: What is an image: "files", each of one frame; "frames", each frame of each file, its number in the
            column `slice`. None: nothing is cut, and each series and each file of several frames is a volume.
        bits: Of a pixel that is made, 8 or 16; files may store any number up to 16.
        rules: What holds of files of every format.

    Returns:
        Grey images or volumes; patients by PatientID (or else study, series, file), of which only who is the same as
        whom is kept.

    Raises:
        ReadError: If a file is no DICOM, is synthetic, has colours or more frames than asked for; if sizes differ; if
            a series cannot be a volume because a slice is missing, there twice or at another distance; or if a column
            names somebody.
    """
    import pydicom
    from pydicom.config import disable_value_validation

    kept = _columns(columns, label)
    _check_choice("slices", slices, ("files", "frames", None))
    _check_choice("bits", bits, (8, 16))
    corrupt, notes = CorruptFiles(rules, len(paths)), Counter[str]()
    with disable_value_validation():  # whose warnings, which are logged too, quote values of tags
        scans = [scan for _, scan in corrupt.read(paths, lambda path: _look(path, kept, rules, notes), rules.name)]
    check_alike(scans, slices=slices, windowed=window is not None)
    sources = volumes(scans, corrupt) if slices is None else [
        Source(rules.name(scan.path), (scan.path,), ([scan], np.arange(scan.frames)), scan.frames) for scan in scans
    ]  # fmt: skip
    check_sizes(sources, slices=slices, size=rules.size)

    def decode(source: Source[Stack]) -> tuple[np.ndarray, Sequence[int]]:
        stack, places = source.header
        pixels = shown([pydicom.dcmread(scan.path) for scan in stack], window=window, bits=bits, size=rules.size)
        if len(pixels) != len(places):
            raise Unreadable("other frames than it says")
        pixels = pixels[places][..., None]
        return (pixels[None], [0]) if slices is None else (pixels, range(len(pixels)))

    with disable_value_validation():
        found = collect(sources, decode, corrupt=corrupt, asked=["dicom", window, slices, bits])
    _warn(notes)
    firsts = [source.header[0][0] for source in sources]
    table = pd.DataFrame([firsts[number].row for number in found.sources], index=range(len(found.sources)))
    if slices == "frames":
        table["slice"] = found.places
    patients = pd.factorize(np.array([scan.patient for scan in firsts], object)[found.sources])[0]
    return ImageSet(pixels=found.pixels, table=table, label=label, patients=patients, bits=bits)


def _columns(columns: Sequence[str], label: str | None) -> list[str]:
    """Keywords of the tags to keep, none of which names somebody."""
    from pydicom.datadict import tag_for_keyword

    kept = list(dict.fromkeys([*columns, *([label] if label else [])]))
    named = [name for name in kept if name in IDENTIFYING]
    if named:
        raise ReadError(f"columns: {named} name somebody and are never learned. Leave them out.")
    for name in kept:
        if tag_for_keyword(name) is None:
            raise ReadError(
                f"columns names {name!r}, which is no keyword of a DICOM tag. Expected one like 'PatientSex'."
            )
    return kept


def _check_choice(name: str, value: Any, known: tuple[Any, ...]) -> None:
    if value not in known:
        raise ReadError(f"{name}: expected one of {list(known)} for DICOM. Received {value!r}.")


def _look(path: Path, kept: Sequence[str], rules: Rules, notes: Counter[str]) -> Scan:
    """What the header of a file says."""
    import pydicom

    size = size_of(path)
    check_deflated(path, size)
    dataset = pydicom.dcmread(path, stop_before_pixels=True)
    if "Rows" not in dataset or "PhotometricInterpretation" not in dataset:
        raise Unreadable("no image")
    synthetic = str(dataset.get("SyntheticData", "NO")) == "YES"
    if synthetic and not rules.allow_synthetic:
        raise ReadError("A file says that it is synthetic (0008,001C). To learn it anyway: allow_synthetic=True.")
    notes["tagged"] += not synthetic and any(str(dataset.get(tag, "")) for tag in IDENTIFYING if tag != "PatientID")
    notes["burned"] += str(dataset.get("BurnedInAnnotation", "NO")) == "YES"
    frames = frames_of(dataset, size)
    ids = [str(dataset.get(tag, "") or "") for tag in ("PatientID", "StudyInstanceUID", "SeriesInstanceUID")]
    positions, direction = placed(dataset, frames)
    return Scan(
        path=path, row={name: _plain(dataset.get(name)) for name in kept},
        patient=next((said for said in ids if said), str(path)), series=ids[2],
        size=(int(dataset.Rows), int(dataset.Columns)), frames=frames, bits=int(dataset.get("BitsStored", 8)),
        photometric=str(dataset.PhotometricInterpretation), windowed="VOILUTSequence" in dataset
        or bool(of_frame(dataset, 0, "FrameVOILUTSequence").get("WindowWidth")),
        number=number_of(dataset), positions=positions, direction=direction,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    """A tag's value as a plain type."""
    if value is None or isinstance(value, int | float):
        return value
    return float(value) if type(value).__name__ in ("DSfloat", "DSdecimal", "IS") else str(value)


def _warn(notes: Counter[str]) -> None:
    if notes["tagged"]:
        warnings.warn(f"{notes['tagged']} files still name somebody in their tags. None of it is kept.",
                      ImageWarning, 4)  # fmt: skip
    if notes["burned"]:
        warnings.warn(f"{notes['burned']} files say that text is burned into the pixels, which a model would learn: "
                      "names, dates. Look at them, and crop or leave them out.", ImageWarning, 4)  # fmt: skip


def __getattr__(name: str) -> Any:
    """Serves the writer, which stood here, by its old name."""
    if name != "write_dicom":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from synthgen.data.images.dicom_writing import write_dicom

    warnings.warn("write_dicom is now in synthgen.data.images.dicom_writing; the old name will go.",
                  DeprecationWarning, stacklevel=2)  # fmt: skip
    return write_dicom
