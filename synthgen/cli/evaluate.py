"""``synthgen evaluate``: judges synthetic rows or images, whoever made them."""

from pathlib import Path
from typing import Annotated

import typer

from synthgen.cli.doors import door_of_path, require_door
from synthgen.cli.judging import Paths, ReceiptFile, RosterFile, judge, judged_by, paths_of
from synthgen.cli.judging import roster as roster_for
from synthgen.cli.outputs import require_writable
from synthgen.cli.reading import Reader
from synthgen.cli.speaking import console
from synthgen.cli.verbs import Groups, Quiet, Target

NAMED = 20
"""Patients in the internal edition."""


def evaluate(  # noqa: PLR0913, PLR0917 - options
    train: Annotated[
        Path, typer.Option(metavar="FILE", help="The rows or images that the synthetic ones were made from.")
    ],
    synthetic: Annotated[
        Path, typer.Option(metavar="FILE", help="The rows or images to judge, made by synthgen or not.")
    ],
    holdout: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Real ones that the maker never saw. Without them privacy is not judged."),
    ] = None,
    target: Target = None,
    by: Groups = None,
    schema: Annotated[
        Path | None, typer.Option(metavar="YAML", help="What the columns of a table mean. Without it: a guess.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The model file that drew them: shown is how it was trained, and, where drawing again proves that it "
            "drew these, what it promises.",
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
        typer.Option(metavar="HTML", help="Write the edition that shows the most exposed patients; keep it."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed and data: same report.")] = 0,
    paths: Paths = False,
    *,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Judge synthetic rows or images: [bold]fidelity[/bold], [bold]usefulness[/bold], [bold]privacy[/bold].

    Every number stands beside what real rows score. The exit code is 0 whatever the verdict.

    [bold]Examples[/bold]

    $ synthgen evaluate --train train.csv --synthetic synthetic.csv --holdout holdout.csv --target died -o report.html

    $ synthgen evaluate --train train.csv --synthetic theirs.parquet --json report.json

    $ synthgen evaluate --train train.npz --synthetic drawn.npz --holdout holdout.npz --read part=train -o report.html
    """
    require_writable(output, json, internal)
    door = door_of_path(train)
    require_door(door, {"--synthetic": synthetic, "--holdout": holdout})
    door.refuse("judge", {"--target": target, "--by": by, "--schema": schema, "--paths": paths})
    shown = paths_of(model, asked=paths)
    asked = {"target": target, "by": by, "schema": door.schema(schema), "paths": shown, "seed": seed}
    known = roster_for(roster, model)
    made, made_by = judged_by(synthetic, model, receipt, read, verbose=not quiet)
    sets = {"train": read(train), "synthetic": made, "holdout": None if holdout is None else read(holdout)}
    named = NAMED if internal is not None else 0
    report = judge(door, sets, made_by=made_by, asked=asked, roster=known, worst_patients=named, seed=seed,
                   verbose=not quiet)  # fmt: skip
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
