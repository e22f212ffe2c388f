"""Dates and times as numbers on the column's own step."""

import math
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from synthgen.data.columns import RESOLUTIONS, Datetime, Numerical
from synthgen.data.moments import from_steps, to_moments, whole_steps, written
from synthgen.encoding.column import ColumnEncoder
from synthgen.encoding.layout import Block
from synthgen.encoding.numerical import QuantileBins
from synthgen.encoding.protection import Cohort
from synthgen.encoding.reach import Reach
from synthgen.expected import Expected, agree

FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
"""Of the years 1 to 9999, counted from 1970."""

MOST_TICKS = 2.0**63 * 0.999
"""Since 1970, before or after: what 64 bits hold, but for some months where they are nanoseconds."""

A_DAY = 86_400
"""Seconds, by which no zone moves a moment."""


class DatetimeBins(ColumnEncoder[Datetime]):
    """Dates and times counted in steps of the column's resolution, then quantile bins.

    Zoned times finer than days are counted in UTC, so that each is one instant; days are counted on the local calendar.
    A local midnight that a change to daylight-saving time skips comes back as the first moment that exists.

    Args:
        name: The column's name.
        column: What the schema says of it.
        bins: Encoder of the counts.
    """

    method = "datetime_bins"
    stored: ClassVar[Expected] = QuantileBins.stored

    def __init__(self, name: str, column: Datetime, bins: QuantileBins) -> None:
        super().__init__(name, column)
        low, high = ends_of(column)
        bins.column = Numerical(decimals=0, minimum=low, maximum=high)  # decoded ones go no further
        self.bins = bins
        self.missing = bins.missing

    @classmethod
    def fit(cls, name: str, column: Datetime, series: pd.Series, cohort: Cohort, **settings: Any) -> Self:
        """Takes spikes and quantiles from a column; `settings` as in `QuantileBins.fit`."""
        counts = pd.Series(counted(series, column))
        return cls(name, column, QuantileBins.fit(name, Numerical(decimals=0), counts, cohort, **settings))

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self.bins.blocks

    @property
    def shares(self) -> np.ndarray:
        return self.bins.shares

    def encode(self, series: pd.Series, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        return self.bins.encode(pd.Series(counted(series, self.column)), rng)

    def decode(self, codes: np.ndarray, scalars: np.ndarray, rng: np.random.Generator) -> pd.Series:
        counts = self.bins.decode(codes, scalars, rng)
        steps = counts.to_numpy(dtype=float, na_value=np.nan)
        return _restore(from_steps(steps, self.column.resolution), self.column)

    @property
    def reach(self) -> Reach:
        return self.bins.reach

    def line(self, series: pd.Series) -> np.ndarray:
        steps, exact = whole_steps(_unzoned(series, self.column), self.column.resolution)
        return steps + np.where(exact, 0, 0.5)  # between two steps lies no date of the column

    def written(self, number: float) -> str:
        moment = from_steps(np.array([number]), self.column.resolution)[0]
        return str(moment.date() if self.column.resolution == "D" else moment)

    def state(self) -> dict[str, Any]:
        return self.bins.state()

    @classmethod
    def from_state(cls, name: str, column: Datetime, state: dict[str, Any]) -> Self:
        bins = QuantileBins.from_state(name, Numerical(decimals=0), state)
        steps = np.round(np.concatenate([bins.spikes, [] if bins.quantiles is None else bins.quantiles.values]))
        low, high = ends_of(column)
        agree(bool(((low <= steps) & (steps <= high)).all()),
              f"{name}: expected moments that a column of type {column.dtype} can hold.")  # fmt: skip
        return cls(name, column, bins)


def ends_of(column: Datetime) -> tuple[int, int]:
    """Returns the first and last step that a column's type, resolution and zone can hold.

    Example:
        >>> ends_of(Datetime(dtype="object", resolution="D"))
        (-719162, 2932896)
    """
    most, zone = _most_seconds(column), zone_of(column)
    first, last = max(-most, FIRST_SECOND), min(most, LAST_SECOND)
    if zone is not None:  # local times end where the calendar does, too
        first += A_DAY
        then = pd.Timestamp(LAST_SECOND - A_DAY, unit="s")
        ahead = (then - then.tz_localize(zone).tz_convert("UTC").tz_localize(None)).total_seconds()
        last -= max(ahead, 0) if column.resolution != "D" else 0
    step = RESOLUTIONS[column.resolution] / 1e9
    return math.ceil(first / step), math.floor(last / step)


def zone_of(column: Datetime) -> Any:
    """Returns the zone of a column's times; None where they have none."""
    if column.format is not None:
        return "UTC" if "%z" in column.format else None
    dtype = pd.api.types.pandas_dtype(column.dtype)
    return getattr(dtype, "tz", None) or getattr(getattr(dtype, "pyarrow_dtype", None), "tz", None)


def _most_seconds(column: Datetime) -> float:
    """Since 1970, before or after, that the column's type and its resolution can hold."""
    dtype = pd.api.types.pandas_dtype(column.dtype)
    plain = isinstance(dtype, np.dtype) and dtype.kind == "M"
    unit = np.datetime_data(dtype)[0] if plain else getattr(dtype, "unit", "s")  # type: ignore[arg-type]
    finest = min(RESOLUTIONS[unit], RESOLUTIONS[column.resolution])
    return MOST_TICKS * finest / 1e9


def parse(series: pd.Series, column: Datetime) -> pd.Series:
    """Returns the series as pandas datetimes, whatever it holds them in."""
    if column.format:
        return to_moments(series, column.format, utc="%z" in column.format)
    return to_moments(series)


def counted(series: pd.Series, column: Datetime) -> np.ndarray:
    """Returns steps of the column's resolution since 1970, NaN where missing, (rows,) float64."""
    return whole_steps(_unzoned(series, column), column.resolution)[0]


def _unzoned(series: pd.Series, column: Datetime) -> pd.Series:
    moments = parse(series, column)
    if moments.dt.tz is None:
        return moments
    return (moments if column.resolution == "D" else moments.dt.tz_convert("UTC")).dt.tz_localize(None)


def _restore(moments: pd.Series, column: Datetime) -> pd.Series:
    if column.format:
        zoned = moments.dt.tz_localize("UTC") if "%z" in column.format else moments
        return written(zoned, column.format).astype(pd.api.types.pandas_dtype(column.dtype))
    if column.dtype == "object":
        return moments.dt.date if column.resolution == "D" else moments.astype(object)
    zone = zone_of(column)
    if zone is not None and column.resolution == "D":
        moments = moments.dt.tz_localize(zone, nonexistent="shift_forward", ambiguous=np.ones(len(moments), bool))
    elif zone is not None:
        moments = moments.dt.tz_localize("UTC").dt.tz_convert(zone)
    return moments.astype(pd.api.types.pandas_dtype(column.dtype))
