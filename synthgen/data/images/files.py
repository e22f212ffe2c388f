"""What holds of files of every format: those that cannot be read are listed, the others become one array of pixels.

Readers look at the headers of all files first, so that what does not fit together is known before anything is decoded.
"""

import hashlib
import json
import stat
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from synthgen import __version__
from synthgen.data.images.disk import write_array
from synthgen.data.images.image_set import ImageWarning
from synthgen.errors import ReadError, SynthgenError
from synthgen.files.reading import kind_of
from synthgen.files.writing import replacing

MOST_NAMED = 10
"""Files that a message names; it counts the others."""

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How files are read, whatever their format.

    Args:
        folder: That names of files are said relative to; None: a file is named without its folder.
        size: Height and width to scale to; None where all are of one size.
        allow_synthetic: Whether files are taken that say that they are synthetic: a generator that learns what
            generators made forgets what is rare.
        skip_corrupt: Whether files that cannot be read are left out, with a warning. If not, they are an error.
        cache: Where decoded pixels are kept, an .npy file; None: in memory. A cache of the same files, unchanged and
            read in the same way, is used again. It holds raw images: keep it where these may be.
    """

    folder: Path | None = None
    size: tuple[int, int] | None = None
    allow_synthetic: bool = False
    skip_corrupt: bool = False
    cache: Path | None = None

    def __post_init__(self) -> None:
        if self.cache is not None and self.cache.suffix != ".npy":
            raise ReadError(f"cache: expected the name of an .npy file. Received {self.cache.name!r}.")
        if self.size is not None and (len(self.size) != 2 or min(self.size) < 1):
            raise ReadError(f"size: expected height and width in pixels, such as (64, 64). Received {self.size!r}.")

    def name(self, path: Path) -> str:
        """Returns how messages call a file."""
        if self.folder is not None and path.is_relative_to(self.folder) and path != self.folder:
            return path.relative_to(self.folder).as_posix()
        return path.name


RULES = Rules()
"""Without a word on any of them."""


@dataclass(frozen=True)
class Source(Generic[T]):
    """What is decoded together: a file, or the files of a series.

    Args:
        name: For messages.
        paths: Of its files.
        header: What a look at them said.
        most: Images in it, at most.
    """

    name: str
    paths: tuple[Path, ...]
    header: T
    most: int = 1


class Unreadable(Exception):
    """A file cannot be read; the message says why, in few words that tell nothing of what it holds."""


def size_of(path: Path) -> int:
    """Returns the bytes of a file that can be read to its end: no pipe or device, which may never end.

    Args:
        path: Of the file.

    Raises:
        Unreadable: If it is none.
        FileNotFoundError: If it is not there.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable(f"a {kind_of(found.st_mode)}, not a file")
    return found.st_size


class CorruptFiles:
    """Files that cannot be read: gathered, then named in one error, or left out with a warning.

    Args:
        rules: Whether they are left out.
        total: Files that there are.
    """

    def __init__(self, rules: Rules, total: int) -> None:
        self.rules, self.total = rules, total
        self.reasons: dict[str, str] = {}

    def read(self, items: Iterable[T], function: Callable[[T], R], name: Callable[[T], str]) -> Iterator[tuple[T, R]]:
        """Yields what a function makes of each item that it can read.

        Args:
            items: To read.
            function: Raises anything where it cannot; a `SynthgenError` where nobody should go on.
            name: Of an item.
        """
        for item in items:
            try:
                with _quietly():
                    result = function(item)
            except Unreadable as error:
                self.reasons[name(item)] = str(error)
                continue
            yield item, result

    @property
    def fatal(self) -> bool:
        """Whether there will be an error in the end: what is still read is read to find all of them."""
        return bool(self.reasons) and not self.rules.skip_corrupt

    def settle(self) -> None:
        """Says which files could not be read, when all have been tried.

        Raises:
            ReadError: If they are not to be left out.
        """
        if not self.reasons:
            return
        named = [f"{name} ({reason})" for name, reason in list(self.reasons.items())[:MOST_NAMED]]
        more = len(self.reasons) - len(named)
        listed = f"{', '.join(named)}{f' and {more} more' if more else ''}"
        if self.fatal:
            raise ReadError(
                f"Of {self.total} files, {len(self.reasons)} cannot be read: {listed}. Mend them, or leave them out: "
                "skip_corrupt=True, on the command line --read skip_corrupt=yes."
            )
        warnings.warn(f"Of {self.total} files, {len(self.reasons)} cannot be read and were left out: {listed}.",
                      ImageWarning, 4)  # fmt: skip


@contextmanager
def _quietly() -> Iterator[None]:
    """Whatever a decoder raises makes a file unreadable; what it warns of may quote a tag, and is not passed on."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (Unreadable, SynthgenError, ImportError):
        raise
    except MemoryError:
        raise Unreadable("asks for more memory than there is") from None
    except Exception as error:
        raise Unreadable(type(error).__name__) from error


@dataclass(frozen=True)
class Collected:
    """Pixels of many files.

    Args:
        pixels: (images, *sides, channels).
        sources: (images,) which source each comes from.
        places: (images,) which image of its source it is.
    """

    pixels: np.ndarray
    sources: np.ndarray
    places: np.ndarray


def collect(
    sources: Sequence[Source[T]],
    decode: Callable[[Source[T]], tuple[np.ndarray, Sequence[int]]],
    *,
    corrupt: CorruptFiles,
    asked: Sequence[Any],
) -> Collected:
    """Decodes sources one at a time, into memory or into the cache.

    Args:
        sources: With what is known of their headers.
        decode: Returns (images, *sides, channels) of a source, and which image of it each is.
        corrupt: Files that could not be read so far.
        asked: What else decides about the pixels, for the cache.

    Returns:
        The pixels; of an archive on disk if there is a cache.

    Raises:
        ReadError: If there are corrupt files that are not to be left out, or nothing is left.
        WriteError: If the cache cannot be written.
    """
    rules = corrupt.rules
    cache = None if rules.cache is None else _Cache(rules.cache, _fingerprint(sources, rules, asked))
    known = None if cache is None or corrupt.fatal else cache.found(corrupt)
    if known is not None:
        corrupt.settle()
        return known
    origins: list[tuple[int, int]] = []
    before = set(corrupt.reasons)

    def pieces() -> Iterator[np.ndarray]:
        numbered = enumerate(sources)
        for (number, _), (pixels, places) in corrupt.read(numbered, lambda item: decode(item[1]), _name):
            if len(pixels) and not corrupt.fatal:
                origins.extend((number, place) for place in places)
                yield pixels
        corrupt.settle()
        if not origins:
            raise ReadError(f"Nothing is left of {corrupt.total} files that shows anything.")

    if cache is None:
        pixels = _in_memory(pieces(), sum(source.most for source in sources))
    else:
        pixels = write_array(cache.path, pieces())
    found = np.array(origins, np.int64).reshape(-1, 2)
    if cache is not None:
        cache.describe(found, {name: reason for name, reason in corrupt.reasons.items() if name not in before})
    return Collected(pixels, found[:, 0], found[:, 1])


def _name(item: tuple[int, Source[Any]]) -> str:
    return item[1].name


def _in_memory(pieces: Iterator[np.ndarray], most: int) -> np.ndarray:
    first = next(pieces)
    pixels = np.empty((most, *first.shape[1:]), first.dtype)  # no list that would be stacked: that takes twice as much
    pixels[: len(first)] = first
    filled = len(first)
    for piece in pieces:
        pixels[filled : filled + len(piece)] = piece
        filled += len(piece)
    return pixels[:filled]


class _Cache:
    """An array on disk and, beside it, a description: of which files it was made, and where each image comes from."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path, self.fingerprint = path, fingerprint
        self.beside = path.with_name(f"{path.name}.json")

    def found(self, corrupt: CorruptFiles) -> Collected | None:
        """What is there, if it was made of the same files in the same way."""
        try:
            described = json.loads(self.beside.read_text(encoding="utf-8"))
            if described["fingerprint"] != self.fingerprint or described["array"] != _stamp(self.path):
                return None
            pixels = np.load(self.path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, KeyError):
            return None
        corrupt.reasons |= described["corrupt"]
        origins = np.array(described["images"], np.int64).reshape(-1, 2)
        return Collected(pixels, origins[:, 0], origins[:, 1])

    def describe(self, origins: np.ndarray, torn: dict[str, str]) -> None:
        """Says beside the array what it is; one that is not described, or changed since, is never used again."""
        described = {
            "what": "Raw images, decoded by synthgen. Keep this where the images themselves may be, or delete it.",
            "fingerprint": self.fingerprint, "array": _stamp(self.path), "corrupt": torn,
            "images": origins.tolist(),
        }  # fmt: skip
        with replacing(self.beside, private=True) as beside:
            beside.write_text(json.dumps(described), encoding="utf-8")


def _fingerprint(sources: Sequence[Source[Any]], rules: Rules, asked: Sequence[Any]) -> str:
    """A hash of which files there are, when they changed last, and how they are read."""
    files = [[rules.name(path), *_stamp(path)] for source in sources for path in source.paths]
    said = json.dumps([__version__, files, rules.size, list(asked)], default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def _stamp(path: Path) -> list[int]:
    """Size and time of the last change of a file."""
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]
