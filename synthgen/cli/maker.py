"""What a model file says of itself to those who judge what it drew: its promise, and how it was trained."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthgen.cli.verbs import say_note
from synthgen.errors import BundleError

if TYPE_CHECKING:
    from synthgen.provenance.origin import Origin
    from synthgen.provenance.roster import Roster
    from synthgen.synthesizers.drawing import Drawn

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


def manifest_of(model: Path | None) -> dict[str, Any] | None:
    """Returns the manifest of a model file, if one is named."""
    if model is None:
        return None
    from synthgen.synthesizers.saving import inspect

    manifest: dict[str, Any] = inspect(model)["manifest"]
    return manifest


def guarantee(manifest: dict[str, Any] | None) -> dict[str, Any] | None:
    """Returns what a model promises, reckoned anew from its ledger; None where it promises nothing."""
    stored = None if manifest is None else manifest.get("privacy")
    if stored is None:
        return None
    from synthgen.dp.ledger import Ledger

    return Ledger.from_dict(stored).to_dict()


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


def proven(
    synthetic: Path, model: Path, receipt: Path | None, read: "Callable[[Path], Drawn]", *, verbose: bool
) -> "tuple[Drawn, Origin]":
    """Returns rows or images of a file, and the proof that a model drew them.

    Args:
        synthetic: The file, or the folder.
        model: The model file.
        receipt: What [bold]sample[/bold] wrote; None: the one beside `synthetic`.
        read: Reads such files.
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
    return prove_file(synthetic, model=model, receipt=Receipt.read(place), read=read, verbose=verbose)


def told(manifest: dict[str, Any] | None) -> dict[str, Any]:
    """Returns what a report shows of a model, as `evaluate` and `evaluate_images` take it.

    Args:
        manifest: Of the model file; None: none is named.

    Example:
        >>> told({"history": [{"loss": 0.5}], "best_epoch": 0})
        {'guarantee': None, 'history': [{'loss': 0.5}], 'best_epoch': 0}
    """
    if manifest is None:
        return {}
    return {"guarantee": guarantee(manifest), "history": manifest["history"], "best_epoch": manifest["best_epoch"]}


def judged_by(
    synthetic: Path, model: Path | None, receipt: Path | None, read: "Callable[[Path], Drawn]", *, verbose: bool
) -> "tuple[Drawn, dict[str, Any]]":
    """Returns rows or images to be judged, and what a report shows of the model: a promise only where it drew these.

    Args:
        synthetic: The file, or the folder.
        model: The model file; None: none is named.
        receipt: See `proven`; None: the one beside `synthetic`, if there is one.
        read: Reads such files.
        verbose: Whether to show progress.

    Raises:
        BundleError: If there is a receipt, and the model draws others.
    """
    from synthgen.provenance.receipt import receipt_of

    shown = told(manifest_of(model))
    if model is None or shown["guarantee"] is None:
        return read(synthetic), shown
    if receipt is None and not receipt_of(synthetic).exists():
        say_note(
            f"{synthetic} has no receipt of `synthgen sample`: what {model} promises is not shown, for nothing says "
            "that it drew these."
        )
        return read(synthetic), shown | {"guarantee": None}
    return proven(synthetic, model, receipt, read, verbose=verbose)[0], shown


def paths(model: Path | None, *, seed: int) -> list[Any]:
    """Returns paths between images that a model draws, none where no model is named or it draws from no noise.

    Args:
        model: File of a synthesizer of images.
        seed: Of the noise.
    """
    if model is None:
        return []
    from synthgen.synthesizers.images.base import ImageSynthesizer
    from synthgen.synthesizers.loading import load

    synthesizer = load(model)
    return synthesizer.interpolate(seed=seed) if isinstance(synthesizer, ImageSynthesizer) else []
