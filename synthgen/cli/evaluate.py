"""``synthgen evaluate``: judges synthetic rows, whoever made them."""

import functools
from pathlib import Path
from typing import Annotated, Any

import typer

from synthgen.cli import images
from synthgen.cli.image_report import drawn, judged
from synthgen.cli.maker import ReceiptFile, RosterFile, judged_by
from synthgen.cli.maker import roster as roster_for
from synthgen.cli.outputs import require_writable
from synthgen.cli.verbs import Groups, Quiet, Read, Target, console

NAMED = 20
"""Patients in the internal edition."""


def evaluate(  # noqa: PLR0913, PLR0917 - options
    train: Annotated[Path, typer.Option(metavar="FILE", help="The rows that the synthetic ones were made from.")],
    synthetic: Annotated[Path, typer.Option(metavar="FILE", help="The rows to judge, made by synthgen or not.")],
    holdout: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Real rows that the maker never saw. Without them privacy is not judged."),
    ] = None,
    target: Target = None,
    by: Groups = None,
    schema: Annotated[
        Path | None, typer.Option(metavar="YAML", help="What the columns mean. Without it: a guess.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The model file that drew them: shown is how it was trained, what it draws between images, and, where "
            "drawing again proves that it drew these, what it promises.",
        ),
    ] = None,
    receipt: ReceiptFile = None,
    roster: RosterFile = None,
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
    named, known, verbose = NAMED if internal is not None else 0, roster_for(roster, model), not quiet
    if images.are_images(train):
        images.refuse({"--target": target, "--by": by, "--schema": schema})
        reader = functools.partial(drawn, how=how or [])
        made: Any
        made, shown = judged_by(synthetic, model, receipt, reader, verbose=verbose)
        report = judged(train=train, synthetic=made, holdout=holdout, how=how or [], model=model, shown=shown,
                        roster=known, worst_patients=named, seed=seed, quiet=quiet)  # fmt: skip
    else:
        from synthgen.data.schema import Schema
        from synthgen.report.evaluate import evaluate as judge

        meaning = None if schema is None else Schema.from_yaml(schema)
        made, shown = judged_by(synthetic, model, receipt, read, verbose=verbose)
        report = judge(
            train=read(train), synthetic=made, holdout=None if holdout is None else read(holdout), target=target,
            subgroups=by or (), schema=meaning, roster=known, worst_patients=named, seed=seed, verbose=verbose, **shown,
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
