"""Whether the values of a column are what the schema says of it."""

import numpy as np
import pandas as pd

from synthgen.data.columns import LARGEST, Boolean, Categorical, Column, Datetime, Identifier, Numerical
from synthgen.data.inference import infer_column
from synthgen.data.moments import to_moments
from synthgen.errors import SchemaError


def check_values(name: str, series: pd.Series, column: Column) -> None:
    """Checks the values of one column against what the schema says of it.

    Args:
        name: The column's name, for messages.
        series: (rows,).
        column: What they are supposed to be.

    Raises:
        SchemaError: If the type differs, or values are infinite, undeclared, outside declared bounds, or missing where
            none may be.
    """
    gaps = int(series.isna().sum())
    if gaps and not column.missing:
        raise SchemaError(f"Column {name!r}: {gaps} values are missing, but the schema says none is (missing: false).")
    if gaps == len(series) or not column.learned:
        return
    if isinstance(column, Datetime) and column.format is not None:
        _check_format(name, series, column.format)
        return
    found = infer_column(name, series, patients=len(series))
    if isinstance(column, Numerical):
        if not isinstance(found, Numerical | Identifier) or isinstance(series.iloc[0], str):
            raise SchemaError(
                f"Column {name!r}: expected numbers. Received {found.kind} values of type {series.dtype}."
            )
        _check_numbers(name, pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan), column)
    elif isinstance(column, Datetime) and not isinstance(found, Datetime):
        raise SchemaError(f"Column {name!r}: expected dates. Received {found.kind} values of type {series.dtype}.")
    elif isinstance(column, Boolean) and not series.dropna().isin([True, False]).all():
        raise SchemaError(f"Column {name!r}: expected true and false. Received {found.kind} values.")
    elif isinstance(column, Categorical) and column.categories is not None:
        undeclared = int((~series.dropna().isin(list(column.categories))).sum())
        if undeclared:
            raise SchemaError(
                f"Column {name!r}: {undeclared} rows hold a value that is not among the {len(column.categories)} "
                "declared categories. Add it to the schema, or leave categories out to take them from the data."
            )


def _check_format(name: str, series: pd.Series, form: str) -> None:
    held = series.dropna()
    other = len(held) - int(to_moments(held, form, lenient=True, utc="%z" in form).notna().sum())
    if other:
        raise SchemaError(f"Column {name!r}: expected dates written as {form}. Received {other} values that are not.")


def _check_numbers(name: str, numbers: np.ndarray, column: Numerical) -> None:
    infinite = int(np.isinf(numbers).sum())
    if infinite:
        raise SchemaError(f"Column {name!r}: {infinite} values are infinite. Replace them, e.g. by a missing value.")
    beyond = int((np.abs(numbers) > LARGEST).sum())
    if beyond:
        raise SchemaError(
            f"Column {name!r}: {beyond} values lie beyond {LARGEST:g} or -{LARGEST:g}, where squares overflow. If they "
            f"stand for missing values, make them missing, e.g. with column.where(column.abs() <= {LARGEST:g}); else "
            "leave these rows or the column out, or give the column in another unit."
        )
    low = -np.inf if column.minimum is None else column.minimum
    high = np.inf if column.maximum is None else column.maximum
    for bound, outside in (("minimum", numbers < low), ("maximum", numbers > high)):
        if outside.any():
            raise SchemaError(f"Column {name!r}: {int(outside.sum())} values lie beyond the declared {bound}.")
