"""Slices of a DICOM series put into the order in which they lie in a patient, or why they make no volume.

A slice that is missing, there twice or at another distance than the rest would be learned as anatomy, so that a series
with one is not read. Where slices say where they lie (PS3.3, C.7.6.2.1.1), that decides; else their instance numbers.
"""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from synthgen.data.images.dicom_pixels import of_frame
from synthgen.data.images.files import CorruptFiles, Source, Unreadable
from synthgen.data.images.image_set import ImageWarning
from synthgen.errors import ReadError

if TYPE_CHECKING:
    from pydicom import Dataset

GREY = ("MONOCHROME1", "MONOCHROME2")
"""Photometric interpretations that are read."""

SAME_PLACE = 0.01
"""Millimetres up to which two slices lie at the same place."""

SAME_DIRECTION = 0.01
"""By which the cosines of two slices' directions may differ."""

UNEVEN = 0.1
"""By which a distance may differ from the median distance, in shares of it; scanners round their positions."""


@dataclass(frozen=True)
class Scan:
    """What the header of a DICOM file says.

    Args:
        path: Of the file.
        row: Tags that are kept.
        patient: Whose it is, or what else is a patient's own.
        series: Which series it belongs to; "" if it does not say.
        size: Height and width.
        frames: How many it holds.
        bits: That are stored of a pixel.
        photometric: Interpretation of its pixels.
        windowed: Whether it says what black and white are.
        number: Of the instance in the series; None if it does not say.
        positions: (frames, 3) millimetres, of the first pixel of each frame; None if it does not say.
        direction: (6,) cosines of rows and columns; None if it does not say, or frames differ.
    """

    path: Path
    row: dict[str, Any]
    patient: str
    series: str
    size: tuple[int, int]
    frames: int
    bits: int
    photometric: str
    windowed: bool
    number: int | None
    positions: np.ndarray | None
    direction: np.ndarray | None


def placed(dataset: Dataset, frames: int) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Returns where the frames of a file lie, and in which direction; None for what it does not say.

    Args:
        dataset: Of the file.
        frames: How many it holds.

    Returns:
        Positions (frames, 3) and direction (6,) of a `Scan`.
    """
    positions, directions = (
        _numbers([of_frame(dataset, frame, group).get(tag) for frame in range(frames)], width)
        for group, tag, width in (("PlanePositionSequence", "ImagePositionPatient", 3),
                                  ("PlaneOrientationSequence", "ImageOrientationPatient", 6))
    )  # fmt: skip
    if directions is None or np.ptp(directions, axis=0).max() > SAME_DIRECTION:
        return positions, None
    return positions, directions[0]


def _numbers(said: list[Any], width: int) -> np.ndarray | None:
    """What each frame says, (frames, width); None where one says nothing, or no numbers."""
    try:
        return np.array([[float(number) for number in one] for one in said]).reshape(len(said), width)
    except (TypeError, ValueError):
        return None


def number_of(dataset: Dataset) -> int | None:
    """Returns the number of a file in its series; None if it does not say.

    Args:
        dataset: Of the file.
    """
    try:
        return int(dataset.InstanceNumber)
    except (AttributeError, TypeError, ValueError):
        return None


Stack: TypeAlias = tuple[list[Scan], np.ndarray]
"""Files that are decoded together, and the order of all their frames."""


def stacks(scans: list[Scan]) -> list[list[Scan]]:
    """Returns files that make a volume together: those of a series, or one of several frames.

    Args:
        scans: In any order.
    """
    found: dict[str, list[Scan]] = {}
    for scan in scans:
        alone = scan.frames > 1 or not scan.series
        found.setdefault(f"file {scan.path}" if alone else f"series {scan.series}", []).append(scan)
    return list(found.values())


def order(stack: list[Scan]) -> np.ndarray:
    """Returns the order of the frames of a stack along the normal of their plane, (frames,).

    Args:
        stack: Of one file of several frames, or of files of one frame.

    Raises:
        Unreadable: If a slice is missing, there twice or at another distance than the rest; or there is only one.
    """
    if sum(scan.frames for scan in stack) < 2:
        raise Unreadable("a single slice")
    for name in ("size", "bits", "photometric"):
        if len({getattr(scan, name) for scan in stack}) > 1:
            raise Unreadable(f"slices differ in {name}")
    placed = [scan.positions is not None for scan in stack]
    if all(placed):
        return _along(stack)
    if any(placed):
        raise Unreadable("only some slices say where they lie")
    if len(stack) == 1:
        return np.arange(stack[0].frames)
    if any(scan.number is None for scan in stack):
        raise Unreadable("slices say neither where they lie nor their number")
    numbers = np.array([scan.number for scan in stack])
    places = np.argsort(numbers, kind="stable")
    _check_distances(numbers[places].astype(float))
    return places


def _along(stack: list[Scan]) -> np.ndarray:
    directions = [scan.direction for scan in stack if scan.direction is not None]
    if len(directions) < len(stack) or np.ptp(directions, axis=0).max() > SAME_DIRECTION:
        raise Unreadable("slices of several directions")
    normal = np.cross(directions[0][:3], directions[0][3:])
    heights = np.concatenate([scan.positions for scan in stack if scan.positions is not None]) @ normal
    places = np.argsort(heights, kind="stable")
    _check_distances(heights[places])
    return places


def _check_distances(heights: np.ndarray) -> None:
    """Refuses all but slices at even distances, given in rising order."""
    distances = np.diff(heights)
    twice = int((distances < SAME_PLACE).sum())
    if twice:
        raise Unreadable(f"{twice} slices where another one is: copies, or several scans in one series")
    steps = distances / np.median(distances)
    if np.abs(steps - np.round(steps).clip(1)).max() > UNEVEN:
        raise Unreadable("slices at uneven distances")
    missing = int((np.round(steps) - 1).sum())
    if missing:
        raise Unreadable(f"{missing} slices missing")


def volumes(scans: list[Scan], corrupt: CorruptFiles) -> list[Source[Stack]]:
    """Returns series and files of several frames as sources of a volume each; what makes none is corrupt.

    Args:
        scans: Headers of all files.
        corrupt: Files that cannot be read.
    """

    def name(stack: list[Scan]) -> str:
        first = corrupt.rules.name(stack[0].path)
        return first if len(stack) == 1 else f"{first} with {len(stack) - 1} others of its series"

    found = []
    for stack, places in corrupt.read(stacks(scans), order, name):
        found.append(Source(name(stack), tuple(scan.path for scan in stack), (stack, places)))
    return found


def check_alike(scans: list[Scan], *, slices: str | None, windowed: bool) -> None:
    """Refuses colours, and several frames where an image was asked for; warns of mixed depths.

    Args:
        scans: Headers of all files.
        slices: What is an image; see `read_dicom`.
        windowed: Whether one window was named for all.

    Raises:
        ReadError: Names what there is.
    """
    kinds = Counter(scan.photometric for scan in scans)
    if set(kinds) - set(GREY):
        raise ReadError(
            f"Expected grey DICOM files ({' or '.join(GREY)}). Received {_counted(kinds)}. Leave the others out, or "
            "convert them to PNG."
        )
    several = sum(scan.frames > 1 for scan in scans)
    if several and slices == "files":
        raise ReadError(
            f"Expected DICOM files of one frame. {several} of {len(scans)} hold several. slices='frames' makes an "
            "image of each frame, slices=None a volume of each file and each series; on the command line --read "
            "slices=frames or slices=none."
        )
    depths = Counter(f"{scan.bits} bits" for scan in scans)
    if len(depths) > 1 and not windowed and not all(scan.windowed for scan in scans):
        warnings.warn(
            f"DICOM files of {len(depths)} depths ({_counted(depths)}), not all of which say what is black and white: "
            "each of these is stretched to its own range. Name one window for all, such as window=(0, 4095).",
            ImageWarning, 4,
        )  # fmt: skip


def check_sizes(sources: list[Source[Stack]], *, slices: str | None, size: tuple[int, int] | None) -> None:
    """Refuses images or volumes of several sizes.

    Args:
        sources: Of images, or of a volume each.
        slices: What is an image; see `read_dicom`.
        size: Height and width that all are scaled to.

    Raises:
        ReadError: Names the sizes.
    """
    depths = [() if slices is not None else (len(source.header[1]),) for source in sources]
    sizes = {(*deep, *(size or source.header[0][0].size)) for deep, source in zip(depths, sources, strict=True)}
    if len(sizes) > 1 and len(set(depths)) > 1:
        raise ReadError(
            f"Volumes of {len(sizes)} sizes (depth, height, width), {min(sizes)} to {max(sizes)}. A depth is not "
            "scaled: read series of one depth, or slices='files'."
        )
    if len(sizes) > 1:
        raise ReadError(f"Files of {len(sizes)} sizes, {min(sizes)} to {max(sizes)}. Name one: size=(128, 128).")


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{count} of {kind}" for kind, count in sorted(kinds.items()))
