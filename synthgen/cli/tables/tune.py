"""``synthgen tune``: searches the settings of a model for a table, and writes the best."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthgen.cli.fitting import write_roster
from synthgen.cli.outputs import require_writable
from synthgen.cli.reading import Reader
from synthgen.cli.speaking import console
from synthgen.cli.tables.door import TABLES
from synthgen.cli.verbs import Quiet
from synthgen.errors import SettingsError, did_you_mean
from synthgen.families import of

if TYPE_CHECKING:
    from synthgen.selection.tuning_result import TuningResult

MODELS = of(TABLES)
"""Families by the word of the command line."""


def tune(  # noqa: PLR0913, PLR0917 - options
    data: Annotated[Path, typer.Argument(help="The training rows, and only these: no row that will be judged with.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the model.")],
    schema: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="What the columns mean, see [bold]describe[/bold]. Without it: a guess."),
    ] = None,
    model: Annotated[str, typer.Option(metavar="|".join(MODELS), help="What learns the table.")] = "tabular-gan",
    minutes: Annotated[float, typer.Option(help="Time for everything, the last fit to all rows included.")] = 30,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Most settings to try; as many as fit into the time.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A setting that all trials have, such as num_steps=2000."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
    json: Annotated[Path | None, typer.Option(metavar="JSON", help="Write all trials for programs.")] = None,
    *,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Search the settings of a model for those that suit a table, and write the [bold]model file[/bold] of the best.

    A fifth of the patients is held out to score each try with; the best settings learn all rows. Ctrl-C ends the search
    and writes the best so far. Needs Optuna: pip install 'synthgen[[tune]]'.

    [bold]Examples[/bold]

    $ synthgen tune train.csv --schema schema.yaml --minutes 30 -o patients.synthgen

    $ synthgen tune train.csv --model tabular-autoregressive --trials 20 --minutes 60 --json trials.json -o
    patients.synthgen

    $ synthgen tune train.csv --set num_steps=2000 -o patients.synthgen
    """
    if model not in MODELS:
        raise SettingsError(f"Expected --model in {list(MODELS)}. Received {model!r}.{did_you_mean(model, MODELS)}")
    fixed = _settings(settings or [])
    from synthgen.data.schema import Schema
    from synthgen.provenance.roster_file import roster_of
    from synthgen.selection.tuning import tune as search

    require_writable(output, roster_of(output), json)
    frame = read(data, only=TABLES)
    meaning = Schema.infer(frame) if schema is None else Schema.from_yaml(schema)
    result = search(
        frame, family=MODELS[model].name, minutes=minutes, num_trials=trials, schema=meaning, settings=fixed, seed=seed,
        verbose=not quiet,
    )  # fmt: skip
    result.synthesizer.save(output)
    kept = write_roster(output, train=frame, holdout=None, schema=meaning)
    out = console(quiet=quiet)
    out.print(str(result), markup=False)
    if json is not None:
        _write_json(result, json)
    out.print(kept, markup=False)
    out.print(f"Written to {output}. Next: synthgen sample {output} -n 1000 -o synthetic.csv", markup=False)


def _settings(given: list[str]) -> dict[str, Any]:
    """Settings by name; whether a model has them, and in what range, the library says."""
    from synthgen.data.yaml_files import parse_yaml
    from synthgen.expected import refused_as

    parsed = {}
    for setting in given:
        name, sign, text = setting.partition("=")
        if not name or not sign:
            raise SettingsError(f"Expected --set NAME=VALUE. Received {setting!r}.")
        with refused_as(SettingsError):
            parsed[name] = parse_yaml(text, f"--set {name}")
    return parsed


def _write_json(result: "TuningResult", path: Path) -> None:
    import json

    from synthgen.files.writing import replacing

    with replacing(path) as beside:
        beside.write_text(json.dumps(result.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
