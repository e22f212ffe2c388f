"""Reads tables from CSV, TSV, Parquet, Feather and SQL databases.

The rules for text files are few, so that nothing is read otherwise than it stands there:

- Empty fields are missing, and those that `missing_values` names. "NA" and "None" are kept, for they may mean
  something; where one of the customary words for "missing" stands among numbers, a `ReadWarning` says so.
- A column is numbers if every field is, and true or false if every field is; all else is strings. Dates stay strings
  until a schema says what they are.
- Numbers with leading zeros (postcodes, record numbers) stay strings.
"""

import os
import warnings
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq

from synthgen.data.formats import TableFormat, format_of
from synthgen.errors import ReadError

MISSING_WORDS = ("NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "?", "-", ".", "missing")
"""What exports write where a value is missing."""

ROWS_LOOKED_AT = 10_000
"""Rows at the head of a text file in which leading zeros are looked for."""


class ReadWarning(UserWarning):
    """A column is read as strings though it seems to hold numbers; the message says how to change that."""


def read_table(
    source: str | os.PathLike[str],
    *,
    missing_values: Iterable[str] = (),
    separator: str | None = None,
    decimal: str = ".",
    encoding: str = "utf-8",
    query: str | None = None,
) -> pd.DataFrame:
    r"""Reads a table from a file, in the format that its name ends in, or from a database.

    Args:
        source: A path that ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .feather or .arrow; or the URL of a
            database as SQLAlchemy writes it, such as ``sqlite:///clinic.db``, which needs the extra ``sql``.
        missing_values: What text files write where a value is missing, besides the empty field, such as ``["?"]``.
        separator: What stands between two fields of a text file. None: a comma in CSV, a tabulator in TSV.
        decimal: The decimal point of text files.
        encoding: How text files write characters.
        query: The SELECT that a database is asked.

    Returns:
        (rows, columns).

    Raises:
        ReadError: If the source does not exist, is of no known format, damaged, empty, has two columns of one name, or
            cannot be read with these settings.

    Warns:
        ReadWarning: If a column holds numbers but for a word such as "NA" that `missing_values` does not name.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "visits.csv"
        >>> _ = path.write_text("postcode,age\n01234,31\n02345,?\n")
        >>> read_table(path, missing_values=["?"])
          postcode   age
        0    01234  31.0
        1    02345   NaN
    """
    if isinstance(source, str) and "://" in source:
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
        return _read_arrow(path, layout)
    options = {"sep": separator or layout.separator, "decimal": decimal, "encoding": encoding, "index_col": False}
    return _read_text(path, options, [missing_values] if isinstance(missing_values, str) else list(missing_values))


def _read_arrow(path: Path, layout: TableFormat) -> pd.DataFrame:
    try:
        table = _parquet(path) if layout.family == "parquet" else pyarrow.feather.read_table(path)
        _check_distinct(path, table.column_names)
        frame: pd.DataFrame = table.to_pandas()
    except ReadError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        kind = "Parquet" if layout.family == "parquet" else "Feather"
        raise ReadError(
            f"{path} cannot be read as {kind}: the file is damaged, cut off, or of another kind."
        ) from error
    return frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()


def _parquet(path: Path) -> pa.Table:
    with pq.ParquetFile(path) as file:
        return file.read()


def _read_text(path: Path, options: dict[str, Any], missing_values: list[str]) -> pd.DataFrame:
    as_written = options | {"header": None, "dtype": str, "na_filter": False}
    names = _parse(path, as_written | {"nrows": 1}).iloc[0].tolist()
    _check_header(path, names, options["sep"])
    head = _parse(path, as_written | {"names": names, "skiprows": 1, "nrows": ROWS_LOOKED_AT})
    zeros = [name for name in names if head[name].str.fullmatch(r"[+-]?0[0-9]+").any()]
    frame = _parse(
        path,
        options
        | {"na_values": ["", *missing_values], "keep_default_na": False, "low_memory": False}
        | {"dtype": dict.fromkeys(zeros, str)},
    )
    _warn_of_words_among_numbers(frame, options["decimal"])
    return frame


def _parse(path: Path, options: dict[str, Any]) -> pd.DataFrame:
    """Reads lines with pandas, and says what is wrong with them without quoting any."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # fields beyond the last column would be lost
            return pd.read_csv(path, **options)
    except pd.errors.EmptyDataError:
        raise ReadError(f"{path} is empty: expected a line of column names and then one line for each row.") from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise ReadError(
            f"{path} cannot be read: a line has more fields than the first, or a quotation mark is not closed. "
            f"Expected fields separated by {options['sep']!r}; name another in separator."
        ) from error
    except (UnicodeError, LookupError):
        raise ReadError(
            f"{path} is not written in {options['encoding']!r}. Name its encoding, such as encoding='latin-1'."
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(f"{path} cannot be read: the file is damaged, cut off, or not permitted to you.") from error


def _check_header(path: Path, names: list[str], separator: str) -> None:
    _check_distinct(path, names)
    if "" in names:
        raise ReadError(f"{path}: column {names.index('') + 1} of {len(names)} has no name. Name it in the first line.")
    other = next((sign for sign in (",", ";", "\t", "|") if sign != separator and sign in names[0]), None)
    if len(names) == 1 and other:
        raise ReadError(f"{path} has one column, separated by {separator!r}, but seems to use separator={other!r}.")


def _check_distinct(path: Path, names: list[str]) -> None:
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ReadError(f"{path}: column names must be distinct. Used more than once: {repeated}.")


def _warn_of_words_among_numbers(frame: pd.DataFrame, decimal: str) -> None:
    for name in frame.select_dtypes(["object", "string"]).columns.tolist():
        words = frame[name].isin(MISSING_WORDS)
        rest = frame.loc[~words & frame[name].notna(), name]
        if not words.any() or rest.empty:
            continue
        numbers = pd.to_numeric(rest.astype(str).str.replace(decimal, ".", regex=False), errors="coerce")
        if numbers.notna().all():
            found = sorted(frame.loc[words, name].unique())
            warnings.warn(
                f"Column {name!r} holds {len(rest)} numbers and {int(words.sum())} times a word for a missing value, "
                f"so it is read as strings. To read numbers: read_table(..., missing_values={found}).",
                ReadWarning,
                stacklevel=4,
            )


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
