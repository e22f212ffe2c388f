"""Tables with a row for each measurement: the column that says of what, the number, and its unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
import pandas as pd

from synthgen.data.columns import Categorical, Column, Numerical
from synthgen.data.records.inference.names import plain, words_of

VALUES = ("stresn", "valuenum", "numericvalue", "valueasnumber", "value", "val", "result", "amount", "measurement",
          "reading", "dose", "quantity")  # fmt: skip
"""Ends of names of numbers that are measured, the surest first."""

KINDS = ("testcd", "parameter", "param", "paramcd", "test", "itemid", "item", "analyte", "measure", "measurement",
         "code", "conceptid",
         "concept", "vital", "event", "kind", "type", "variable", "label", "loinc", "name")  # fmt: skip
"""Ends of names of columns that say what is measured, the surest first."""

UNITS = ("stresu", "unit", "units", "uom", "valueuom", "amountuom", "u")
"""Ends of names of units."""

SHARE, SHARE_OF_SURE = 0.25, 0.02
"""Of the variance of ranks, that must lie between kinds for their scale to be another."""

MOST_KINDS, ENOUGH_ROWS = 2_000, 30
"""More kinds than these are no kinds of measurements; fewer rows show nothing."""

AT_MOST = 20_000
"""Rows that are looked at."""


@final
@dataclass(frozen=True)
class LongFormat:
    """Columns of a table of measurements.

    Args:
        kind: What is measured.
        value: The number.
        unit: Its unit; None: there is none.
    """

    kind: str
    value: str
    unit: str | None = None


def find_long_format(frame: pd.DataFrame, columns: Mapping[str, Column]) -> LongFormat | None:
    """Returns the columns of a table of measurements; None where it is none.

    Args:
        frame: (rows, columns).
        columns: What they mean.
    """
    some = frame.iloc[:: max(len(frame) // AT_MOST, 1)]
    values = [
        name for name, column in columns.items() if isinstance(column, Numerical) and _rank(name, VALUES) is not None
    ]
    kinds = [name for name in columns if _rank(name, KINDS) is not None and _could_be_kind(frame[name], columns[name])]
    found = [(kind, value) for value in values for kind in kinds
             if kind != value and between(some[kind], some[value]) >= _needed(kind, value)]  # fmt: skip
    if len(frame) < ENOUGH_ROWS or not found:
        return None
    kind, value = min(found, key=lambda pair: (_rank(pair[1], VALUES), _rank(pair[0], KINDS)))
    return LongFormat(kind, value, _unit(some, columns, kind, value))


def _needed(kind: str, value: str) -> float:
    """Share of the variance that must lie between kinds: less where both names leave little doubt."""
    kinds, values = KINDS.index("item"), VALUES.index("amount")
    return SHARE_OF_SURE if (_rank(kind, KINDS) or 0) <= kinds and (_rank(value, VALUES) or 0) <= values else SHARE


def _rank(name: str, ends: tuple[str, ...]) -> int | None:
    """Place in the list of the first end that a name has; of short ones only as a word of its own."""
    words = words_of(name)
    last, whole = (words or ("",))[-1], plain(name)
    return next((place for place, end in enumerate(ends)
                 if end in (last, whole) or (len(end) > 3 and whole.endswith(end))), None)  # fmt: skip


def _could_be_kind(values: pd.Series, column: Column) -> bool:
    whole = isinstance(column, Numerical) and column.decimals == 0
    if not isinstance(column, Categorical) and not whole:
        return False
    return 2 <= values.nunique() <= min(MOST_KINDS, max(len(values) // 3, 2))


def between(kinds: pd.Series, values: pd.Series) -> float:
    """Returns the share of the variance of the values' ranks that lies between kinds, beyond what chance puts there.

    Args:
        kinds: (rows,).
        values: (rows,) numbers.

    Example:
        >>> kinds, values = pd.Series(["height", "temperature"] * 50), pd.Series([170.0, 37.0] * 50)
        >>> between(kinds, values + np.random.default_rng(0).normal(size=100)) > 0.7
        True
    """
    known = (kinds.notna() & values.notna()).to_numpy()
    number, groups = int(known.sum()), int(kinds[known].nunique())
    if number <= groups + 1 or groups < 2:
        return 0.0
    ranks = values[known].rank().to_numpy(dtype=float)
    means = pd.Series(ranks).groupby(kinds[known].to_numpy(), observed=True).transform("mean").to_numpy()
    total, within = float(((ranks - ranks.mean()) ** 2).sum()), float(((ranks - means) ** 2).sum())
    return 1 - (within / (number - groups)) / (total / (number - 1)) if total else 0.0


def _unit(frame: pd.DataFrame, columns: Mapping[str, Column], kind: str, value: str) -> str | None:
    """A column that nearly always says the same for one kind and is called as units are, that of the value first."""
    named = [name for name, column in columns.items() if isinstance(column, Categorical) and name != kind
             and (_rank(name, UNITS) is not None or plain(name) == plain(value).removesuffix("n") + "u")]  # fmt: skip
    alike = [name for name in named if frame[name].notna().any() and _follows(frame[kind], frame[name])]
    return max(alike, key=lambda name: _shared_start(name, value), default=None)


def _follows(kinds: pd.Series, units: pd.Series) -> bool:
    known = units.notna()
    pairs = pd.DataFrame({"kind": kinds[known].astype(str), "unit": units[known].astype(str)})
    usual = pairs.groupby("kind")["unit"].agg(lambda held: held.value_counts().iloc[0]).sum()
    return bool(usual >= 0.9 * len(pairs))


def _shared_start(one: str, other: str) -> int:
    both = zip(plain(one), plain(other), strict=False)
    return int(np.argmin([*[first == second for first, second in both], False]))
