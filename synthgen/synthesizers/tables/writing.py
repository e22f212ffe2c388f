"""Rows into a file as they are drawn, and their digest."""

import os
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self, final

import pandas as pd

from synthgen.data.tables.digest import TableDigest
from synthgen.data.tables.writers import TableWriter
from synthgen.synthesizers.base import Part


@final
class DigestedTable:
    """Writes a table part by part, and digests what it writes.

    Args:
        path: See `TableWriter`.

    Raises:
        WriteError: See `TableWriter`.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._writer, self._digest = TableWriter(path), TableDigest()

    def __enter__(self) -> Self:
        self._writer.__enter__()
        return self

    def expect(self, parts: Sequence[Part[Any]]) -> None:
        """Is told which parts will come: to a table it makes no difference."""

    def write(self, data: pd.DataFrame) -> None:
        """Appends rows.

        Args:
            data: (rows, columns), as all before it.
        """
        self._writer.write(data)
        self._digest.update(data)

    def hexdigest(self) -> str:
        """Returns the digest of all rows so far."""
        return self._digest.hexdigest()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.__exit__(kind, error, trace)
