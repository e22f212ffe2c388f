"""Where a verb is going to write: found out before long work, and kept from other runs until the verb has ended."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from synthgen.files.locks import claimed
from synthgen.files.writing import appearing, replacing


class _Claims:
    """Names that a verb keeps, and what gives them up."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self._paths = stack, set[Path]()

    def add(self, path: Path) -> None:
        """Keeps one more, once."""
        if path.resolve() not in self._paths:
            self._stack.enter_context(claimed(path))
            self._paths.add(path.resolve())


_CLAIMS: ContextVar[_Claims | None] = ContextVar("claims of the verb that runs", default=None)


@contextmanager
def claiming() -> Iterator[None]:
    """Keeps all that is claimed inside the block until its end."""
    with ExitStack() as stack:
        before = _CLAIMS.set(_Claims(stack))
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
    with suppress(_Tried), appearing(path, parents=parents):
        raise _Tried
    _claim(path)


def require_writable(*paths: Path | None, table: bool = False) -> None:
    """Finds out before long work whether its result can be written, and keeps its name until the verb has ended.

    Args:
        paths: Files to be written later; None is passed over.
        table: Whether they will be tables, whose names say their format.

    Raises:
        WriteError: If one cannot be, or another run is going to write it.
    """
    from synthgen.data.formats import format_of
    from synthgen.errors import WriteError

    for path in paths:
        if path is None:
            continue
        if table:
            try:
                format_of(path)
            except ValueError as error:
                raise WriteError(str(error)) from None
        with suppress(_Tried), replacing(path):
            raise _Tried
        _claim(path)


def _claim(path: Path) -> None:
    claims = _CLAIMS.get()
    if claims is not None:
        claims.add(path)


class _Tried(Exception):
    """Leaves what was there: only whether it could be replaced was asked."""
