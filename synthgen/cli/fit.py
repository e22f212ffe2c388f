"""``synthgen fit``: learns data and writes a model file."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from synthgen.cli.door import Door, Prepared
from synthgen.cli.doors import DOORS, all_of, door_of_path
from synthgen.cli.fitting import budget, require_run, run_directory, write_roster
from synthgen.cli.outputs import require_writable
from synthgen.cli.reading import Reader
from synthgen.cli.settings import make
from synthgen.cli.speaking import console, kept_epoch
from synthgen.cli.verbs import Quiet
from synthgen.errors import FitInterrupted, ReadError, SynthgenError

MINUTES = 10.0
"""That a contest of families has unless told."""


def fit(  # noqa: PLR0913, PLR0917 - options
    data: Annotated[
        Path,
        typer.Argument(
            help="What is learned: a table (.csv, .tsv, .parquet, .feather); or images: a folder of PNG, DICOM or "
            "NIfTI, or .npz."
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
            metavar="|".join([*all_of("families"), *all_of("contest")]),
            help="What learns; of tables [bold]auto[/bold] tries several and says why it keeps which. Without it: "
            f"{', '.join(f'for {door.kind} {door.usual}' for door in DOORS.values() if door.families)}; with "
            "--epsilon, for tables: auto, which then looks at the schema only.",
        ),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help=f"Time for everything that auto does; {MINUTES:g} unless said otherwise.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Training steps of the tabular-... and image-... models.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the data of ctgan and tvae; 300 unless said otherwise.")
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
        Path | None, typer.Option(metavar="FILE", help="Keep a part out of training for the judges, and write it here.")
    ] = None,
    holdout_share: Annotated[float, typer.Option(help="Share of the patients to keep out.")] = 0.2,
    train: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was learned here; the judges need both.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where every finished epoch is kept, so that an interrupted run can go on. Unless given: beside the "
            "model, and removed when it is written.",
        ),
    ] = None,
    watch: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a sheet of drawn images here after every epoch.")
    ] = None,
    *,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Learn a table or images and write a [bold]model file[/bold], which holds no raw value of them.

    Beside it, [bold]MODEL.roster[/bold] keeps who was learned and held out, as keyed digests: for the house only, so
    that [bold]evaluate[/bold] and [bold]release[/bold] notice a wrong file.

    Ctrl-C keeps the finished epochs; the same command then goes on where it stopped, and ends with the same model.

    [bold]Examples[/bold]

    $ synthgen fit patients.csv --schema schema.yaml -o patients.synthgen

    $ synthgen fit patients.csv --schema schema.yaml --train train.csv --holdout holdout.csv -o patients.synthgen

    $ synthgen fit patients.csv --model ctgan --epochs 100 --seed 1 --set batch_size=1000 -o patients.synthgen

    $ synthgen fit patients.csv --schema schema.yaml --model auto --minutes 10 -o patients.synthgen

    $ synthgen confirm schema.yaml && synthgen fit patients.csv --schema schema.yaml --epsilon 1 -o patients.synthgen

    $ synthgen fit xrays/ --read size=64x64 --holdout holdout.npz --train train.npz -o xrays.synthgen
    """
    from synthgen.provenance.roster_file import roster_of

    require_writable(output, roster_of(output), train, holdout)
    door, promise = door_of_path(data), budget(epsilon, delta)
    door.refuse("fit", {"--watch": watch})
    meaning = door.schema(schema, private=promise is not None)
    word, why = door.named(model, schema=meaning, private=promise is not None)
    length = _length(door, word, {"--steps": steps, "--epochs": epochs, "--minutes": minutes},
                     {"--set": settings, "--checkpoint": checkpoint})  # fmt: skip
    door.require_places(train, holdout)
    if not data.exists():
        raise ReadError(f"{data}: there is no such file.")
    out = console(quiet=quiet)
    if why:
        out.print(why, markup=False)
    synthesizer = None if word == door.contest else make(door.families[word], length | {"seed": seed}, settings or [])
    found = door.prepared(read(data), meaning, private=promise is not None)
    found, kept_out = _divided(door, found, train=train, holdout=holdout, share=holdout_share, seed=seed)
    directory = None
    if synthesizer is None:
        selection = door.choose(found, minutes=length["minutes"], seed=seed, verbose=not quiet)
        synthesizer, said = selection.synthesizer, str(selection)
    else:
        directory = run_directory(checkpoint, output, private=promise is not None)
        more = {} if watch is None else {"watch": watch}
        _fit(synthesizer, found, directory=directory, privacy=promise, verbose=not quiet, **more)
        said = _learned(door, synthesizer, found)
    synthesizer.save(output)
    kept = write_roster(output, train=found.data, holdout=kept_out, schema=found.schema)
    if directory is not None and checkpoint is None:
        shutil.rmtree(directory, ignore_errors=not directory.exists())  # what takes seconds leaves none
    out.print(f"{said}\n{kept}\nWritten to {output}. Next: synthgen sample {output} -n {len(found.data)} -o "
              f"{door.example}", markup=False)  # fmt: skip


def _length(door: Door, word: str, given: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Arguments for the length of learning, in the model's own unit; refuses what is another's."""
    if word == door.contest:
        for option, value in (given | ours).items():
            if value and option != "--minutes":
                raise SynthgenError(
                    f"{option} is not for {word}, which sets up its candidates itself and takes --minutes. Name a "
                    f"--model in {list(door.families)}."
                )
        minutes = MINUTES if given["--minutes"] is None else given["--minutes"]
        if not 0 < minutes < float("inf"):
            raise SynthgenError(f"Expected --minutes above 0. Received {minutes:g}.")
        return {"minutes": minutes}
    family = door.families[word]
    for other, value in given.items():
        if value is not None and other != family.option:
            counted = (
                "which takes seconds" if family.option is None else f"whose training is counted in {family.option}"
            )
            raise SynthgenError(f"{other} is not for {word}, {counted}.")
    asked = None if family.option is None else given[family.option]
    return {} if family.length is None or asked is None else {family.length: asked}


def _divided(
    door: Door, found: Prepared, *, train: Path | None, holdout: Path | None, share: float, seed: int
) -> tuple[Prepared, Any]:
    """What is learned, and what is kept out of it; both written, where that is asked for."""
    from synthgen.data.split import split

    kept_out = None
    if holdout is not None:
        learned, kept_out = split(found.data, by=found.patient_key, holdout=share, seed=seed)
        found = replace(found, data=learned)
        door.write_real(kept_out, holdout)
    if train is not None:
        door.write_real(found.data, train)
    return found, kept_out


def _fit(synthesizer: Any, found: Prepared, *, directory: Path | None, **options: Any) -> None:
    """Learns; where it was ended, finished epochs are kept, and the error says where."""
    require_run(directory)
    try:
        synthesizer.fit(found.data, schema=found.schema, checkpoint=directory, **options)
    except FitInterrupted:
        if directory is None:
            raise
        raise FitInterrupted(
            f"Finished epochs are kept in {directory}. Run the same command again to go on from there."
        ) from None


def _learned(door: Door, synthesizer: Any, found: Prepared) -> str:
    kept = kept_epoch(synthesizer.history, synthesizer.best_epoch)
    spent = "" if synthesizer.ledger is None else f" Spent {str(synthesizer.ledger).splitlines()[0]}."
    note = f"{found.note}\n" if found.note else ""
    return f"{note}Learned {door.learned(found.data)}{kept and f'; {kept}'}.{spent}"
