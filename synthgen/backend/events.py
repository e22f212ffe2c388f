"""Event files: what TensorBoard shows of a run, pictures and numbers by epoch."""

import contextlib
import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf

from synthgen.errors import WriteError


def can_write_events() -> bool:
    """Returns whether event files can be written: TensorFlow leaves how a picture is put into one to TensorBoard."""
    return importlib.util.find_spec("tensorboard") is not None


class EventFile:
    """A new event file in a folder; several in one folder are shown as one run.

    It grows while the run goes on, so that TensorBoard can follow, and holds whole records only.

    Args:
        folder: Made if absent.

    Raises:
        WriteError: If the folder cannot be written, or the disk is full.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> events = EventFile(folder)
        >>> events.write(0, pictures={"sheet": np.zeros((8, 8), np.uint8)}, numbers={"loss": 0.5})
        >>> events.close()
        >>> len(list(folder.glob("events.out.tfevents.*")))
        1
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with self._told():
            self._writer = tf.summary.create_file_writer(str(folder))

    def write(self, step: int, *, pictures: Mapping[str, np.ndarray], numbers: Mapping[str, float]) -> None:
        """Adds what belongs to a step, at once.

        Args:
            step: Of the run, or its epoch.
            pictures: By name, (height, width) or (height, width, 3) uint8.
            numbers: By name.
        """
        with self._told(), self._writer.as_default(step=step):
            for name, picture in pictures.items():
                tf.summary.image(name, picture.reshape(1, *picture.shape[:2], -1))
            for name, number in numbers.items():
                tf.summary.scalar(name, number)
            self._writer.flush()

    def close(self) -> None:
        """Ends the file."""
        with self._told():
            self._writer.close()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """TensorFlow has errors of its own for disks and permissions."""
        try:
            yield
        except (tf.errors.OpError, OSError) as error:
            raise WriteError(
                f"The events of the run cannot be written to {self._folder}. Make room, or name a folder of yours; "
                "without TensorBoard only the sheets are written."
            ) from error
