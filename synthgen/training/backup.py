"""What a run keeps on disk to go on from: arrays in files that are whole or absent.

They are written through memory as npz. HDF5, in which Keras keeps weights, ends the whole process where a disk fills up
while it writes.
"""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from synthgen.errors import TrainingError
from synthgen.files.writing import replacing
from synthgen.training.snapshots import variables_of


def write_arrays(path: Path, arrays: Sequence[np.ndarray]) -> None:
    """Writes arrays in their order; what was there is replaced in one step.

    Args:
        path: Of an .npz file; a new one is readable for its owner only, since weights of a run are not protected.
        arrays: Of numbers.

    Raises:
        WriteError: If it cannot be written, or the disk is full.
    """
    content = io.BytesIO()
    np.savez(content, *arrays)
    with replacing(path, private=True) as beside:
        beside.write_bytes(content.getbuffer())


def read_arrays(path: Path) -> list[np.ndarray]:
    """Returns what `write_arrays` wrote.

    Raises:
        TrainingError: If the file is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:  # NumPy leaves a torn one open
            return [arrays[f"arr_{place}"] for place in range(len(arrays.files))]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise damaged(path) from error


def damaged(path: Path) -> TrainingError:
    """Returns the error of a file that no run of this version wrote, or that was changed since."""
    return TrainingError(
        f"{path} is damaged, or of another version of synthgen. Name another checkpoint, or remove {path.parent} to "
        "begin anew."
    )


class Backup(keras.callbacks.Callback):
    """Keeps weights, optimizers and the place in the run after every epoch, in one file that is replaced in one step.

    Keras' `BackupAndRestore` writes in place: Ctrl-C while it does so leaves a file that does not load.

    Args:
        directory: Where; must exist.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._file = directory / "latest.npz"

    @property
    def exists(self) -> bool:
        """Whether there is a backup."""
        return self._file.exists()

    def restore(self, model: keras.Model) -> None:
        """Puts a prepared, compiled model where the last backup left it, if there is one.

        Raises:
            TrainingError: If the backup is damaged, or of a model of another form.
        """
        if not self.exists:
            return
        variables, values = variables_of(model), read_arrays(self._file)
        if [tuple(variable.shape) for variable in variables] != [value.shape for value in values]:
            raise damaged(self._file)
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        write_arrays(self._file, [np.asarray(variable.numpy()) for variable in variables_of(self.model)])
