"""``synthgen verify``: is a release as it was signed?"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from synthgen.cli.speaking import console
from synthgen.cli.verbs import Quiet


def verify(
    release: Annotated[Path, typer.Argument(help="The folder of a release, or one file in it.")],
    key: Annotated[Path, typer.Option(metavar="PEM", help="The public key of whoever is trusted to have signed.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """Verify a release, or one file of it, and say what was changed since it was signed.

    Exit code 0 where nothing was, 1 where something was; 2 where the signature itself does not hold.

    [bold]Examples[/bold]

    $ synthgen verify release/ --key hospital.key.pub

    $ synthgen verify release/synthetic.csv --key hospital.key.pub
    """
    from synthgen.bundle.manifest import verify as check

    found = check(release, key=key)
    out = console(quiet=quiet)
    if as_json:
        out.out(json.dumps({"passed": found.passed, **asdict(found)}, indent=1), highlight=False)
        raise typer.Exit(0 if found.passed else 1)
    out.print(f"Signed by {found.signed_by}.", markup=False)
    for word, names in {"changed": found.changed, "missing": found.missing, "not signed": found.unknown}.items():
        for name in names:
            out.print(f"  {word}: {_shown(name)}", markup=False)
    for name, kind in found.refused.items():
        out.print(f"  {kind}, which no release holds: {_shown(name)}", markup=False)
    count = len(found.unchanged)
    if found.passed:
        out.print(f"{count} file{'s' * (count != 1)} as signed.", markup=False)
    raise typer.Exit(0 if found.passed else 1)


def _shown(name: str) -> str:
    """A file's name, without what a terminal would obey or cannot show."""
    return name if name.isprintable() else repr(name)[1:-1]
