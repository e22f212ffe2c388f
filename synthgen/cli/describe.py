"""``synthgen describe``: what data seems to be, before it is learned, and a schema to read and edit."""

from pathlib import Path
from typing import Annotated

import typer

from synthgen.cli.door import Description
from synthgen.cli.doors import door_of_path
from synthgen.cli.outputs import require_writable
from synthgen.cli.reading import Reader
from synthgen.cli.speaking import console
from synthgen.cli.verbs import Quiet
from synthgen.errors import SchemaError
from synthgen.files.writing import replacing


def describe(
    data: Annotated[
        Path,
        typer.Argument(
            help="A table: .csv, .tsv, .parquet or .feather; images, see fit; or "
            "linked tables: a folder of files, .sqlite, .duckdb."
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="YAML", help="Write the schema to this file, to be edited.")
    ] = None,
    patient_key: Annotated[
        str | None,
        typer.Option(help="Column of a table that names the patient, if a patient can have several rows."),
    ] = None,
    rare_below: Annotated[
        int, typer.Option(min=2, help="What fewer patients than this share is never stored and never shown.")
    ] = 10,
    *,
    picture: Annotated[
        Path | None, typer.Option(metavar="SVG", help="Draw linked tables and how they hang together into this file.")
    ] = None,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Say what a table or images seem to be, and write what columns mean as a [bold]schema[/bold].

    The schema says which columns are learned, and how. Read it before you fit: what is guessed wrongly here is learned
    wrongly. It holds no value of your data. Every column is marked as inferred; under a privacy budget that does not
    count as public until you [bold]confirm[/bold] it. Of images also their size, classes and patients are said; their
    schema is that of what is known of each. Of linked tables it is said how they hang together, and what has to be
    asked before they are learned.

    [bold]Examples[/bold]

    $ synthgen describe patients.csv -o schema.yaml

    $ synthgen describe visits.csv --patient-key patient_id --missing '?' -o schema.yaml

    $ synthgen describe xrays/ --read size=64x64

    $ synthgen describe hospital/ -o hospital.yaml --picture hospital.svg
    """
    require_writable(output, picture)
    door = door_of_path(data)
    door.refuse("describe", {"--patient-key": patient_key, "--picture": picture})
    found = door.describe(read(data), patient_key=patient_key, rare_below=rare_below)
    if output is not None:
        if found.schema is None:
            raise SchemaError(f"--output: {found.closing} There is no schema to write.")
        found.schema.to_yaml(output)
    if picture is not None:
        with replacing(picture) as beside:
            beside.write_text(found.picture, encoding="utf-8")
    out = console(quiet=quiet)
    out.print(f"{data}: {found.head}", markup=False)
    for part in found.shown:
        out.print(part, markup=False) if isinstance(part, str) else out.print(part, soft_wrap=False)
    out.print(_closing(found, output, data), markup=False)


def _closing(found: Description, output: Path | None, data: Path) -> str:
    """What can be done next."""
    if found.schema is None:
        return found.closing
    if output is None:
        return f"{found.closing} Add -o schema.yaml to write this down, and to change it."
    return (
        f"{found.closing} Written to {output}: read it, correct it, then synthgen fit {data} --schema {output}\n"
        f"For a privacy budget also: synthgen confirm {output}"
    )
