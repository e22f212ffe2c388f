"""Linked tables in a DuckDB file, with the keys and links that it declares; needs the package duckdb."""

from collections import defaultdict
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from synthgen.data.records.cells import frame_of, rows_of
from synthgen.data.records.known import Known
from synthgen.data.records.link import Link
from synthgen.data.records.records import Records
from synthgen.data.records.tables_sql import creations, insertion, quoted
from synthgen.errors import ReadError, WriteError
from synthgen.files.writing import replacing

ENDING = ".duckdb"
BEGINNING = b"DUCK"
"""Of every such file, after eight bytes of checksum."""


def is_duckdb(path: Path) -> bool:
    """Returns whether a file is one of DuckDB, or by its name is to be.

    Args:
        path: Of the file.
    """
    if not path.is_file():
        return path.suffix.lower() == ENDING and not path.exists()
    with path.open("rb") as file:
        return file.read(12)[8:] == BEGINNING


def _duckdb(error: type[ReadError] | type[WriteError]) -> Any:
    try:
        return import_module("duckdb")
    except ImportError as absent:
        raise error("A DuckDB file needs the package duckdb: pip install 'synthgen[records]'") from absent


def read_duckdb(path: Path) -> tuple[dict[str, pd.DataFrame], Known]:
    """Reads all tables of the main schema of a file, and what it says of keys and links.

    Args:
        path: Of the file, which is opened for reading alone.

    Raises:
        ReadError: If duckdb is not installed, the file cannot be read, or has no table.
    """
    duckdb = _duckdb(ReadError)
    try:
        with closing(duckdb.connect(str(path), read_only=True)) as database:
            listed = "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND schema_name = 'main' ORDER BY 1"
            names = [name for (name,) in database.execute(listed).fetchall()]
            tables = {name: _table(path, database, name) for name in names}
            known = _catalogue(database)
    except duckdb.Error as error:
        raise ReadError(f"{path} cannot be read as DuckDB: it is damaged, in use, or of another version.") from error
    if not tables:
        raise ReadError(f"{path} has no table.")
    return tables, known


def _table(path: Path, database: Any, name: str) -> pd.DataFrame:
    found = database.execute(f"SELECT * FROM {quoted(name)}")  # noqa: S608 - the name is quoted
    described = [(str(one[0]), str(one[1])) for one in found.description]
    return frame_of(f"{path}, {name}", [name for name, _ in described], [sort for _, sort in described],
                    found.fetchall())  # fmt: skip


def _catalogue(database: Any) -> Known:
    asked = ("SELECT table_name, constraint_type, constraint_column_names, referenced_table, referenced_column_names "
             "FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')")  # fmt: skip
    rows = database.execute(asked).fetchall()
    keys = {table: tuple(columns) for table, sort, columns, *_ in rows if sort == "PRIMARY KEY"}
    links = defaultdict(list)
    for table, sort, columns, to, there in rows:
        if sort == "FOREIGN KEY":
            keys.setdefault(to, tuple(there))
            if keys[to] == tuple(there):
                links[table].append(Link(tuple(columns), to))
    return Known(keys=keys, links={name: tuple(held) for name, held in links.items()})


def write_duckdb(records: Records, path: Path, *, private: bool = False) -> None:
    """Writes all tables as a new file, which takes the place of one that is there in one step.

    Args:
        records: To be written.
        path: Of the file.
        private: Whether it holds real patients: a new file is readable for its owner only.

    Raises:
        WriteError: If duckdb is not installed, it cannot be written, or a key repeats.
    """
    duckdb = _duckdb(WriteError)
    with replacing(path, private=private) as beside:
        beside.unlink()  # DuckDB takes no empty file for a database
        try:
            with closing(duckdb.connect(str(beside))) as database:
                for name, statement in creations(records):
                    database.execute(statement)
                    _insert(database, name, records.tables[name])
        except duckdb.Error as error:
            raise WriteError(f"{path} cannot be written as DuckDB ({type(error).__name__}): records.validate() says "
                             "whether a key repeats.") from error  # fmt: skip


def _insert(database: Any, name: str, frame: pd.DataFrame) -> None:
    rows = list(rows_of(frame))
    if rows:
        database.execute("BEGIN")
        database.executemany(insertion(name, len(frame.columns)), rows)
        database.execute("COMMIT")
