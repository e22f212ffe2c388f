"""Dates and times of any year that a calendar has, whatever a frame holds them in.

pandas reads dates as nanoseconds, which end in the year 2262. Databases write 9999-12-31 for "no end yet". Where a
date does not fit, the whole column is read in microseconds.
"""

import datetime

import numpy as np
import pandas as pd

from synthgen.data.columns import RESOLUTIONS

_UNITS = {"s": RESOLUTIONS["s"], "ms": RESOLUTIONS["ms"], "us": RESOLUTIONS["us"], "ns": RESOLUTIONS["ns"]}
"""Length in nanoseconds of each unit that pandas counts in."""

FOUR_DIGITS = 1_000
"""The first year that has them."""

NEAR_YEARS = (1677, 2262)
"""Between these, nanoseconds reach."""


def to_moments(series: pd.Series, form: str | None = None, *, lenient: bool = False, utc: bool = False) -> pd.Series:
    """Returns dates and times as pandas' own, of whatever year.

    Args:
        series: (rows,) dates, times, or strings.
        form: What strings look like, as `strftime` writes it, or "ISO8601"; None: no strings.
        lenient: Whether what is no date becomes missing; otherwise it is an error.
        utc: Whether to return UTC; naive times count as such.

    Returns:
        (rows,) datetime64, naive or zoned, in nanoseconds wherever all fit.

    Raises:
        ValueError: If a value is no date, and the reading is not lenient.

    Example:
        >>> to_moments(pd.Series(["2020-01-31", "9999-12-31"]), "%Y-%m-%d").dt.year.tolist()
        [2020, 9999]
    """
    try:
        found = pd.to_datetime(series, format=form, utc=utc, errors="coerce" if lenient else "raise")
    except pd.errors.OutOfBoundsDatetime:
        return _of_any_year(series, form, utc=utc)
    odd = found.isna() & series.notna() if lenient else None
    if odd is None or not odd.any():
        return found
    far = {value: _far(value, form) for value in pd.unique(series[odd])}
    if not any(far.values()):
        return found
    return found.dt.as_unit("us").where(~odd, _of_any_year(series[odd].map(far), utc=utc))


def _of_any_year(series: pd.Series, form: str | None = None, *, utc: bool) -> pd.Series:
    """Dates and times in microseconds; strict."""
    each = {value: _moment(value, form) for value in pd.unique(series.dropna())}
    zoned = {moment.tzinfo is not None for moment in each.values()}
    if not utc and len(zoned) > 1:
        raise ValueError("some times have a zone and some have none")
    naive = {value: moment.astimezone(datetime.UTC).replace(tzinfo=None) if moment.tzinfo else moment
             for value, moment in each.items()}  # fmt: skip
    moments = pd.Series(np.array([naive.get(value) for value in series], "datetime64[us]"), index=series.index)
    return moments.dt.tz_localize("UTC") if utc or True in zoned else moments


def _far(value: object, form: str | None) -> datetime.datetime | None:
    """A date that pandas did not read because its year is too far off; None where that is not why."""
    try:
        moment = _moment(value, form)
    except (ValueError, TypeError):
        return None
    return None if NEAR_YEARS[0] < moment.year < NEAR_YEARS[1] else moment


def _moment(value: object, form: str | None) -> datetime.datetime:
    """One date or time as Python's own, which knows the years 1 to 9999."""
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day)  # noqa: DTZ001 # it has no zone
    if isinstance(value, np.datetime64):
        moment: datetime.datetime = value.astype("datetime64[us]").item()
        return moment
    if form is None or form == "ISO8601":
        return datetime.datetime.fromisoformat(str(value))
    return datetime.datetime.strptime(str(value), form)  # noqa: DTZ007 # the form says whether it has one


def whole_steps(moments: pd.Series, resolution: str) -> tuple[np.ndarray, np.ndarray]:
    """Counts steps since 1970.

    Args:
        moments: (rows,) naive datetime64.
        resolution: Length of a step, see `Datetime`.

    Returns:
        (rows,) float64, rounded down, NaN where missing; and (rows,) whether a moment lies on its step.

    Example:
        >>> days, exact = whole_steps(pd.Series(pd.to_datetime(["1970-01-02 12:00"])), "D")
        >>> days.tolist(), exact.tolist()
        ([1.0], [False])
    """
    missing = moments.isna().to_numpy()
    ticks = moments.to_numpy().astype(np.int64)
    length, tick = RESOLUTIONS[resolution], _UNITS[moments.dt.unit]
    if length < tick:
        return np.where(missing, np.nan, ticks.astype(float) * (tick // length)), np.ones(len(ticks), bool)
    steps, left = np.divmod(ticks, length // tick)
    return np.where(missing, np.nan, steps), (left == 0) | missing


def from_steps(steps: np.ndarray, resolution: str) -> pd.Series:
    """Returns moments so many steps after 1970, the inverse of `whole_steps`.

    Args:
        steps: (rows,) whole numbers as float64, NaN where missing.
        resolution: Length of a step.

    Returns:
        (rows,) naive datetime64, in nanoseconds wherever all fit.
    """
    missing = np.isnan(steps)
    unit = next(unit for unit, length in _UNITS.items() if length <= RESOLUTIONS[resolution])
    ticks = np.where(missing, 0, steps).astype(np.int64) * (RESOLUTIONS[resolution] // _UNITS[unit])
    moments = pd.Series(ticks.astype(f"datetime64[{unit}]")).mask(missing)
    fits = moments.between(pd.Timestamp.min.ceil("s"), pd.Timestamp.max.floor("s")) | moments.isna()
    return moments.astype("datetime64[ns]") if fits.all() else moments


def spelled(moment: pd.Timestamp, form: str) -> str:
    """Returns a moment as text, the year with its zeros, which `strftime` leaves out on some systems.

    Args:
        moment: Of any year.
        form: As `strftime` takes it.

    Example:
        >>> spelled(pd.Timestamp("0001-05-17"), "%d.%m.%Y")
        '17.05.0001'
    """
    return moment.strftime(form.replace("%Y", f"{moment.year:04}") if moment.year < FOUR_DIGITS else form)


def written(moments: pd.Series, form: str) -> pd.Series:
    """Returns dates and times as text, see `spelled`.

    Args:
        moments: (rows,) datetime64.
        form: As `strftime` takes it.
    """
    early = moments.dt.year < FOUR_DIGITS
    text = moments.dt.strftime(form)
    if not early.any():
        return text
    return text.mask(
        early, pd.Series([spelled(moment, form) for moment in moments[early]], moments.index[early], object)
    )
