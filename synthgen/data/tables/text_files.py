"""Reads CSV and TSV: every byte is looked at for what a parser would pass over, then pandas reads the values."""

import codecs
import gzip
import re
import warnings
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, NoReturn

import pandas as pd

from synthgen.data.tables.text_structure import AT_ONCE, Structure, structure_of
from synthgen.data.unpacking import SUSPICIOUS, unpacks_too_far
from synthgen.errors import ReadError

MISSING_WORDS = ("NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "none", "?", "-", ".", "missing")
"""What exports write where a value is missing."""

ROWS_LOOKED_AT = 10_000
"""Rows at the head of a text file in which leading zeros are looked for."""

MOST_NAMED = 5
"""Lines that a message names; it counts the others."""

LARGEST = 2**28
"""Bytes up to which any compressed file may unpack."""

_LEADING_ZERO = re.compile(r"[+-]?0[0-9]+")

ShortRows = Literal["refuse", "missing"]


class ReadWarning(UserWarning):
    """A table may not be what was meant: numbers among words, a file that seems cut off; says how to change it."""


def read_text(path: Path, options: dict[str, Any], missing_values: list[str], short_rows: ShortRows) -> pd.DataFrame:
    """Reads a text table.

    Args:
        path: Of the file.
        options: Of `pandas.read_csv`: `sep`, `decimal`, `encoding`, `compression`.
        missing_values: Words that stand for a missing value.
        short_rows: See `read_table`.

    Returns:
        (rows, columns).

    Raises:
        ReadError: If a line is not what the header says.
    """
    options = options | {"index_col": False, "float_precision": "round_trip"}  # else off by a bit now and then
    as_written = options | {"header": None, "dtype": str, "na_filter": False}
    names = _parse(path, as_written | {"nrows": 1}).iloc[0].tolist()
    _check_header(path, names, options["sep"])
    found = _structure(path, options)
    _check_structure(path, found, short_rows)
    if found.fields == 1 and not found.empty:
        options, as_written = ({**one, "skip_blank_lines": False} for one in (options, as_written))
    head = _parse(path, as_written | {"names": names, "skiprows": 1, "nrows": ROWS_LOOKED_AT})
    cells = zip(names, head.astype(str).to_numpy().T, strict=True)
    zeros = [name for name, column in cells if any(map(_LEADING_ZERO.fullmatch, column))]
    frame = _parse(
        path,
        options
        | {"na_values": ["", *missing_values], "keep_default_na": False, "low_memory": False}
        | {"dtype": dict.fromkeys(zeros, str)},
    )
    if len(frame) != found.rows:
        raise ReadError(
            f"{path} cannot be read without doubt: it has {found.rows} rows by the rules of RFC 4180, and {len(frame)} "
            "by those of pandas. Quote every field that holds a line break or nothing but blanks."
        )
    _check_swallowed(path, found, frame, decimal=options["decimal"], missing_values=missing_values)
    _warn_of_words_among_numbers(frame, options["decimal"])
    if found.bare and found.quoted:
        lines = ", ".join(map(str, dict.fromkeys(found.bare[: 2 * MOST_NAMED])))
        warnings.warn(f"{path}: fields that do not begin with a quotation mark hold some, though others are quoted: "
                      f"line {lines}. A separator or a mark may be lost there.", ReadWarning, stacklevel=4)  # fmt: skip
    if found.cut:
        warnings.warn(f"{path} ends without a line break, after line {found.lines}: if it was cut off there, the last "
                      "cell is not whole.", ReadWarning, stacklevel=4)  # fmt: skip
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
        _refuse_encoding(path, options["encoding"])
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(f"{path} cannot be read: the file is damaged, cut off, or not permitted to you.") from error


def _refuse_encoding(path: Path, encoding: str) -> NoReturn:
    raise ReadError(f"{path} is not written in {encoding!r}. Name its encoding, such as encoding='latin-1'.") from None


def _check_header(path: Path, names: list[str], separator: str) -> None:
    check_distinct(path, names)
    if "" in names:
        raise ReadError(f"{path}: column {names.index('') + 1} of {len(names)} has no name. Name it in the first line.")
    other = next((sign for sign in (",", ";", "\t", "|") if sign != separator and sign in names[0]), None)
    if len(names) == 1 and other:
        raise ReadError(f"{path} has one column, separated by {separator!r}, but seems to use separator={other!r}.")


def check_distinct(path: Path, names: list[str]) -> None:
    """Refuses two columns of one name.

    Args:
        path: Of the file.
        names: Of its columns.

    Raises:
        ReadError: Names those that are there more than once.
    """
    if len(set(names)) == len(names):
        return
    counts = pd.Series(names).value_counts()
    raise ReadError(f"{path}: column names must be distinct. Used more than once: {sorted(counts.index[counts > 1])}.")


def _structure(path: Path, options: dict[str, Any]) -> Structure:
    packed = options["compression"] == "gzip"
    try:
        with path.open("rb") as raw:
            file: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            pieces = _pieces(path, file, packed=path.stat().st_size if packed else None)
            return structure_of(_as_ascii(pieces, options["encoding"]), separator=options["sep"])
    except (UnicodeError, LookupError):
        _refuse_encoding(path, options["encoding"])
    except ReadError:
        raise
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(f"{path} cannot be read: the file is damaged, cut off, or not permitted to you.") from error


def _pieces(path: Path, file: BinaryIO, *, packed: int | None) -> Iterator[bytes]:
    """Bytes of a file; not of one that unpacks to more than a table would."""
    total = 0
    while piece := file.read(AT_ONCE):
        total += len(piece)
        if packed is not None and unpacks_too_far(packed=packed, unpacked=total, least=LARGEST):
            raise ReadError(
                f"{path} unpacks to more than {SUSPICIOUS} times its {packed} bytes, which no table of patients does. "
                "If it is one, unpack it yourself (gunzip) and read the .csv."
            )
        yield piece


def _as_ascii(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Bytes in which signs of ASCII are single bytes, and no others are."""
    if _keeps_ascii(encoding):
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")


def _keeps_ascii(encoding: str) -> bool:
    """Whether an encoding is UTF-8, or one byte to a sign and ASCII in the lower half."""
    if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii"):
        return True
    lower, upper = bytes(range(128)), bytes(range(128, 256))
    try:
        return lower.decode(encoding) == lower.decode("ascii") and len(upper.decode(encoding, "replace")) == len(upper)
    except UnicodeError:
        return False


def _check_structure(path: Path, found: Structure, short_rows: ShortRows) -> None:
    """Refuses what a parser would read otherwise than it stands there."""
    if found.nul is not None:
        raise ReadError(f"{path}, line {found.nul}: a NUL byte, at which a text ends for most programs. The file is "
                        "damaged, or in another encoding, such as encoding='utf-16'.")  # fmt: skip
    if found.stray is not None:
        raise ReadError(f"{path}, line {found.stray}: a field goes on after its closing quotation mark. A mark inside "
                        'a quoted field is written twice (""); one too many swallows lines.')  # fmt: skip
    if found.unclosed is not None:
        raise ReadError(f"{path}, line {found.unclosed}: a quotation mark is not closed until the end of the file. "
                        "The file is cut off, or there is one mark too many.")  # fmt: skip
    if found.uneven and (found.too_many or short_rows == "refuse"):
        lines = ", ".join(f"{line} ({count})" for line, count in found.named[:MOST_NAMED])
        more = found.uneven - len(found.named[:MOST_NAMED])
        kind = "fewer or more" if 0 < found.too_many < found.uneven else "more" if found.too_many else "fewer"
        way = ("Quote fields that hold the separator." if found.too_many else
               "If fields at their ends were left out where they are missing: short_rows='missing', on the command "
               "line --short-rows missing. A file that was cut off ends so, too.")  # fmt: skip
        raise ReadError(
            f"{path}: {found.uneven} of {found.rows} rows have {kind} fields than the first line, which has "
            f"{found.fields}: line {lines}{f' and {more} more' if more else ''}. {way}"
        )


def _check_swallowed(
    path: Path, found: Structure, frame: pd.DataFrame, *, decimal: str, missing_values: list[str]
) -> None:
    """Refuses cells of several lines that are rows between two stray quotation marks, as far as numbers tell it."""
    if not found.swallowed:
        return
    numbers = [place for place, kind in enumerate(frame.dtypes) if pd.api.types.is_numeric_dtype(kind)]
    empty = {"", *missing_values}
    for line, rows in found.swallowed:
        cells = pd.Series([row[place] for row in rows for place in numbers if row[place] not in empty], dtype=object)
        values = pd.to_numeric(_pointed(cells, decimal), errors="coerce")
        if len(cells) and values.notna().all():
            raise ReadError(
                f"{path}, line {line}: a cell of {len(rows)} lines, each of which has the {found.fields} fields of a "
                "row, and numbers where the columns have them. Two stray quotation marks swallow rows so: remove them. "
                "If the cell is meant so, keep the table as Parquet."
            )
    if not numbers:
        lines = ", ".join(str(line) for line, _ in found.swallowed[:MOST_NAMED])
        warnings.warn(f"{path}: {len(found.swallowed)} cells of several lines could be rows between two stray "
                      f"quotation marks: line {lines}. Look at them.", ReadWarning, stacklevel=5)  # fmt: skip


def _warn_of_words_among_numbers(frame: pd.DataFrame, decimal: str) -> None:
    for name in frame.select_dtypes(["object", "string"]).columns.tolist():
        some = frame[name].head(1000).dropna()
        if pd.to_numeric(_pointed(some[~some.isin(MISSING_WORDS)], decimal), errors="coerce").isna().any():
            continue  # some words are no words for missing
        words = frame[name].isin(MISSING_WORDS)
        rest = frame.loc[~words & frame[name].notna(), name]
        if not words.any() or rest.empty:
            continue
        numbers = pd.to_numeric(_pointed(rest, decimal), errors="coerce")
        if numbers.notna().all():
            found = sorted(frame.loc[words, name].unique())
            warnings.warn(
                f"Column {name!r} holds {len(rest)} numbers and {int(words.sum())} times a word for a missing value, "
                f"so it is read as strings. To read numbers: read(..., missing_values={found}).",
                ReadWarning,
                stacklevel=5,
            )


def _pointed(numbers: pd.Series, decimal: str) -> pd.Series:
    """Numbers as text with a decimal point."""
    return numbers.astype(str).str.replace(decimal, ".", regex=False)
