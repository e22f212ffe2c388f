"""The one list of kinds of data, and how the kind of a path or a value is found. It loads a kind when it asks it."""

import importlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from synthgen.data.kind import Kind, Source
from synthgen.errors import ReadError, SchemaError, did_you_mean

KINDS: dict[str, str] = {
    "images": "synthgen.data.images.kind:ImageKind",
    "records": "synthgen.data.records.kind:RecordKind",
    "tables": "synthgen.data.tables.kind:TableKind",
    "image_pairs": "synthgen.data.image_pairs.kind:ImagePairKind",
}
"""Name to where its class is, in the order in which they are asked: the most particular first."""


def all_kinds() -> Iterator[Kind[Any]]:
    """Yields each kind, in the order in which they are asked.

    Example:
        >>> [kind.name for kind in all_kinds()]
        ['images', 'records', 'tables', 'image_pairs']
    """
    return map(kind_named, KINDS)


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
        raise SchemaError(f"kind: expected one of {sorted(KINDS)}. Received {name!r}.{did_you_mean(name, KINDS)}")
    module, _, word = KINDS[name].partition(":")
    kind: Kind[Any] = getattr(importlib.import_module(module), word)()
    return kind


def kind_of_things(things: str) -> Kind[Any]:
    """Returns the kind whose data is called so, as rosters and older reports do.

    Args:
        things: Such as "rows".

    Raises:
        SchemaError: If there is none.

    Example:
        >>> kind_of_things("images").name
        'images'
    """
    known = {kind.words.things: kind for kind in all_kinds()}
    if things not in known:
        raise SchemaError(f"things: expected one of {sorted(known)}. Received {things!r}.")
    return known[things]


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
    kind = kind_holding(value)
    if kind is not None:
        return kind
    raise SchemaError(f"Expected data of one of the kinds {sorted(KINDS)}. Received {type(value).__name__}.")


def kind_holding(value: Any) -> Kind[Any] | None:
    """Returns the kind of data that a value is, None if it is of none.

    Args:
        value: Anything.
    """
    return next((kind for kind in all_kinds() if kind.holds(value)), None)


def kind_of_mark(stored: Any) -> Kind[Any] | None:
    """Returns the kind whose schema file something is, None for one table's, or for what is none.

    Args:
        stored: What was read from a file; may be anything.

    Example:
        >>> kind_of_mark({"synthgen_schema": 2}) is None
        True
    """
    if not isinstance(stored, Mapping):
        return None
    return next((kind for kind in all_kinds() if kind.schema_mark is not None and kind.schema_mark in stored), None)


def kind_of_path(path: Source) -> Kind[Any]:
    """Returns the kind of data that a path holds, or is to hold.

    Args:
        path: Of a file or folder; or the address of a database.

    Raises:
        ReadError: If no kind claims it; says what was found, and where each kind is read from.

    Example:
        >>> kind_of_path("visits.csv").name, kind_of_path("scans.npz").name
        ('tables', 'images')
    """
    for kind in all_kinds():
        if kind.claims(path):
            return kind
    at_home = sorted((kind for kind in all_kinds() if kind.where), key=lambda kind: kind.name)
    wanted = "; ".join(f"{kind.name}: {kind.where}" for kind in at_home)
    raise ReadError(f"{path} {_found(Path(path))} Expected {wanted}.")


def _found(path: Path) -> str:
    """What lies where no kind is at home, in a sentence without a name of a file inside: it may be a patient's."""
    if not path.exists():
        return "does not exist."
    if not path.is_dir():
        return f"is of no format that is read{f': it ends in {path.suffix}' if path.suffix else ''}."
    inside = [file for file in path.rglob("*") if file.is_file()]
    if not inside:
        return "is a folder without a file."
    for kind in all_kinds():
        held = [file for file in inside if kind.claims(file)]
        if held:
            return f"is a folder with {len(held)} of {len(inside)} files that hold {kind.name}: name one of them."
    endings = Counter(file.suffix or "no ending" for file in inside).most_common(3)
    return f"is a folder of files that are not read ({', '.join(f'{count} with {end}' for end, count in endings)})."
