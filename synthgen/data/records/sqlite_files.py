"""Linked tables in a SQLite file, with the keys and links that it declares."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import pandas as pd

from synthgen.data.records.cells import frame_of, rows_of
from synthgen.data.records.known import Known
from synthgen.data.records.link import Link
from synthgen.data.records.records import Records
from synthgen.data.records.tables_sql import creations, insertion, quoted
from synthgen.errors import ReadError, WriteError
from synthgen.files.writing import replacing

ENDINGS = (".sqlite", ".sqlite3", ".db")
BEGINNING = b"SQLite format 3\0"
"""Of every such file."""


def is_sqlite(path: Path) -> bool:
    """Returns whether a file is one of SQLite, or by its name is to be.

    Args:
        path: Of the file.
    """
    if not path.is_file():
        return path.suffix.lower() in ENDINGS and not path.exists()
    with path.open("rb") as file:
        return file.read(len(BEGINNING)) == BEGINNING


def read_sqlite(path: Path) -> tuple[dict[str, pd.DataFrame], Known]:
    """Reads all tables of a file, and what it says of their keys and links; the file is opened for reading alone.

    Args:
        path: Of the file.

    Raises:
        ReadError: If it cannot be read, has no table, or a column holds bytes.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            listed = database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            names = [name for (name,) in listed.fetchall()]
            tables = {name: _table(path, database, name) for name in names}
            known = _catalogue(database, names)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise ReadError(f"{path} cannot be read as SQLite: it is damaged, locked, or of another kind.") from error
    if not tables:
        raise ReadError(f"{path} has no table.")
    return tables, known


def _table(path: Path, database: sqlite3.Connection, name: str) -> pd.DataFrame:
    found = database.execute(f"SELECT * FROM {quoted(name)}")  # noqa: S608 - the name is quoted
    names = [described[0] for described in found.description]
    types = {row[1]: row[2] for row in database.execute(f"PRAGMA table_info({quoted(name)})")}
    return frame_of(f"{path}, {name}", names, [types.get(one, "") for one in names], found.fetchall())


def _catalogue(database: sqlite3.Connection, names: list[str]) -> Known:
    """Keys and links that are declared; a link to columns that are no primary key makes them the key."""
    keys, links = {}, defaultdict(list)
    for name in names:
        columns = database.execute(f"PRAGMA table_info({quoted(name)})").fetchall()
        key = tuple(row[1] for row in sorted(columns, key=lambda row: row[5]) if row[5])
        if key:
            keys[name] = key
    for name in names:
        parts = defaultdict(list)
        for number, place, to, column, there, *_ in database.execute(f"PRAGMA foreign_key_list({quoted(name)})"):
            parts[number, to].append((place, column, there))
        for (_, to), pairs in sorted(parts.items()):
            ordered = sorted(pairs)
            keys.setdefault(to, tuple(there for _, _, there in ordered))
            if keys[to] == tuple(there or own for (_, _, there), own in zip(ordered, keys[to], strict=False)):
                links[name].append(Link(tuple(column for _, column, _ in ordered), to))
    return Known(keys=keys, links={name: tuple(held) for name, held in links.items()})


def write_sqlite(records: Records, path: Path, *, private: bool = False) -> None:
    """Writes all tables as a new file, which takes the place of one that is there in one step.

    Args:
        records: To be written.
        path: Of the file.
        private: Whether it holds real patients: a new file is readable for its owner only.

    Raises:
        WriteError: If it cannot be written, or a key repeats.
    """
    with replacing(path, private=private) as beside:
        try:
            with closing(sqlite3.connect(beside)) as database, database:
                database.execute("PRAGMA journal_mode = MEMORY")  # no file beside it
                for name, statement in creations(records):
                    database.execute(statement)
                    frame = records.tables[name]
                    database.executemany(insertion(name, len(frame.columns)), rows_of(frame))
        except sqlite3.IntegrityError as error:
            raise WriteError(f"{path}: a key repeats or is missing. records.validate() says in which table.") from error
        except (sqlite3.Error, OverflowError) as error:
            raise WriteError(f"{path} cannot be written as SQLite: {type(error).__name__}.") from error
