"""Columns of a frame as numbers or labels, whatever type they come in.

A synthetic table has often been through a CSV file: dates are strings, integers have become decimals, booleans words.
The judge reads all three tables in the same way, so that a change of type is never taken for a change of law.
"""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.data.columns import LARGEST, Boolean, Column, Datetime, Numerical
from synthgen.data.moments import to_moments, whole_steps

MISSING = -1
"""Code of a missing label."""

_TRUE = {"true", "1", "yes", "t", "y"}
_FALSE = {"false", "0", "no", "f", "n"}
_WHOLE = re.compile(r"-?\d+\.0+")


def read_numbers(series: pd.Series, column: Numerical | Datetime) -> tuple[NDArray[np.float64], int]:
    """Reads a numerical or datetime column as numbers.

    Args:
        series: (rows,) of any type.
        column: What the schema says; dates become seconds since 1970 in UTC, naive ones in the schema's zone.

    Returns:
        (rows,) with not-a-number where a value is missing or unreadable, and how many were unreadable, infinite or
        beyond `LARGEST`.

    Example:
        >>> numbers, unreadable = read_numbers(pd.Series(["1", "x", None]), Numerical())
        >>> numbers.tolist(), unreadable
        ([1.0, nan, nan], 1)
    """
    numbers = _seconds(series, column) if isinstance(column, Datetime) else _numbers(series)
    if isinstance(column, Numerical) and column.decimals is not None:
        numbers = np.round(numbers, column.decimals)
    numbers[~(np.abs(numbers) <= LARGEST)] = np.nan
    unreadable = int((np.isnan(numbers) & series.notna().to_numpy()).sum())
    return numbers + 0.0, unreadable  # + 0.0 turns -0.0 into 0.0, which is the same number with other bits


def _numbers(series: pd.Series) -> NDArray[np.float64]:
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(object)
    return pd.to_numeric(series, errors="coerce").to_numpy(dtype="float64", na_value=np.nan).copy()


def _seconds(series: pd.Series, column: Datetime) -> NDArray[np.float64]:
    zone = getattr(pd.api.types.pandas_dtype(column.dtype), "tz", None)
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(object)
    naive = pd.api.types.is_datetime64_dtype(series.dtype)
    if zone is not None and naive:
        summer = np.ones(len(series), bool)  # of the hour that comes twice nobody knows which is meant
        series = series.dt.tz_localize(zone, ambiguous=summer, nonexistent="shift_forward")
    if pd.api.types.is_numeric_dtype(series.dtype):  # a bare number is no date
        return np.full(len(series), np.nan)
    pattern = None if pd.api.types.is_datetime64_any_dtype(series.dtype) else column.format or "ISO8601"
    moments = to_moments(series, pattern, lenient=True, utc=True).dt.tz_localize(None)
    return whole_steps(moments, "ns")[0] / 1e9


def read_labels(series: pd.Series, column: Column) -> tuple[NDArray[np.int64], list[str]]:
    """Reads a categorical or boolean column as codes and labels, the same for 1, 1.0, "1" and "1.0".

    Args:
        series: (rows,) of any type.
        column: What the schema says; a Boolean reads "yes", "1", "true" alike.

    Returns:
        (rows,) codes, `MISSING` where missing, and the label of each code.

    Example:
        >>> codes, labels = read_labels(pd.Series([2.0, None, 1.0]), Boolean())
        >>> codes.tolist(), labels
        ([0, -1, 1], ['2', 'True'])
    """
    codes, values = pd.factorize(series)
    labels = [_label(value, boolean=isinstance(column, Boolean)) for value in values]
    merged, distinct = pd.factorize(np.array(labels, dtype=object))
    if len(merged) == 0:
        return codes.astype(np.int64), []
    return np.where(codes < 0, MISSING, merged[codes]).astype(np.int64), [str(label) for label in distinct]


def labels_of(values: Iterable[object]) -> list[str]:
    """Returns values as text, the same for 1, 1.0, "1" and "1.0".

    Args:
        values: None of them missing.

    Example:
        >>> labels_of([1.0, "1", "a"])
        ['1', '1', 'a']
    """
    return [_label(value, boolean=False) for value in values]


def _label(value: object, *, boolean: bool) -> str:
    text = str(value)
    text = text.split(".", maxsplit=1)[0] if _WHOLE.fullmatch(text) else text
    if boolean and text.lower() in _TRUE | _FALSE:
        return str(text.lower() in _TRUE)
    return text
