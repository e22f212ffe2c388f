"""DICOM files written, which say that they are synthetic.

Each is a Secondary Capture with the attributes that mark synthetic data (DICOM PS3.3, C.12.1.1: Synthetic Data
(0008,001C)), fresh identifiers and no date.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthgen import __version__
from synthgen.data.images.image_set import ImageSet
from synthgen.errors import WriteError
from synthgen.files.writing import appearing

if TYPE_CHECKING:
    from pydicom import Dataset
    from pydicom.uid import UID

IDENTIFYING = ("PatientName", "PatientID", "PatientBirthDate", "PatientAddress", "OtherPatientIDs", "AccessionNumber",
               "ReferringPhysicianName", "InstitutionName")  # fmt: skip
"""Keywords of tags that name somebody (PS3.15, table E.1-1, the basic profile): warned of, never kept."""

DESCRIBING = (0x0008, 0x0010, 0x0018, 0x0020)
"""Groups of tags that say how an image came about and what it shows."""


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
