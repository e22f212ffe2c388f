"""Rows and their patients: a table with a column that names them, the rows of some of them."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from synthgen.data.columns import Identifier
from synthgen.data.records.linked_table import LinkedTable
from synthgen.data.schema import Schema
from synthgen.errors import SchemaError

OWNER = "(patient)"
"""Column that is added: whose each row is."""


def owned_table(
    frame: pd.DataFrame, table: LinkedTable, owners: np.ndarray, *, rare_below: int
) -> tuple[pd.DataFrame, Schema]:
    """Returns the rows with the column `OWNER`, and what they mean, with it as the patient's key.

    Args:
        frame: (rows, columns).
        table: What they mean.
        owners: (rows,) place of the patient of each; -1 for a row that leads to nobody, and so is a patient of its own.
        rare_below: See `RecordSchema`.
    """
    whose = pd.array(np.maximum(owners, 0), dtype="Int64")
    whose[owners < 0] = pd.NA
    columns = {**table.columns, OWNER: Identifier(dtype="Int64", missing=bool((owners < 0).any()), unique=False)}
    return frame.assign(**{OWNER: whose}), Schema(columns, OWNER, rare_below, table.constraints)


def rows_of(places: np.ndarray, owners: np.ndarray, patients: int) -> np.ndarray:
    """Returns the rows of some patients, in the order of these; rows of one keep theirs.

    Args:
        places: (chosen,) of patients, each once.
        owners: (rows,) place of the patient of each; -1 for a row that leads to nobody.
        patients: How many there are.

    Example:
        >>> rows_of(np.array([1, 0]), np.array([0, 1, -1, 0]), 2).tolist()
        [1, 0, 3]
    """
    rank = np.full(patients + 1, -1, dtype=np.int64)  # the last: of rows that lead to nobody
    rank[places] = np.arange(len(places))
    ranks = rank[owners]
    chosen = np.flatnonzero(ranks >= 0)
    return chosen[np.argsort(ranks[chosen], kind="stable")]


def frozen(tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Returns tables as a mapping that cannot be changed, rows numbered from 0.

    Args:
        tables: Name to data frame.

    Raises:
        SchemaError: If there is none, or something is no data frame.
    """
    if not isinstance(tables, Mapping) or not tables:
        raise SchemaError("tables: expected a mapping of names to data frames, at least one.")
    for name, frame in tables.items():
        if not isinstance(name, str) or not isinstance(frame, pd.DataFrame):
            raise SchemaError(
                f"tables: expected names to data frames. Received {type(name).__name__} {name!r} to "
                f"{type(frame).__name__}."
            )
    return MappingProxyType({name: frame.reset_index(drop=True) for name, frame in tables.items()})
