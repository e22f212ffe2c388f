"""What the verbs that judge share: who drew the data, what its model says of itself, and the report."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthgen.cli.door import Door
from synthgen.cli.reading import Reader
from synthgen.cli.speaking import say_note
from synthgen.errors import BundleError, EvaluationError

if TYPE_CHECKING:
    from synthgen.provenance.origin import Origin
    from synthgen.provenance.roster import Roster
    from synthgen.report.report import Report

ReceiptFile = Annotated[
    Path | None,
    typer.Option(metavar="JSON", help="What [bold]sample[/bold] wrote of them; without it the one beside them."),
]

RosterFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Who was learned, as [bold]fit[/bold] wrote it; without it the one beside the model. none: do not check.",
    ),
]


Paths = Annotated[
    bool,
    typer.Option("--paths", help="Show what the model draws between images, which takes longer: it draws them."),
]


def manifest_of(model: Path | None) -> dict[str, Any] | None:
    """Returns the manifest of a model file, if one is named."""
    if model is None:
        return None
    return manifest_in(model)


def manifest_in(model: Path) -> dict[str, Any]:
    """Returns the manifest of a model file; loads no Keras.

    Args:
        model: The file.

    Raises:
        ModelFileError: If it is none, or damaged.
    """
    from synthgen.files.model_file import read_members

    manifest: dict[str, Any] = read_members(model)["manifest"]
    return manifest


def paths_of(model: Path | None, *, asked: bool) -> Path | None:
    """Returns the model file whose paths are shown; None where they were not asked for.

    Args:
        model: That drew; None: none is named.
        asked: Whether they were.

    Raises:
        EvaluationError: If there is no model to draw them.
    """
    if asked and model is None:
        raise EvaluationError("--paths needs --model, the file that draws them.")
    return model if asked else None


def roster(asked: Path | None, model: Path | None) -> "Roster | None":
    """Returns who was learned and held out: from the file that is named, or from the one beside the model.

    Args:
        asked: A file, or the word none: not to look for any.
        model: The model file, whose roster it must be.

    Raises:
        ReadError: If a file that is named cannot be read, or either was changed.
        EvaluationError: If it is another model's.
    """
    from synthgen.provenance.roster_file import read_roster, roster_of

    if asked is not None and asked.name == "none":
        return None
    if asked is None and (model is None or not roster_of(model).exists()):
        return None
    found = read_roster(asked or roster_of(model or Path()))
    if model is not None:
        found.require(model)
    return found


def proven(synthetic: Path, model: Path, receipt: Path | None, read: Reader, *, verbose: bool) -> "tuple[Any, Origin]":
    """Returns rows or images of a file, and the proof that a model drew them.

    Args:
        synthetic: The file, or the folder.
        model: The model file.
        receipt: What [bold]sample[/bold] wrote; None: the one beside `synthetic`.
        read: Of the verb.
        verbose: Whether to show progress.

    Raises:
        BundleError: If there is no receipt, or the model draws others.
    """
    from synthgen.provenance.receipt import Receipt, receipt_of
    from synthgen.synthesizers.drawing import prove_file

    place = receipt or receipt_of(synthetic)
    if not place.exists():
        raise BundleError(
            f"Nothing says that {model} drew {synthetic}: there is no {place}. `synthgen sample` leaves a receipt "
            "beside what it draws; rows that were completed, augmented or edited have none. Let release draw (-n in "
            "place of --synthetic), or leave --model out: then the maker counts as not proven."
        )
    drawn = functools.partial(read, synthetic=True)
    return prove_file(synthetic, model=model, receipt=Receipt.read(place), read=drawn, verbose=verbose)


def judged_by(
    synthetic: Path, model: Path | None, receipt: Path | None, read: Reader, *, verbose: bool
) -> tuple[Any, dict[str, Any] | None]:
    """Returns data to be judged, and the manifest of its model: with a promise only where the model drew these.

    Args:
        synthetic: The file, or the folder.
        model: The model file; None: none is named.
        receipt: See `proven`; None: the one beside `synthetic`, if there is one.
        read: Of the verb.
        verbose: Whether to show progress.

    Raises:
        BundleError: If there is a receipt, and the model draws others.
    """
    from synthgen.provenance.receipt import receipt_of

    manifest = manifest_of(model)
    if model is None or manifest is None or manifest.get("privacy") is None:
        return read(synthetic, synthetic=True), manifest
    if receipt is None and not receipt_of(synthetic).exists():
        say_note(
            f"{synthetic} has no receipt of `synthgen sample`: what {model} promises is not shown, for nothing says "
            "that it drew these."
        )
        return read(synthetic, synthetic=True), manifest | {"privacy": None}
    return proven(synthetic, model, receipt, read, verbose=verbose)[0], manifest


def judge(
    door: Door, sets: Mapping[str, Any], *, made_by: Mapping[str, Any] | None, asked: Mapping[str, Any], **shared: Any
) -> "Report":
    """Returns the report on synthetic data.

    Args:
        door: Of its kind.
        sets: "train", "synthetic", "holdout".
        made_by: Manifest of the model that drew it; None: none is named.
        asked: See `Door.judging`.
        shared: What judges of every kind take: roster, worst_patients, seed, verbose.
    """
    from synthgen.report.evaluate import evaluate

    return evaluate(**sets, made_by=_told(made_by), **door.judging(asked), **shared)


def _told(manifest: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """What a report shows of a model: its promise, reckoned anew from the ledger, and how it was trained."""
    if manifest is None or manifest.get("privacy") is None:
        return manifest
    from synthgen.dp.ledger import Ledger  # loads Keras, as the proof has done that these were drawn

    return {**manifest, "privacy": Ledger.from_dict(manifest["privacy"]).to_dict()}
