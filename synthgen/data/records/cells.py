"""Cells of databases as columns of pandas, and columns as cells: numbers stay exact, and gaps cost no type."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from pandas.api import types as pandas_types

from synthgen.data.moments import to_moments
from synthgen.errors import ReadError


def frame_of(
    where: str, names: Sequence[str], declared: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> pd.DataFrame:
    """Returns rows of a database as a frame.

    Args:
        where: They come from there, for messages.
        names: Of the columns.
        declared: Types that the database says of them, such as "INTEGER" or "TIMESTAMP"; they may lie.
        rows: Tuples of Python's own types, None for what is missing.

    Raises:
        ReadError: If a column holds bytes.

    Example:
        >>> frame_of("clinic.db", ["id", "ward"], ["INTEGER", "TEXT"], [(1, "a"), (None, None)]).dtypes.tolist()
        [Int64Dtype(), dtype('O')]
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    held = zip(names, declared, columns, strict=True)
    return pd.DataFrame({name: _column(where, name, sort.upper(), list(cells)) for name, sort, cells in held})


def _column(where: str, name: str, declared: str, cells: list[Any]) -> pd.Series:
    values = pd.Series(cells, dtype=object)
    held = pandas_types.infer_dtype(values, skipna=True)
    if held == "bytes":
        raise ReadError(f"{where}: column {name!r} holds bytes, which no kind of column covers. Leave it out.")
    missing = bool(values.isna().any())
    if "BOOL" in declared and values.dropna().isin([0, 1]).all():
        return values.astype("boolean") if missing else values.astype(bool)
    if held == "integer":
        return values.astype("Int64") if missing else values.astype("int64")
    if held in ("floating", "mixed-integer-float", "decimal"):
        return pd.to_numeric(values.astype("float64"))
    if held in ("datetime", "datetime64", "date") or (("DATE" in declared or "TIME" in declared) and held == "string"):
        return _moments(values)
    return values if held != "empty" else _empty(declared, len(values))


def _moments(values: pd.Series) -> pd.Series:
    """Dates, if all that are there are some; in the zone of none."""
    if pandas_types.infer_dtype(values, skipna=True) != "string":
        return to_moments(values)
    moments = to_moments(values, "ISO8601", lenient=True)
    return moments if (moments.isna() == values.isna()).all() else values


def _empty(declared: str, rows: int) -> pd.Series:
    """A column without a value, of the type that was said."""
    sorts = {"INT": "Int64", "BOOL": "boolean", "DATE": "datetime64[ns]", "TIME": "datetime64[ns]", "REAL": "float64",
             "FLOA": "float64", "DOUB": "float64", "DECIMAL": "float64", "NUMERIC": "float64"}  # fmt: skip
    dtype = next((dtype for sort, dtype in sorts.items() if sort in declared), "object")
    return pd.Series([None] * rows, dtype=dtype)


def sql_type(values: pd.Series) -> str:
    """Returns the type of a column that SQLite and DuckDB both know.

    Args:
        values: (rows,).

    Example:
        >>> sql_type(pd.Series([1, 2])), sql_type(pd.Series(["a"]))
        ('BIGINT', 'VARCHAR')
    """
    dtype = values.cat.categories.dtype if isinstance(values.dtype, pd.CategoricalDtype) else values.dtype
    if pandas_types.is_bool_dtype(dtype):
        return "BOOLEAN"
    if pandas_types.is_integer_dtype(dtype):
        return "BIGINT"
    if pandas_types.is_float_dtype(dtype):
        return "DOUBLE"
    if pandas_types.is_datetime64_any_dtype(dtype):
        return "TIMESTAMP" if getattr(dtype, "tz", None) is None else "VARCHAR"
    held = pandas_types.infer_dtype(values, skipna=True)
    return {"integer": "BIGINT", "floating": "DOUBLE", "boolean": "BOOLEAN"}.get(held, "VARCHAR")


def rows_of(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yields rows as Python's own types, None for what is missing, dates as ISO 8601.

    Args:
        frame: (rows, columns).
    """
    columns = [_cells(frame[name]) for name in frame.columns]
    return zip(*columns, strict=True)


def _cells(values: pd.Series) -> list[Any]:
    if pandas_types.is_datetime64_any_dtype(values.dtype):
        zoned = values.dt.tz is not None
        text = values.map(lambda moment: moment.isoformat(sep="T" if zoned else " "), na_action="ignore")
        return [None if cell is pd.NaT or pd.isna(cell) else cell for cell in text]
    return [None if missing else cell for cell, missing in zip(values.tolist(), values.isna(), strict=True)]
