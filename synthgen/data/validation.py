"""Whether a table and the values of its columns are what the schema says of them."""

import numpy as np
import pandas as pd

from synthgen.data.columns import LARGEST, Boolean, Categorical, Column, Datetime, Numerical
from synthgen.data.inference import Holding, date_format, holds, infer_column
from synthgen.data.moments import to_moments
from synthgen.errors import SchemaError


def check_frame(frame: pd.DataFrame) -> None:
    """Makes sure that something is a table with rows, and columns whose names are distinct strings.

    Args:
        frame: Anything.

    Raises:
        SchemaError: If not.
    """
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(f"Expected a pandas DataFrame. Received {type(frame).__name__}.")
    if not len(frame) or not len(frame.columns):
        raise SchemaError(f"The table is empty: {len(frame)} rows, {len(frame.columns)} columns.")
    unnamed = [name for name in frame.columns if not isinstance(name, str)]
    if unnamed:
        raise SchemaError(
            f"Expected column names that are strings. Received {len(unnamed)} others, e.g. of type "
            f"{type(unnamed[0]).__name__}; use frame.columns = frame.columns.map(str)."
        )
    repeated = frame.columns[frame.columns.duplicated()].unique().tolist()
    if repeated:
        raise SchemaError(f"Column names must be distinct. Used more than once: {repeated}.")


def check_values(name: str, series: pd.Series, column: Column) -> None:
    """Checks the values of one column against what the schema says of it; infers nothing.

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
    _check_learned(name, series, column, holds(name, series))


def _check_learned(name: str, series: pd.Series, column: Column, held: Holding) -> None:
    if isinstance(column, Numerical):
        if held != "numbers":
            raise _other(name, series, "numbers", typed=True)
        _check_numbers(name, pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan), column)
    elif isinstance(column, Datetime):
        if held != "dates" and (held != "text" or date_format(series.dropna()) is None):
            raise _other(name, series, "dates", typed=True)
    elif isinstance(column, Boolean):
        if not series.dropna().isin([True, False]).all():
            raise _other(name, series, "true and false")
    elif isinstance(column, Categorical) and column.categories is not None:
        undeclared = int((~series.dropna().isin(list(column.categories))).sum())
        if undeclared:
            raise SchemaError(
                f"Column {name!r}: {undeclared} rows hold a value that is not among the {len(column.categories)} "
                "declared categories. Add it to the schema, or leave categories out to take them from the data."
            )


def _other(name: str, series: pd.Series, expected: str, *, typed: bool = False) -> SchemaError:
    """What is said of values that are something else."""
    kind = infer_column(name, series, patients=len(series)).kind
    of_type = f" of type {series.dtype}" if typed else ""
    return SchemaError(f"Column {name!r}: expected {expected}. Received {kind} values{of_type}.")


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
