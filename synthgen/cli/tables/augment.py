"""``synthgen augment``: adds synthetic rows to a training set, and says whether that helps."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synthgen.cli.outputs import require_writable
from synthgen.cli.reading import Reader
from synthgen.cli.speaking import console, count
from synthgen.cli.tables.door import TABLES
from synthgen.cli.tables.places import require_tables
from synthgen.cli.verbs import Quiet
from synthgen.errors import EvaluationError, SynthgenError

if TYPE_CHECKING:
    import pandas as pd

    from synthgen.data.schema import Schema
    from synthgen.metrics.tables.utility.augmentation_result import AugmentationVerdict
    from synthgen.synthesizers.tables.base import TableSynthesizer

PLAIN_ROWS = 2
"""Synthetic rows that the verdict may add, as a multiple of the real ones: its largest share."""


def augment(  # noqa: PLR0913 - options
    data: Annotated[Path, typer.Argument(help="The training rows, and only these: no row that will be tested on.")],
    target: Annotated[str, typer.Option(metavar="COLUMN", help="What a model will predict.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write real and synthetic rows.")
    ],
    schema: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="What the columns mean. Without it: that of the model, or a guess."),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option("--rows", "-n", min=0, help="Synthetic rows; as many as balance the classes unless said."),
    ] = None,
    *,
    balance: Annotated[
        bool, typer.Option("--balance/--plain", help="Fill up the smaller classes, or add rows as they come.")
    ] = True,
    model_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A model that [bold]fit[/bold] wrote. Without it one is trained here."),
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Training steps, where no model is given.")] = None,
    indicator: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Add a column that is true for synthetic rows.")
    ] = None,
    holdout: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Real rows that no model saw, for the verdict.")
    ] = None,
    verdict: Annotated[
        bool, typer.Option("--verdict", help="Say whether the rows help, against class weights and SMOTE. Slow.")
    ] = False,
    json: Annotated[Path | None, typer.Option(metavar="JSON", help="Write the verdict for programs.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed and data: same rows and verdict.")] = 0,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Add synthetic rows to a training set, by default until the classes of the target come equally often.

    That need not help. [bold]--verdict[/bold] tries it on the holdout and may answer "do not"; the rows are written and
    the exit code is 0 in either case.

    [bold]Examples[/bold]

    $ synthgen augment train.csv --target died --schema schema.yaml -o augmented.csv

    $ synthgen augment train.csv --target died --model-file patients.synthgen --indicator synthetic -o augmented.csv

    $ synthgen augment train.csv --target died --holdout holdout.csv --verdict --json verdict.json -o augmented.csv
    """
    if verdict != (holdout is not None) or (json is not None and not verdict):
        raise EvaluationError("Expected --verdict and --holdout together, and --json only with them.")
    if model_file is not None and steps is not None:
        raise SynthgenError("Expected --steps or --model-file, not both: a model in a file is trained already.")
    require_tables(output)
    require_writable(json)
    from synthgen.augmentation.augment import augment as add_rows
    from synthgen.data.schema import Schema
    from synthgen.data.tables.writers import write_table

    meaning = None if schema is None else Schema.from_yaml(schema)
    train, unseen = read(data, only=TABLES), None if holdout is None else read(holdout, only=TABLES)
    synthesizer = _synthesizer(model_file, steps, seed)
    meaning = _meaning(train, unseen, target, meaning or synthesizer.schema)
    augmented = add_rows(
        train, target=target, num_rows=rows, balance=balance, synthesizer=synthesizer, schema=meaning,
        indicator=indicator, seed=seed, verbose=not quiet,
    )  # fmt: skip
    write_table(augmented, output, private=True)
    out = console(quiet=quiet)
    added = len(augmented) - len(train)
    out.print(f"{count(len(train))} real and {count(added)} synthetic rows written to {output}", markup=False)
    if unseen is None:
        return
    made = augmented.iloc[len(train) :].drop(columns=[indicator] if indicator else [])
    found = _judge(
        synthesizer, train, unseen, made if balance and added else None, target=target, schema=meaning, seed=seed,
        verbose=not quiet,
    )  # fmt: skip
    out.print(str(found), markup=False)
    if json is not None:
        _write_json(found, json)
        out.print(f"Written to {json}", markup=False)


def _synthesizer(model_file: Path | None, steps: int | None, seed: int) -> "TableSynthesizer":
    if model_file is not None:
        from synthgen.synthesizers.loading import load

        return load(model_file)
    from synthgen.synthesizers.tables.gan import TabularGAN

    return TabularGAN(seed=seed) if steps is None else TabularGAN(num_steps=steps, seed=seed)


def _meaning(train: "pd.DataFrame", holdout: "pd.DataFrame | None", target: str, known: "Schema | None") -> "Schema":
    """The schema; what the verdict would refuse is refused before a model is trained."""
    from synthgen.data.target import infer_schema_for
    from synthgen.metrics.tables.readable import check_readable
    from synthgen.metrics.tables.tables import Tables

    schema = known or infer_schema_for(train, target=target)
    schema.validate(train)
    if holdout is not None:
        check_readable(Tables.read(train=train, synthetic=train, holdout=holdout, schema=schema, target=target))
    return schema


def _judge(  # noqa: PLR0913
    synthesizer: "TableSynthesizer",
    train: "pd.DataFrame",
    holdout: "pd.DataFrame",
    made: "pd.DataFrame | None",
    *,
    target: str,
    schema: "Schema",
    seed: int,
    verbose: bool,
) -> "AugmentationVerdict":
    """Judges the rows that were added, and plain ones beside them."""
    from synthgen.metrics.tables.utility.augmentation import augmentation_verdict

    if synthesizer.schema is None:  # the classes were balanced already
        synthesizer.fit(train, schema=schema, verbose=verbose)
    plain = synthesizer.sample(PLAIN_ROWS * len(train), seed=seed + 1, verbose=verbose)
    return augmentation_verdict(
        train=train, synthetic=plain, balanced=made, holdout=holdout, target=target, schema=schema,
        seeds=range(5 * seed, 5 * seed + 5), verbose=verbose,
    )  # fmt: skip


def _write_json(verdict: "AugmentationVerdict", path: Path) -> None:
    import json

    from synthgen.files.writing import replacing

    with replacing(path) as beside:
        beside.write_text(json.dumps(verdict.to_dict(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
