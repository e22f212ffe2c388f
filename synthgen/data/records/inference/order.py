"""By which column the rows of one parent follow each other."""

import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from synthgen.data.columns import Column, Datetime, Numerical
from synthgen.data.moments import to_moments
from synthgen.data.records.inference.names import is_place_name, plain, words_of

_TIME = re.compile(r"(time|date|dtc|day|days|dy|minute|minutes|min|hour|hours|second|seconds|week|weeks|month|months|"
                   r"year|years|age|moment|timestamp|start|since)$")  # fmt: skip
_NO_ORDER = frozenset({"birthdate", "dob", "dateofbirth", "birthday", "birthyear", "storetime", "updatetime"})

COMPLETE, MUCH = 0.02, 0.02
"""Share of missing values by which the best may be missed; share of ties that a number of visits must save."""


def times_of(frame: pd.DataFrame, columns: Mapping[str, Column]) -> dict[str, pd.Series]:
    """Returns columns that say when, as floats: dates in days since 1970, numbers as they are.

    Args:
        frame: (rows, columns).
        columns: What they mean.
    """
    found = {}
    for name, column in columns.items():
        if isinstance(column, Datetime):
            found[name] = days(frame[name], column)
        elif isinstance(column, Numerical) and (_TIME.search(_last(name)) or is_place_name(name)):
            found[name] = pd.Series(pd.to_numeric(frame[name]).to_numpy(dtype=float, na_value=np.nan))
    return found


def days(values: pd.Series, column: Datetime) -> pd.Series:
    """Returns dates as days since 1970.

    Args:
        values: (rows,).
        column: What they are.
    """
    zoned = column.format is not None and "%z" in column.format
    moments = to_moments(values, column.format, lenient=True, utc=zoned)
    local = moments.dt.tz_convert("UTC").dt.tz_localize(None) if moments.dt.tz is not None else moments
    numbers = local.astype("datetime64[s]").to_numpy().astype("int64") / 86_400.0
    return pd.Series(np.where(local.isna(), np.nan, numbers))


def _last(name: str) -> str:
    words = words_of(name)
    return plain(name) if len(words) <= 1 or words[-1].isdigit() else words[-1]


def moments_of(times: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """Returns those of the columns that say when, and not how many came before.

    Args:
        times: See `times_of`.
    """
    return {name: values for name, values in times.items() if not is_place_name(name)}


def find_order(
    times: Mapping[str, pd.Series], parents: np.ndarray, *, without: Collection[str] = ()
) -> tuple[str, ...]:
    """Returns the column of time that is nearly never missing and has the fewest ties within a parent.

    A number of visits or a place in a list counts where there is no time, or where it tells apart what times do not.

    Args:
        times: See `times_of`.
        parents: (rows,) the parent of each row.
        without: Columns that do not count, such as ends of intervals.
    """
    counted = {name: values for name, values in times.items() if plain(name) not in _NO_ORDER and name not in without}
    usable = {name: values for name, values in counted.items() if _varies(values, parents)}
    if not usable:
        return ()
    least = min(float(values.isna().mean()) for values in usable.values())
    complete = [name for name, values in usable.items() if values.isna().mean() <= least + COMPLETE]
    ties = {name: _ties(usable[name], parents) for name in complete}
    moments = [name for name in complete if not is_place_name(name)]
    places = [name for name in complete if name not in moments]
    best = [min(names, key=lambda name: round(ties[name], 2)) for names in (moments, places) if names]
    if len(best) == 2 and ties[best[1]] < ties[best[0]] - MUCH:
        best.reverse()
    return (best[0],)


def _varies(values: pd.Series, parents: np.ndarray) -> bool:
    """Whether a time is another in rows of one parent, in one parent at least; or no parent has two rows."""
    held = pd.DataFrame({"parent": parents, "time": values.to_numpy()}).dropna()
    if not len(held):
        return False
    spread = held.groupby("parent")["time"].agg(["min", "max", "size"])
    several = spread[spread["size"] > 1]
    return not len(several) or bool((several["max"] > several["min"]).any())


def _ties(values: pd.Series, parents: np.ndarray) -> float:
    """Share of the rows whose parent has an earlier row of the same time."""
    return float(pd.DataFrame({"parent": parents, "time": values.to_numpy()}).duplicated().mean())
