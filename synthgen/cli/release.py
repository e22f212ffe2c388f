"""``synthgen release``: judges, decides, bundles and signs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthgen.cli import judging
from synthgen.cli.door import Door
from synthgen.cli.doors import all_of, door_of_path, require_door
from synthgen.cli.gate import show
from synthgen.cli.outputs import require_new_folder
from synthgen.cli.reading import Reader
from synthgen.cli.sample import parse_where
from synthgen.cli.speaking import console
from synthgen.cli.verbs import Groups, Quiet, Target
from synthgen.errors import SynthgenError

if TYPE_CHECKING:
    from synthgen.provenance.origin import Origin


def release(  # noqa: PLR0913, PLR0917 - options
    train: Annotated[
        Path, typer.Option(metavar="FILE", help="The rows or images that the synthetic ones were made from.")
    ],
    policy: Annotated[Path, typer.Option(metavar="YAML", help="What the report must say; see [bold]policy[/bold].")],
    key: Annotated[Path, typer.Option(metavar="PEM", help="Signs; see [bold]keys[/bold].")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to make.")],
    rows: Annotated[
        int | None, typer.Option("--rows", "-n", min=1, help="Draw so many here, from the model, and release these.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=VALUE", help="What every one drawn here must hold, as for [bold]sample[/bold]."),
    ] = None,
    balance: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="A column whose values come equally often among those drawn here."),
    ] = None,
    synthetic: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rows or images to release that are drawn already, in place of -n."),
    ] = None,
    receipt: judging.ReceiptFile = None,
    holdout: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Real rows or images that the maker never saw; policies ask for them."),
    ] = None,
    target: Target = None,
    by: Groups = None,
    schema: Annotated[Path | None, typer.Option(metavar="YAML", help="What the columns of a table mean.")] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The model that draws, or drew, them: named in the card, not released. Without "
            "it the card says that their maker is not proven.",
        ),
    ] = None,
    roster: judging.RosterFile = None,
    name: Annotated[str, typer.Option(help="Of the data set.")] = "Synthetic data",
    licence: Annotated[str, typer.Option(help="Of the data set: a name or an address.")] = "not stated",
    data_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="|".join(all_of("formats")),
            help="csv or parquet for a table; npz, or a folder of png or dicom, for images.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what is drawn here, and of the report.")] = 0,
    paths: judging.Paths = False,
    *,
    read: Reader,
    quiet: Quiet = False,
) -> None:
    """Judge synthetic rows or images, hold the report against a policy, and make a signed folder if it passes.

    What is released is drawn here from the model, or drawn again to prove that the model drew it. Training and holdout
    data is read and stays where it is. Exit code 1 where the policy says no: nothing is made.

    [bold]Examples[/bold]

    $ synthgen release --train train.csv --holdout holdout.csv --model patients.synthgen -n 5000 --policy policy.yaml
    --key hospital.key -o release/

    $ synthgen release --train train.csv --holdout holdout.csv --model patients.synthgen --synthetic synthetic.csv
    --policy policy.yaml --key hospital.key -o release/

    $ synthgen release --train train.npz --holdout holdout.npz --read part=train --model xrays.synthgen -n 500
    --policy images.yaml --key hospital.key --format png -o release/
    """
    from synthgen.bundle.keys import read_private_key
    from synthgen.bundle.policy import Policy
    from synthgen.bundle.signed_folder import require_new

    require_new(output)
    require_new_folder(output)
    _check_source(rows=rows, synthetic=synthetic, model=model, only_drawn={"--where": where, "--balance": balance},
                  only_read={"--receipt": receipt})  # fmt: skip
    rules, signing = Policy.from_yaml(policy), read_private_key(key)
    rules_text = policy.read_text(encoding="utf-8")  # now: it may be another by the time that all is judged
    door = door_of_path(train)
    require_door(door, {"--synthetic": synthetic, "--holdout": holdout})
    door.refuse("judge", {"--target": target, "--by": by, "--schema": schema, "--paths": paths})
    chosen, known, meaning = _format(data_format, door), judging.roster(roster, model), door.schema(schema)
    shown = judging.paths_of(model, asked=paths)
    origin: Origin | None
    if synthetic is None:
        data, origin = _drawn(model or Path(), rows or 0, where or [], balance=balance, seed=seed, verbose=not quiet)
    else:
        data, origin = _read(synthetic, model, receipt, read, verbose=not quiet)
    door.require_judged(data, origin)
    sets = {"train": read(train), "synthetic": data, "holdout": None if holdout is None else read(holdout)}
    asked = {"target": target, "by": by, "schema": meaning, "paths": shown, "seed": seed}
    report = judging.judge(door, sets, made_by=judging.manifest_of(model), asked=asked, roster=known, seed=seed,
                           verbose=not quiet)  # fmt: skip
    decision = rules.decide(report.to_dict())
    show(decision, quiet=quiet)
    if not decision.passed:
        raise typer.Exit(1)
    folder = door.folder(
        train=sets["train"], schema=meaning, name=name, licence=licence, report=report, policy=rules_text,
        decision=decision, origin=origin, synthetic=data, format=chosen,
    )  # fmt: skip
    folder.write(output, key=signing)
    console(quiet=quiet).print(f"Written to {output}", markup=False)


def _check_source(
    *,
    rows: int | None,
    synthetic: Path | None,
    model: Path | None,
    only_drawn: dict[str, Any],
    only_read: dict[str, Any],
) -> None:
    """Refuses options that do not go together: what is released is drawn here, or read."""
    if (rows is None) == (synthetic is None):
        raise SynthgenError(
            "Expected either -n with --model, for rows or images to be drawn here, or --synthetic, a file of them."
        )
    if rows is not None and model is None:
        raise SynthgenError("-n needs --model, the file that draws.")
    for option, value in (only_drawn if rows is None else only_read).items():
        if value is not None:
            raise SynthgenError(f"{option} is for {'-n' if rows is None else '--synthetic'}.")
    if only_read["--receipt"] is not None and model is None:
        raise SynthgenError("--receipt needs --model, the file that is said to have drawn them.")


def _read(
    synthetic: Path, model: Path | None, receipt: Path | None, read: Reader, *, verbose: bool
) -> "tuple[Any, Origin | None]":
    """What was drawn elsewhere, and the proof of who drew it; None where no model is named."""
    if model is None:
        return read(synthetic, synthetic=True), None
    return judging.proven(synthetic, model, receipt, read, verbose=verbose)


def _drawn(
    model: Path, rows: int, where: list[str], *, balance: str | None, seed: int, verbose: bool
) -> "tuple[Any, Origin]":
    from synthgen.synthesizers.drawing import draw, drawer

    conditions = parse_where(where, drawer(model).categories())
    return draw(model, rows, conditions=conditions, balance=balance, seed=seed, verbose=verbose)


def _format(asked: str | None, door: Door) -> str:
    if asked is not None and asked not in door.formats:
        raise SynthgenError(f"Expected --format in {list(door.formats)} for {door.kind}. Received {asked!r}.")
    return asked or door.formats[0]
