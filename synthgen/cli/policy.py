"""``synthgen policy``: a release policy to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from synthgen.bundle.texts import TEXTS
from synthgen.cli.speaking import console
from synthgen.cli.verbs import Quiet
from synthgen.errors import SynthgenError, did_you_mean


def policy(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="YAML", help="Where to write it.")] = Path(
        "policy.yaml"
    ),
    kind: Annotated[
        str, typer.Option("--for", metavar="|".join(TEXTS), help="What is to be released: kinds have other metrics.")
    ] = next(iter(TEXTS)),
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

    if kind not in TEXTS:
        raise SynthgenError(f"Expected --for in {list(TEXTS)}. Received {kind!r}.{did_you_mean(kind, TEXTS)}")
    if output.exists():
        raise WriteError(f"{output} is there already. Name another file.")
    write_template(output, kind=kind)
    console(quiet=quiet).print(f"Written to {output}: read it, change it, sign it off.", markup=False)
