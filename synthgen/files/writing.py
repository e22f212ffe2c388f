"""The door through which everything is written: whole or not at all, and in words where it fails.

A file, or a folder, comes about under a hidden name beside its target and takes the target's place when it is complete,
so that nobody ever meets half of it, and what was there before stays until then. Whoever makes it holds a lock on it:
the next run that makes the same removes what a run that was killed left, and is refused while another is at work.
"""

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from synthgen.errors import SynthgenError, WriteError
from synthgen.files.locks import is_at, lock, sweep

FULL = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""What the system says when there is no room: the disk, the size of a file, a user's share of the disk."""


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str], *, private: bool = False) -> Iterator[Path]:
    """Gives a path beside the target to write to; it takes the target's place when the block ends without an error.

    Args:
        path: The target. A link is followed, a file that is there is replaced and keeps its permissions.
        private: Whether a new file is readable for its owner only, from its first byte: for what holds real data.

    Yields:
        An empty file in the target's folder.

    Raises:
        WriteError: If the folder is absent or cannot be written, the target is no file, another run is writing it, or
            the disk is full.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "note.txt"
        >>> with replacing(target) as beside:
        ...     _ = beside.write_text("whole")
        >>> target.read_text()
        'whole'
    """
    target, mode = _target(path)
    with told(path, begun=False):
        sweep(target)
        allowed = 0o600 if private else 0o666 if mode is None else mode
        beside, descriptor = _hidden(target, lambda path: os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, allowed))
    try:
        with told(path, beside):
            if mode is not None:
                beside.chmod(mode)  # which the umask may have cut
            yield beside
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
        if descriptor is not None:
            os.close(descriptor)


def _target(path: str | os.PathLike[str]) -> tuple[Path, int | None]:
    """The file that a path stands for, and its permissions if it is there."""
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return target, None
    except OSError as error:
        raise failed(path, error, begun=False) from error
    if stat.S_ISDIR(mode):
        raise WriteError(f"{path} is a folder. Name a file in it.")
    if not stat.S_ISREG(mode):
        raise WriteError(f"{path} is a device or a pipe, which a file cannot replace. Name a file.")
    return target, stat.S_IMODE(mode)


def _hidden(target: Path, make: Callable[[Path], int | None]) -> tuple[Path, int | None]:
    """Makes an empty file or folder beside the target, and locks it where that can be done.

    Args:
        target: That it is to become.
        make: Makes it under a name, and opens it; None: it cannot be opened.
    """
    while True:
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
        descriptor = make(beside)
        if descriptor is None:
            return beside, None
        if lock(descriptor, wait=True) is None:
            os.close(descriptor)
            return beside, None
        if is_at(descriptor, beside):
            return beside, descriptor
        os.close(descriptor)  # swept away before it was locked


@contextlib.contextmanager
def appearing(folder: str | os.PathLike[str], *, parents: bool = False) -> Iterator[Path]:
    """Gives a new folder beside the target, which takes the target's place when the block ends without an error.

    Args:
        folder: Must not exist.
        parents: Whether folders above it are made too.

    Yields:
        An empty folder in the target's.

    Raises:
        WriteError: If the target exists, it cannot be made, another run is making it, or the disk is full.

    Example:
        >>> import tempfile
        >>> target = Path(tempfile.mkdtemp()) / "pictures"
        >>> with appearing(target) as beside:
        ...     _ = (beside / "0.txt").write_text("a picture")
        ...     target.exists()
        False
        >>> [path.name for path in target.iterdir()]
        ['0.txt']
    """
    target = Path(folder)
    require_new(target)
    with told(folder, begun=False):
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target)
        beside, descriptor = _hidden(target, _new_folder)
    try:
        with told(folder, beside):
            yield beside
            beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


def require_new(folder: str | os.PathLike[str]) -> None:
    """Raises where something has the name of a folder that is to be made.

    Raises:
        WriteError: If so.
    """
    if os.path.lexists(folder):
        raise WriteError(f"{folder} is there already. Name another folder.")


def _new_folder(path: Path) -> int | None:
    path.mkdir()
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:  # Windows opens no folder
        return None


@contextlib.contextmanager
def told(path: str | os.PathLike[str], beside: Path | None = None, *, begun: bool = True) -> Iterator[None]:
    """Says in words what became of a write that did not succeed.

    Args:
        path: As the user named it.
        beside: What is written in its place: errors of other files pass through.
        begun: Whether the user may wonder what became of what was written so far.

    Raises:
        WriteError: In place of what the system raised.
    """
    try:
        yield
    except OSError as error:
        if error.errno is None or isinstance(error, BrokenPipeError):
            raise
        if isinstance(error, SynthgenError):
            if beside is None or str(beside) not in str(error):
                raise  # it was told already, by a name that the user knows
        elif beside is not None and error.filename is not None and not _within(error.filename, beside):
            raise
        raise failed(path, error, begun=begun) from error


def _within(name: object, beside: Path) -> bool:
    return isinstance(name, str | os.PathLike) and Path(name).is_relative_to(beside)


def failed(path: str | os.PathLike[str], error: OSError, *, begun: bool = True) -> WriteError:
    """Returns what the user is told of a write that did not succeed; its `errno` is the system's.

    Args:
        path: As the user named it.
        error: The system's.
        begun: Whether the user may wonder what became of what was written so far.
    """
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    way_out = "Make room, or name a place on another disk" if error.errno in FULL else "Name a place that is yours"
    if begun:
        told = WriteError(f"{path} could not be completed: {reason}. Nothing was left behind. {way_out}.")
    else:
        told = WriteError(f"{path} cannot be written: {reason}. {way_out}.")
    told.errno = error.errno
    return told
