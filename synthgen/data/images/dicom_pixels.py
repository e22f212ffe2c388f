"""Pixels of DICOM files as they are shown: rescaled, in their window, MONOCHROME1 turned around.

DICOM PS3.3: modality's rescaling C.11.1, window C.11.2, photometric interpretation C.7.6.3.1.2, and what a frame of an
enhanced multi-frame file says for itself C.7.6.16.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from synthgen.data.images.dicom_claims import check_length, check_rescaling, check_window
from synthgen.data.images.files import Unreadable
from synthgen.data.images.quantisation import quantised

if TYPE_CHECKING:
    from pydicom import Dataset


def of_frame(dataset: Dataset, frame: int, group: str) -> Dataset:
    """Returns where a frame's own attributes stand: in its functional group, in that of all frames, or in the file.

    Args:
        dataset: Of the file.
        frame: Number of the frame, from 0.
        group: Keyword of the functional group, such as "PlanePositionSequence".
    """
    own = dataset.get("PerFrameFunctionalGroupsSequence") or []
    holders = [*own[frame : frame + 1], *(dataset.get("SharedFunctionalGroupsSequence") or [])]
    for holder in holders:
        found = holder.get(group)
        if found:
            return found[0]
    return dataset


def values_of(dataset: Dataset) -> np.ndarray:
    """Returns a file's values in the modality's unit, (frames, height, width) float32.

    Args:
        dataset: Of the file, with one sample for each pixel.

    Raises:
        Unreadable: If there are fewer or other pixels than the file says.
    """
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut

    if "PixelData" not in dataset:
        raise Unreadable("no pixels")
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax.is_compressed and not get_decoder(syntax).is_available:
        raise Unreadable(f"compressed as {syntax.name}, which needs: pip install python-gdcm")
    check_length(dataset)
    stored = dataset.pixel_array
    stored = stored[None] if stored.ndim == 2 else stored
    if stored.shape[1:] != (dataset.Rows, dataset.Columns):
        raise Unreadable("other pixels than it says")
    values = np.empty(stored.shape, np.float32)
    for number, frame in enumerate(stored):
        says = of_frame(dataset, number, "PixelValueTransformationSequence")
        rescaled = apply_modality_lut(frame, says)
        check_rescaling(says, rescaled)
        values[number] = apply_voi_lut(rescaled, dataset) if "VOILUTSequence" in dataset else rescaled
    return values


def windows_of(dataset: Dataset) -> list[tuple[float, float] | None]:
    """Returns what each frame's own first window calls black and white; None where there is no window.

    Args:
        dataset: Of the file.
    """
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    if "VOILUTSequence" in dataset:  # has been applied: what it says of black and white is its range
        return [None] * frames
    return [_window(of_frame(dataset, number, "FrameVOILUTSequence")) for number in range(frames)]


def _window(says: Any) -> tuple[float, float] | None:
    """Ends of a window (PS3.3, C.11.2.1.2)."""
    if any(says.get(name) in (None, "") for name in ("WindowWidth", "WindowCenter")):
        return None
    centre, width = (float(np.atleast_1d(says[name].value)[0]) for name in ("WindowCenter", "WindowWidth"))
    linear = str(says.get("VOILUTFunction", "LINEAR")) == "LINEAR"
    check_window(centre, width, linear=linear)
    if not linear:
        return centre - width / 2, centre + width / 2
    return centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2


def shown(
    datasets: Sequence[Dataset],
    *,
    window: tuple[float, float] | None,
    bits: int,
    size: tuple[int, int] | None,
) -> np.ndarray:
    """Returns the frames of files that belong together, all in one window, (frames, height, width).

    Args:
        datasets: Of a file, or of the files of a series in their order.
        window: In the modality's unit; None: the one that all frames name, or else the least and largest value.
        bits: Of a pixel, 8 or 16.
        size: Height and width to scale to; None: as they are.

    Raises:
        Unreadable: If pixels are not what the file says.
    """
    frames = [(frame, dataset) for dataset in datasets for frame in values_of(dataset)]
    if window is None:
        named = {own for dataset in datasets for own in windows_of(dataset)}
        window = named.pop() if len(named) == 1 else None
    low, high = window or (min(float(f.min()) for f, _ in frames), max(float(f.max()) for f, _ in frames))
    white, kind = 2**bits - 1, np.uint8 if bits == 8 else np.uint16
    made = []
    for values, dataset in frames:
        pixels = quantised(values, (low, high), bits=bits) if low < high else np.zeros(values.shape, kind)
        turned = white - pixels if dataset.PhotometricInterpretation == "MONOCHROME1" else pixels
        made.append(scaled(turned, size))
    return np.stack(made)


def scaled(image: np.ndarray, size: tuple[int, int] | None) -> np.ndarray:
    """Returns an image of the given height and width.

    Args:
        image: (height, width) uint8 or uint16.
        size: None: as it is.

    Example:
        >>> scaled(np.full((4, 4), 7, np.uint16), (2, 3)).tolist()
        [[7, 7, 7], [7, 7, 7]]
    """
    if size is None or image.shape == size:
        return image
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((size[1], size[0]), Image.Resampling.BILINEAR))
