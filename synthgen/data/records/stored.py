"""The schema file of linked tables: how it is told, and what stands in it."""

from typing import Any

from synthgen.data.records.linked_table import table_from_dict
from synthgen.errors import SchemaError
from synthgen.expected import Anything, Fields, agree, refused_as, said

VERSION = 1
"""Layout of the schema file."""

MARK = "synthgen_record_schema"
"""First entry of the schema file, by which it is told from that of one table."""

_STORED = Fields(
    {MARK: Anything(), "root": Anything(), "tables": Fields(others=True)},
    {"rare_below": Anything(), "layout": Anything()},
)


def stored_schema(stored: Any) -> dict[str, Any]:
    """Returns what a schema is made of.

    Args:
        stored: What was read from a file; may be anything.

    Raises:
        SchemaError: If the layout is not a schema's or of a newer version, or an entry is unknown or something else
            than expected; names table and entry.
        ConstraintError: The same for a constraint.

    Example:
        >>> stored_schema({"columns": {}})
        Traceback (most recent call last):
            ...
        synthgen.errors.SchemaError: This is no schema file of linked tables: expected a mapping with the key
        'synthgen_record_schema'.
    """
    if not isinstance(stored, dict) or MARK not in stored:
        raise SchemaError(f"This is no schema file of linked tables: expected a mapping with the key {MARK!r}.")
    if stored[MARK] != VERSION:
        raise SchemaError(f"The schema file has layout {said(stored[MARK])}, this synthgen reads {VERSION}; update it.")
    with refused_as(SchemaError):
        known = _STORED.check(stored, "the schema file")
        names = {str(name) for name in known["tables"]}
        agree(len(names) == len(known["tables"]), "tables: expected names that differ as text.")
    tables = {str(name): table_from_dict(str(name), table) for name, table in known["tables"].items()}
    return {"tables": tables, "root": known["root"], "rare_below": known.get("rare_below", 10),
            "layout": known.get("layout")}  # fmt: skip
