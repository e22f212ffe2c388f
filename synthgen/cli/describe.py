"""``synthgen describe``: what every column of a table seems to mean, as a schema to read and edit."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthgen.cli.outputs import require_writable
from synthgen.cli.verbs import Quiet, Read, console, count

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from rich.table import Table

    from synthgen.data.schema import Schema


def describe(
    data: Annotated[Path, typer.Argument(help="A table: .csv, .tsv, .parquet or .feather.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="YAML", help="Write the schema to this file, to be edited.")
    ] = None,
    patient_key: Annotated[
        str | None,
        typer.Option(help="Column that names the patient, if a patient can have several rows."),
    ] = None,
    rare_below: Annotated[
        int, typer.Option(min=2, help="What fewer patients than this share is never stored and never shown.")
    ] = 10,
    *,
    read: Read,
    quiet: Quiet = False,
) -> None:
    """Say what the columns of a table seem to mean, and write it as a [bold]schema[/bold].

    The schema says which columns are learned, and how. Read it before you fit: what is guessed wrongly here is learned
    wrongly. It holds no value of your data. Every column is marked as inferred; under a privacy budget that does not
    count as public until you [bold]confirm[/bold] it.

    [bold]Examples[/bold]

    $ synthgen describe patients.csv -o schema.yaml

    $ synthgen describe visits.csv --patient-key patient_id --missing '?' -o schema.yaml
    """
    require_writable(output)
    frame = read(data)
    from synthgen.data.schema import Schema, SchemaWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SchemaWarning)  # the table below says it
        schema = Schema.infer(frame, patient_key=patient_key, rare_below=rare_below)
    if output is not None:
        schema.to_yaml(output)
    out = console(quiet=quiet)
    owners = "" if patient_key is None else f", {count(int(schema.patients(frame).max()) + 1)} patients"
    out.print(f"{data}: {count(len(frame))} rows{owners}, {len(schema.columns)} columns", markup=False)
    out.print(_columns(schema, frame), soft_wrap=False)
    out.print(_closing(schema, output, data), markup=False)


def _columns(schema: "Schema", frame: "pd.DataFrame") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(show_edge=False, pad_edge=False)
    for heading in ("Column", "Kind", "Type", "Missing", "Note"):
        table.add_column(heading, justify="right" if heading == "Missing" else "left", overflow="fold")
    for name, column in schema.columns.items():
        missing = f"{100 * frame[name].isna().mean():.1f} %" if column.missing else ""
        cells = (name, column.kind, column.dtype, missing, _note(name, schema, frame))
        table.add_row(*map(Text, cells), style=None if column.learned else "yellow")
    return table


def _note(name: str, schema: "Schema", frame: "pd.DataFrame") -> str:
    """What is worth knowing of a column: its grid, its rare categories, why it is not learned."""
    from synthgen.data.columns import Boolean, Datetime, Identifier, Numerical, Text

    column = schema.columns[name]
    if isinstance(column, Identifier):
        key = " (patient key)" if name == schema.patient_key else ""
        return f"not learned: made anew as {column.pattern}{key}"
    if isinstance(column, Text):
        return "not learned, left out: most patients have a value of their own"
    if isinstance(column, Numerical):
        return {None: "full precision", 0: "whole numbers", 1: "1 decimal"}.get(
            column.decimals, f"{column.decimals} decimals"
        )
    if isinstance(column, Datetime):
        return f"steps of 1 {column.resolution}" + (f", written {column.format}" if column.format else "")
    return "" if isinstance(column, Boolean) else _categories(frame[name], schema.patients(frame), schema.rare_below)


def _categories(values: "pd.Series", patients: "np.ndarray", rare_below: int) -> str:
    import pandas as pd

    sharing = pd.Series(patients).groupby(values.reset_index(drop=True), observed=True).nunique()
    rare = int((sharing < rare_below).sum())
    noun = "category" if len(sharing) == 1 else "categories"
    return f"{len(sharing)} {noun}" + (f", {rare} of them rare (fewer than {rare_below} patients)" if rare else "")


def _closing(schema: "Schema", output: Path | None, data: Path) -> str:
    learned = f"{len(schema.learned)} of {len(schema.columns)} columns would be learned."
    if output is None:
        return f"{learned} Add -o schema.yaml to write this down, and to change it."
    return (
        f"{learned} Written to {output}: read it, correct it, then synthgen fit {data} --schema {output}\n"
        f"For a privacy budget also: synthgen confirm {output}"
    )
