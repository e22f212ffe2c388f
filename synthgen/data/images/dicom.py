"""DICOM files: pixels as a radiologist sees them, without whom they show; synthetic files that say what they are.

Reading applies the modality's rescaling, the window, and turns MONOCHROME1 around (DICOM PS3.3, C.11.1, C.11.2 and
C.7.6.3.1.2). Of the tags it keeps those that are asked for by keyword. Writing makes a Secondary Capture with the
attributes that mark synthetic data (PS3.3, C.12.1.1: Synthetic Data (0008,001C)), fresh identifiers and no date.
"""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from synthgen import __version__
from synthgen.data.images.dicom_claims import check_deflated, frames_of
from synthgen.data.images.dicom_pixels import of_frame, shown
from synthgen.data.images.dicom_series import Scan, Stack, check_alike, check_sizes, number_of, placed, volumes
from synthgen.data.images.files import RULES, CorruptFiles, Rules, Source, Unreadable, collect, size_of
from synthgen.data.images.image_set import ImageSet, ImageWarning
from synthgen.errors import ReadError, WriteError
from synthgen.files.writing import appearing

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.uid import UID

IDENTIFYING = ("PatientName", "PatientID", "PatientBirthDate", "PatientAddress", "OtherPatientIDs", "AccessionNumber",
               "ReferringPhysicianName", "InstitutionName")  # fmt: skip
"""Keywords of tags that name somebody (PS3.15, table E.1-1, the basic profile): warned of, never kept."""


DESCRIBING = (0x0008, 0x0010, 0x0018, 0x0020)
"""Groups of tags that say how an image came about and what it shows."""


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


def write_dicom(images: ImageSet, folder: Path, *, modality: str = "OT", model: str = "synthgen") -> list[Path]:
    """Writes each image or volume as a DICOM file that says that it is synthetic, into a new folder.

    It appears when all are in it.

    A volume is one file of as many frames as it is deep. Files say their full range as window, so that images of 8 bits
    are read as they were. Columns of the table that are keywords of tags, such as "ViewPosition", are written as these.

    Args:
        images: Grey.
        folder: Must not exist.
        modality: Two letters such as "CR", "CT" or "MR"; "OT" is other.
        model: What made them, for the tags.

    Returns:
        The paths.

    Raises:
        WriteError: If the folder exists or cannot be written, images have colours, or a tag cannot hold what a column
            says.
    """
    with dicom_writer(folder, modality=modality, model=model) as write:
        return write(images)


@contextmanager
def dicom_writer(
    folder: Path, *, modality: str = "OT", model: str = "synthgen"
) -> Iterator[Callable[[ImageSet], list[Path]]]:
    """Gives what appends images to a new folder of DICOM files, a few at a time; see `write_dicom`.

    Args:
        folder: Must not exist.
        modality: See `write_dicom`.
        model: See `write_dicom`.

    Raises:
        WriteError: See `write_dicom`.
    """
    places = itertools.count()
    with appearing(folder, parents=True) as beside:

        def write(images: ImageSet) -> list[Path]:
            if images.pixels.shape[-1] != 1:
                raise WriteError("DICOM is written for grey images. Write others as PNG, npz or NIfTI.")
            known = [name for name in map(str, images.table.columns) if _describes(name)]
            paths = []
            for image, row, place in zip(images.pixels[..., 0], range(len(images)), places, strict=False):
                dataset = _synthetic(image, bits=images.bits, modality=modality, model=model)
                _add_known(dataset, images.table[known].iloc[row])
                dataset.PatientName = dataset.PatientID = f"SYNTHETIC{place + 1:06d}"
                dataset.save_as(beside / f"{place:06d}.dcm", enforce_file_format=True)
                paths.append(folder / f"{place:06d}.dcm")
            return paths

        yield write


def _synthetic(image: np.ndarray, *, bits: int, modality: str, model: str) -> Dataset:
    """A Secondary Capture without a patient, a date or an origin; in a study of its own, which is of one patient."""
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid

    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = _class_of(image)
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.StudyInstanceUID, made.SeriesInstanceUID, made.InstanceNumber = generate_uid(), generate_uid(), 1
    made.SyntheticData, made.ImageType, made.ConversionType = "YES", ["DERIVED", "SECONDARY"], "SYN"
    made.Modality, made.SeriesDescription = modality, "Synthetic images"
    made.Manufacturer, made.ManufacturerModelName, made.SoftwareVersions = "synthgen", model, __version__
    made.DerivationDescription = "Drawn from a generative model; shows nobody."
    made.PatientBirthDate, made.PatientSex, made.StudyDate, made.StudyTime = "", "", "", ""
    made.StudyID, made.AccessionNumber, made.ReferringPhysicianName, made.SeriesNumber = "", "", "", 1
    made.PatientIdentityRemoved, made.DeidentificationMethod = "YES", "Synthetic: there is no patient"
    made.BurnedInAnnotation, made.RecognizableVisualFeatures, made.QualityControlSubject = "NO", "NO", "YES"
    made.Rows, made.Columns = image.shape[-2:]
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
    made.BitsAllocated = 8 * image.dtype.itemsize
    made.BitsStored, made.HighBit = bits, bits - 1
    made.WindowCenter, made.WindowWidth = 2 ** (bits - 1), 2**bits
    if image.ndim == 3:
        _add_frames(made, len(image))
    made.PixelData = image.tobytes() + b"\0" * (image.nbytes % 2)
    return made


def _describes(name: str) -> bool:
    """Whether a column is a tag that says what an image shows: not whom, when, or how its pixels are stored."""
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    tag = tag_for_keyword(name)
    return (tag is not None and tag >> 16 in DESCRIBING and name not in IDENTIFYING
            and dictionary_VR(tag) in ("AS", "CS", "DS", "IS", "LO", "SH"))  # fmt: skip


def _add_known(made: Dataset, row: pd.Series) -> None:
    """Writes what is known of an image into its tags, but for those that say that it is synthetic."""
    from pydicom import DataElement
    from pydicom.config import RAISE
    from pydicom.datadict import dictionary_VR

    for name, value in row.items():
        if pd.isna(value) or made.get(str(name)):
            continue
        plain = value.item() if isinstance(value, np.generic) else value
        try:
            made.add(DataElement(str(name), dictionary_VR(str(name)), plain, validation_mode=RAISE))
        except (TypeError, ValueError, AttributeError):  # whose messages quote the value
            raise WriteError(f"The tag {name} cannot hold what the column says. Rename it, or correct it.") from None


def _class_of(image: np.ndarray) -> UID:
    """Which Secondary Capture it is (PS3.3, A.8): of one frame, or of several of bytes or words."""
    from pydicom import uid

    if image.ndim == 2:
        return uid.SecondaryCaptureImageStorage
    deep = image.dtype.itemsize > 1
    return (uid.MultiFrameGrayscaleWordSecondaryCaptureImageStorage if deep
            else uid.MultiFrameGrayscaleByteSecondaryCaptureImageStorage)  # fmt: skip


def _add_frames(made: Dataset, frames: int) -> None:
    """What files of several frames have to say (PS3.3, C.8.6.3): frames are pages, in their order."""
    from pydicom.tag import Tag

    made.NumberOfFrames, made.FrameIncrementPointer = frames, Tag("PageNumberVector")
    made.PageNumberVector = list(range(1, frames + 1))
    made.RescaleIntercept, made.RescaleSlope, made.RescaleType, made.PresentationLUTShape = 0, 1, "US", "IDENTITY"
