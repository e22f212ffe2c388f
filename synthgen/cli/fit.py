"""``synthgen fit``: learns a table and writes a model file."""

import inspect
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from synthgen.cli import images
from synthgen.cli.confirm import public_schema
from synthgen.cli.outputs import require_writable
from synthgen.cli.verbs import (
    Quiet,
    Read,
    console,
    count,
    kept_epoch,
    parsed_settings,
    require_run,
    run_directory,
    write_roster,
)
from synthgen.errors import FitInterrupted, SynthgenError, did_you_mean
from synthgen.families import Family, of

if TYPE_CHECKING:
    import pandas as pd

    from synthgen.data.schema import Schema
    from synthgen.dp.budget import DifferentialPrivacy
    from synthgen.selection.selection import Selection
    from synthgen.synthesizers.tables.base import TableSynthesizer

MODELS = of("tables")
"""Families by the word of the command line."""

USUAL = "tabular-gan"
"""What learns where no model is named, and no privacy is promised."""

AUTO, MINUTES = "auto", 10.0
"""What chooses among the models, and the time that it has unless told."""


def fit(  # noqa: PLR0913, PLR0917 - options
    data: Annotated[
        Path,
        typer.Argument(
            help="The table to learn: .csv, .tsv, .parquet or .feather; or images: a "
            "folder of PNG, DICOM or NIfTI, or .npz."
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the model.")],
    schema: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="What the columns mean, see [bold]describe[/bold]. Without it: a guess."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="|".join([*MODELS, AUTO, *images.MODELS]),
            help=f"What learns the table; [bold]auto[/bold] tries several and says why it keeps which. Without it: "
            f"{USUAL}, for images image-gan; with --epsilon: auto, which then looks at the schema only.",
        ),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help=f"Time for everything that auto does; {MINUTES:g} unless said otherwise.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Training steps of the tabular-... and image-... models.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the table of ctgan and tvae; 300 unless said otherwise.")
    ] = None,
    epsilon: Annotated[
        float | None,
        typer.Option(
            help="Promise each patient differential privacy with this epsilon; needs a --schema that is confirmed."
        ),
    ] = None,
    delta: Annotated[float, typer.Option(help="Of that promise: far below one over the number of patients.")] = 1e-5,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, data and machine: same model.")] = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any other argument of the model, such as width=128."),
    ] = None,
    holdout: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep rows out of training for the judges, and write them here.")
    ] = None,
    holdout_share: Annotated[float, typer.Option(help="Share of the patients to keep out.")] = 0.2,
    train: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows that were learned here; the judges need both.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where every finished epoch is kept, so that an interrupted run can go on. Unless given: beside the "
            "model, and removed when it is written.",
        ),
    ] = None,
    how: images.How = None,
    watch: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a sheet of drawn images here after every epoch.")
    ] = None,
    *,
    read: Read,
    quiet: Quiet = False,
) -> None:
    """Learn a table and write a [bold]model file[/bold], which holds no raw value of it.

    Beside it, [bold]MODEL.roster[/bold] keeps who was learned and held out, as keyed digests: for the house only, so
    that [bold]evaluate[/bold] and [bold]release[/bold] notice a wrong file.

    Ctrl-C keeps the finished epochs; the same command then goes on where it stopped, and ends with the same model.

    [bold]Examples[/bold]

    $ synthgen fit patients.csv --schema schema.yaml -o patients.synthgen

    $ synthgen fit patients.csv --schema schema.yaml --train train.csv --holdout holdout.csv -o patients.synthgen

    $ synthgen fit patients.csv --model ctgan --epochs 100 --seed 1 --set batch_size=1000 -o patients.synthgen

    $ synthgen fit patients.csv --schema schema.yaml --model auto --minutes 10 -o patients.synthgen

    $ synthgen confirm schema.yaml && synthgen fit patients.csv --schema schema.yaml --epsilon 1 -o patients.synthgen

    $ synthgen fit xrays/ --images size=64x64 --holdout holdout.npz --train train.npz -o xrays.synthgen
    """
    if images.asked_for(data, model):
        images.refuse({"--epochs": epochs, "--minutes": minutes})
        images.fit(
            data, output, how=how or [], model=model, schema=schema, steps=steps, seed=seed, settings=settings or [],
            holdout=holdout, holdout_share=holdout_share, train=train, checkpoint=checkpoint, watch=watch,
            privacy=budget(epsilon, delta), quiet=quiet,
        )  # fmt: skip
        return
    from synthgen.data.split import split
    from synthgen.provenance.roster_file import roster_of

    model = _named(model, epsilon=epsilon, schema=schema, quiet=quiet)
    if model == AUTO:
        _check_auto({"--steps": steps, "--epochs": epochs, "--set": settings, "--checkpoint": checkpoint}, minutes)
        length = {}
    else:
        length = _length(model, {"--steps": steps, "--epochs": epochs, "--minutes": minutes})
    require_writable(output, roster_of(output))
    require_writable(train, holdout, table=True)
    frame, meaning = _read(data, schema, read)
    kept_out = None
    if holdout is not None:
        frame, kept_out = split(frame, by=meaning.patient_key, holdout=holdout_share, seed=seed)
        _write(kept_out, holdout)
    if train is not None:
        _write(frame, train)
    out = console(quiet=quiet)
    if model == AUTO:
        selection = _choose(frame, meaning, minutes=minutes, seed=seed, quiet=quiet)
        selection.synthesizer.save(output)
        kept = write_roster(output, train=frame, holdout=kept_out, schema=meaning)
        out.print(f"{selection}\n{kept}\n{_written(output, len(frame))}", markup=False)
        return
    synthesizer = make(MODELS[model], length | {"seed": seed}, settings or [])
    directory = run_directory(checkpoint, output, private=epsilon is not None)
    require_run(directory)
    try:
        synthesizer.fit(frame, schema=meaning, privacy=budget(epsilon, delta), checkpoint=directory, verbose=not quiet)
    except FitInterrupted:
        if directory is None:
            raise
        raise FitInterrupted(
            f"Finished epochs are kept in {directory}. Run the same command again to go on from there."
        ) from None
    synthesizer.save(output)
    kept = write_roster(output, train=frame, holdout=kept_out, schema=meaning)
    if directory is not None and checkpoint is None:
        shutil.rmtree(directory, ignore_errors=not directory.exists())  # a copula leaves none
    out.print(f"{_learned(synthesizer, len(frame))}\n{kept}\n{_written(output, len(frame))}", markup=False)


def _named(model: str | None, *, epsilon: float | None, schema: Path | None, quiet: bool) -> str:
    """The model that is meant; refuses a promise that cannot be kept before anything is read."""
    if epsilon is None:
        return model or USUAL
    if schema is None:
        raise SynthgenError(
            "--epsilon needs --schema: a guess would read the table outside the budget. 'synthgen describe' writes a "
            "first one; read it, and confirm what is known without the table by 'synthgen confirm'."
        )
    meaning = public_schema(schema)
    if model not in (None, AUTO):
        return model
    from synthgen.selection.private_family import private_family

    family, why = private_family(meaning)
    console(quiet=quiet).print(f"Chosen: {why}", markup=False)
    return next(word for word, known in MODELS.items() if known.name == family.__name__)


def _check_auto(given: dict[str, Any], minutes: float | None) -> None:
    """Refuses what only a model that is named can use."""
    for option, value in given.items():
        if value:
            raise SynthgenError(
                f"{option} is not for auto, which sets up its candidates itself and takes --minutes. Name a --model in "
                f"{list(MODELS)}."
            )
    if minutes is not None and not 0 < minutes < float("inf"):
        raise SynthgenError(f"Expected --minutes above 0. Received {minutes:g}.")


def _choose(frame: "pd.DataFrame", schema: "Schema", *, minutes: float | None, seed: int, quiet: bool) -> "Selection":
    from synthgen.selection.auto import fit_auto

    return fit_auto(frame, minutes=MINUTES if minutes is None else minutes, schema=schema, seed=seed, verbose=not quiet)


def _length(model: str, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments for the length of training, in the model's own unit."""
    if model not in MODELS:
        known = [*MODELS, AUTO]
        raise SynthgenError(f"Expected --model in {known}. Received {model!r}.{did_you_mean(model, known)}")
    family = MODELS[model]
    for other, value in given.items():
        if value is not None and other != family.option:
            counted = (
                "which takes seconds" if family.option is None else f"whose training is counted in {family.option}"
            )
            raise SynthgenError(f"{other} is not for {model}, {counted}.")
    asked = None if family.option is None else given[family.option]
    return {} if family.length is None or asked is None else {family.length: asked}


def _read(data: Path, schema: Path | None, read: Read) -> "tuple[pd.DataFrame, Schema]":
    from synthgen.data.schema import Schema

    meaning = None if schema is None else Schema.from_yaml(schema)
    frame = read(data)
    if meaning is None:
        meaning = Schema.infer(frame)
    meaning.validate(frame)
    return frame, meaning


def _write(frame: "pd.DataFrame", path: Path) -> None:
    from synthgen.data.tables.writers import write_table

    write_table(frame, path, private=True)


def make(family: Family, arguments: dict[str, Any], settings: Sequence[str]) -> "TableSynthesizer":
    """Returns the unfitted synthesizer, its settings checked against the arguments that it has."""
    made = family.load()
    hints = get_type_hints(made.__init__)
    known = [name for name in inspect.signature(made).parameters if name not in arguments]
    chosen = parsed_settings(settings, known)
    for name, value in chosen.items():
        if not isinstance(value, hints[name]) and not (isinstance(value, int) and hints[name] is float):
            wanted = getattr(hints[name], "__name__", str(hints[name]))
            raise SynthgenError(f"--set {name}: expected {wanted}. Received {value!r}.")
    synthesizer: TableSynthesizer = made(**arguments, **chosen)
    return synthesizer


def budget(epsilon: float | None, delta: float) -> "DifferentialPrivacy | None":
    """Returns the privacy budget that is asked for, if one is."""
    from synthgen.dp.budget import DifferentialPrivacy

    return None if epsilon is None else DifferentialPrivacy(epsilon=epsilon, delta=delta)


def _learned(synthesizer: "TableSynthesizer", num_rows: int) -> str:
    kept = kept_epoch(synthesizer.history, synthesizer.best_epoch)
    spent = "" if synthesizer.ledger is None else f" Spent {str(synthesizer.ledger).splitlines()[0]}."
    return f"Learned {count(num_rows)} rows{kept and f'; {kept}'}.{spent}"


def _written(output: Path, num_rows: int) -> str:
    return f"Written to {output}. Next: synthgen sample {output} -n {num_rows} -o synthetic.csv"
