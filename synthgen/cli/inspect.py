"""``synthgen inspect``: everything in a model file that was taken from the data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from synthgen.cli.doors import door_of_model
from synthgen.cli.speaking import console, count, kept_epoch
from synthgen.cli.verbs import Quiet


def inspect(
    model: Annotated[Path, typer.Argument(help="A file that [bold]fit[/bold] wrote.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
    quiet: Quiet = False,
) -> None:
    """List every value in a model file that was taken from the data, by column, and how it was made.

    Read it before the file leaves the house. What is not listed is weights of the network that draws.

    [bold]Examples[/bold]

    $ synthgen inspect patients.synthgen

    $ synthgen inspect patients.synthgen --json > inspected.json
    """
    from rich.text import Text

    from synthgen.synthesizers.saving import inspect as read_model

    contents = read_model(model)
    out = console(quiet=quiet)
    if as_json:
        out.out(json.dumps(contents, indent=1, ensure_ascii=False), highlight=False)
        return
    for line in _manifest(contents["manifest"], contents["schema"]):
        out.print(line, markup=False)
    for name, entries in _taken(contents):
        out.print()
        out.print(Text(name, style="bold"))
        for what, values in entries.items():
            out.print(Text(f"  {what}{_how_many(values)}: {_spell(values)}"))


def _manifest(manifest: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """What made the file: lines of plain text."""
    settings = ", ".join(f"{name}={value}" for name, value in manifest["settings"].items())
    history, best = manifest["history"], manifest["best_epoch"]
    yield f"{manifest['family']}, written by synthgen {manifest['synthgen']} (layout {manifest['version']})"
    yield f"settings      seed={manifest['seed']}, {settings}"
    yield f"training      {kept_epoch(history, best) or 'in one go, without epochs'}"
    yield from door_of_model(manifest).inspected(manifest)
    if schema["rare_below"] is None:
        if manifest.get("privacy") is not None:
            yield from _ledger(manifest["privacy"])
        yield "protection    no column was learned"
        return
    key = f", patients named by {schema['patient_key']}" if schema["patient_key"] else ", each row a patient"
    if manifest.get("privacy") is None:
        yield f"protection    nothing that fewer than {schema['rare_below']} patients share{key}"
    else:
        yield from _ledger(manifest["privacy"])
    dropped = [name for name, column in schema["columns"].items() if column["kind"] in ("identifier", "text")]
    yield f"not learned   {', '.join(dropped) or 'no column'}"


def _ledger(stored: dict[str, Any]) -> Iterator[str]:
    """What differential privacy is promised, and each read of the data."""
    from synthgen.dp.ledger import Ledger

    first, *reads = str(Ledger.from_dict(stored)).splitlines()
    yield f"privacy       {first}"
    yield from (f"              {read.strip()}" for read in reads)


def _taken(contents: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was taken from the data: a heading, and values by what they are."""
    for name, stored in contents["encoder"].items():
        kind = contents["schema"]["columns"][name]["kind"]
        values = {what: value for what, value in stored.items() if what != "method"}
        yield f"{name} ({kind}, {stored['method'].replace('_', ' ')})", values
    yield "of the model", contents["model"]["arrays"]
    for constraint in contents["model"]["constraints"]:
        yield f"constraint {constraint['kind']}", {n: value for n, value in constraint.items() if n != "kind"}


def _how_many(values: Any) -> str:
    return f" ({count(len(values))})" if isinstance(values, list) else ""


def _spell(value: Any) -> str:
    """Writes numbers short and lists with commas, so that a person can read all of it."""
    if isinstance(value, list):
        return ", ".join(f"[{_spell(item)}]" if isinstance(item, list) else _spell(item) for item in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)
