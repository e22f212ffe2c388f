"""Where a verb is going to write: found out before long work, and kept from other runs until the verb has ended."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from synthgen.errors import WriteError
from synthgen.files.locks import claimed
from synthgen.files.writing import appearing, replacing


class _Claims:
    """Names that a verb keeps, what gives them up, and all that its options name."""

    def __init__(self, stack: ExitStack, named: Iterable[Path]) -> None:
        self._stack, self._paths = stack, set[Path]()
        self._named = Counter(path.resolve() for path in named)

    def require_one_use(self, path: Path) -> None:
        """Refuses what another option names too: a table that is read, or another result, would be lost."""
        if self._named[path.resolve()] > 1:
            raise WriteError(f"{path} is named twice. Writing it would replace what another option names: name another "
                             "output.")  # fmt: skip

    def add(self, path: Path) -> None:
        """Keeps one more, once."""
        if path.resolve() not in self._paths:
            self._stack.enter_context(claimed(path))
            self._paths.add(path.resolve())


_CLAIMS: ContextVar[_Claims | None] = ContextVar("claims of the verb that runs", default=None)


@contextmanager
def claiming(named: Iterable[Path] = ()) -> Iterator[None]:
    """Keeps all that is claimed inside the block until its end.

    Args:
        named: All paths that the verb was given, to be read or written.
    """
    with ExitStack() as stack:
        before = _CLAIMS.set(_Claims(stack, named))
        try:
            yield
        finally:
            _CLAIMS.reset(before)


def require_new_folder(path: Path, *, parents: bool = False) -> None:
    """Finds out before long work whether a new folder can be made, and keeps its name until the verb has ended.

    Args:
        path: Of the folder.
        parents: Whether the folders above it are made too.

    Raises:
        WriteError: If something is there, another run is making it, or the folder it would be in cannot be written.
    """
    _require_one_use(path)
    with suppress(_Tried), appearing(path, parents=parents):
        raise _Tried
    _claim(path)


def require_writable(*paths: Path | None) -> None:
    """Finds out before long work whether its result can be written, and keeps its name until the verb has ended.

    Args:
        paths: Files to be written later; None is passed over.

    Raises:
        WriteError: If one cannot be, another run is going to write it, or another option names it too.
    """
    for path in paths:
        if path is None:
            continue
        _require_one_use(path)
        with suppress(_Tried), replacing(path):
            raise _Tried
        _claim(path)


def _require_one_use(path: Path) -> None:
    claims = _CLAIMS.get()
    if claims is not None:
        claims.require_one_use(path)


def _claim(path: Path) -> None:
    claims = _CLAIMS.get()
    if claims is not None:
        claims.add(path)


class _Tried(Exception):
    """Leaves what was there: only whether it could be replaced was asked."""
