"""Reads files that must be files: never a pipe, on which a reader waits for ever, nor more than there can be."""

import json
import os
import stat
from pathlib import Path
from typing import Any

from synthgen.errors import ReadError


def read_whole(path: str | os.PathLike[str], *, most: int, follow: bool = True) -> bytes:
    """Returns what a plain file holds.

    Args:
        path: Of the file.
        most: Bytes that it may hold.
        follow: Whether a symbolic link may lead there.

    Raises:
        ReadError: If it is a folder, a pipe, a socket or a device, a link that is not followed, or too large.
        OSError: If it cannot be read.

    Example:
        >>> read_whole(os.devnull, most=10)
        Traceback (most recent call last):
        synthgen.errors.ReadError: /dev/null is a device, not a file.
    """
    descriptor = open_plain(path, follow=follow)
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ReadError(f"{path} holds more than {most} bytes.")
    return content


def read_json(path: str | os.PathLike[str], *, most: int, way_out: str) -> Any:
    """Returns what a plain file of JSON holds.

    Args:
        path: Of the file.
        most: Bytes that it may hold.
        way_out: Last words of the error where it is no JSON: what writes such files.

    Raises:
        ReadError: If it cannot be read, or is no JSON.
    """
    try:
        return json.loads(read_whole(path, most=most))
    except ReadError:
        raise
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {os.strerror(error.errno or 0)}.") from error
    except (ValueError, RecursionError) as error:
        raise ReadError(f"{path} is no JSON. {way_out}") from error


def open_plain(path: str | os.PathLike[str], *, follow: bool = True) -> int:
    """Returns the descriptor of a plain file, opened for reading.

    Args:
        path: Of the file.
        follow: Whether a symbolic link may lead there.

    Raises:
        ReadError: If it is anything else.
        OSError: If it cannot be opened.
    """
    before = Path(path).stat(follow_symlinks=follow)
    if not stat.S_ISREG(before.st_mode):  # a device may do something when it is opened
        raise ReadError(f"{path} is a {kind_of(before.st_mode)}, not a file.")
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags if follow else flags | getattr(os, "O_NOFOLLOW", 0))
    opened = os.fstat(descriptor)
    if not stat.S_ISREG(opened.st_mode):  # exchanged in between
        os.close(descriptor)
        raise ReadError(f"{path} is a {kind_of(opened.st_mode)}, not a file.")
    return descriptor


_KINDS = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "folder",
    stat.S_IFLNK: "symbolic link",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
}


def kind_of(mode: int) -> str:
    """Returns in a word what has this mode, as `os.lstat` gives it.

    Example:
        >>> kind_of(Path(os.curdir).stat().st_mode)
        'folder'
    """
    return _KINDS.get(stat.S_IFMT(mode), "thing of an unknown kind")
