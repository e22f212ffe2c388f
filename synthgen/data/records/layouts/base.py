"""What all layouts share: how one is told, what it says of its tables, and what has to agree when it is written."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar

import pandas as pd

from synthgen.data.records.known import Known
from synthgen.data.records.link import Link

Frames = Mapping[str, pd.DataFrame]


class RecordLayout(ABC):
    """One layout of linked tables that everybody knows; a new one is a file and a row in `LAYOUTS`.

    Names of tables and columns count whatever their case, and are kept as they came.
    """

    name: ClassVar[str]

    @abstractmethod
    def recognises(self, tables: Frames) -> bool:
        """Whether tables are in this layout, by their names and columns.

        Args:
            tables: Name to data frame.
        """

    @abstractmethod
    def known(self, tables: Frames) -> Known:
        """Returns what need not be guessed of tables in this layout.

        Args:
            tables: Name to data frame.
        """

    def finished(self, tables: Frames) -> dict[str, pd.DataFrame]:
        """Returns tables as they are written: what follows from other columns follows from them.

        Args:
            tables: Name to data frame, in this layout.
        """
        return dict(tables)


def column(frame: pd.DataFrame, name: str) -> str | None:
    """Returns a column's own name, whatever its case; None where there is none.

    Args:
        frame: (rows, columns).
        name: In small letters.
    """
    return next((one for one in frame.columns if str(one).lower() == name), None)


def table(tables: Frames, name: str) -> str | None:
    """Returns a table's own name, whatever its case; None where there is none.

    Args:
        tables: Name to data frame.
        name: In small letters.
    """
    return next((one for one in tables if one.lower() == name), None)


def has(tables: Frames, name: str, *columns: str) -> bool:
    """Returns whether there is a table of a name with all columns of some names.

    Args:
        tables: Name to data frame.
        name: In small letters.
        columns: In small letters.
    """
    own = table(tables, name)
    return own is not None and all(column(tables[own], one) is not None for one in columns)


def own_keys(tables: Frames, keys: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Returns keys by the tables' and columns' own names, of those that are there.

    Args:
        tables: Name to data frame.
        keys: Table to the column that is its key, in small letters.
    """
    found = {own: column(tables[own], key) for name, key in keys.items() if (own := table(tables, name)) is not None}
    return {own: (key,) for own, key in found.items() if key is not None}


def own_links(tables: Frames, name: str, pairs: Iterable[tuple[str, str]]) -> tuple[Link, ...]:
    """Returns links by the tables' and columns' own names, of those that are there.

    Args:
        tables: Name to data frame.
        name: Of the table whose rows refer, its own.
        pairs: Column and the table that it refers to, in small letters.
    """
    found = [(column(tables[name], one), table(tables, to)) for one, to in pairs]
    return tuple(Link((one,), to) for one, to in found if one is not None and to is not None)


def measured(tables: Frames, told: Mapping[str, tuple[str, str, str]]) -> dict[str, tuple[str, str, str]]:
    """Returns columns of measurements by their own names, of tables that have kind and value.

    Args:
        tables: Name to data frame.
        told: Table to kind, value and unit, in small letters.
    """
    found = {}
    for name, (kind, value, unit) in told.items():
        own = table(tables, name)
        if own is not None and has(tables, name, kind, value):
            names = [column(tables[own], one) or "" for one in (kind, value, unit)]
            found[own] = (names[0], names[1], names[2])
    return found
