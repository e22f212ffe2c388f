"""Writes tables to CSV, TSV, Parquet and Feather: whole or in chunks, and always in one step (`synthgen.files`)."""

import contextlib
import gzip
import io
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol, Self, final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from synthgen.data.tables.formats import TableFormat, format_of
from synthgen.errors import SynthgenError, WriteError
from synthgen.files.writing import failed, replacing


def write_table(frame: pd.DataFrame, path: str | os.PathLike[str], *, private: bool = False) -> None:
    """Writes a table to a file, in the format that the file's name asks for; the index is not written.

    Text files hold dates as ISO 8601 and an empty field where a value is missing. Parquet and Feather keep all types.

    Args:
        frame: (rows, columns).
        path: Ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .feather or .arrow. A file that is there is replaced.
        private: Whether the rows are of patients: a new file is readable for its owner only.

    Raises:
        WriteError: If the path cannot be written, the disk is full, or a column mixes types. Nothing is left behind.

    Example:
        >>> import tempfile
        >>> from synthgen.data.tables.readers import read_table
        >>> path = Path(tempfile.mkdtemp()) / "stays.parquet"
        >>> write_table(pd.DataFrame({"days": [3, 5]}), path)
        >>> read_table(path)["days"].tolist()
        [3, 5]
    """
    with TableWriter(path, private=private) as writer:
        writer.write(frame)


@final
class TableWriter:
    """Writes a table chunk by chunk, in constant memory.

    The path is tried on entry, before the first chunk has been made. The file appears under its name when the block is
    left without an error; after an error nothing is left behind, and a file that was there before is untouched.

    Args:
        path: See `write_table`.
        private: The same.

    Raises:
        WriteError: If the path cannot be written, no chunk came, a chunk has other columns or types than the first,
            or the disk is full.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "visits.csv"
        >>> with TableWriter(path) as writer:
        ...     for start in (0, 2):
        ...         writer.write(pd.DataFrame({"visit": range(start, start + 2)}))
        >>> path.read_text().split()
        ['visit', '0', '1', '2', '3']
    """

    def __init__(self, path: str | os.PathLike[str], *, private: bool = False) -> None:
        try:
            self._format = format_of(path)
        except ValueError as error:
            raise WriteError(str(error)) from None
        self.path, self._private = Path(path), private
        self._dtypes: pd.Series | None = None
        self._sink: _Sink

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._beside = stack.enter_context(replacing(self.path, private=self._private))
            self._stack = stack.pop_all()
        return self

    def write(self, chunk: pd.DataFrame) -> None:
        """Appends rows.

        Args:
            chunk: (rows, columns); columns and types as in the first chunk.
        """
        if self._dtypes is None:
            self._begin(chunk)
        elif list(chunk.columns) != list(self._dtypes.index):
            raise WriteError(
                f"{self.path}: every chunk needs the columns of the first, {list(self._dtypes.index)}. "
                f"Received {list(chunk.columns)}."
            )
        try:
            self._sink.write(chunk)
        except OSError as error:
            raise failed(self.path, error) from error
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            raise WriteError(self._misfit(chunk)) from None  # Arrow's own message quotes a cell

    def _begin(self, chunk: pd.DataFrame) -> None:
        repeated = chunk.columns[chunk.columns.duplicated()].unique().tolist()
        if repeated:
            raise WriteError(f"{self.path}: column names must be distinct. Used more than once: {repeated}.")
        self._sink = (_TextSink if self._format.family == "text" else _ArrowSink)(self._beside, self._format)
        self._stack.callback(self._sink.close)
        self._dtypes = chunk.dtypes

    def _misfit(self, chunk: pd.DataFrame) -> str:
        mixed = [name for name in chunk.columns.tolist() if not _fits_arrow(chunk[name])]
        if mixed:
            return f"{self.path}: the columns {mixed} mix types. Convert each to one, e.g. by astype(str)."
        first = self._dtypes if self._dtypes is not None else chunk.dtypes
        other = [name for name in chunk.columns.tolist() if chunk[name].dtype != first[name]]
        return f"{self.path}: every chunk needs the types of the first. Of another type: {other or list(chunk)}."

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._dtypes is None:
            error = WriteError(f"{self.path}: no chunk was written, not even one without rows.")
            self._stack.__exit__(type(error), error, None)
            raise error
        try:
            self._stack.__exit__(kind, error, trace)
        except OSError as failure:
            raise failure if isinstance(failure, SynthgenError) else failed(self.path, failure) from failure


_Unit = Literal["D", "s", "ms", "us", "ns"]
_UNITS: tuple[_Unit, ...] = ("D", "s", "ms", "us", "ns")


class _Sink(Protocol):
    def write(self, chunk: pd.DataFrame) -> None: ...
    def close(self) -> None: ...


@final
class _TextSink:
    """Lines of a CSV or TSV file."""

    def __init__(self, path: Path, layout: TableFormat) -> None:
        self._separator = layout.separator
        self._stack = contextlib.ExitStack()
        file: Any = self._stack.enter_context(path.open("wb"))
        if layout.compressed:  # without name and time, so that equal tables make equal files
            file = self._stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0))
        self._file = self._stack.enter_context(io.TextIOWrapper(file, encoding="utf-8", newline=""))
        self._units: dict[str, _Unit] = {}
        self._begun = False

    def write(self, chunk: pd.DataFrame) -> None:
        names = chunk.select_dtypes(["datetime", "datetimetz"]).columns.tolist()
        dates = {name: self._dates(name, chunk[name]) for name in names}
        chunk.assign(**dates).to_csv(
            self._file, sep=self._separator, index=False, header=not self._begun, lineterminator="\n"
        )
        self._begun = True

    def _dates(self, name: str, moments: pd.Series) -> pd.Series:
        """ISO 8601 in the coarsest unit that lost nothing so far; pandas would choose anew for every chunk."""
        zoned = moments.dt.tz is not None
        local = moments.dt.tz_localize(None)
        held = (
            local.dropna().to_numpy()
        )  # in their own unit: numpy would turn 9999-12-31 into another year without a word
        unit: _Unit = self._units.get(name, "s" if zoned else "D")
        while (held != held.astype(f"datetime64[{unit}]")).any():
            unit = _UNITS[_UNITS.index(unit) + 1]
        self._units[name] = unit
        text = pd.Series(np.datetime_as_string(local.to_numpy(), unit=unit), index=moments.index)
        return (text + _offsets(moments) if zoned else text).where(moments.notna())

    def close(self) -> None:
        self._stack.close()


def _offsets(moments: pd.Series) -> pd.Series:
    """Distances of zoned times from UTC as ISO 8601 writes them, such as +01:00: (rows,)."""
    distances = moments.dt.tz_localize(None) - moments.dt.tz_convert("UTC").dt.tz_localize(None)
    minutes = (distances // pd.Timedelta(minutes=1)).fillna(0).astype(int)
    return minutes.map({m: f"{'-' if m < 0 else '+'}{abs(m) // 60:02}:{abs(m) % 60:02}" for m in minutes.unique()})


@final
class _ArrowSink:
    """Row groups of a Parquet file, or record batches of an Arrow file."""

    def __init__(self, path: Path, layout: TableFormat) -> None:
        self._path, self._layout = path, layout
        self._schema: pa.Schema | None = None

    def write(self, chunk: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(chunk, schema=self._schema, preserve_index=False)
        if self._schema is None:
            self._schema = _without_null_types(table.schema)
            table = table.cast(self._schema)
            self._writer: Any = self._open(self._schema)
        self._writer.write_table(table)

    def _open(self, schema: pa.Schema) -> Any:
        if self._layout.family == "parquet":
            return pq.ParquetWriter(self._path, schema, write_page_checksum=True)
        return pa.ipc.new_file(str(self._path), schema, options=pa.ipc.IpcWriteOptions(compression="lz4"))

    def close(self) -> None:
        if self._schema is not None:
            self._writer.close()


def _without_null_types(schema: pa.Schema) -> pa.Schema:
    """A column without any value in the first chunk is taken for strings, so that later chunks may hold some."""
    for position, column in enumerate(schema):
        if pa.types.is_null(column.type):
            schema = schema.set(position, column.with_type(pa.string()))
    return schema


def _fits_arrow(series: pd.Series) -> bool:
    try:
        pa.array(series, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return False
    return True
