"""Values of keys compared across tables: which row of one table each row of another names."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthgen.data.dtypes import sort_of
from synthgen.errors import SchemaError

MISSING, ORPHAN = -1, -2
"""In place of a row: the link is missing, or names a row that is not there."""

_MOST_EXACT = 2.0**53
"""Beyond, floats skip whole numbers."""


def rows_named(child: pd.DataFrame, columns: Sequence[str], parent: pd.DataFrame, key: Sequence[str]) -> np.ndarray:
    """Returns the row of the parent that each row of the child names.

    A key of several columns is missing where one of them is. Numbers are compared as numbers, whatever type holds them:
    a column of whole numbers becomes floats where one is missing. Of rows with one key the first is meant.

    Args:
        child: (rows, columns).
        columns: Its columns that name a row.
        parent: (parents, columns).
        key: Its columns that are named, in the same order.

    Returns:
        (rows,) int64, `MISSING` or `ORPHAN` where there is none.

    Raises:
        SchemaError: If one side of a column is numbers and the other text; names the column.

    Example:
        >>> visits, people = pd.DataFrame({"who": [7.0, 5.0, None, 6.0]}), pd.DataFrame({"id": [5, 7]})
        >>> rows_named(visits, ["who"], people, ["id"]).tolist()
        [1, 0, -1, -2]
    """
    codes, known = _codes([comparable(parent[name]) for name in key], [comparable(child[name]) for name in columns])
    first = np.full(max(codes.max(initial=-1), known.max(initial=-1)) + 1, ORPHAN, dtype=np.int64)
    named = np.flatnonzero(known >= 0)[::-1]
    first[known[named]] = named
    return np.where(codes < 0, MISSING, first[codes] if len(first) else MISSING)


def repeated(frame: pd.DataFrame, key: Sequence[str]) -> tuple[int, int]:
    """Returns how many rows have a key that an earlier row has, and in how many it is missing.

    Args:
        frame: (rows, columns).
        key: Columns that are to name a row.

    Example:
        >>> repeated(pd.DataFrame({"id": [1, 1, None]}), ["id"])
        (1, 1)
    """
    missing = frame[list(key)].isna().any(axis=1)
    return int(frame.loc[~missing, list(key)].duplicated().sum()), int(missing.sum())


def circling_rows(named: np.ndarray) -> np.ndarray:
    """Returns the rows of a table that come back to one where they have been, by a link of the table to itself.

    A row that names itself is an end, as the first of several orders often is.

    Args:
        named: (rows,) the row that each one names, negative for none.

    Example:
        >>> circling_rows(np.array([-1, 0, 2, 4, 3])).tolist()
        [3, 4]
    """
    above = np.where(named == np.arange(len(named)), MISSING, named)
    for _ in range(max(len(above), 2).bit_length() + 1):  # strides that double
        further = above >= 0
        above[further] = above[above[further]]
    return np.flatnonzero(above >= 0)


def comparable(values: pd.Series) -> pd.Series:
    """Returns values in the one type in which those of other tables can be compared with them.

    Args:
        values: (rows,).

    Returns:
        (rows,) whole numbers with missing ones, floats, dates, or objects.

    Example:
        >>> comparable(pd.Series([1.0, None])).dtype, comparable(pd.Series(["a"], dtype="category")).dtype
        (Int64Dtype(), dtype('O'))
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    sort = sort_of(values.dtype)
    if sort == "object" and pd.api.types.infer_dtype(values, skipna=True) in _NUMBERS:
        values, sort = pd.to_numeric(values), "number"
    if sort == "number":
        return _whole(values)
    return values if sort == "date" else values.astype(object)


_NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal")


def _whole(values: pd.Series) -> pd.Series:
    if pd.api.types.is_integer_dtype(values.dtype):
        return values.astype("Int64") if _fits(values) else values.astype(object)
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    held = numbers[~np.isnan(numbers)]
    if not (np.isfinite(held).all() and (held == np.floor(held)).all() and (np.abs(held) < _MOST_EXACT).all()):
        return pd.Series(numbers, index=values.index)
    return pd.Series(numbers, index=values.index).astype("Int64")


def _fits(values: pd.Series) -> bool:
    """Whether whole numbers fit into 64 bits with a sign."""
    largest = values.max()
    return bool(pd.isna(largest) or largest < 2**63)


def _codes(parents: list[pd.Series], children: list[pd.Series]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers that stand for the values of all columns together: (rows,) and (parents,), -1 where one is missing."""
    size = len(parents[0])
    codes = np.zeros(size + len(children[0]), dtype=np.int64)
    for parent, child in zip(parents, children, strict=True):
        _require_alike(parent, child)
        joined = [parent, child]
        if parent.dtype != child.dtype:
            numbers = {parent.dtype.kind, child.dtype.kind} <= set("iuf")
            joined = [side.astype("Float64") if numbers else side.astype(object) for side in joined]
        values, known = pd.factorize(pd.concat(joined, ignore_index=True))
        codes = np.where((codes < 0) | (values < 0), -1, codes * max(len(known), 1) + values)
        if len(parents) > 1:
            present = codes >= 0
            codes[present] = np.unique(codes[present], return_inverse=True)[1]  # small again, for the next column
    return codes[size:], codes[:size]


def _require_alike(parent: pd.Series, child: pd.Series) -> None:
    sorts = [_sort(side) for side in (parent, child)]
    if None not in sorts and sorts[0] != sorts[1]:
        raise SchemaError(
            f"{child.name!r} holds {sorts[1]}, and {parent.name!r}, which it refers to, {sorts[0]}: they cannot be "
            f"compared. Convert one, e.g. frame[{child.name!r}] = frame[{child.name!r}].astype(str), in both tables."
        )


def _sort(values: pd.Series) -> str | None:
    """What keys are, in a word; None where all are missing and so fit everything."""
    if values.notna().sum() == 0:
        return None
    if values.dtype.kind in "iuf":
        return "numbers"
    if sort_of(values.dtype) == "date":
        return "dates"
    held = pd.api.types.infer_dtype(values, skipna=True)
    return "numbers" if held in _NUMBERS else "text" if held == "string" else held
