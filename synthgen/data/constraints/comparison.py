"""Puts numbers, dates and bounds on one line, whatever type a frame or a user gives them in."""

import datetime
import decimal
from collections.abc import Mapping

import pandas as pd
from pandas.api import types as pandas_types

from synthgen.data.columns import RESOLUTIONS, Column, Datetime, Numerical
from synthgen.data.moments import to_moments
from synthgen.errors import ConstraintError


def comparable(series: pd.Series) -> pd.Series:
    """Returns the values as numbers or moments; strings are read as dates in ISO order (year first).

    Args:
        series: (rows,) numbers, datetimes, or dates and decimals in an object column.

    Returns:
        (rows,) numeric or datetime, with the same gaps; the series itself where it is either.

    Example:
        >>> comparable(pd.Series(["2020-01-31", "2020-02-01"])).dt.day.tolist()
        [31, 1]
    """
    if pandas_types.is_numeric_dtype(series) or pandas_types.is_datetime64_any_dtype(series):
        return series
    held = pandas_types.infer_dtype(series, skipna=True)
    if held == "string":
        return to_moments(series, "ISO8601")
    return to_moments(series) if held in {"date", "datetime", "datetime64"} else pd.to_numeric(series)


def read_bound(bound: float | str | datetime.date) -> float | pd.Timestamp:
    """Returns a bound as a number or a moment.

    Raises:
        ConstraintError: If it is a string, but no ISO date.

    Example:
        >>> read_bound(18), read_bound("2020-01-31")
        (18, Timestamp('2020-01-31 00:00:00'))
    """
    if not isinstance(bound, str):
        return pd.Timestamp(bound) if isinstance(bound, datetime.date) else bound
    try:
        return pd.Timestamp(datetime.datetime.fromisoformat(bound))
    except ValueError:
        raise ConstraintError(
            f"range: expected a bound that is a number or a date such as '2020-01-31'. Received {bound!r}. "
            "To compare two columns use Inequality(low=..., high=...)."
        ) from None


def in_zone(bound: float | pd.Timestamp, values: pd.Series) -> float | pd.Timestamp:
    """Returns a naive moment as local time of zoned values, any other bound as it is."""
    if isinstance(bound, pd.Timestamp) and bound.tz is None and values.dt.tz is not None:
        return bound.tz_localize(values.dt.tz)
    return bound


def check_order(name: str, bounds: list[float | pd.Timestamp]) -> None:
    """Checks that bounds are of one kind and ascend.

    Args:
        name: Column that they bound, for messages.
        bounds: One or two.

    Raises:
        ConstraintError: If a number meets a date, a zoned date a naive one, or the first exceeds the last.
    """
    moments = [bound for bound in bounds if isinstance(bound, pd.Timestamp)]
    if len(moments) not in (0, len(bounds)) or len({moment.tz is None for moment in moments}) > 1:
        raise ConstraintError(f"range: the bounds {bounds} of {name!r} cannot be compared with each other.")
    first, last = bounds[0], bounds[-1]
    if first > last:  # type: ignore[operator] # of one kind, as checked above
        raise ConstraintError(f"range: expected minimum <= maximum for {name!r}. Received {first}, {last}.")


def check_comparable(rule: str, columns: Mapping[str, Column]) -> None:
    """Checks that the values of the columns lie on one line.

    Args:
        rule: The kind of constraint, for messages.
        columns: Column name to Column, at least one.

    Raises:
        ConstraintError: If numbers meet dates, zoned times meet naive ones, or dates are strings that begin with the
            day or the month.
    """
    if len({type(column) for column in columns.values()}) > 1:
        kinds = " and ".join(column.kind for column in columns.values())
        raise ConstraintError(f"{rule}: {list(columns)} cannot be compared, they are {kinds}.")
    dates = {name: column for name, column in columns.items() if isinstance(column, Datetime)}
    for name, column in dates.items():
        if column.format and not column.format.startswith("%Y"):
            raise ConstraintError(
                f"{rule}: {name!r} holds dates as strings in the format {column.format!r}, which do not sort in time. "
                f"Convert it first: pd.to_datetime(frame[{name!r}], format={column.format!r})."
            )
    if len({_zoned(column) for column in dates.values()}) > 1:
        raise ConstraintError(f"{rule}: {list(columns)} cannot be compared, some have a time zone and some have none.")


def check_bound(name: str, column: Column, bound: float | pd.Timestamp) -> None:
    """Checks a constant against the column that it rules.

    Args:
        name: The column's name.
        column: What it holds.
        bound: A number or a moment.

    Raises:
        ConstraintError: If the constant is of another kind than the column, or not on its grid, so that a repaired
            value would not be either.
    """
    if isinstance(column, Datetime) != isinstance(bound, pd.Timestamp):
        raise ConstraintError(f"{name!r} is {column.kind}. Received the bound {bound}; dates are written '2020-01-31'.")
    if isinstance(column, Datetime) and isinstance(bound, pd.Timestamp):
        if bound.tz is not None and not _zoned(column):
            raise ConstraintError(f"{name!r} has no time zone. Received the bound {bound}, which has one.")
        if bound.tz_localize(None).as_unit("ns").value % RESOLUTIONS[column.resolution]:
            raise ConstraintError(f"{name!r} has steps of 1 {column.resolution}. Received {bound}, between two steps.")
    elif isinstance(column, Numerical) and not isinstance(bound, pd.Timestamp):
        decimals = decimals_of(bound)
        if column.decimals is not None and decimals > column.decimals:
            raise ConstraintError(f"{name!r} has {column.decimals} decimals. Received {bound}, which has {decimals}.")


def _zoned(column: Datetime) -> bool:
    return "," in column.dtype or (column.format or "").endswith(("Z", "%z"))


def decimals_of(number: float) -> int:
    """Returns the digits behind the point that a number is written with.

    Example:
        >>> decimals_of(0.05), decimals_of(5.0), decimals_of(1e-7)
        (2, 0, 7)
    """
    exponent = decimal.Decimal(repr(float(number))).normalize().as_tuple().exponent
    return max(-int(exponent), 0)
