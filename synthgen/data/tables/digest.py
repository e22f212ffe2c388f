"""A digest of a whole table as canonical text, whatever types and file format it is held in."""

import hashlib
import json
from typing import final

import pandas as pd

from synthgen.data.tables.cells import lines


@final
class TableDigest:
    r"""SHA-256 of a table as canonical text, chunk by chunk: column names as a JSON array, then a line for each row.

    Types, the order of columns and the format of the file make no difference; the order of rows and every cell do.

    Example:
        >>> digest = TableDigest()
        >>> digest.update(pd.DataFrame({"age": [61, 7]}))
        >>> digest.hexdigest() == hashlib.sha256(b'["age"]\n["61"]\n["7"]\n').hexdigest()
        True
    """

    def __init__(self) -> None:
        self._columns: list[str] | None = None
        self._hash = hashlib.sha256()

    def update(self, chunk: pd.DataFrame) -> None:
        """Adds rows.

        Args:
            chunk: (rows, columns); the same columns each time.
        """
        if self._columns is None:
            self._columns = sorted(map(str, chunk.columns))
            self._hash.update((json.dumps(self._columns, ensure_ascii=False, separators=(",", ":")) + "\n").encode())
        for line in lines(chunk, self._columns):
            self._hash.update(line.encode("utf-8", "surrogatepass") + b"\n")

    def hexdigest(self) -> str:
        """Returns the digest of all rows so far."""
        return self._hash.hexdigest()
