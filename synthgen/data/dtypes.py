"""Which types of pandas can hold what a column means, and from which formats a date comes back: tried, not believed."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd
from pandas.api import types as pandas_types

from synthgen.expected import Unexpected, agree

MOMENT = pd.Timestamp("2001-02-03 04:05:06.789012")
"""Every part of which is another number."""


def sort_of(dtype: Any) -> str:
    """Returns what a type of pandas is for: "category", "truth", "date", "object", "text", "number" or "other".

    Args:
        dtype: From `pandas.api.types.pandas_dtype`.

    Example:
        >>> sort_of(pandas_types.pandas_dtype("Int64")), sort_of(pandas_types.pandas_dtype("datetime64[ns, UTC]"))
        ('number', 'date')
    """
    if isinstance(dtype, pd.CategoricalDtype):
        return "category"
    tests = {
        "truth": pandas_types.is_bool_dtype, "date": pandas_types.is_datetime64_any_dtype,
        "object": pandas_types.is_object_dtype, "other": pandas_types.is_complex_dtype,
        "number": pandas_types.is_numeric_dtype, "text": pandas_types.is_string_dtype,
    }  # fmt: skip
    return next((sort for sort, is_one in tests.items() if is_one(dtype)), "other")


def check_dtype(dtype: str, sorts: tuple[str, ...], *, examples: Sequence[Any]) -> None:
    """Makes sure that a column can be of a type.

    Args:
        dtype: As ``str(series.dtype)`` writes it.
        sorts: Of types that are right; see `sort_of`.
        examples: Values that it must be able to hold.

    Raises:
        Unexpected: If pandas knows no such type, it is of another sort, or cannot hold an example.
    """
    try:
        known = pandas_types.pandas_dtype(dtype)
    except (TypeError, ValueError, KeyError, SyntaxError, NotImplementedError) as error:
        # a time zone, or a number of bits, that is none; a type of pyarrow that its own name does not tell pandas
        raise Unexpected(f"dtype: expected a type of pandas, such as int64. Received {dtype[:40]!r}.") from error
    sort = sort_of(known)
    agree(sort in sorts, f"dtype: expected a type for {' or '.join(sorts)}. Received {dtype[:40]!r}.")
    try:
        if sort == "date" and not isinstance(known, pd.DatetimeTZDtype):
            pd.Series([MOMENT]).astype(known)
        elif sort != "category":
            pd.Series(list(examples), dtype=object).astype(known)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unexpected(f"dtype: {dtype[:40]!r} cannot hold what the column is to hold.") from error


@lru_cache
def check_format(form: str) -> None:
    """Makes sure that dates can be written in a format and read again.

    Args:
        form: For ``strftime``.

    Raises:
        Unexpected: If pandas cannot read what it writes, or something else comes back.
    """
    moment = pd.Series([MOMENT.tz_localize("UTC") if "%z" in form else MOMENT])
    try:
        written = moment.dt.strftime(form)
        again = pd.to_datetime(written, format=form, utc="%z" in form).dt.strftime(form)
    except (
        TypeError,
        ValueError,
        KeyError,
        OverflowError,
    ) as error:  # for a format that is none
        raise Unexpected(f"format: expected one for dates, such as '%Y-%m-%d'. Received {form[:40]!r}.") from error
    agree(bool((written == again).all()) and "%" in form, f"format: dates do not come back from {form[:40]!r}.")
