"""DICOM files: pixels as a radiologist sees them, without whom they show; synthetic files that say what they are.

Reading applies the modality's rescaling, the window, and turns MONOCHROME1 around (DICOM PS3.3, C.11.1, C.11.2 and
C.7.6.3.1.2). Of the tags it keeps those that are asked for by keyword. Writing makes a Secondary Capture with the
attributes that mark synthetic data (PS3.3, C.12.1.1: Synthetic Data (0008,001C)), fresh identifiers and no date.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthgen import __version__
from synthgen.data.images.image_set import ImageSet, ImageWarning, quantised
from synthgen.data.images.pictures import make_folder
from synthgen.data.writers import replacing
from synthgen.errors import ReadError, WriteError

if TYPE_CHECKING:
    from pydicom import Dataset

IDENTIFYING = ("PatientName", "PatientID", "PatientBirthDate", "PatientAddress", "OtherPatientIDs", "AccessionNumber",
               "ReferringPhysicianName", "InstitutionName")  # fmt: skip
"""Keywords of tags that name somebody (PS3.15, table E.1-1, the basic profile): warned of, never kept."""


def read_dicom(
    paths: Sequence[Path],
    *,
    columns: Sequence[str] = (),
    label: str | None = None,
    size: tuple[int, int] | None = None,
    window: tuple[float, float] | None = None,
    allow_synthetic: bool = False,
) -> ImageSet:
    """Reads DICOM files, each an image of one frame.

    Args:
        paths: Of the files.
        columns: Keywords of tags to keep in the table, such as "PatientSex" or "ViewPosition".
        label: One of `columns` that says the class.
        size: Height and width to scale to; None where all are of one size.
        window: Lower and upper value, in the modality's unit (Hounsfield for CT), that become black and white. None:
            each file's own window, or else its least and largest value.
        allow_synthetic: Whether files are taken that say that they are synthetic: a generator that learns what
            generators made forgets what is rare.

    Returns:
        Grey images of 8 bits; patients by PatientID, of which only who is the same as whom is kept.

    Raises:
        ReadError: If a file is no DICOM, is synthetic, holds more than one frame, or a column names somebody.
    """
    import pydicom

    named = [name for name in (*columns, label) if name in IDENTIFYING]
    if named:
        raise ReadError(f"columns: {named} name somebody and are never learned. Leave them out.")
    kept = list(dict.fromkeys([*columns, *([label] if label else [])]))
    pixels: list[np.ndarray] = []
    rows: list[dict[str, Any]] = []
    patients: list[str] = []
    tagged = burned = 0
    for path in paths:
        try:
            dataset = pydicom.dcmread(path)
        except (OSError, pydicom.errors.InvalidDicomError) as error:
            raise ReadError(f"A file cannot be read as DICOM: {type(error).__name__}.") from error
        synthetic = str(dataset.get("SyntheticData", "NO")) == "YES"
        if synthetic and not allow_synthetic:
            raise ReadError("A file says that it is synthetic (0008,001C). To learn it anyway: allow_synthetic=True.")
        pixels.append(_scaled(_shown(dataset, window), size))
        rows.append({name: _plain(dataset.get(name)) for name in kept})
        patients.append(str(dataset.get("PatientID", "")) or f"nobody {len(patients)}")
        tagged += not synthetic and any(str(dataset.get(name, "")) for name in IDENTIFYING if name != "PatientID")
        burned += str(dataset.get("BurnedInAnnotation", "NO")) == "YES"
    _warn(tagged=tagged, burned=burned)
    sizes = {image.shape for image in pixels}
    if len(sizes) > 1:
        raise ReadError(f"Files of {len(sizes)} sizes, {min(sizes)} to {max(sizes)}. Name one: size=(128, 128).")
    return ImageSet(pixels=np.stack(pixels)[..., None], table=pd.DataFrame(rows, index=range(len(rows))), label=label,
                    patients=pd.factorize(np.array(patients, object))[0])  # fmt: skip


def _shown(dataset: Dataset, window: tuple[float, float] | None) -> np.ndarray:
    """Pixels of 8 bits as they are shown, (height, width)."""
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    if int(dataset.get("NumberOfFrames", 1) or 1) > 1 or int(dataset.get("SamplesPerPixel", 1)) > 1:
        raise ReadError("A DICOM file holds several frames or colours: only single grey images are read.")
    try:
        stored = dataset.pixel_array
    except Exception as error:  # pydicom raises what its decoders raise
        raise ReadError(f"Pixels of a DICOM file cannot be decoded: {type(error).__name__}.") from error
    values = apply_modality_lut(stored, dataset)
    if window is None and "VOILUTSequence" in dataset:
        values = apply_voi_lut(values, dataset)
    elif window is None and "WindowWidth" in dataset:
        window = _own_window(dataset)
    low, high = window or (float(values.min()), float(values.max()))
    shown = quantised(values, (low, high)) if low < high else np.zeros(values.shape, np.uint8)
    return np.asarray(255 - shown if dataset.PhotometricInterpretation == "MONOCHROME1" else shown)


def _own_window(dataset: Dataset) -> tuple[float, float]:
    """What the file's first window calls black and white (PS3.3, C.11.2.1.2)."""
    centre, width = (float(np.atleast_1d(dataset[name].value)[0]) for name in ("WindowCenter", "WindowWidth"))
    if str(dataset.get("VOILUTFunction", "LINEAR")) != "LINEAR":
        return centre - width / 2, centre + width / 2
    return centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2


def _scaled(image: np.ndarray, size: tuple[int, int] | None) -> np.ndarray:
    if size is None or image.shape == size:
        return image
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((size[1], size[0]), Image.Resampling.BILINEAR))


def _plain(value: Any) -> Any:
    """A tag's value as a plain type."""
    if value is None or isinstance(value, int | float):
        return value
    return float(value) if type(value).__name__ in ("DSfloat", "DSdecimal", "IS") else str(value)


def _warn(*, tagged: int, burned: int) -> None:
    if tagged:
        warnings.warn(f"{tagged} files still name somebody in their tags. None of it is kept.", ImageWarning, 3)
    if burned:
        warnings.warn(f"{burned} files say that text is burned into the pixels, which a model would learn: names, "
                      "dates. Look at them, and crop or leave them out.", ImageWarning, 3)  # fmt: skip


def write_dicom(images: ImageSet, folder: Path, *, modality: str = "OT", model: str = "synthgen") -> list[Path]:
    """Writes each image as a DICOM file that says that it is synthetic, into a new folder.

    Args:
        images: Grey.
        folder: Must not exist.
        modality: Two letters such as "CR", "CT" or "MR"; "OT" is other.
        model: What made them, for the tags.

    Returns:
        The paths.

    Raises:
        WriteError: If the folder exists, or images have colours.
    """
    if images.pixels.ndim != 4 or images.pixels.shape[-1] != 1:
        raise WriteError("DICOM is written for grey images. Write others as PNG, npz or NIfTI.")
    make_folder(folder)
    from pydicom.uid import generate_uid

    study, series, paths = generate_uid(), generate_uid(), []
    for place, image in enumerate(images.pixels[..., 0]):
        dataset = _synthetic(image, bits=images.bits, modality=modality, model=model)
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, series
        dataset.InstanceNumber = place + 1
        dataset.PatientName = dataset.PatientID = f"SYNTHETIC{place + 1:06d}"
        path = folder / f"{place:06d}.dcm"
        with replacing(path) as beside:
            dataset.save_as(beside, enforce_file_format=True)
        paths.append(path)
    return paths


def _synthetic(image: np.ndarray, *, bits: int, modality: str, model: str) -> Dataset:
    """A Secondary Capture without a patient, a date or an origin."""
    from pydicom import Dataset
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    made.SyntheticData, made.ImageType, made.ConversionType = "YES", ["DERIVED", "SECONDARY"], "SYN"
    made.Modality, made.SeriesDescription = modality, "Synthetic images"
    made.Manufacturer, made.ManufacturerModelName, made.SoftwareVersions = "synthgen", model, __version__
    made.DerivationDescription = "Drawn from a generative model; shows nobody."
    made.PatientBirthDate, made.PatientSex, made.StudyDate, made.StudyTime = "", "", "", ""
    made.StudyID, made.AccessionNumber, made.ReferringPhysicianName, made.SeriesNumber = "", "", "", 1
    made.PatientIdentityRemoved, made.DeidentificationMethod = "YES", "Synthetic: there is no patient"
    made.BurnedInAnnotation, made.RecognizableVisualFeatures, made.QualityControlSubject = "NO", "NO", "YES"
    made.Rows, made.Columns = image.shape
    made.SamplesPerPixel, made.PhotometricInterpretation, made.PixelRepresentation = 1, "MONOCHROME2", 0
    made.BitsAllocated = 8 * image.dtype.itemsize
    made.BitsStored, made.HighBit = bits, bits - 1
    made.PixelData = image.tobytes() + b"\0" * (image.nbytes % 2)
    return made
