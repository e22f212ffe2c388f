"""What is known of each column of each table before anything is guessed of it; looked at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import final

import pandas as pd

from synthgen.data.dtypes import sort_of
from synthgen.data.records.keys import comparable


@final
@dataclass(frozen=True, eq=False)
class Facts:
    """A column, and what is asked of it more than once.

    Args:
        table: Name of its table.
        name: Its own.
        values: (rows,).
    """

    table: str
    name: str
    values: pd.Series

    @cached_property
    def comparable(self) -> pd.Series:
        """Values that are there, in the type in which they are compared: (present,)."""
        return comparable(self.values.dropna())

    @cached_property
    def distinct(self) -> pd.Index:
        """Each value once."""
        return pd.Index(self.comparable.unique())

    @property
    def complete(self) -> bool:
        """Whether no value is missing."""
        return len(self.comparable) == len(self.values)

    @property
    def names_rows(self) -> bool:
        """Whether it is complete and no value comes twice."""
        return len(self.values) > 0 and not self.values.isna().any() and bool(self.values.is_unique)

    @cached_property
    def sort(self) -> str:
        """Type of the values: "numbers" that are whole, "text", or "other"."""
        held = self.comparable
        if held.dtype.kind in "iu":
            return "numbers"
        if sort_of(held.dtype) == "object" and pd.api.types.infer_dtype(held, skipna=True) == "string":
            return "text"
        return "other"

    def share_in(self, parent: "Facts") -> float:
        """Returns the share of the rows whose value is one of another column's.

        Args:
            parent: The other.
        """
        return float(self.comparable.isin(parent.distinct).mean()) if len(self.comparable) else 0.0


def facts_of(frames: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, Facts]]:
    """Returns what is known of each column, by table and name.

    Args:
        frames: Name to data frame.
    """
    return {table: {name: Facts(table, name, frame[name]) for name in frame.columns.tolist()}
            for table, frame in frames.items()}  # fmt: skip
