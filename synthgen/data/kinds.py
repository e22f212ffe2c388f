"""The one list of kinds of data, and how the kind of a path or a value is found. It loads a kind when it asks it."""

import importlib
from pathlib import Path
from typing import Any

from synthgen.data.kind import Kind
from synthgen.errors import SchemaError

KINDS: dict[str, str] = {
    "images": "synthgen.data.images.kind:ImageKind",
    "tables": "synthgen.data.tables.kind:TableKind",
}
"""Name to where its class is, in the order in which they are asked: the most particular first."""


def kind_named(name: str) -> Kind[Any]:
    """Returns the kind that is called so.

    Args:
        name: That `KINDS` knows.

    Raises:
        SchemaError: If there is none of that name.

    Example:
        >>> kind_named("tables").words.things
        'rows'
    """
    if name not in KINDS:
        raise SchemaError(f"kind: expected one of {sorted(KINDS)}. Received {name!r}.")
    module, _, word = KINDS[name].partition(":")
    kind: Kind[Any] = getattr(importlib.import_module(module), word)()
    return kind


def kind_of(value: Any) -> Kind[Any]:
    """Returns the kind of data that a value is.

    Args:
        value: Such as a data frame or an `ImageSet`.

    Raises:
        SchemaError: If it is of none.

    Example:
        >>> import pandas as pd
        >>> kind_of(pd.DataFrame()).name
        'tables'
    """
    for name in KINDS:
        if (kind := kind_named(name)).holds(value):
            return kind
    raise SchemaError(f"Expected data of one of the kinds {sorted(KINDS)}. Received {type(value).__name__}.")


def kind_of_path(path: Path) -> Kind[Any]:
    """Returns the kind of data that a path holds, or is to hold.

    Args:
        path: Of a file or folder.

    Raises:
        SchemaError: If no kind claims it.
    """
    for name in KINDS:
        if (kind := kind_named(name)).claims(path):
            return kind
    raise SchemaError(f"{path}: expected data of one of the kinds {sorted(KINDS)}. No reader of any claims it.")
