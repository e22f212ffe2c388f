"""Arrays of pixels on disk: written a piece at a time, then read as a memory map, which takes no memory of its own.

They hold raw images: whoever may not see these may not have the files. New ones are readable for their owner only.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np

from synthgen.errors import WriteError
from synthgen.files.writing import replacing, told

LEAST_ON_DISK = 2**26
"""Bytes from which a choice of images that are on disk stays there; fewer are loaded."""

AT_ONCE = 2**24
"""Bytes that are in memory together, or one image if that is more."""


def write_array(path: Path, pieces: Iterable[np.ndarray]) -> np.memmap:
    """Writes pieces one after the other as one .npy file, which replaces what was there when it is complete.

    Args:
        path: Of the file.
        pieces: (some, *shape), all of one shape and type; at least one. How many there are need not be known.

    Returns:
        (all, *shape) The file, to be read only.

    Raises:
        WriteError: If it cannot be written or is called otherwise, or no piece came.

    Example:
        >>> folder = Path(tempfile.mkdtemp())
        >>> write_array(folder / "all.npy", (np.full((2, 3), number) for number in range(3))).shape
        (6, 3)
    """
    if path.suffix != ".npy":
        raise WriteError(f"cache: expected the name of an .npy file. Received {path.name!r}.")
    with replacing(path, private=True) as beside, beside.open("wb") as file:
        count, like, start = 0, None, 0
        for piece in pieces:
            if like is None:
                like = piece
                _header(file, like, 0)
                start = file.tell()
            file.write(np.ascontiguousarray(piece).data)
            count += len(piece)
        if like is None:
            raise WriteError(f"{path}: there is nothing to write.")
        file.seek(0)
        _header(file, like, count)
        if file.tell() != start:  # NumPy leaves room for the number of rows to grow since 1.23
            raise WriteError(f"{path}: this NumPy cannot write an array piece by piece. Update it.")
    return np.load(path, mmap_mode="r", allow_pickle=False)


def _header(file: IO[bytes], like: np.ndarray, count: int) -> None:
    described = {"descr": np.lib.format.dtype_to_descr(like.dtype), "fortran_order": False,
                 "shape": (count, *like.shape[1:])}  # fmt: skip
    np.lib.format.write_array_header_1_0(file, described)


def pieces_of(array: np.ndarray, places: np.ndarray | None = None) -> Iterator[np.ndarray]:
    """Yields an array a few images at a time.

    Args:
        array: (images, *shape).
        places: Which of them, in order; None: all.

    Example:
        >>> [piece.tolist() for piece in pieces_of(np.arange(4), np.array([3, 1]))]
        [[3, 1]]
    """
    count = len(array) if places is None else len(places)
    step = max(1, AT_ONCE // max(1, array[:1].nbytes))
    for start in range(0, count, step):
        which = slice(start, start + step)
        yield array[which] if places is None else array[places[which]]


def beside(array: np.memmap, pieces: Iterable[np.ndarray]) -> np.ndarray:
    """Keeps what was made of an array on disk in the same folder, in a file without a name that goes with its array.

    Args:
        array: Whose folder to use. Where nothing can be written there, what is made goes into memory.
        pieces: (some, *shape), all of one shape and type; at least one.

    Returns:
        (all, *shape) To be read only.

    Raises:
        WriteError: If the disk is full.
    """
    try:
        folder = Path(array.filename or os.devnull).parent
        opened = tempfile.NamedTemporaryFile(dir=folder, prefix=".synthgen-", delete=False)  # noqa: SIM115
        Path(opened.name).unlink()  # at once: a process that is killed would leave images behind
    except OSError:
        return np.concatenate(list(pieces))
    with opened as file, told(folder):
        count = 0
        for piece in pieces:
            file.write(np.ascontiguousarray(piece).data)
            count += len(piece)
        file.flush()
        return np.memmap(file, dtype=piece.dtype, mode="r", shape=(count, *piece.shape[1:]))


def taken(array: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Returns the images at the given positions; of an array on disk without loading much of it.

    Args:
        array: (images, *shape).
        places: (chosen,) positions.

    Returns:
        (chosen, *shape) A part of the same file where positions follow each other; in memory where they are few.
    """
    if not isinstance(array, np.memmap) or not len(places):
        return array[places]
    first, count = int(places[0]), len(places)
    if 0 <= first <= len(array) - count and np.array_equal(places, np.arange(first, first + count)):
        return array[first : first + count]
    if count * array[:1].nbytes < LEAST_ON_DISK:
        return np.asarray(array[places])
    return beside(array, pieces_of(array, places))
