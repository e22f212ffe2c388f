"""Guesses what each column of a frame means, from types, shapes and repetition; never stores a value.

When in doubt the guess is the one that keeps data in: a string column in which most patients have a value of their own
is an Identifier or Text, never a category (SDV 2.0 calls such columns categorical and then re-emits real names).
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api import types as pandas_types

from synthgen.data.columns import (
    LARGEST,
    RESOLUTIONS,
    Boolean,
    Categorical,
    Column,
    Datetime,
    Identifier,
    Numerical,
    Text,
)
from synthgen.data.moments import to_moments, whole_steps
from synthgen.errors import SchemaError

NEAR_UNIQUE = 0.5
"""More distinct values than this share of the patients make a string column near-unique."""

MAX_DECIMALS = 9
"""Numbers with more digits behind the point than this count as full precision."""

DATE_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M",
                "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S.%f", "%Y/%m/%d",
                "%Y-%m-%d %H:%M:%S%z", "%Y-%m-%dT%H:%M:%S%z")  # fmt: skip
"""Formats of strings that are read as dates. Day-first and month-first dates are ambiguous and not guessed."""

Holding = Literal["numbers", "dates", "truth values", "categories", "text"]
"""What values are, by their types."""

_IDENTIFIER_NAME = re.compile(r"(^|[_\-. ])(id|uid|uuid|guid|mrn|nbr|number|identifier)$|[a-z]I[dD]$", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def infer_column(name: str, series: pd.Series, *, patients: int) -> Column:
    """Returns what `series` seems to hold, marked as inferred.

    Args:
        name: The column's name; names that end in "id", "mrn" or "number" speak for an identifier.
        series: (rows,).
        patients: Number of distinct patients (rows where there is no patient key), at least 1.

    Raises:
        SchemaError: If the column mixes types or has a type that no kind covers.

    Example:
        >>> infer_column("age", pd.Series([30, 41, 30]), patients=3)
        Numerical(dtype='int64', missing=False, inferred=True, decimals=0, minimum=None, maximum=None)
    """
    missing = bool(series.isna().any())
    infer = _rule_for(name, series)
    return replace(infer(name, series, missing, patients), inferred=True)


def holds(name: str, series: pd.Series) -> Holding:
    """Returns what the values of a column are, by their types alone; looks at no value but to tell types apart.

    Args:
        name: The column's name, for messages.
        series: (rows,).

    Raises:
        SchemaError: If the column mixes types or has a type that no kind covers.

    Example:
        >>> holds("age", pd.Series([30, 41, 30])), holds("day", pd.Series(["2020-01-01"]))
        ('numbers', 'text')
    """
    return _HOLDINGS[_rule_for(name, series)]


_Rule = Callable[[str, pd.Series, bool, int], Column]


def _rule_for(name: str, series: pd.Series) -> _Rule:
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _categorical
    if pandas_types.is_bool_dtype(dtype):
        return _boolean
    if pandas_types.is_complex_dtype(dtype):
        raise SchemaError(f"Column {name!r} holds complex numbers; split it into a real and an imaginary column.")
    if isinstance(dtype, pd.ArrowDtype) and str(dtype).startswith("decimal"):  # pandas makes none by that name
        raise SchemaError(
            f"Column {name!r} has type {dtype}, which no name makes again. Convert it: frame[{name!r}] = "
            f"frame[{name!r}].astype('float64'), or .astype(object) to keep decimals."
        )
    if pandas_types.is_numeric_dtype(dtype):
        return _number
    if pandas_types.is_datetime64_any_dtype(dtype):
        return _datetime
    if pandas_types.is_object_dtype(dtype) or pandas_types.is_string_dtype(dtype):
        return _rule_for_objects(name, series)
    raise SchemaError(
        f"Column {name!r} has type {dtype}, which synthgen does not model. Expected numbers, strings, categories, "
        "booleans or datetimes; a duration can be given as a number of seconds."
    )


def _rule_for_objects(name: str, series: pd.Series) -> _Rule:
    held = pandas_types.infer_dtype(series, skipna=True)
    rules: dict[str, _Rule] = {
        "empty": _categorical, "string": _string, "boolean": _boolean, "integer": _number, "floating": _number,
        "mixed-integer-float": _number, "decimal": _number, "date": _datetime, "datetime": _datetime,
        "datetime64": _datetime,
    }  # fmt: skip
    if held in rules:
        return rules[held]
    counts = series.dropna().map(lambda value: type(value).__name__).value_counts()
    mix = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    fault = "mixes types" if len(counts) > 1 else "holds what no kind of column covers"
    raise SchemaError(
        f"Column {name!r} {fault}: {mix}. Expected numbers, text, truth values or dates. Convert it, e.g. "
        f"frame[{name!r}] = frame[{name!r}].astype(str), or pd.to_numeric(..., errors='coerce')."
    )


def _boolean(_name: str, series: pd.Series, missing: bool, _patients: int) -> Column:
    return Boolean(dtype=str(series.dtype), missing=missing)


def _categorical(_name: str, series: pd.Series, missing: bool, patients: int) -> Column:
    if not isinstance(series.dtype, pd.CategoricalDtype):  # every value is missing
        return Categorical(dtype=str(series.dtype), missing=missing)
    if _near_unique(series, patients) and pandas_types.infer_dtype(series.cat.categories) == "string":
        return _near_unique_strings(series.astype(str)[series.notna()], missing)
    return Categorical(dtype="category", missing=missing, ordered=bool(series.cat.ordered))


def _number(name: str, series: pd.Series, missing: bool, patients: int) -> Column:
    numbers = series.dropna().to_numpy(dtype=float)
    numbers = numbers[np.abs(numbers) <= LARGEST]  # others are refused when they are to be learned
    decimals = infer_decimals(numbers)
    if decimals == 0 and _is_identifier(name, numbers, patients):
        digits = np.char.str_len(np.abs(numbers).astype(np.int64).astype(str))
        unique = len(np.unique(numbers)) == len(numbers)
        pattern = f"[1-9]{_run('[0-9]', digits.min() - 1, digits.max() - 1)}"
        return Identifier(dtype=str(series.dtype), missing=missing, pattern=pattern, unique=unique)
    dtype = str(series.dtype)
    if dtype == "object":
        dtype = ("Int64" if missing else "int64") if decimals == 0 else "float64"
    return Numerical(dtype=dtype, missing=missing, decimals=decimals)


def infer_decimals(numbers: np.ndarray) -> int | None:
    """Returns the digits behind the point that the numbers are written with, None for full precision.

    Args:
        numbers: (values,), not missing. None at all count as full precision.

    Example:
        >>> infer_decimals(np.array([0.25, 1.5])), infer_decimals(np.array([1 / 3]))
        (2, None)
    """
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return None
    for decimals in range(MAX_DECIMALS + 1):
        # a few values rule out most precisions, so that the whole column is read about once
        for some in (finite[:: max(len(finite) // 200, 1)], finite):
            if not np.isclose(np.round(some, decimals), some, rtol=1e-12, atol=0).all():
                break
        else:
            return decimals
    return None


def _is_identifier(name: str, numbers: np.ndarray, patients: int) -> bool:
    distinct = np.unique(numbers)
    named = bool(_IDENTIFIER_NAME.search(name)) and len(distinct) > NEAR_UNIQUE * patients
    counted = len(distinct) == len(numbers) >= 20 and distinct[-1] - distinct[0] == len(distinct) - 1
    return bool(len(distinct)) and distinct[0] >= 0 and (named or counted)


def _datetime(_name: str, series: pd.Series, missing: bool, _patients: int) -> Column:
    moments = to_moments(series.dropna())
    return Datetime(dtype=str(series.dtype), missing=missing, resolution=infer_resolution(moments))


def infer_resolution(moments: pd.Series) -> str:
    """Returns the coarsest step that all moments lie on: "D", "h", "min", "s", "ms", "us" or "ns".

    Days are counted in local time (midnight in Berlin is no whole day of UTC), finer steps in UTC.

    Args:
        moments: (values,) of a datetime type, not missing.

    Example:
        >>> infer_resolution(pd.Series(pd.to_datetime(["2020-01-01 08:00", "2020-01-02 09:30"])))
        'min'
    """
    if not len(moments):
        return "ns"
    zoned = moments.dt.tz is not None
    local = moments.dt.tz_localize(None) if zoned else moments
    universal = moments.dt.tz_convert("UTC").dt.tz_localize(None) if zoned else moments
    exact = (name for name in RESOLUTIONS if whole_steps(local if name == "D" else universal, name)[1].all())
    return next(exact, "ns")


def _string(_name: str, series: pd.Series, missing: bool, patients: int) -> Column:
    values = series.dropna()
    form = date_format(values)
    if form is not None:
        moments = to_moments(values, form, utc="%z" in form)
        return Datetime(dtype=str(series.dtype), missing=missing, format=form, resolution=infer_resolution(moments))
    if _near_unique(values, patients):
        return _near_unique_strings(values, missing)
    return Categorical(dtype=str(series.dtype), missing=missing)


def date_format(values: pd.Series) -> str | None:
    """Returns the first of `DATE_FORMATS` in which all strings are dates, None where there is none.

    Args:
        values: (values,) strings, not missing.
    """
    if not values.iloc[:1].str.match(r"\d{4}[-/]").all():  # else each is tried, which takes long
        return None
    return next((form for form in DATE_FORMATS if _parses(values.iloc[:50], form) and _parses(values, form)), None)


def _parses(values: pd.Series, form: str) -> bool:
    return bool(to_moments(values, form, lenient=True, utc="%z" in form).notna().all())


def _near_unique(values: pd.Series, patients: int) -> bool:
    """Most patients have a value of their own, or the values are sentences that seldom repeat."""
    held = values.dropna()
    distinct = held.nunique()
    if distinct > NEAR_UNIQUE * min(patients, len(held)):
        return True
    words = held.iloc[:200].astype(str).str.count(r"\s+").mean() + 1 if len(held) else 0
    return bool(words > 5 and distinct > 0.1 * patients)


def _near_unique_strings(values: pd.Series, missing: bool) -> Column:
    pattern = infer_pattern(values)
    if pattern is None:
        return Text(dtype=str(values.dtype), missing=missing)
    return Identifier(dtype=str(values.dtype), missing=missing, pattern=pattern, unique=bool(values.is_unique))


def infer_pattern(values: pd.Series) -> str | None:
    """Returns what all identifiers look like, or None where they share no form or hold no digit.

    Characters become classes with counts; letters and signs that are the same in every row stay as they are.

    Args:
        values: (values,) strings, not missing.

    Example:
        >>> infer_pattern(pd.Series(["P-0001", "P-0217"]))
        'P-[0-9]{4}'
        >>> infer_pattern(pd.Series(["coughs at night", "no complaints"])) is None
        True
    """
    text = values.astype(str)
    if text.str.fullmatch(_UUID).all():
        return "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    forms = text.str.replace(r"[0-9]+", "0", regex=True).str.replace(r"[A-Z]+", "A", regex=True)
    forms = forms.str.replace(r"[a-z]+", "a", regex=True)
    form = forms.iloc[0]
    if (forms != form).any() or "0" not in form or len(form) > 16 or re.search(r"[^\x21-\x7e]", form):
        return None
    runs = text.str.extractall(r"([0-9]+|[A-Z]+|[a-z]+|[^0-9A-Za-z])")[0].unstack()
    return "".join(_run_pattern(runs[position]) for position in runs)


def _run_pattern(run: pd.Series) -> str:
    first = run.iloc[0]
    if not first.isdigit() and (run == first).all():
        return re.escape(first) if not first.isalnum() and first != "-" else first
    lengths = run.str.len()
    character = "[0-9]" if first.isdigit() else "[A-Z]" if first.isupper() else "[a-z]"
    return _run(character, lengths.min(), lengths.max())


def _run(character: str, shortest: int, longest: int) -> str:
    counts = str(shortest) if shortest == longest else f"{shortest},{longest}"
    return "" if longest == 0 else character if counts == "1" else f"{character}{{{counts}}}"


_HOLDINGS: dict[_Rule, Holding] = {
    _number: "numbers", _datetime: "dates", _boolean: "truth values", _categorical: "categories", _string: "text",
}  # fmt: skip
