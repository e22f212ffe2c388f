"""A sheet of drawn images after every epoch, so that a person can watch a run: as a picture, and in TensorBoard."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import keras
import numpy as np

from synthgen.backend.events import EventFile, can_write_events
from synthgen.encoding.layout import EncodedTable
from synthgen.errors import SettingsError
from synthgen.files.writing import replacing, told

ACROSS = 10
"""Images in a row of a sheet."""

DOWN = 8
"""Rows of a sheet."""

LEAST_WIDTH = 800
"""Pixels of a sheet, about: small images are enlarged."""


class Sheets(keras.callbacks.Callback, ABC):
    """Writes a picture of many images after each epoch.

    Where TensorBoard is installed, the folder is also one of its log directories, with the same sheets and with what is
    measured at the end of each epoch.

    Args:
        folder: Made if absent; epoch_01.png and so on.
        white: The largest value a pixel can have.

    Raises:
        SettingsError: If Pillow is not installed.
        WriteError: If the folder cannot be made.
    """

    def __init__(self, folder: Path, *, white: int) -> None:
        super().__init__()
        try:
            import PIL.Image  # noqa: F401 - before any long work
        except ImportError:
            raise SettingsError("watch needs Pillow: pip install 'synthgen[images]', or leave watch out.") from None
        with told(folder, begun=False):
            folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._white = folder, white
        self._events: EventFile | None = None

    @abstractmethod
    def shown(self) -> np.ndarray:
        """Returns what to show now, (images, *sides, channels) whole numbers."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        if can_write_events():
            self._events = EventFile(self._folder)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        from PIL import Image

        tiled = sheet(self.shown(), white=self._white)
        enlarged = max(LEAST_WIDTH // tiled.shape[1], 1)
        large = np.repeat(np.repeat(tiled, enlarged, axis=0), enlarged, axis=1)
        with replacing(self._folder / f"epoch_{epoch + 1:02d}.png") as beside:
            Image.fromarray(large).save(beside, format="PNG")
        if self._events is not None:
            self._events.write(epoch + 1, pictures={"drawn images": large}, numbers=logs or {})

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self._events is not None:
            self._events.close()


class SampleSheets(Sheets):
    """Writes a picture of drawn images after each epoch: always the same noise, so that one sees it take shape.

    Args:
        folder: See `Sheets`.
        known: (images) encoded, what each image of the sheet is to show.
        white: The largest value a pixel can have.
        seed: Of the noise.
    """

    def __init__(self, folder: Path, known: EncodedTable, *, white: int, seed: int) -> None:
        super().__init__(folder, white=white)
        self._known, self._seed = known, seed

    def shown(self) -> np.ndarray:
        pixels: np.ndarray = self.model.draw(self._known, white=self._white, rng=np.random.default_rng([self._seed, 7]))
        return pixels


def sheet(pixels: np.ndarray, *, white: int) -> np.ndarray:
    """Returns images side by side as one of 8 bits: of volumes the middle slice.

    Args:
        pixels: (images, *sides, channels).
        white: The largest value a pixel can have.

    Returns:
        (height, width), or (height, width, 3) for three channels.

    Example:
        >>> sheet(np.zeros((25, 8, 6, 1), np.uint8), white=255).shape
        (24, 60)
    """
    flat = pixels
    while flat.ndim > 4:
        flat = flat[:, flat.shape[1] // 2]
    flat = (flat.astype(np.float64) * (255 / white) + 0.5).astype(np.uint8)
    missing = -len(flat) % ACROSS
    flat = np.pad(flat, [(0, missing), (0, 0), (0, 0), (0, 0)])
    rows, (height, width, channels) = len(flat) // ACROSS, flat.shape[1:]
    tiled = flat.reshape(rows, ACROSS, height, width, channels).swapaxes(1, 2)
    tiled = tiled.reshape(rows * height, ACROSS * width, channels)
    return tiled if channels == 3 else tiled[..., 0]
