"""Locks on files that go with the process that holds them, however it ends.

They are those of the operating system (flock), so that a process that was killed leaves none behind: what it left is
told from what another process is writing. Where the system or the disk knows no such locks (Windows, some network
disks), nothing is refused and nothing is removed.
"""

import contextlib
import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from synthgen.errors import WriteError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def lock(descriptor: int, *, wait: bool = False) -> bool | None:
    """Locks an open file or folder until it is closed.

    Args:
        descriptor: Of the file.
        wait: Whether to wait for a lock that another holds.

    Returns:
        Whether it is locked now; None where there are no locks.
    """
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # of a disk without locks
        return None
    return True


@contextlib.contextmanager
def claimed(path: str | os.PathLike[str], *, called: str | None = None) -> Iterator[None]:
    """Keeps a name for this run, so that no other one works for the same result.

    The lock is on an empty hidden file beside the target, which is removed in the end.

    Args:
        path: What will be written, a file or a folder.
        called: What the target is in an error; the path unless given.

    Raises:
        WriteError: If another run has it, or the folder is absent or cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, claimed(f"{folder}/model.synthgen"):
        ...     os.listdir(folder)
        ['.model.synthgen.lock']
    """
    called = called or str(path)
    target = Path(path).resolve()
    file = target.with_name(f".{target.name}.lock")
    try:
        descriptor = _locked(file)
    except OSError as error:
        raise WriteError(f"{called} cannot be written: {error.strerror} ({file}).") from error
    if descriptor is None:
        raise in_use(called)
    try:
        yield
    finally:
        if fcntl is None:  # Windows removes no open file
            os.close(descriptor)
        with contextlib.suppress(OSError):  # in a folder that others share, it may be theirs to remove
            file.unlink()
        if fcntl is not None:
            os.close(descriptor)


def _locked(file: Path) -> int | None:
    """Opens and locks a file, made if absent; None if another holds it."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        if lock(descriptor) is False:
            os.close(descriptor)
            return None
        if is_at(descriptor, file):
            return descriptor
        os.close(descriptor)  # who had it removed it in the meantime: it is another file now


def is_at(descriptor: int, path: Path) -> bool:
    """Returns whether an open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def in_use(called: str) -> WriteError:
    """Returns the error of who comes second."""
    return WriteError(
        f"{called} is being written by another run of synthgen. Wait until it has ended, or name another output."
    )


def sweep(target: Path) -> None:
    """Removes what runs that were killed left of a target under its hidden names.

    Args:
        target: The file or folder that they were to make.

    Raises:
        WriteError: If a run that is still there is making it.
    """
    hidden = re.compile(rf"\.{re.escape(target.name)}\.[0-9a-f]{{8}}\.tmp")
    with os.scandir(target.parent) as entries:
        left = [Path(entry.path) for entry in entries if hidden.fullmatch(entry.name)]
    for path in left:
        descriptor = _opened(path)
        if descriptor is None:
            continue
        try:
            held = lock(descriptor)
            if held is False and is_at(descriptor, path):
                raise in_use(str(target))
            if held:
                _remove(path)
        finally:
            os.close(descriptor)


def _opened(path: Path) -> int | None:
    """A file or folder opened for its lock; None of what is neither, is gone, or is another user's."""
    if fcntl is None:
        return None
    try:
        kind = path.lstat().st_mode
        if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
            return None
        return os.open(path, (os.O_RDWR if stat.S_ISREG(kind) else os.O_RDONLY) | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.EACCES, errno.EPERM, errno.ELOOP, errno.EROFS}:
            return None
        raise


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # in a folder that others share, it may be theirs to remove
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
