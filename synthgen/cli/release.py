"""``synthgen release``: judges, decides, bundles and signs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from synthgen.cli import image_report, images
from synthgen.cli.gate import show
from synthgen.cli.maker import manifest_of, told
from synthgen.cli.outputs import require_new_folder
from synthgen.cli.verbs import Quiet, Read, console
from synthgen.errors import SynthgenError

if TYPE_CHECKING:
    from synthgen.bundle.release import SignedFolder
    from synthgen.report.report import Report

FORMATS = {"rows": ("csv", "parquet"), "images": ("npz", "png", "dicom")}
"""In which data is released; the first unless another is asked for."""


def release(  # noqa: PLR0913, PLR0917 - options
    train: Annotated[
        Path, typer.Option(metavar="FILE", help="The rows or images that the synthetic ones were made from.")
    ],
    synthetic: Annotated[Path, typer.Option(metavar="FILE", help="The rows or images to release.")],
    policy: Annotated[Path, typer.Option(metavar="YAML", help="What the report must say; see [bold]policy[/bold].")],
    key: Annotated[Path, typer.Option(metavar="PEM", help="Signs; see [bold]keys[/bold].")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to make.")],
    holdout: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Real rows or images that the maker never saw; policies ask for them."),
    ] = None,
    target: Annotated[str | None, typer.Option(metavar="COLUMN", help="What users will want to predict.")] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN", help="Judge the groups of this column apart, such as sex or age; repeat it."),
    ] = None,
    schema: Annotated[Path | None, typer.Option(metavar="YAML", help="What the columns mean.")] = None,
    model: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The model that drew them: named in the card, not released.")
    ] = None,
    name: Annotated[str, typer.Option(help="Of the data set.")] = "Synthetic data",
    licence: Annotated[str, typer.Option(help="Of the data set: a name or an address.")] = "not stated",
    data_format: Annotated[
        Literal["csv", "parquet", "npz", "png", "dicom"] | None,
        typer.Option("--format", help="csv or parquet for a table; npz, or a folder of png or dicom, for images."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the report.")] = 0,
    how: images.How = None,
    *,
    read: Read,
    quiet: Quiet = False,
) -> None:
    """Judge synthetic rows or images, hold the report against a policy, and make a signed folder if it passes.

    Training and holdout data is read and stays where it is. Exit code 1 where the policy says no: nothing is made.

    [bold]Examples[/bold]

    $ synthgen release --train train.csv --synthetic synthetic.csv --holdout holdout.csv --policy policy.yaml --key
    hospital.key -o release/

    $ synthgen release --train train.npz --synthetic drawn.npz --holdout holdout.npz --images part=train --policy
    images.yaml --key hospital.key --format png -o release/
    """
    from synthgen.bundle.keys import read_private_key
    from synthgen.bundle.policy import Policy
    from synthgen.bundle.release import require_new

    require_new(output)
    require_new_folder(output)
    asked, signing = Policy.from_yaml(policy), read_private_key(key)
    sets = {"train": train, "synthetic": synthetic} | ({} if holdout is None else {"holdout": holdout})
    shared: dict[str, Any] = {"model": model, "seed": seed, "quiet": quiet}
    if images.are_images(train):
        images.refuse({"--target": target, "--by": by, "--schema": schema})
        kind, parts, report = _images(sets, how or [], data_format, **shared)
    else:
        kind, parts, report = _table(sets, read, data_format, schema=schema, target=target, by=by or [], **shared)
    decision = asked.decide(report.to_dict())
    show(decision, quiet=quiet)
    if not decision.passed:
        raise typer.Exit(1)
    made = kind(name=name, licence=licence, report=report, policy=policy.read_text(encoding="utf-8"),
                decision=decision, model=manifest_of(model), **parts)  # fmt: skip
    made.write(output, key=signing)
    console(quiet=quiet).print(f"Written to {output}", markup=False)


def _table(
    sets: dict[str, Path], read: Read, asked: str | None, *, schema: Path | None, model: Path | None,
    seed: int, quiet: bool, **judging: Any,
) -> "tuple[type[SignedFolder], dict[str, Any], Report]":  # fmt: skip
    from synthgen.bundle.release import Release
    from synthgen.data.schema import Schema
    from synthgen.report.evaluate import evaluate

    chosen = _format(asked, "rows")
    frames = {role: read(path) for role, path in sets.items()}
    meaning = Schema.infer(frames["train"]) if schema is None else Schema.from_yaml(schema)
    report = evaluate(
        train=frames["train"], synthetic=frames["synthetic"], holdout=frames.get("holdout"), schema=meaning, seed=seed,
        target=judging["target"], subgroups=judging["by"], verbose=not quiet, **told(manifest_of(model)),
    )  # fmt: skip
    return Release, {"synthetic": frames["synthetic"], "schema": meaning, "format": chosen}, report


def _images(
    sets: dict[str, Path], how: list[str], asked: str | None, **judging: Any
) -> "tuple[type[SignedFolder], dict[str, Any], Report]":
    from synthgen.bundle.image_release import ImageRelease

    chosen = _format(asked, "images")
    made = image_report.drawn(sets["synthetic"], how)
    report = image_report.judged(train=sets["train"], synthetic=made, holdout=sets.get("holdout"), how=how,
                                 worst_patients=0, **judging)  # fmt: skip
    return ImageRelease, {"synthetic": made, "format": chosen}, report


def _format(asked: str | None, things: str) -> str:
    if asked is not None and asked not in FORMATS[things]:
        raise SynthgenError(f"Expected --format in {list(FORMATS[things])} for {things}. Received {asked!r}.")
    return asked or FORMATS[things][0]
