"""What the column that a model will predict holds: classes or numbers."""

import numpy as np
import pandas as pd

from synthgen.data.columns import Categorical, Column, Numerical
from synthgen.data.schema import Schema

MOST_NUMBERED_CLASSES = 20
"""More distinct whole numbers than this are a quantity; up to as many may be classes that were given numbers."""


def infer_schema_for(frame: pd.DataFrame, *, target: str) -> Schema:
    """Returns a guessed schema in which a target of few whole numbers, such as 0 and 1, is a column of classes.

    Elsewhere whole numbers are numbers: a model that draws 0.6 children and rounds does no harm. A target is different,
    because classes are counted, balanced and predicted one by one.

    Args:
        frame: (rows, columns).
        target: The column to predict; one that the frame does not have changes nothing.

    Raises:
        SchemaError: If no schema can be inferred.

    Example:
        >>> patients = pd.DataFrame({"age": [30, 41, 56, 60], "died": [0, 1, 0, 1]})
        >>> infer_schema_for(patients, target="died").columns["died"].kind
        'categorical'
    """
    schema = Schema.infer(frame)
    column = schema.columns.get(target)
    if column is None or not holds_numbered_classes(frame[target], column):
        return schema
    classes = Categorical(dtype=column.dtype, missing=column.missing)
    return Schema(dict(schema.columns) | {target: classes}, rare_below=schema.rare_below)


def holds_numbered_classes(series: pd.Series, column: Column) -> bool:
    """Returns whether a column of numbers looks like classes: few distinct, all whole.

    Args:
        series: (rows,).
        column: What the schema says of it.

    Example:
        >>> holds_numbered_classes(pd.Series([0.0, 1.0, None]), Numerical())
        True
    """
    if not isinstance(column, Numerical):
        return False
    numbers = pd.to_numeric(series.dropna()).to_numpy(dtype=float)
    distinct = np.unique(numbers[np.isfinite(numbers)])
    return len(distinct) <= MOST_NUMBERED_CLASSES and bool((distinct == np.round(distinct)).all())
