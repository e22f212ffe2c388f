"""Tables as a kind of data: data frames, a row each."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
import pandas as pd

from synthgen.data.kind import Kind, Source, Words
from synthgen.data.options import options_of, require_options
from synthgen.data.schema import Schema
from synthgen.data.split import held_out, patient_codes
from synthgen.data.tables.cells import column_texts, lines
from synthgen.data.tables.digest import TableDigest
from synthgen.data.tables.formats import FORMATS, format_of
from synthgen.data.tables.readers import read_table
from synthgen.data.tables.writers import write_table
from synthgen.errors import ReadError, SchemaError, WriteError, did_you_mean


@final
class TableKind(Kind[pd.DataFrame]):
    """Data frames: of files that end as tables do, and of databases."""

    name = "tables"
    words = Words(thing="row", things="rows", whole="table", these="this table")
    where = f"a name that ends in {', '.join(FORMATS)}, or the URL of a database"
    coincide = True

    def claims(self, path: Source) -> bool:
        if "://" in str(path):
            return True
        if Path(path).is_dir():
            return False
        try:
            format_of(path)
        except ValueError:
            return False
        return True

    def holds(self, value: Any) -> bool:
        return isinstance(value, pd.DataFrame)

    def read(self, path: Source, **options: Any) -> pd.DataFrame:
        require_options(options, options_of(read_table), of=f"{path}, a table,", error=ReadError)
        return read_table(path, **options)

    def write(self, data: pd.DataFrame, path: str | os.PathLike[str], **options: Any) -> None:
        require_options(options, options_of(write_table), of=f"{path}, a table,", error=WriteError)
        write_table(data, path, **options)

    def split(
        self, data: pd.DataFrame, *, by: str | None, holdout: float, seed: int
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        if by is not None and by not in data:
            raise SchemaError(f"by names {by!r}, which is not a column.{did_you_mean(by, map(str, data.columns))}")
        patients = np.arange(len(data)) if by is None else patient_codes(data[by])  # (rows,)
        unit = "rows" if by is None else f"distinct values of {by!r}"
        held = held_out(patients, share=holdout, seed=seed, unit=unit)
        return data[~held], data[held]

    def contents(self, data: pd.DataFrame, columns: Sequence[str]) -> Iterator[bytes]:
        return (line.encode("utf-8", "surrogatepass") for line in lines(data, columns))

    def digest(self, data: pd.DataFrame) -> str:
        whole = TableDigest()
        whole.update(data.rename(columns=str))
        return whole.hexdigest()

    def counted(self, data: pd.DataFrame, schema: Schema | None) -> tuple[tuple[str, ...], str | None]:
        meaning = Schema.infer(data) if schema is None else schema
        return tuple(sorted(meaning.learned)), meaning.patient_key

    def patients(self, data: pd.DataFrame, key: str) -> Iterator[bytes]:
        named = {text for text in column_texts(data[key]) if text is not None}
        return (text.encode("utf-8", "surrogatepass") for text in sorted(named))
