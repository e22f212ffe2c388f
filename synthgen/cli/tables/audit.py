"""``synthgen audit``: plants patients who do not exist, learns, and says how surely they are found."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthgen.cli.fitting import budget
from synthgen.cli.reading import Reader
from synthgen.cli.settings import make
from synthgen.cli.speaking import console
from synthgen.cli.tables.door import TABLES
from synthgen.cli.tables.public_schema import public_schema
from synthgen.cli.verbs import Quiet
from synthgen.errors import SettingsError, did_you_mean
from synthgen.families import of

if TYPE_CHECKING:
    from synthgen.audit.audit import AuditResult
    from synthgen.audit.one_patient import OnePatientResult
    from synthgen.audit.shadow import ShadowResult

MODELS = of(TABLES)
"""Families by the word of the command line."""


def audit(  # noqa: PLR0913, PLR0917 - options
    data: Annotated[Path, typer.Argument(help="Training rows.")],
    schema: Annotated[Path, typer.Option(metavar="YAML", help="What the columns mean, see [bold]describe[/bold].")],
    model: Annotated[str, typer.Option(metavar="|".join(MODELS), help="What learns the table.")] = "dp-marginals",
    epsilon: Annotated[
        float | None, typer.Option(help="The promise to be audited. Without it: what a fit without one gives away.")
    ] = None,
    delta: Annotated[float, typer.Option(help="Of that promise.")] = 1e-5,
    canaries: Annotated[
        int, typer.Option(min=20, help="Patients who do not exist, planted by the toss of a coin.")
    ] = 200,
    one_patient: Annotated[
        bool, typer.Option("--one-patient", help="Fit many times, with and without one single patient, instead.")
    ] = False,
    trials: Annotated[
        int, typer.Option(min=10, help="Fits of --one-patient that are guessed; 10 more come before.")
    ] = 30,
    row: Annotated[
        int | None,
        typer.Option(min=0, help="Row whose patient --one-patient removes, from 0. Without it one is planted."),
    ] = None,
    shadow_models: Annotated[
        int | None,
        typer.Option(min=4, metavar="N", help="Fit N times to random halves and tell who was in which, instead."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="An argument of the model, such as width=128."),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Who was learned, as [bold]fit[/bold] wrote it: make sure that these are they."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of canaries, coins and training.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that fit, for --one-patient and --shadow-models.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result for programs.")] = False,
    *,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Find out by attack how much a model gives away of single patients: a [bold]lower bound on epsilon[/bold].

    Rows that stand out are planted in the table, each by the toss of a coin; the model learns it once; an attacker who
    holds the model guesses who was planted. Exit code 1 if that refutes the promise. The model is thrown away.

    With [bold]--one-patient[/bold] the model learns the table again and again, with one patient or without by the toss
    of a coin, and the attacker, who knows all else, tells which: that sees what one patient does to other rows, which
    many canaries hide. With [bold]--shadow-models[/bold] nobody is planted: the table's own patients are attacked.

    A bound that is not above the claim proves nothing, 0 included.

    [bold]Examples[/bold]

    $ synthgen audit train.csv --schema schema.yaml --epsilon 1

    $ synthgen audit train.csv --schema schema.yaml --epsilon 1 --one-patient --set num_sweeps=0

    $ synthgen audit train.csv --schema schema.yaml --model tabular-autoregressive --canaries 400 --json

    $ synthgen audit train.csv --schema schema.yaml --model tvae --shadow-models 8
    """
    if model not in MODELS:
        raise SettingsError(f"Expected --model in {list(MODELS)}. Received {model!r}.{did_you_mean(model, MODELS)}")
    if one_patient and shadow_models is not None:
        raise SettingsError("--one-patient and --shadow-models are two audits: run one after the other.")
    if row is not None and not one_patient:
        raise SettingsError("--row is for --one-patient: canaries and shadow models remove nobody.")
    if workers > 1 and not one_patient and shadow_models is None:
        raise SettingsError("--workers is for --one-patient and --shadow-models: canaries are planted in a single fit.")
    from synthgen.audit.audit import audit as plant
    from synthgen.audit.one_patient import audit_one_patient
    from synthgen.audit.shadow import shadow_attack
    from synthgen.data.schema import Schema
    from synthgen.provenance.roster_file import read_roster

    frame = read(data, only=TABLES)
    if roster is not None:
        read_roster(roster).check(train=frame)
    synthesizer = make(MODELS[model], {"seed": seed}, settings or [])
    meaning = Schema.from_yaml(schema) if epsilon is None else public_schema(schema)
    shared: dict[str, Any] = {"schema": meaning, "privacy": budget(epsilon, delta), "seed": seed,
                              "verbose": not quiet}  # fmt: skip
    result: AuditResult | OnePatientResult | ShadowResult
    if one_patient:
        result = audit_one_patient(synthesizer, frame, trials=trials, row=row, workers=workers, **shared)
    elif shadow_models is None:
        result = plant(synthesizer, frame, num_canaries=canaries, **shared)
    else:
        result = shadow_attack(synthesizer, frame, num_models=shadow_models, workers=workers, **shared)
    if as_json:
        typer.echo(json.dumps(result.to_dict(), indent=1))
    else:
        console(quiet=quiet).print(str(result), markup=False)
    if getattr(result, "refuted", False):
        raise typer.Exit(1)
