"""Rows as canonical text: what a table holds, whatever types, columns' order and file format it is held in.

A cell is the text that says its value: the shortest decimal that gives the number back, whole numbers without a point,
1 and 0 for true and false, ISO 8601 for dates without what is zero, in UTC where they have a zone, other text as it is.
Missing values and empty text, which no CSV file tells apart, are null. Text that spells a number, a date or a truth
value is that. A row is the JSON array of its cells, columns in the order of their names.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types

from synthgen.data.moments import to_moments

_NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_TRUTH = {"true": "1", "false": "0"}
_MOST_WHOLE = 2.0**63
"""Below which a number without decimals is written as an integer, exactly."""


def lines(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[str]:
    """Yields each row as canonical text.

    Args:
        frame: (rows, columns) with at least the columns that are named.
        columns: Names; their order makes no difference.

    Example:
        >>> list(lines(pd.DataFrame({"sex": ["F", None], "age": [61.0, 7.5]}), ["sex", "age"]))
        ['["61","F"]', '["7.5",null]']
    """
    texts = [column_texts(frame[name]) for name in sorted(columns)]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    if not texts:
        return iter(["[]"] * len(frame))
    return map(encode, zip(*texts, strict=True))


def column_texts(values: pd.Series) -> list[str | None]:
    """Returns the text of each cell of a column, None where one is missing.

    Args:
        values: (rows,) of any type.

    Example:
        >>> column_texts(pd.Series([1.0, 0.1, None])), column_texts(pd.Series(["1", "0.10", ""]))
        (['1', '0.1', None], ['1', '0.1', None])
    """
    codes, known = pd.factorize(values)
    texts = np.array([*_unique(pd.Series(known)), None], dtype=object)  # -1, a missing cell, is the last
    found: list[str | None] = texts[codes].tolist()
    return found


def _unique(known: pd.Series) -> list[str | None]:
    """Texts of values that are all present."""
    if types.is_bool_dtype(known):
        return ["1" if value else "0" for value in known.tolist()]
    if types.is_integer_dtype(known):
        return [str(value) for value in known.tolist()]
    if types.is_float_dtype(known):
        return _floats(known.to_numpy(np.float32 if str(known.dtype).lower() == "float32" else np.float64))
    if types.is_datetime64_any_dtype(known):
        return _moments(known)
    return [_text(value) for value in known.tolist()]


def _floats(numbers: np.ndarray) -> list[str | None]:
    """Shortest decimals in the numbers' own precision, so that 0.1 of 32 bits is 0.1, as files write it."""
    whole = (numbers == np.floor(numbers)) & (np.abs(numbers) < _MOST_WHOLE)
    texts = numbers.astype(str).astype(object)
    texts[whole] = numbers[whole].astype(np.int64).astype(str)
    found: list[str | None] = texts.tolist()
    return found


def _moments(moments: pd.Series) -> list[str | None]:
    zoned = moments.dt.tz is not None
    local = moments.dt.tz_convert("UTC").dt.tz_localize(None) if zoned else moments
    texts = np.datetime_as_string(local.to_numpy(), unit="ns").tolist()
    return [_shortest(text) + "Z" * zoned for text in texts]


def _shortest(moment: str) -> str:
    """ISO 8601 with T and seconds, less fractions and times of day that are zero."""
    moment = moment.rstrip("0").rstrip(".") if "." in moment else moment
    return moment.removesuffix("T00:00:00")


def _text(value: Any) -> str | None:
    """The text of any other value: words, objects of Python's own types."""
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    if isinstance(value, float | np.floating):
        return _floats(np.array([value]))[0]
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    if not text:
        return None
    if _DATE.fullmatch(text):
        return _date(text)
    if _NUMBER.fullmatch(text):
        return _number(text)
    return _TRUTH.get(text.lower(), text)


def _number(text: str) -> str | None:
    if text.lstrip("+-").isdigit():
        return "0" if text == "-0" else text.removeprefix("+")
    return _floats(np.array([float(text)]))[0]


def _date(text: str) -> str:
    try:
        moment = pd.Timestamp(text)
    except ValueError:  # the 31st of February: a word
        return text
    return str(_moments(to_moments(pd.Series([moment], dtype=object)))[0])
