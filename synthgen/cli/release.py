"""``synthgen release``: judges, decides, bundles and signs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from synthgen.cli.evaluate import guarantee, manifest_of
from synthgen.cli.gate import show
from synthgen.cli.verbs import Quiet, Read, console


def release(  # noqa: PLR0913, PLR0917 - options
    train: Annotated[Path, typer.Option(metavar="FILE", help="The rows that the synthetic ones were made from.")],
    synthetic: Annotated[Path, typer.Option(metavar="FILE", help="The rows to release.")],
    policy: Annotated[Path, typer.Option(metavar="YAML", help="What the report must say; see [bold]policy[/bold].")],
    key: Annotated[Path, typer.Option(metavar="PEM", help="Signs; see [bold]keys[/bold].")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to make.")],
    holdout: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Real rows that the maker never saw; policies ask for them.")
    ] = None,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="What users will want to predict.")] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Judge the groups of this column apart, such as sex or age; repeat it."),
    ] = None,
    schema: Annotated[Path | None, typer.Option(metavar="YAML", help="What the columns mean.")] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The model that drew the rows: named in the card, not released.")
    ] = None,
    name: Annotated[str, typer.Option(help="Of the data set.")] = "Synthetic data",
    licence: Annotated[str, typer.Option(help="Of the data set: a name or an address.")] = "not stated",
    table_format: Annotated[Literal["csv", "parquet"], typer.Option("--format", help="Of the table.")] = "csv",
    seed: Annotated[int, typer.Option(min=0, help="Of the report.")] = 0,
    *,
    read: Read,
    quiet: Quiet = False,
) -> None:
    """Judge synthetic rows, hold the report against a policy, and make a signed folder if it passes.

    Training and holdout rows are read and stay where they are. Exit code 1 where the policy says no: nothing is made.

    [bold]Examples[/bold]

    $ synthgen release --train train.csv --synthetic synthetic.csv --holdout holdout.csv --policy policy.yaml --key
    hospital.key -o release/
    """
    from synthgen.bundle.keys import read_private_key
    from synthgen.bundle.policy import Policy
    from synthgen.bundle.release import Release, require_new
    from synthgen.data.schema import Schema
    from synthgen.report.evaluate import evaluate

    require_new(output)
    asked, signing = Policy.from_yaml(policy), read_private_key(key)
    made_by = manifest_of(model)
    trained, drawn = read(train), read(synthetic)
    meaning = Schema.infer(trained) if schema is None else Schema.from_yaml(schema)
    report = evaluate(
        train=trained, synthetic=drawn, holdout=None if holdout is None else read(holdout), target=target,
        subgroups=by or (), schema=meaning, guarantee=guarantee(made_by), seed=seed, verbose=not quiet,
    )  # fmt: skip
    decision = asked.decide(report.to_dict())
    show(decision, quiet=quiet)
    if not decision.passed:
        raise typer.Exit(1)
    made = Release(name=name, licence=licence, synthetic=drawn, schema=meaning, report=report,
                   policy=policy.read_text(encoding="utf-8"), decision=decision, model=made_by,
                   format=table_format)  # fmt: skip
    made.write(output, key=signing)
    console(quiet=quiet).print(f"Written to {output}", markup=False)
