"""Linked tables in a folder: a file for each, called as the table is."""

import os
import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from synthgen.data.records.orphans import RecordWarning
from synthgen.data.records.records import Records
from synthgen.data.tables.formats import FORMATS, format_of
from synthgen.data.tables.readers import read_table
from synthgen.data.tables.writers import write_table
from synthgen.errors import ReadError, WriteError
from synthgen.files.writing import appearing

PASSED_OVER = ("", ".txt", ".md", ".yaml", ".yml", ".json", ".pdf", ".html", ".sha256", ".sig", ".docx", ".sql")
"""Endings of files that lie beside tables and hold none."""

FEWEST = 2
"""Tables that make a folder one of linked tables; a single file is a table by itself."""


def table_files(folder: Path) -> dict[Path, str]:
    """Returns the files of a folder that hold a table, and the names of the tables; what is hidden is none.

    Args:
        folder: That is looked into; folders inside are not.
    """
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        ending = next((ending for ending in FORMATS if path.name.lower().endswith(ending)), None)
        if ending is not None:
            found[path] = path.name[: -len(ending)]
    return found


def holds_tables(folder: Path) -> bool:
    """Returns whether a folder holds linked tables: two files of tables or more.

    Args:
        folder: That is looked into.
    """
    return len(table_files(folder)) >= FEWEST


def read_folder(folder: Path, options: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Reads all tables of a folder.

    Args:
        folder: That holds the files.
        options: Of `read_table`, for each that is a text file.

    Raises:
        ReadError: If two files would be the same table, or one cannot be read.

    Warns:
        RecordWarning: If there are files that are not read, and may hold tables.
    """
    files = table_files(folder)
    _check_names(folder, files)
    others = [path for path in folder.iterdir() if path.is_file() and path not in files and path.name[0] != "."]
    unread = Counter(path.suffix.lower() for path in others if path.suffix.lower() not in PASSED_OVER)
    if unread:
        told = ", ".join(f"{count} that end in {end}" for end, count in unread.most_common(3))
        warnings.warn(
            f"{folder}: files of formats that are not read are left out: {told}.", RecordWarning, stacklevel=2
        )
    text = {path for path in files if format_of(path).family == "text"} or set(files)  # others say it themselves
    return {name: read_table(path, **(options if path in text else {})) for path, name in files.items()}


def _check_names(folder: Path, files: Mapping[Path, str]) -> None:
    alike = defaultdict(list)
    for path, name in files.items():
        alike[name.casefold()].append(path.name)
    clashing = [names for names in alike.values() if len(names) > 1]
    if clashing:
        raise ReadError(f"{folder}: the files {clashing[0]} would be one table. Rename one, or move it elsewhere.")


def write_folder(records: Records, folder: Path, *, form: str = "csv", private: bool = False) -> None:
    """Writes a file for each table into a new folder, whole or not at all.

    Args:
        records: To be written.
        folder: Must not exist.
        form: Ending of the files: "csv", "csv.gz", "tsv", "tsv.gz", "parquet", "feather" or "arrow".
        private: Whether the rows are of patients: files are readable for their owner only.

    Raises:
        WriteError: If the folder exists or cannot be written, the format is none, or a table's name cannot be that of a
            file.
    """
    if f".{form}" not in FORMATS:
        raise WriteError(f"form: expected one of {[ending[1:] for ending in FORMATS]}. Received {form!r}.")
    for name in records.tables:
        if not name or name.startswith(".") or set(name) & {"/", "\\", "\0", ":", os.sep}:
            raise WriteError(f"Table {name!r} cannot be written: a file cannot be called so. Rename it.")
    if len({name.casefold() for name in records.tables}) < len(records.tables):
        raise WriteError("Two tables are called the same but for capital letters. Rename one.")
    with appearing(folder) as beside:
        for name, frame in records.tables.items():
            write_table(frame, beside / f"{name}.{form}", private=private)


def form_of(path: Path) -> str:
    """Returns the ending of a file of a table, as `write_folder` takes it.

    Example:
        >>> form_of(Path("labs.csv.gz"))
        'csv.gz'
    """
    format_of(path)
    return next(ending[1:] for ending in FORMATS if path.name.lower().endswith(ending))
