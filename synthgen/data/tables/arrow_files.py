"""Reads Parquet and Arrow (Feather version 2), whose insides are checked before a value is taken from them.

Arrow's readers trust what a file says of its own buffers. Here a file is read into memory, pages are compared with
their checksums where the writer wrote them, and every offset, length and text is validated, before pandas sees it.
"""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from synthgen.data.tables.text_files import check_distinct
from synthgen.errors import ReadError, SynthgenError

MOST_CELLS = 2**28
"""That a file of any size may say it has."""

CELLS_A_BYTE = 1000
"""Beyond which a file says that it has more cells than it can hold."""


def read_arrow(path: Path, *, parquet: bool) -> pd.DataFrame:
    """Reads a Parquet or Arrow file.

    Args:
        path: Of the file.
        parquet: Whether it is Parquet.

    Returns:
        (rows, columns); a named index of the frame that was written comes as columns.

    Raises:
        ReadError: If the file is damaged or of another kind, or says that it is larger than it can be.
    """
    kind = "Parquet" if parquet else "Feather"
    table = _careful(path, kind, lambda: _parquet(path) if parquet else _feather(path))
    try:
        frame: pd.DataFrame = table.to_pandas()
    except Exception as error:
        raise _damaged(path, kind) from error
    return frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()


def _careful(path: Path, kind: str, read: Callable[[], pa.Table]) -> pa.Table:
    try:
        table = read()
        check_distinct(path, table.column_names)
        table.validate(full=True)
    except SynthgenError:
        raise
    except MemoryError as error:
        raise ReadError(
            f"{path} asks for more memory than there is, with {path.stat().st_size} bytes of its own: it is damaged, "
            "or larger than this machine can hold."
        ) from error
    except Exception as error:
        raise _damaged(path, kind) from error
    return table


def _damaged(path: Path, kind: str) -> ReadError:
    return ReadError(f"{path} cannot be read as {kind}: the file is damaged, cut off, or of another kind.")


def _parquet(path: Path) -> pa.Table:
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        said = file.metadata
        _check_cells(path, said.num_rows * said.num_columns)
        _check_footer(path, file)
        return file.read()


def _feather(path: Path) -> pa.Table:
    with path.open("rb") as opened:
        if opened.read(4) == b"FEA1":
            raise ReadError(f"{path} is Feather of version 1. Write it anew, in version 2 or as Parquet.")
    with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as file:
        return file.read_all()


def _check_cells(path: Path, cells: int) -> None:
    size = path.stat().st_size
    if cells > max(MOST_CELLS, CELLS_A_BYTE * size):
        raise ReadError(f"{path} says that it holds {cells} cells, in {size} bytes: it is damaged. If it is not, store "
                        "it in parts.")  # fmt: skip


def _check_footer(path: Path, file: Any) -> None:
    """Arrow's writers say twice what the columns are: a footer, which has no checksum, must not contradict itself."""
    metadata = file.metadata.metadata or {}
    if b"ARROW:schema" not in metadata:
        return
    said = pa.ipc.read_schema(pa.BufferReader(base64.b64decode(metadata[b"ARROW:schema"])))
    flat = len(file.schema) == len(said.names) and not any(pa.types.is_nested(kind) for kind in said.types)
    pairs = [
        (said.names, file.schema_arrow.names),
        (said.names, file.schema.names if flat else said.names),
        ([_kind(one) for one in said.types], [_kind(one) for one in file.schema_arrow.types]),
        ((said.metadata or {}).get(b"pandas"), metadata.get(b"pandas")),
    ]
    if any(one != other for one, other in pairs):
        raise ReadError(f"{path} says of its columns one thing in one place and another in another: it is damaged.")


def _kind(stored: pa.DataType) -> str:
    """What a type holds, however many bits it takes: these may change on the way into a file."""
    if pa.types.is_dictionary(stored):
        return _kind(stored.value_type)
    for kind in ("temporal", "integer", "floating", "boolean", "decimal", "nested"):
        if getattr(pa.types, f"is_{kind}")(stored):
            return kind
    return "text or bytes"
