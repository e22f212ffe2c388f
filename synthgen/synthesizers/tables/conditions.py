"""Conditions on synthetic rows: what the user may ask for, checked before anything is drawn."""

import datetime
import math
import numbers
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Column, Datetime, Numerical
from synthgen.data.moments import spelled, to_moments
from synthgen.data.schema import Schema
from synthgen.encoding.categorical import CategoryCodes
from synthgen.encoding.column import ColumnEncoder
from synthgen.encoding.datetime import zone_of
from synthgen.errors import ConditionError, did_you_mean


class ConditionWarning(UserWarning):
    """Known cells lie outside of what synthetic rows hold; they are kept, and the rest is drawn as next to others."""


@dataclass(frozen=True)
class Between:
    """A range of numbers or dates, both ends included; None leaves an end open.

    Example:
        >>> Between(60, None)
        Between(low=60, high=None)
    """

    low: Any = None
    high: Any = None


@dataclass(frozen=True)
class Condition:
    """What one column of every row must hold.

    Args:
        column: Its name.
        values: Allowed values; empty for a range.
        span: Allowed range on the line; None for values.
        line: Puts a column that has an order on a line, see `ColumnEncoder.line`: dates are held in many types, of
            which few can be compared. None: it has none.
    """

    column: str
    values: tuple[Any, ...] = ()
    span: tuple[float, float] | None = None
    line: Callable[[pd.Series], np.ndarray] | None = None

    @property
    def fixed(self) -> bool:
        """Whether exactly one value is allowed."""
        return len(self.values) == 1

    def satisfied(self, series: pd.Series) -> np.ndarray:
        """Returns which rows hold the condition, (rows,) booleans; a missing value holds none.

        Args:
            series: (rows,), decoded.
        """
        if self.line is None:
            return series.isin(list(self.values)).to_numpy()
        line = self.line(series)
        if self.span is None:
            return np.isin(line, self.line(pd.Series(self.values)))
        return (self.span[0] <= line) & (line <= self.span[1])  # never for not-a-number


def parse_conditions(
    conditions: Mapping[str, Any] | None, schema: Schema, encoders: Mapping[str, ColumnEncoder]
) -> list[Condition]:
    """Returns checked conditions.

    Args:
        conditions: Column name to a value, a list of values, or `Between`.
        schema: Of the table.
        encoders: By column, for what synthetic rows can hold.

    Raises:
        ConditionError: If a column is unknown or not learned, or a value, or every value of a range, cannot occur.
    """
    parsed = []
    for name, wanted in (conditions or {}).items():
        column = learned_column(name, schema)
        if isinstance(wanted, Between):
            if isinstance(column, Categorical | Boolean):
                raise ConditionError(
                    f"conditions: {name!r} is {column.kind}, which has no order. Give a list of values."
                )
            ends = [None if end is None else to_value(name, end, column) for end in (wanted.low, wanted.high)]
            parsed.append(Condition(name, span=_checked_range(name, ends, encoders[name]), line=encoders[name].line))
            continue
        listed = wanted if lists_values(wanted) else [wanted]
        values = tuple(as_category(to_value(name, value, column), encoders[name]) for value in listed)
        if not values:
            raise ConditionError(f"conditions: the list of values for {name!r} is empty.")
        _check_categories(name, values, encoders[name])
        _check_reach(name, values, encoders[name])
        ordered = encoders[name].reach is not None
        parsed.append(Condition(name, values=values, line=encoders[name].line if ordered else None))
    return parsed


def lists_values(wanted: Any) -> bool:
    """Returns whether a condition is a list of values, in whatever holds them.

    Example:
        >>> lists_values(np.array(["F", "M"])), lists_values({"F"}), lists_values("F")
        (True, True, False)
    """
    return pd.api.types.is_list_like(wanted) and not isinstance(wanted, Mapping)


def warn_of_far_cells(cells: pd.DataFrame, encoders: Mapping[str, ColumnEncoder]) -> None:
    """Warns of known cells beyond all that synthetic rows hold: they are kept, as they may be a real row's.

    Args:
        cells: (rows, known columns), missing where free.
        encoders: By column.

    Warns:
        ConditionWarning: Says of each such column how many cells, and what it can hold.
    """
    for name in cells.columns.tolist():
        encoder, held = encoders[name], cells[name].dropna()
        far = 0 if held.empty else int(_far(held, encoder).sum())
        if far:
            warnings.warn(
                f"known: {far} cells of {name!r} lie beyond what the model learned; they are kept, and the rest "
                f"of their rows is drawn as next to a value that it knows. {_said(name, encoder)}",
                ConditionWarning,
                stacklevel=2,
            )


def _far(held: pd.Series, encoder: ColumnEncoder) -> np.ndarray:
    if isinstance(encoder, CategoryCodes):
        return ~held.map(lambda value: as_category(value, encoder)).isin(_known_categories(encoder)).to_numpy()
    ends = None if encoder.reach is None else encoder.reach.ends
    line = encoder.line(held)
    return np.ones(len(line), bool) if ends is None else (line < ends[0]) | (line > ends[1])


def _known_categories(encoder: CategoryCodes) -> list[Any]:
    return [*encoder.categories, *([getattr(encoder.column, "rare_label", "")] if encoder.pooled else [])]


def learned_column(name: str, schema: Schema) -> Column:
    """Returns a column that can be asked for.

    Raises:
        ConditionError: If it is not in the schema, or is an identifier or text.
    """
    if name not in schema.columns:
        raise ConditionError(
            f"conditions name {name!r}, which is not in the schema.{did_you_mean(name, schema.columns)}"
        )
    column = schema.columns[name]
    if not column.learned:
        raise ConditionError(f"conditions name {name!r}, an {column.kind} column: it is never learned, only made anew.")
    return column


def to_value(name: str, value: Any, column: Column) -> Any:
    """Returns a value as the decoded column would hold it; text from a command line is understood.

    Raises:
        ConditionError: If it is of another type; never prints it.
    """
    try:
        if pd.api.types.is_list_like(value) or pd.isna(value):
            raise TypeError
        if isinstance(column, Boolean):
            return _to_boolean(value)
        if isinstance(column, Numerical):
            number = _to_number(value)
            return int(number) if column.integer and number.is_integer() else number
        if isinstance(column, Datetime):
            return _to_moment(value, column)
    except (TypeError, ValueError, OverflowError):
        raise ConditionError(
            f"conditions: {name!r} is {column.kind}; expected such a value. Received a {type(value).__name__}."
        ) from None
    return value


def as_category(value: Any, encoder: ColumnEncoder) -> Any:
    """Returns the category that a text from a command line or a file spells, e.g. 1 for "1"; else the value itself."""
    if isinstance(encoder, CategoryCodes) and value not in encoder.categories:
        spelled = {str(category): category for category in encoder.categories}
        return spelled.get(str(value), value)
    return value


def _to_boolean(value: Any) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if isinstance(value, str):
        if value.lower() not in words:
            raise ValueError
        return words[value.lower()]
    if value not in (0, 1):
        raise ValueError
    return bool(value)


def _to_number(value: Any) -> float:
    number = math.nan if isinstance(value, bool | np.bool_) else float(value)
    if math.isnan(number):
        raise ValueError
    return number


def _to_moment(value: Any, column: Datetime) -> pd.Timestamp | datetime.date | str:
    """A date as the column holds it; a bare number would be nanoseconds since 1970."""
    if column.format is not None and isinstance(value, str):
        to_moments(pd.Series([value]), column.format)
        return value
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):  # pandas takes near years alone
        value = datetime.datetime.combine(value, datetime.time())
    moment = pd.NaT if isinstance(value, numbers.Number | np.bool_) else pd.Timestamp(value)
    if pd.isna(moment):
        raise ValueError
    moment = _in_zone(moment, zone_of(column))
    if column.format is not None:
        return spelled(moment, column.format)
    whole_day = column.dtype == "object" and column.resolution == "D" and moment == moment.normalize()
    return moment.date() if whole_day else moment


def _in_zone(moment: pd.Timestamp, zone: Any) -> pd.Timestamp:
    """A moment in a column's zone; one without counts as local, what clocks show twice as the first of both."""
    if moment.tzinfo is None:
        return moment if zone is None else moment.tz_localize(zone, nonexistent="shift_forward", ambiguous=True)
    if zone is None:
        raise ValueError  # the column does not say whose clocks it means
    return moment.tz_convert(zone)


def _checked_range(name: str, ends: list[Any], encoder: ColumnEncoder) -> tuple[float, float]:
    """A range on the column's line; refused where no synthetic row can lie in it."""
    low, high = (
        infinite if end is None else float(encoder.line(pd.Series([end]))[0])
        for end, infinite in zip(ends, (-np.inf, np.inf), strict=True)
    )
    if low > high:
        raise ConditionError(f"conditions: the range of {name!r} ends below where it begins.")
    if encoder.reach is not None and not encoder.reach.meets(np.array([low]), np.array([high])).all():
        raise ConditionError(f"conditions: no synthetic row lies in the range asked for. {_said(name, encoder)}")
    return low, high


def _check_reach(name: str, values: Sequence[Any], encoder: ColumnEncoder) -> None:
    """Refuses values of an ordered column that no synthetic row can hold."""
    if encoder.reach is None:
        return
    impossible = int((~encoder.reach.holds(encoder.line(pd.Series(values)))).sum())
    if impossible:
        what = "the value asked for" if len(values) == 1 else f"{impossible} of the {len(values)} values asked for"
        raise ConditionError(f"conditions: no synthetic row can hold {what}. {_said(name, encoder)}")


def _said(name: str, encoder: ColumnEncoder) -> str:
    """What a column can hold, in words of the model file; never what was asked for."""
    if isinstance(encoder, CategoryCodes):
        return f"It knows {len(_known_categories(encoder))} categories of {name!r}."
    ends = None if encoder.reach is None else encoder.reach.ends
    if ends is None:
        return f"Of {name!r} too few patients had a value: it is always missing."
    low, high = (encoder.written(end) for end in ends)
    decimals = encoder.column.decimals if isinstance(encoder.column, Numerical) else None
    grid = "" if decimals is None else f" with {decimals} decimals"
    return (
        f"Synthetic rows hold {name!r} from {low} to {high}{grid}, and no value there that lies where fewer than "
        "rare_below patients had one."
    )


def _check_categories(name: str, values: tuple[Any, ...], encoder: ColumnEncoder) -> None:
    if not isinstance(encoder, CategoryCodes):
        return
    known = _known_categories(encoder)
    for value in values:
        if value not in known:
            hint = did_you_mean(str(value), map(str, known))
            raise ConditionError(
                f"conditions: {name!r} has {len(known)} categories that synthetic rows can hold; the value asked for "
                f"is not among them.{hint} Categories of fewer patients than rare_below are pooled."
            )
