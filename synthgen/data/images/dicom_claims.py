"""What a DICOM file says of its pixels, held against its size and against the standard, before they are decoded."""

from __future__ import annotations

import math
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from synthgen.data.images.files import Unreadable
from synthgen.data.unpacking import DEFLATE, unpacks_too_far

if TYPE_CHECKING:
    from pydicom import Dataset

LEAST_OF_FRAME = 8
"""Bytes that a compressed frame takes at least: the tag and length of its item (PS3.5, A.4)."""

META_BEGINS = 144
"""Where what the group length counts begins: after the preamble, the letters DICM and the group length itself."""

AT_ONCE = 2**18
"""Bytes that are unpacked together; what a file says of itself first lies among as many."""

LARGEST = 2**30
"""Bytes up to which any file may unpack: segmentations, most of which is background, pack very well."""


def check_deflated(path: Path, size: int) -> None:
    """Refuses a deflated file (PS3.5, A.5) that unpacks without end: pydicom unpacks all of it to see the header.

    Args:
        path: Of the file.
        size: Of the file, in bytes.

    Raises:
        Unreadable: If it would fill the memory.
    """
    from pydicom.filereader import read_file_meta_info
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    with path.open("rb") as file:
        if DeflatedExplicitVRLittleEndian.encode() not in file.read(AT_ONCE):
            return
        file.seek(META_BEGINS + int(read_file_meta_info(path).FileMetaInformationGroupLength))
        unpacked, unpacker = 0, zlib.decompressobj(-zlib.MAX_WBITS)
        while not unpacker.eof and (packed := unpacker.unconsumed_tail or file.read(AT_ONCE)):
            unpacked += len(unpacker.decompress(packed, AT_ONCE))
            if unpacks_too_far(packed=size, unpacked=unpacked, least=LARGEST):
                raise Unreadable(f"{size} bytes that unpack to more than {unpacked}")


def frames_of(dataset: Dataset, size: int) -> int:
    """Returns how many frames a file holds.

    Args:
        dataset: Its header.
        size: Of the file, in bytes.

    Raises:
        Unreadable: If the file is too small for them.
    """
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    if min(frames, int(dataset.Rows), int(dataset.Columns)) < 1:
        raise Unreadable("no rows, columns or frames")
    needed = bytes_of(dataset, frames)
    said = f"says {frames} frames of {dataset.Rows} x {dataset.Columns}, in {size} bytes"
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax.is_compressed and not syntax.is_deflated:
        if frames * LEAST_OF_FRAME > size or unpacks_too_far(packed=size, unpacked=needed, least=LARGEST):
            raise Unreadable(said)
    elif needed > size * (DEFLATE if syntax.is_deflated else 1):
        raise Unreadable(said)
    return frames


def bytes_of(dataset: Dataset, frames: int) -> int:
    """Returns how many bytes a file's pixels take without compression.

    Args:
        dataset: Its header.
        frames: How many it holds.
    """
    pixels = frames * int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("SamplesPerPixel", 1) or 1)
    return math.ceil(pixels * int(dataset.get("BitsAllocated", 8) or 8) / 8)


def check_length(dataset: Dataset) -> None:
    """Refuses a file that holds more pixels than it says: a frame read from it would be cut out at the wrong places.

    Args:
        dataset: With its pixels.

    Raises:
        Unreadable: If they are more by at least a row or a column.
    """
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        return
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    more = len(dataset.PixelData) - bytes_of(dataset, frames)
    side = min(int(dataset.Rows), int(dataset.Columns)) * max(1, int(dataset.BitsAllocated) // 8)
    if more >= max(2, side):  # one byte makes the length even
        raise Unreadable(f"{more} bytes of pixels more than it says")


def check_rescaling(says: Dataset, values: np.ndarray) -> None:
    """Refuses a rescaling that leaves nothing of an image.

    Args:
        says: What holds RescaleSlope, if there is one.
        values: That it made.

    Raises:
        Unreadable: If the slope is 0, or a value is no number.
    """
    if says.get("RescaleSlope") is not None and float(says.RescaleSlope) == 0:
        raise Unreadable("RescaleSlope of 0")
    if not np.isfinite(values).all():
        raise Unreadable("values that are no number")


def check_window(centre: float, width: float, *, linear: bool) -> None:
    """Refuses a window that is none (PS3.3, C.11.2.1.2).

    Args:
        centre: In the modality's unit.
        width: In the modality's unit.
        linear: Whether its function is LINEAR, whose width is at least 1.

    Raises:
        Unreadable: If it is not wide enough, or no number.
    """
    if not (math.isfinite(centre) and math.isfinite(width)) or width <= 0 or (linear and width < 1):
        raise Unreadable("WindowWidth of 0 or below, or a window that is no number")
