"""Tables as a kind of data: data frames, a row each."""

import os
from pathlib import Path
from typing import Any, final

import pandas as pd

from synthgen.data import split as dividing
from synthgen.data.kind import Kind, Words
from synthgen.data.tables.readers import read_table
from synthgen.data.tables.writers import write_table


@final
class TableKind(Kind[pd.DataFrame]):
    """Data frames. Asked last, they claim any file: which formats there are, the reader says."""

    name = "tables"
    words = Words(thing="row", things="rows", whole="table", these="this table")

    def claims(self, path: Path) -> bool:
        return not path.is_dir()

    def holds(self, value: Any) -> bool:
        return isinstance(value, pd.DataFrame)

    def read(self, path: str | os.PathLike[str], **options: Any) -> pd.DataFrame:
        return read_table(path, **options)

    def write(self, data: pd.DataFrame, path: str | os.PathLike[str], **options: Any) -> None:
        write_table(data, path, **options)

    def split(
        self, data: pd.DataFrame, *, by: str | None, holdout: float, seed: int
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        return dividing.split(data, by=by, holdout=holdout, seed=seed)
