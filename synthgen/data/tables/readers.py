"""Reads tables from CSV, TSV, Parquet, Feather and SQL databases.

The rules for text files are few, so that nothing is read otherwise than it stands there:

- Empty fields are missing, and those that `missing_values` names. "NA" and "None" are kept, for they may mean
  something; where one of the customary words for "missing" stands among numbers, a `ReadWarning` says so.
- A column is numbers if every field is, and true or false if every field is; all else is strings. Dates stay strings
  until a schema says what they are.
- Numbers with leading zeros (postcodes, record numbers) stay strings.
- Every row has as many fields as the first line. A row with fewer or more, a NUL byte, a field that goes on after its
  closing quotation mark, a mark that is never closed, and rows that two stray marks swallow are errors that name the
  line. Lines of blanks alone are passed over, unless they may be the value of an only column.

What a reader can notice differs by format. Parquet has a checksum for each page where the writer wrote it (synthgen
does), gzip one for the whole: a changed byte is an error. CSV and Feather have none: what breaks the structure is an
error, but a digit that has become another digit cannot be told from one that was always there.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

import pandas as pd

from synthgen.data.tables.arrow_files import read_arrow
from synthgen.data.tables.formats import format_of
from synthgen.data.tables.text_files import ShortRows, read_text
from synthgen.errors import ReadError


def read_table(
    source: str | os.PathLike[str],
    *,
    missing_values: Iterable[str] = (),
    separator: str | None = None,
    decimal: str = ".",
    encoding: str = "utf-8",
    query: str | None = None,
    short_rows: ShortRows = "refuse",
) -> pd.DataFrame:
    r"""Reads a table from a file, in the format that its name ends in, or from a database.

    Args:
        source: A path that ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .feather or .arrow; or the URL of a
            database as SQLAlchemy writes it, such as ``sqlite:///clinic.db``, which needs the extra ``sql``.
        missing_values: What text files write where a value is missing, besides the empty field, such as ``["?"]``.
        separator: What stands between two fields of a text file, one sign. None: a comma in CSV, a tabulator in TSV.
        decimal: The decimal point of text files.
        encoding: How text files write characters.
        query: The SELECT that a database is asked.
        short_rows: What becomes of rows of a text file with fewer fields than the first line: "refuse", since a file
            that was cut off ends so; or "missing", where a program left out empty fields at the end of a row.

    Returns:
        (rows, columns).

    Raises:
        ReadError: If the source does not exist, is of no known format, damaged, empty, has two columns of one name,
            rows of another length than the first line, or cannot be read with these settings; or if a setting of text
            files is given for another.

    Warns:
        ReadWarning: If a column holds numbers but for a word such as "NA" that `missing_values` does not name, or a
            text file ends without a line break, as one does that was cut off.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "visits.csv"
        >>> _ = path.write_text("postcode,age\n01234,31\n02345,?\n")
        >>> read_table(path, missing_values=["?"])
          postcode   age
        0    01234  31.0
        1    02345   NaN
    """
    of_text = {"missing_values": bool(missing_values), "separator": separator is not None, "decimal": decimal != ".",
               "encoding": encoding != "utf-8", "short_rows": short_rows != "refuse"}  # fmt: skip
    if isinstance(source, str) and "://" in source:
        _refuse("A database", of_text)
        return _read_database(source, query)
    if query is not None:
        raise ReadError(f"{source}: a query needs the URL of a database, such as 'sqlite:///clinic.db'.")
    path = Path(source)
    if not path.is_file():
        raise ReadError(f"{source}: there is no such file." if not path.exists() else f"{source} is no file.")
    try:
        layout = format_of(path)
    except ValueError as error:
        raise ReadError(str(error)) from None
    if layout.family != "text":
        _refuse(str(source), of_text)
        return read_arrow(path, parquet=layout.family == "parquet")
    separator = layout.separator if separator is None else separator
    if len(separator) != 1 or not separator.isascii() or separator in '"\r\n\0':
        raise ReadError(f"separator: expected one sign, such as ';'. Received {separator!r}.")
    if len(decimal) != 1 or decimal in '"\r\n\0':
        raise ReadError(f"decimal: expected one sign, such as ','. Received {decimal!r}.")
    if short_rows not in get_args(ShortRows):
        raise ReadError(f"short_rows: expected one of {list(get_args(ShortRows))}. Received {short_rows!r}.")
    options = {"sep": separator, "decimal": decimal, "encoding": encoding,
               "compression": "gzip" if layout.compressed else None}  # fmt: skip
    named = [missing_values] if isinstance(missing_values, str) else list(missing_values)
    return read_text(path, options, named, short_rows)


def _refuse(source: str, of_text: Mapping[str, bool]) -> None:
    """Refuses what only text files need to be told, in place of passing it over."""
    for name, given in of_text.items():
        if given:
            raise ReadError(f"{source} is no text file and says itself what {name} says: leave it out.")


def _read_database(url: str, query: str | None) -> pd.DataFrame:
    if not query:
        raise ReadError("A database needs a query, such as query='SELECT * FROM visits'.")
    try:
        import sqlalchemy
    except ImportError as error:
        raise ReadError("Reading a database needs SQLAlchemy: pip install 'synthgen[sql]'") from error
    try:
        engine = sqlalchemy.create_engine(url)
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        raise ReadError(
            "The database's URL cannot be used: expected dialect://user:password@host/name, and the dialect's driver "
            f"installed ({type(error).__name__})."
        ) from None  # the original may quote the password
    try:
        with engine.connect() as connection:
            return pd.read_sql_query(sqlalchemy.text(query), connection)
    except (sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise ReadError(
            f"{shown} could not be asked ({type(error).__name__}): check the address and the query."
        ) from None
    finally:
        engine.dispose()
