"""Whole records as a kind of data: linked tables, a patient each."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np
import pandas as pd

from synthgen.data.kind import Kind, Source, Words
from synthgen.data.options import options_of, require_options
from synthgen.data.records.reading import holds_records, read_records, write_records
from synthgen.data.records.records import Records
from synthgen.data.records.schema import RecordSchema
from synthgen.data.records.stored import MARK
from synthgen.data.tables.cells import column_texts, lines
from synthgen.data.tables.digest import TableDigest
from synthgen.errors import SchemaError, WriteError


@final
class RecordKind(Kind[Records]):
    """Folders of tables that refer to each other, and files of databases."""

    name = "records"
    words = Words(thing="patient", things="patients", whole="set of tables", these="these tables")
    where = "a folder with two files of tables or more, or a name that ends in .sqlite, .sqlite3, .db or .duckdb"
    coincide = True
    schema_mark = MARK

    def claims(self, path: Source) -> bool:
        return "://" not in str(path) and holds_records(Path(path))

    def holds(self, value: Any) -> bool:
        return isinstance(value, Records)

    def read(self, path: Source, **options: Any) -> Records:
        return read_records(path, **options)

    def write(self, data: Records, path: str | os.PathLike[str], **options: Any) -> None:
        require_options(options, options_of(write_records), of=f"{path}, of linked tables,", error=WriteError)
        write_records(data, path, **options)

    def split(self, data: Records, *, by: str | None, holdout: float, seed: int) -> tuple[Records, Records]:
        if by not in (None, data.schema.patient_key, f"{data.schema.root}.{data.schema.patient_key}"):
            raise SchemaError(
                f"by names {by!r}, but linked tables are divided by the rows of {data.schema.root!r}, with all that is "
                "within them. Leave it out."
            )
        return data.split(holdout=holdout, seed=seed)

    def meaning(self, data: Records, *, patient_key: str | None, rare_below: int) -> RecordSchema:
        if patient_key is not None:
            raise SchemaError(f"patient_key names {patient_key!r}, but linked tables have a table of patients: root.")
        return data.inferred(rare_below=rare_below)

    def schema_from(self, stored: Mapping[str, Any]) -> RecordSchema:
        return RecordSchema.from_dict(stored)

    def contents(self, data: Records, columns: Sequence[str]) -> Iterator[bytes]:
        """Yields each patient: the rows of each table as canonical text, in whatever order the file has them.

        Args:
            data: Linked tables.
            columns: What counts, as "table.column".
        """
        counted = {table: [name for name in data.schema.tables[table].columns if f"{table}.{name}" in columns]
                   for level in data.schema.levels for table in level}  # fmt: skip
        rows = {table: _rows_of_patients(data, table, names) for table, names in counted.items() if names}
        for patient in range(len(data)):
            held = {table: sorted(texts[starts[patient] : starts[patient + 1]].tolist())
                    for table, (texts, starts) in rows.items()}  # fmt: skip
            yield json.dumps(held, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")

    def digest(self, data: Records) -> str:
        whole = hashlib.sha256()
        for name in sorted(data.tables):
            table = TableDigest()
            table.update(data.tables[name].rename(columns=str))
            whole.update(json.dumps([name, table.hexdigest()]).encode())
        return whole.hexdigest()

    def counted(self, data: Records, schema: RecordSchema | None) -> tuple[tuple[str, ...], str | None]:
        meaning = data.schema if schema is None else schema
        names = [f"{table}.{name}" for level in meaning.levels for table in level for name in meaning.learned(table)]
        return tuple(sorted(names)), f"{meaning.root}.{meaning.patient_key}"

    def patients(self, data: Records, key: str) -> Iterator[bytes]:
        table, _, column = key.partition(".")
        if table not in data.tables or column not in data.tables[table]:
            return iter(())
        named = {text for text in column_texts(data.tables[table][column]) if text is not None}
        return (text.encode("utf-8", "surrogatepass") for text in sorted(named))


def _rows_of_patients(data: Records, table: str, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Canonical text of the rows of a table, patient by patient, and where each patient's begin: (patients + 1,)."""
    owners = data.owners(table)
    texts = pd.Series(list(lines(data.tables[table], names)), dtype=object).to_numpy()
    order = np.argsort(owners, kind="stable")
    order = order[np.searchsorted(owners[order], 0) :]  # without those that lead to nobody
    return texts[order], np.searchsorted(owners[order], np.arange(len(data) + 1))
