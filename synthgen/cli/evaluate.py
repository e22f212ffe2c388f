"""``synthgen evaluate``: judges synthetic rows, whoever made them."""

from pathlib import Path
from typing import Annotated

import typer

from synthgen.cli import images
from synthgen.cli.image_report import judged
from synthgen.cli.maker import manifest_of, told
from synthgen.cli.outputs import require_writable
from synthgen.cli.verbs import Quiet, Read, console

NAMED = 20
"""Patients in the internal edition."""


def evaluate(  # noqa: PLR0913, PLR0917 - options
    train: Annotated[Path, typer.Option(metavar="FILE", help="The rows that the synthetic ones were made from.")],
    synthetic: Annotated[Path, typer.Option(metavar="FILE", help="The rows to judge, made by synthgen or not.")],
    holdout: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Real rows that the maker never saw. Without them privacy is not judged."),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="What users will want to predict. Without it usefulness is not judged."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Judge the groups of this column apart, such as sex or age; repeat it."),
    ] = None,
    schema: Annotated[
        Path | None, typer.Option(metavar="YAML", help="What the columns mean. Without it: a guess.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The model file that drew them: shown is what it promises, how it was trained, "
            "and what it draws between images.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="HTML", help="Write the report as one page.")
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="JSON", help="Write the report for programs.")] = None,
    internal: Annotated[
        Path | None,
        typer.Option(metavar="HTML", help="Write the edition that names the most exposed training rows; keep it."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed and tables: same report.")] = 0,
    how: images.How = None,
    *,
    read: Read,
    quiet: Quiet = False,
) -> None:
    """Judge synthetic rows or images: [bold]fidelity[/bold], [bold]usefulness[/bold], [bold]privacy[/bold].

    Every number stands beside what real rows score. The exit code is 0 whatever the verdict.

    [bold]Examples[/bold]

    $ synthgen evaluate --train train.csv --synthetic synthetic.csv --holdout holdout.csv --target died -o report.html

    $ synthgen evaluate --train train.csv --synthetic theirs.parquet --json report.json

    $ synthgen evaluate --train train.npz --synthetic drawn.npz --holdout holdout.npz --images part=train -o report.html
    """
    require_writable(output, json, internal)
    named = NAMED if internal is not None else 0
    if images.are_images(train):
        images.refuse({"--target": target, "--by": by, "--schema": schema})
        report = judged(
            train=train,
            synthetic=synthetic,
            holdout=holdout,
            how=how or [],
            model=model,
            worst_patients=named,
            seed=seed,
            quiet=quiet,
        )
    else:
        from synthgen.data.schema import Schema
        from synthgen.report.evaluate import evaluate as judge

        meaning = None if schema is None else Schema.from_yaml(schema)
        report = judge(
            train=read(train), synthetic=read(synthetic), holdout=None if holdout is None else read(holdout),
            target=target, subgroups=by or (), schema=meaning, worst_patients=named, seed=seed, verbose=not quiet,
            **told(manifest_of(model)),
        )  # fmt: skip
    if output is not None:
        report.to_html(output)
    if json is not None:
        report.to_json(json)
    if internal is not None:
        report.to_html(internal, edition="internal")
    out = console(quiet=quiet)
    out.print(report, soft_wrap=False)
    for path in (output, json, internal):
        if path is not None:
            out.print(f"Written to {path}", markup=False)
