"""What `fit` and its like are given, as a data frame: a frame as it is, an array with columns x0, x1, ..."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse

from synthgen.data.schema import Schema
from synthgen.errors import SchemaError


def frame_of(table: Any, *, names: Sequence[str] | None = None, owner: str = "") -> pd.DataFrame:
    """Returns a table as a frame.

    Args:
        table: (rows, columns), a frame or whatever NumPy makes an array of.
        names: Of the columns of an array; None: x0, x1, ...
        owner: Who expects columns of these names.

    Returns:
        (rows, columns); a frame is returned as it is.

    Raises:
        SchemaError: If it is no table: of another shape than two-dimensional, sparse, or without rows or columns. In
            scikit-learn's words, which its tools look for.

    Example:
        >>> frame_of(np.array([[1.0, 2.0], [3.0, 4.0]])).columns.tolist()
        ['x0', 'x1']
    """
    if isinstance(table, pd.DataFrame):
        return table
    if scipy.sparse.issparse(table):
        raise SchemaError("Expected a dense table. Received a sparse matrix; make it dense with its toarray().")
    values = np.asarray(table)
    if values.ndim != 2:
        raise SchemaError(
            f"Expected 2D array, got {values.ndim}D array instead: a table is (rows, columns). Reshape your data, e.g. "
            "with reshape(-1, 1) if it is one column."
        )
    if np.iscomplexobj(values):
        raise SchemaError("Complex data not supported: give real and imaginary parts as two columns.")
    for count, unit, least in ((values.shape[1], "feature", 1), (values.shape[0], "sample", 2 if names is None else 0)):
        if count < least:
            raise SchemaError(
                f"Found array with {count} {unit}(s) (shape={values.shape}) while a minimum of {least} is required."
            )
    if names is not None and len(names) != values.shape[1]:
        raise SchemaError(f"X has {values.shape[1]} features, but {owner} is expecting {len(names)} features as input.")
    columns = [f"x{place}" for place in range(values.shape[1])] if names is None else list(names)
    return pd.DataFrame(values, columns=columns).infer_objects()


def learned_part(table: Any, schema: Schema, *, names: Sequence[str], owner: str) -> pd.DataFrame:
    """Returns the learned columns of rows that a fitted synthesizer is asked about.

    Args:
        table: (rows, columns), a frame with at least the learned columns, or an array with all of `names`.
        schema: Of the training table.
        names: Of the columns that `fit` was given, in order.
        owner: Who is asked.

    Returns:
        (rows, learned columns), with an index from 0.

    Raises:
        SchemaError: If a learned column is absent, or a cell does not fit the schema.
    """
    frame = frame_of(table, names=names, owner=owner)
    absent = [name for name in schema.learned if name not in frame]
    if absent:
        raise SchemaError(f"Expected every learned column. {absent} are absent.")
    frame = frame[schema.learned].reset_index(drop=True)
    Schema({name: schema.columns[name] for name in schema.learned}).validate(frame)
    return frame


def check_schema(schema: Any, *, second: Any) -> None:
    """Refuses what stands in the place of a schema but is none.

    Args:
        schema: As it came to `fit`.
        second: What came as y: a schema there would be ignored without a word.

    Raises:
        SchemaError: If there is such a thing.
    """
    if isinstance(second, Schema):
        raise SchemaError("Expected the schema by its name: fit(frame, schema=schema). The second place is y's.")
    if schema is not None and not isinstance(schema, Schema):
        raise SchemaError(f"Expected schema to be a Schema or None. Received a {type(schema).__name__}.")
