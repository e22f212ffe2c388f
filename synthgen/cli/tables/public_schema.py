"""The schema for a privacy budget: what a person stands for."""

from pathlib import Path
from typing import TYPE_CHECKING

from synthgen.errors import SchemaError

if TYPE_CHECKING:
    from synthgen.data.schema import Schema


def public_schema(path: Path) -> "Schema":
    """Returns the schema for a privacy budget.

    Args:
        path: Of its file.

    Raises:
        SchemaError: If it was guessed from a table and nobody has confirmed it: no epsilon could be stated after the
            work.
    """
    from synthgen.data.schema import Schema

    schema = Schema.from_yaml(path)
    if schema.inferred:
        from synthgen.synthesizers.tables.private_table import unconfirmed

        raise SchemaError(f"{path}: under a privacy budget no epsilon could be stated: {unconfirmed(schema)}")
    return schema
