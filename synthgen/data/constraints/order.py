"""Constraints on where values lie: Range, Inequality, FixedIncrements."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, final

import numpy as np
import pandas as pd

from synthgen.data.columns import Column, Datetime, Numerical
from synthgen.data.constraints.base import Constraint
from synthgen.data.constraints.comparison import (
    check_bound,
    check_comparable,
    check_order,
    comparable,
    decimals_of,
    in_zone,
    read_bound,
)
from synthgen.errors import ConstraintError
from synthgen.expected import Characters, Expected, Flag, Maybe, Quantity


class Bound(Expected):
    """A finite number, a date, or a date in quotes."""

    def check(self, value: Any, where: str) -> Any:
        if isinstance(value, datetime.date):
            return value.isoformat()
        if not (Characters(40).holds(value) or Quantity().holds(value)):
            raise self.refusal(value, where)
        return value.item() if isinstance(value, np.generic) else value

    def __str__(self) -> str:
        return "a finite number or a date"


@final
@dataclass(frozen=True)
class Range(Constraint):
    """The values of a column lie between two constants.

    Repair moves values onto the bounds, unless the rule is strict or the frame holds dates as strings.

    Args:
        column: A numerical or datetime column.
        minimum: Smallest value allowed: a number, or a date as such or as an ISO string. None: no bound.
        maximum: Largest value allowed, likewise.
        strict: Whether the bounds themselves are forbidden.

    Raises:
        ConstraintError: If there is no bound, one is neither number nor date, or `minimum` exceeds `maximum`.

    Example:
        >>> frame = pd.DataFrame({"age": [-1.0, 50.0, None]})
        >>> Range("age", minimum=0, maximum=120).satisfied(frame)
        array([False,  True,  True])
        >>> Range("age", minimum=0).repair(frame)["age"].tolist()
        [0.0, 50.0, nan]
    """

    kind: ClassVar[str] = "range"
    reads: ClassVar[tuple[type[Column], ...]] = (Numerical, Datetime)
    expects: ClassVar[Mapping[str, Expected]] = {
        "column": Characters(), "minimum": Maybe(Bound()), "maximum": Maybe(Bound()), "strict": Flag(),
    }  # fmt: skip

    column: str
    minimum: float | str | datetime.date | None = field(default=None, kw_only=True)
    maximum: float | str | datetime.date | None = field(default=None, kw_only=True)
    strict: bool = field(default=False, kw_only=True)

    def _settle(self) -> None:
        object.__setattr__(self, "columns", (self.column,))
        bounds = [read_bound(bound) for bound in (self.minimum, self.maximum) if bound is not None]
        if not bounds:
            raise ConstraintError(f"range: expected a minimum or a maximum for {self.column!r}. Received neither.")
        check_order(self.column, bounds)

    def satisfied(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns which rows obey the rule: (rows,) bool."""
        values = comparable(frame[self.column])
        low, high = self._bounds(values)
        refused = np.zeros(len(frame), dtype=bool)
        if low is not None:
            refused |= _holds(values <= low if self.strict else values < low)
        if high is not None:
            refused |= _holds(values >= high if self.strict else values > high)
        return ~refused

    def repair(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Moves values onto the bounds, unless the rule is strict or the frame holds dates as strings."""
        series = frame[self.column]
        values = comparable(series)
        if self.strict or values is not series:
            return frame
        low, high = self._bounds(values)
        return frame.assign(**{self.column: values.clip(low, high).astype(series.dtype)})

    def _bounds(self, values: pd.Series) -> list[Any]:
        return [None if bound is None else in_zone(read_bound(bound), values) for bound in (self.minimum, self.maximum)]

    def _validate(self, columns: dict[str, Column]) -> None:
        check_comparable(self.kind, columns)
        own = columns[self.column]
        for bound in (self.minimum, self.maximum):
            if bound is not None:
                check_bound(self.column, own, read_bound(bound))
        if isinstance(own, Numerical):
            declared = (own.minimum, own.maximum)
            for low, high in ((self.minimum, declared[1]), (declared[0], self.maximum)):
                if low is not None and high is not None:
                    check_order(self.column, [read_bound(low), read_bound(high)])


@final
@dataclass(frozen=True, kw_only=True)
class Inequality(Constraint):
    """One column never exceeds another, such as admission and discharge.

    There is no repair: a value of one column need not lie on the other's grid or inside its bounds.

    Args:
        low: A numerical or datetime column.
        high: A column of the same kind, at least `low` in every row.
        strict: Whether equal values are forbidden.

    Raises:
        ConstraintError: If both are the same column.

    Example:
        >>> stays = pd.DataFrame({"admission": [1, 5, 3], "discharge": [2, 4, 3]})
        >>> Inequality(low="admission", high="discharge").satisfied(stays)
        array([ True, False,  True])
    """

    kind: ClassVar[str] = "inequality"
    reads: ClassVar[tuple[type[Column], ...]] = (Numerical, Datetime)
    expects: ClassVar[Mapping[str, Expected]] = {"low": Characters(), "high": Characters(), "strict": Flag()}

    low: str
    high: str
    strict: bool = False

    def _settle(self) -> None:
        object.__setattr__(self, "columns", (self.low, self.high))
        if self.low == self.high:
            raise ConstraintError(f"inequality: expected two columns. Received {self.low!r} for both.")

    def satisfied(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns which rows obey the rule: (rows,) bool."""
        low, high = comparable(frame[self.low]), comparable(frame[self.high])
        return ~_holds(low >= high if self.strict else low > high)

    def _validate(self, columns: dict[str, Column]) -> None:
        check_comparable(self.kind, columns)


@final
@dataclass(frozen=True)
class FixedIncrements(Constraint):
    """The values of a column are whole multiples of a step, such as doses of 5 mg.

    Repair moves values to the nearest multiple.

    Args:
        column: A numerical column.
        step: Length of a step in the column's unit, above 0.

    Raises:
        ConstraintError: If `step` is not above 0.

    Example:
        >>> frame = pd.DataFrame({"dose": [5.0, 7.5, None]})
        >>> FixedIncrements("dose", step=5).satisfied(frame)
        array([ True, False,  True])
        >>> FixedIncrements("dose", step=0.05).repair(pd.DataFrame({"dose": [0.149]}))["dose"].tolist()
        [0.15]
    """

    kind: ClassVar[str] = "fixed_increments"
    reads: ClassVar[tuple[type[Column], ...]] = (Numerical,)
    expects: ClassVar[Mapping[str, Expected]] = {"column": Characters(), "step": Quantity()}

    column: str
    step: float = field(kw_only=True)

    def _settle(self) -> None:
        object.__setattr__(self, "columns", (self.column,))
        if not 0 < self.step < float("inf"):
            raise ConstraintError(f"fixed_increments: expected step > 0 for {self.column!r}. Received {self.step}.")

    def satisfied(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns which rows obey the rule: (rows,) bool."""
        values = _floats(frame[self.column])
        return np.isnan(values) | np.isclose(values, self._nearest(values), rtol=1e-12, atol=1e-9 * self.step)

    def repair(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Moves values to the nearest multiple of the step."""
        series = frame[self.column]
        nearest = pd.Series(self._nearest(_floats(series)), index=series.index)
        return frame.assign(**{self.column: nearest.where(series.notna(), series).astype(series.dtype)})

    def _nearest(self, values: np.ndarray) -> np.ndarray:
        """Multiples with no more digits than the step, for 3 * 0.05 is 0.15000000000000002: (rows,)."""
        return np.round(np.round(values / self.step) * self.step, decimals_of(self.step))

    def _validate(self, columns: dict[str, Column]) -> None:
        check_bound(self.column, columns[self.column], self.step)


def _holds(comparison: pd.Series) -> np.ndarray:
    """A comparison as plain booleans, false where a value is missing: (rows,)."""
    return comparison.to_numpy(dtype=bool, na_value=False)


def _floats(series: pd.Series) -> np.ndarray:
    """Numbers of any type, missing as NaN: (rows,) float64."""
    return pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
