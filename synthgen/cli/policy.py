"""``synthgen policy``: a release policy to begin with."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from synthgen.cli.verbs import Quiet, console


def policy(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="YAML", help="Where to write it.")] = Path(
        "policy.yaml"
    ),
    things: Annotated[
        Literal["tables", "images"], typer.Option("--for", help="What is to be released: they have other metrics.")
    ] = "tables",
    quiet: Quiet = False,
) -> None:
    """Write a release policy to edit: what a report must say before synthetic data may leave.

    Write it before training. A file that is there already is not touched.

    [bold]Examples[/bold]

    $ synthgen policy

    $ synthgen policy --for images -o hospital.yaml
    """
    from synthgen.bundle.policy import write_template
    from synthgen.errors import WriteError

    if output.exists():
        raise WriteError(f"{output} is there already. Name another file.")
    write_template(output, things=things)
    console(quiet=quiet).print(f"Written to {output}: read it, change it, sign it off.", markup=False)
