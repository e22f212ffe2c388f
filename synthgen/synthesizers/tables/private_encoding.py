"""The encoder of a table under a privacy budget: every range, quantile and category is read with noise or declared."""

from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Column, Datetime, Numerical
from synthgen.dp.histograms import MOST_LEVELS
from synthgen.encoding.categorical import CategoryCodes, can_pool
from synthgen.encoding.column import ColumnEncoder
from synthgen.encoding.datetime import DatetimeBins, counted, ends_of
from synthgen.encoding.table import TableEncoder
from synthgen.errors import SchemaError
from synthgen.synthesizers.tables.private_numbers import private_bins, shares_of
from synthgen.synthesizers.tables.private_table import PrivateTable, column_share

ALWAYS_BINS, PATIENTS_A_BIN = 14, 20
"""Bins of a number that are tried whatever the noise, and deviations of the noise that more of them must hold."""

ALTOGETHER = 2_000
"""Bins of all columns together, beyond which each gets the few that there are always."""


def private_encoder(table: PrivateTable, *, num_bins: int) -> TableEncoder:
    """Returns an encoder that knows of the data only what was read with noise.

    Args:
        table: To be read.
        num_bins: Most bins of a numerical or datetime column.

    Raises:
        SchemaError: If there is a column that cannot be read so.
    """
    num_bins = affordable_bins(table, num_bins)
    columns: list[ColumnEncoder] = []
    for name in table.schema.learned:
        column, series = table.schema.columns[name], table.frame[name]
        if isinstance(column, Categorical | Boolean):
            columns.append(_categories(name, column, series, table))
        elif isinstance(column, Numerical):
            numbers = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
            columns.append(private_bins(name, column, numbers, table, num_bins=num_bins))
        elif isinstance(column, Datetime):
            whole = Numerical(decimals=0, missing=column.missing)
            counts = counted(series, column)
            bins = private_bins(name, whole, counts, table, num_bins=num_bins, within=ends_of(column))
            columns.append(DatetimeBins(name, column, bins))
        else:
            raise SchemaError(f"Column {name!r}: a {column.kind} column cannot be learned.")
    return TableEncoder(table.schema, columns)


def affordable_bins(table: PrivateTable, num_bins: int) -> int:
    """Returns the bins of a number that noise leaves something of.

    Args:
        table: Counted with noise.
        num_bins: At most; a few there are always.
    """
    deviation = table.reader.noise(column_share(table.schema, table.reader.budget), times=MOST_LEVELS)
    bins = int(table.num_patients / (PATIENTS_A_BIN * deviation))
    room = ALTOGETHER // len(table.schema.learned)
    return min(max(min(bins, room), ALWAYS_BINS), num_bins)


def _categories(name: str, column: Categorical | Boolean, series: pd.Series, table: PrivateTable) -> CategoryCodes:
    share, reader = column_share(table.schema, table.reader.budget), table.reader
    known: list[Any]
    declared = (False, True) if isinstance(column, Boolean) else column.categories
    if declared is not None:
        reader.free(f"categories of {name}")
        known = [*declared]
        codes = pd.Index(declared, dtype=object).get_indexer(pd.Index(series.astype(object)))
    else:
        codes, known = _found(series, column)
    gaps = series.isna().to_numpy()
    true = np.bincount(codes[~gaps], minlength=len(known))
    purpose = f"how often each value of {name} comes"
    counts = reader.counts(np.append(true, gaps.sum()), share=share, purpose=purpose)
    missing, counts = max(float(counts[-1]), 0.0) if column.missing else 0.0, np.maximum(counts[:-1], 0)
    pool, pooled = 0.0, False
    if declared is None:
        names = len([1 for n in table.schema.learned if isinstance(table.schema.columns[n], Categorical)])
        least = max(reader.threshold(share, times=names, purpose=f"categories of {name}"), table.schema.rare_below)
        kept = np.flatnonzero(counts >= least)
        known, counts = [known[place] for place in kept], counts[kept]
        pool = table.num_patients - missing - counts.sum()
        pooled = (pool > least or not known) and can_pool(column, known)
    gaps_shown = column.missing or not (known or pooled)
    masses = np.concatenate([counts, [max(pool, 1.0)] * pooled, [missing] * gaps_shown])
    return CategoryCodes(name, column, categories=known, pooled=pooled, missing=gaps_shown, shares=shares_of(masses))


def _found(series: pd.Series, column: Column) -> tuple[np.ndarray, list[Any]]:
    """Codes of a column, -1 where missing, and the values that they stand for, by type and value.

    Never in order of appearance, and in the type that the schema declares: one missing cell makes pandas hold whole
    numbers as others, and 1.0 in a model file would tell of the one patient who has it.
    """
    codes, values = pd.factorize(series.astype(object))
    declared = pd.api.types.pandas_dtype(column.dtype)
    known = [value.item() if isinstance(value, np.generic) else value for value in values]
    if pd.api.types.is_numeric_dtype(declared) and not pd.api.types.is_bool_dtype(declared):
        whole = not pd.api.types.is_float_dtype(declared)
        known = [(int(value) if whole else float(value)) if _is_whole(value) else value for value in known]
    order = sorted(range(len(known)), key=lambda place: (str(type(known[place])), known[place]))
    places = np.append(np.argsort(np.array(order, int)), -1)  # of each code; -1 stays
    return places[codes], [known[place] for place in order]


def _is_whole(value: object) -> bool:
    return isinstance(value, int | float) and float(value).is_integer()
