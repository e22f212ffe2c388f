"""``synthgen keys``: a pair of keys to sign releases with."""

from pathlib import Path
from typing import Annotated

import typer

from synthgen.cli.speaking import console
from synthgen.cli.verbs import Quiet


def keys(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="PEM", help="The key that signs: keep it.")] = Path(
        "release.key"
    ),
    quiet: Quiet = False,
) -> None:
    """Make a pair of keys: one to sign releases, which stays in the house, and one to verify them, to hand out.

    The second has the name of the first and ends in .pub. Tell its fingerprint to those who verify by another way than
    the release itself.

    [bold]Examples[/bold]

    $ synthgen keys -o hospital.key
    """
    from synthgen.bundle.keys import write_keys

    public = output.with_name(f"{output.name}.pub")
    fingerprint = write_keys(output, public)
    out = console(quiet=quiet)
    out.print(f"Signs: {output} (readable for you only)", markup=False)
    out.print(f"Verifies: {public}, fingerprint {fingerprint}", markup=False)
