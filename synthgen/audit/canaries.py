"""Canaries: patients who do not exist and stand out, so that a model that remembers single patients remembers them."""

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Column, Datetime, Identifier
from synthgen.data.schema import Schema
from synthgen.encoding.identifier import identifiers


def canaries(frame: pd.DataFrame, schema: Schema, *, num_canaries: int, rng: np.random.Generator) -> pd.DataFrame:
    """Returns rows whose every cell is possible and whose combinations are not: each column by itself, evenly.

    Args:
        frame: (rows, columns), valid under the schema.
        schema: Of the table.
        num_canaries: How many.
        rng: Source of chance.

    Returns:
        (num_canaries, columns), with the frame's types.
    """
    made = {name: _cells(frame[name], column, num_canaries, rng) for name, column in schema.columns.items()}
    return pd.DataFrame(made).astype(frame.dtypes.to_dict())[list(frame.columns)]


def _cells(series: pd.Series, column: Column, number: int, rng: np.random.Generator) -> pd.Series:
    if isinstance(column, Identifier):
        return identifiers(column, first=0, num_rows=number, seed=int(rng.integers(2**62)))
    held = series.dropna()
    if isinstance(column, Categorical | Boolean):
        declared = getattr(column, "categories", None)
        known = held.unique() if declared is None else np.array(declared, dtype=object)
        return pd.Series(known[rng.integers(0, len(known), number)] if len(known) else [None] * number)
    if not column.learned or not len(held):
        return pd.Series([series.iloc[0]] * number)
    if isinstance(column, Datetime) and held.dtype.kind != "M":
        return pd.Series(held.to_numpy()[rng.integers(0, len(held), number)])
    # among the values that there are, evenly by rank of the value, so that rare ones are as likely as common ones
    distinct = np.sort(held.unique())
    return pd.Series(distinct[rng.integers(0, len(distinct), number)])
