"""Reads and writes linked tables: a folder of files, or a file of SQLite or DuckDB."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from synthgen.data.options import options_of, require_options
from synthgen.data.records.duckdb_files import is_duckdb, read_duckdb, write_duckdb
from synthgen.data.records.folder import holds_tables, read_folder, write_folder
from synthgen.data.records.known import NOTHING, Known
from synthgen.data.records.layouts import LAYOUTS, layout_of
from synthgen.data.records.layouts.meds import Meds, is_meds, read_meds, write_meds
from synthgen.data.records.records import Records
from synthgen.data.records.schema import RecordSchema
from synthgen.data.records.sqlite_files import is_sqlite, read_sqlite, write_sqlite
from synthgen.data.tables.readers import read_table
from synthgen.errors import ReadError, WriteError


def holds_records(path: Path) -> bool:
    """Returns whether a path holds linked tables, or by its name is to hold some.

    Args:
        path: Of a file or folder.

    Example:
        >>> holds_records(Path("hospital.sqlite")), holds_records(Path("patients.csv"))
        (True, False)
    """
    return is_meds(path) or holds_tables(path) if path.is_dir() else is_sqlite(path) or is_duckdb(path)


def read_records(
    path: str | os.PathLike[str],
    *,
    schema: RecordSchema | str | os.PathLike[str] | None = None,
    root: str | None = None,
    **options: Any,
) -> Records:
    """Reads linked tables.

    Args:
        path: A folder with a file for each table, as `synthgen.read_table` reads them; or a file of SQLite, or DuckDB,
            whose keys and links count.
        schema: What the tables mean, or the file that says it. None: guessed when it is asked for.
        root: Name of the table with a row for each patient, where a guess would not be clear.
        options: Of `synthgen.read_table`, for all files of a folder.

    Returns:
        `Records`.

    Raises:
        ReadError: If the path cannot be read, or an option is none; names them.
        SchemaError: If the schema's file is none.
    """
    place = Path(path)
    known_options = ["schema", "root", *(name for name in options_of(read_table) if name != "query")]
    databases = ["schema", "root"]
    tables, known = {}, NOTHING
    if place.is_dir():
        require_options(options, known_options, of=f"{path}, of linked tables,", error=ReadError)
        tables = read_meds(place) if is_meds(place) else read_folder(place, options)
    elif not place.exists():
        raise ReadError(f"{path}: there is no such file.")
    else:
        require_options(options, databases, of=f"{path}, a database,", error=ReadError)
        tables, known = read_duckdb(place) if is_duckdb(place) else read_sqlite(place)
    if schema is not None and not isinstance(schema, RecordSchema):
        schema = RecordSchema.from_yaml(schema)
    return Records(tables, schema, known=_with_layout(known, tables).with_root(root))


def _with_layout(known: Known, tables: Mapping[str, pd.DataFrame]) -> Known:
    """What is known by the layout that tables are in; a catalogue that declares links counts more."""
    layout = layout_of(tables)
    if layout is None:
        return known
    told = layout.known(tables)
    return replace(told, keys={**told.keys, **known.keys}, links={**told.links, **known.links})


def write_records(
    records: Records,
    path: str | os.PathLike[str],
    *,
    form: str = "csv",
    private: bool = False,
) -> None:
    """Writes linked tables, whole or not at all.

    Args:
        records: To be written.
        path: A new folder, with a file for each table; or a file that ends in .sqlite, .sqlite3, .db or .duckdb, which
            then declares keys and links.
        form: Of the files in a folder: "csv", "csv.gz", "tsv", "parquet" ...
        private: Whether the rows are of patients: what is written is readable for its owner only.

    Raises:
        WriteError: If it cannot be written, or the folder is there already.
    """
    place = Path(path)
    ending = place.suffix.lower()
    if records.layout in LAYOUTS:
        records = records.with_tables(LAYOUTS[records.layout].finished(records.tables))
    if ending not in (".sqlite", ".sqlite3", ".db", ".duckdb"):
        if records.layout == Meds.name:
            write_meds(records.tables, place)
        else:
            write_folder(records, place, form=form, private=private)
        return
    if form != "csv":
        raise WriteError(f"{path}: a database takes no form. Leave it out, or name a folder.")
    (write_duckdb if ending == ".duckdb" else write_sqlite)(records, place, private=private)
