"""``synthgen confirm``: a person stands for what a schema says; under a privacy budget only that counts as public."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthgen.cli.speaking import console, count
from synthgen.cli.verbs import Quiet
from synthgen.errors import SchemaError

if TYPE_CHECKING:
    from synthgen.data.schema import Schema

_MARK = re.compile(r"^[ \t]*inferred:[ \t]*true[ \t]*(#.*)?(\r?\n|\Z)", re.MULTILINE)
_LAYOUT = re.compile(r"^synthgen_schema:[ \t]*1\b", re.MULTILINE)


def confirm(
    schema: Annotated[Path, typer.Argument(metavar="YAML", help="A schema, see [bold]describe[/bold].")],
    quiet: Quiet = False,
) -> None:
    """Confirm what was guessed: you have read the schema, and it says nothing that only the table shows.

    [bold]describe[/bold] marks each column [bold]inferred: true[/bold]. A guess can give a patient away: one value of
    37.25 makes two decimals, one empty cell a column that may be empty. So under a privacy budget marked columns do not
    count as public. This verb takes all marks out of the file and leaves the rest of it as it is; to confirm single
    columns, take out their lines in an editor. Confirm what a code book, a form or a standard says.

    [bold]Examples[/bold]

    $ synthgen confirm schema.yaml
    """
    from synthgen.data.schema import Schema
    from synthgen.files.writing import replacing

    meaning = Schema.from_yaml(schema)
    out = console(quiet=quiet)
    if not meaning.inferred:
        out.print(f"{schema}: no column is marked as inferred.", markup=False)
        return
    text = _confirmed(schema.read_bytes().decode(), meaning)  # as bytes, so that line ends stay as they are
    with replacing(schema) as beside:
        beside.write_bytes(text.encode())
    for name in meaning.inferred:
        entry = _entry(meaning.to_dict(), name).items()
        out.print(f"{name}: {', '.join(f'{key} {value}' for key, value in entry if key != 'inferred')}", markup=False)
    out.print(f"{count(len(meaning.inferred))} columns of {schema} count as public from now on.", markup=False)


def _entry(stored: dict[str, Any], name: str) -> dict[str, Any]:
    """The entry of a column in a schema; of linked tables it is named table.column."""
    found: dict[str, Any] | None = stored.get("columns", {}).get(name)
    tables = stored.get("tables", {}).items()
    entries = {f"{table}.{column}": entry for table, held in tables for column, entry in held["columns"].items()}
    return entries[name] if found is None else found


def _confirmed(text: str, meaning: "Schema") -> str:
    """The file without marks, else as its author wrote it.

    Raises:
        SchemaError: If marks do not stand on lines of their own.
    """
    import yaml

    from synthgen.data.schema import VERSION

    edited = _LAYOUT.sub(f"synthgen_schema: {VERSION}", _MARK.sub("", text))
    if type(meaning).from_dict(yaml.safe_load(edited)).to_dict() != meaning.confirmed().to_dict():
        raise SchemaError("Not every mark 'inferred: true' has a line of its own. Take them out in an editor.")
    return edited
