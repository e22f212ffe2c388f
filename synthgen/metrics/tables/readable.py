"""Whether a judge can read what it is handed: a value that is none is a fault of the table, and no missing value."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgen.data.columns import Datetime
from synthgen.errors import EvaluationError
from synthgen.metrics.tables.holdout import check_filled
from synthgen.metrics.tables.tables import Tables


def check_readable(tables: Tables) -> None:
    """Checks that every table has rows, every number is one, and the real tables have values in the same columns.

    Args:
        tables: What is to be judged.

    Raises:
        EvaluationError: Names the argument and the column, and counts the values.
    """
    for role, frame in tables.frames.items():
        if not len(frame):
            ways = {"holdout": " Pass real rows that the maker never saw, or leave holdout out."}
            raise EvaluationError(f"{role}: the table has no rows.{ways.get(role, ' There is nothing to judge.')}")
        table = {"train": tables.train, "synthetic": tables.synthetic, "holdout": tables.holdout}[role]
        for name, count in (table.unreadable if table is not None else {}).items():
            dates = isinstance(tables.schema.columns[name], Datetime)
            infinite = 0 if dates else int(np.isinf(_as_numbers(frame[name])).sum())
            kinds = [f"{infinite} are infinite"] * (infinite > 0)
            kinds += [f"{count - infinite} are no {'dates' if dates else 'numbers'}"] * (count > infinite)
            raise EvaluationError(
                f"{role}: of {len(frame)} values of column {name!r} {' and '.join(kinds)}. Expected finite "
                f"{'dates' if dates else 'numbers'} or missing values. Read the file with the right decimal, format "
                "and missing_values; or leave such values, or their rows, out."
            )
    if tables.holdout is not None:
        check_filled(train=tables.train, holdout=tables.holdout, features=tables.features)


def _as_numbers(series: pd.Series) -> np.ndarray:
    return pd.to_numeric(series.astype(object), errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
