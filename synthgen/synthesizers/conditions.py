"""Conditions on synthetic rows: what the user may ask for, checked before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Column, Datetime, Numerical
from synthgen.data.schema import Schema
from synthgen.encoding.categorical import CategoryCodes
from synthgen.encoding.column import ColumnEncoder
from synthgen.errors import ConditionError, did_you_mean


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
        between: Allowed range; None for values.
    """

    column: str
    values: tuple[Any, ...] = ()
    between: Between | None = None

    @property
    def fixed(self) -> bool:
        """Whether exactly one value is allowed."""
        return len(self.values) == 1

    def satisfied(self, series: pd.Series) -> np.ndarray:
        """Returns which rows hold the condition, (rows,) booleans; a missing value holds none.

        Args:
            series: (rows,), decoded.
        """
        if self.between is None:
            return series.isin(list(self.values)).to_numpy()
        inside = series.notna()
        if self.between.low is not None:
            inside &= series >= self.between.low
        if self.between.high is not None:
            inside &= series <= self.between.high
        return inside.to_numpy(dtype=bool, na_value=False)


def parse_conditions(
    conditions: Mapping[str, Any] | None, schema: Schema, encoders: Mapping[str, ColumnEncoder]
) -> list[Condition]:
    """Returns checked conditions.

    Args:
        conditions: Column name to a value, a list of values, or `Between`.
        schema: Of the table.
        encoders: By column, for what synthetic rows can hold.

    Raises:
        ConditionError: If a column is unknown or not learned, or a value cannot occur.
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
            parsed.append(Condition(name, between=Between(*ends)))
            continue
        listed = wanted if isinstance(wanted, Sequence | set | frozenset) and not isinstance(wanted, str) else [wanted]
        values = tuple(as_category(to_value(name, value, column), encoders[name]) for value in listed)
        if not values:
            raise ConditionError(f"conditions: the list of values for {name!r} is empty.")
        _check_categories(name, values, encoders[name])
        parsed.append(Condition(name, values=values))
    return parsed


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
        if isinstance(column, Boolean):
            return _to_boolean(value)
        if isinstance(column, Numerical):
            number = float(value)
            return int(number) if column.integer and number.is_integer() else number
        if isinstance(column, Datetime) and column.format is None:
            moment = pd.Timestamp(value)
            zone = getattr(pd.api.types.pandas_dtype(column.dtype), "tz", None)
            return moment.tz_localize(zone) if zone is not None and moment.tzinfo is None else moment
    except (TypeError, ValueError):
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
    return bool(value)


def _check_categories(name: str, values: tuple[Any, ...], encoder: ColumnEncoder) -> None:
    if not isinstance(encoder, CategoryCodes):
        return
    known = [*encoder.categories, *([getattr(encoder.column, "rare_label", "")] if encoder.pooled else [])]
    for value in values:
        if value not in known:
            hint = did_you_mean(str(value), map(str, known))
            raise ConditionError(
                f"conditions: {name!r} has {len(known)} categories that synthetic rows can hold; the value asked for "
                f"is not among them.{hint} Categories of fewer patients than rare_below are pooled."
            )
