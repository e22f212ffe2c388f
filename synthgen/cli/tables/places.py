"""Where tables are going to be written, whose names say their format."""

from pathlib import Path

from synthgen.cli.outputs import require_writable
from synthgen.errors import WriteError


def require_tables(*paths: Path | None) -> None:
    """Finds out before long work whether tables can be written; see `synthgen.cli.outputs.require_writable`.

    Args:
        paths: Files to be written later; None is passed over.

    Raises:
        WriteError: If one cannot be, or its name says no format of tables.
    """
    from synthgen.data.tables.formats import format_of

    for path in paths:
        if path is not None:
            try:
                format_of(path)
            except ValueError as error:
                raise WriteError(str(error)) from None
    require_writable(*paths)
