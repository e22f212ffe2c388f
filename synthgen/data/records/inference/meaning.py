"""What the columns of linked tables mean: as those of one table, but for what rows of many patients share."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from synthgen.data.columns import Categorical, Column, Identifier, Numerical, Text
from synthgen.data.inference import NEAR_UNIQUE, infer_column
from synthgen.data.records.inference.names import is_code_name, is_identifier_name, is_place_name
from synthgen.errors import SchemaError

MOST_CODES = 2_000
"""Different whole numbers that a column of codes may hold."""


def infer_columns(
    table: str, frame: pd.DataFrame, names_of_rows: Collection[str], owners: np.ndarray, *, whose: bool
) -> dict[str, Column]:
    """Returns what each column seems to hold, marked as inferred.

    Args:
        table: Name of the table, for messages.
        frame: (rows, columns).
        names_of_rows: Columns that are keys or links.
        owners: (rows,) whose each row is, or which one it is where rows belong to nobody.
        whose: Whether rows are patients' and can be several's of one: then values count as repeated where most rows
            have one that several patients share, even if patients have as many values as there are.

    Raises:
        SchemaError: If a column mixes types or has a type that no kind covers; names table and column.
    """
    patients = max(len(np.unique(owners[owners >= 0])), 1)
    found = {}
    for name in frame.columns.tolist():
        try:
            found[name] = _column(name, frame[name], owners, patients, named=name in names_of_rows, whose=whose)
        except SchemaError as error:
            raise SchemaError(f"Table {table!r}: {error}") from error
    return found


def _column(name: str, series: pd.Series, owners: np.ndarray, patients: int, *, named: bool, whose: bool) -> Column:
    missing = bool(series.isna().any())
    if not len(series):  # nothing is known but its type
        return replace(infer_column(name, series, patients=1), missing=True)
    if named:
        return _name_of_rows(name, series, missing)
    shared = whose and patients < len(series) and _is_shared(series, owners)
    guess = infer_column(name, series, patients=int(series.nunique() / NEAR_UNIQUE) + 1 if shared else patients)
    return (
        Categorical(dtype=guess.dtype, missing=missing, inferred=True)
        if _is_code(name, series, guess, whose)
        else guess
    )


def _name_of_rows(name: str, series: pd.Series, missing: bool) -> Column:
    """A key or a link: an identifier, whatever it looks like."""
    called = name if is_identifier_name(name) else f"{name}_id"
    guess = infer_column(called, series.drop_duplicates(), patients=1)
    unique = bool(series.is_unique) and not missing
    if isinstance(guess, Identifier):
        return replace(guess, unique=unique)
    return Identifier(dtype=str(series.dtype), missing=missing, unique=unique, inferred=True)


def _is_code(name: str, series: pd.Series, guess: Column, whose: bool) -> bool:
    """Whether values are codes, though they look like something else; those of few patients are never stored."""
    if isinstance(guess, Text):
        return series.nunique() == 1  # a flag that few have
    if isinstance(guess, Identifier):
        return whose and is_code_name(name)
    whole = isinstance(guess, Numerical) and guess.decimals == 0
    return whole and is_identifier_name(name) and not is_place_name(name) and series.nunique() <= MOST_CODES


def _is_shared(series: pd.Series, owners: np.ndarray) -> bool:
    """Whether most rows hold a value that two patients have or more."""
    held = pd.DataFrame({"value": pd.factorize(series)[0], "owner": owners})
    held = held[(held["value"] >= 0) & (held["owner"] >= 0)]
    if not len(held):
        return False
    several = held.drop_duplicates().groupby("value").size()
    return bool((held["value"].map(several) >= 2).mean() > 0.5)
