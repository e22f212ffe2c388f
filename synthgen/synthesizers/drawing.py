"""Rows and images whose origin is proven: drawn from a model file here, or drawn again and found to be the same.

A draw is a function of model file, seed and what is asked. So rows are a model's if, and only if, drawing again gives
them. That holds on one machine with one version of the libraries; another may round differently, and then nothing is
proven there: let the release draw.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from synthgen import __version__
from synthgen.dp.ledger import Ledger
from synthgen.errors import BundleError, ConditionError, ModelFileError
from synthgen.provenance.digests import digest_of, file_digest
from synthgen.provenance.origin import How, Origin
from synthgen.provenance.receipt import Draw, Receipt
from synthgen.synthesizers.base import Synthesizer
from synthgen.synthesizers.loading import load
from synthgen.synthesizers.saving import inspect

Drawn = Any
"""What a synthesizer draws: data of its kind."""


def draw(
    model: str | os.PathLike[str],
    num_rows: int,
    *,
    conditions: Mapping[str, Any] | None = None,
    balance: str | None = None,
    seed: int = 0,
    verbose: bool = True,
) -> tuple[Drawn, Origin]:
    """Draws rows or images from a model file, and says so in a way that a release believes.

    Args:
        model: A file that `save` wrote.
        num_rows: How many rows or images.
        conditions: See `Synthesizer.sample`.
        balance: See `Synthesizer.sample`.
        seed: Of the draw; needed to draw the same again.
        verbose: Whether to show progress on a terminal.

    Returns:
        What `sample` gives, and its origin.

    Raises:
        ModelFileError: If the file is no model.
        ConditionError: See `Synthesizer.sample`.
        BundleError: If the file was replaced meanwhile.

    Example:
        >>> import synthgen as sg
        >>> path = Path(tempfile.mkdtemp()) / "patients.synthgen"
        >>> patients = sg.load_dataset("breast_cancer")[["mean_radius", "diagnosis"]]
        >>> sg.GaussianCopula().fit(patients, verbose=False).save(path)
        >>> rows, origin = draw(path, 100, seed=1)
        >>> len(rows), origin.how
        (100, 'drawn here')
    """
    digest, synthesizer = _digest(model), drawer(model)
    asked = synthesizer.as_draw(num_rows, seed, conditions=conditions, balance=balance)
    drawn = _drawn(synthesizer, asked, verbose=verbose)
    return drawn, _origin(model, digest, asked, drawn, how="drawn here")


def prove(drawn: Drawn, *, model: str | os.PathLike[str], asked: Draw, verbose: bool = True) -> Origin:
    """Draws again what was asked of a model, and returns the origin of rows or images that are the same.

    Args:
        drawn: What the model is said to have drawn.
        model: The model file.
        asked: What was asked of it.
        verbose: Whether to show progress on a terminal.

    Raises:
        ModelFileError: If the file is no model.
        BundleError: If the model draws others, or its file was replaced meanwhile.
    """
    digest = _digest(model)
    again = _drawn(drawer(model), asked, verbose=verbose)
    _require_equal("drawn", drawn, again)
    return _origin(model, digest, asked, drawn, how="drawn again and found equal")


def prove_file(
    path: Path, *, model: Path, receipt: Receipt, read: Callable[[Path], Drawn], verbose: bool = True
) -> tuple[Drawn, Origin]:
    """Reads rows or images from a file, and proves that a model drew them: by drawing again, writing and reading alike.

    Args:
        path: A table, an archive, or a folder of images.
        model: The model file that is said to have drawn them.
        receipt: What `write_drawn` left beside the file.
        read: Reads such a file.
        verbose: Whether to show progress on a terminal.

    Returns:
        What the file holds, and its origin.

    Raises:
        BundleError: If the receipt is another model's, or the model draws others.
    """
    digest = _digest(model)
    if receipt.model != digest:
        raise BundleError(
            f"The receipt of {path} is that of another model, or {model} was fitted again since. Name the model that "
            "drew these, or let release draw: -n in place of --synthetic."
        )
    drawn = read(path)
    if len(drawn) != receipt.draw.rows:  # before as many are drawn as a receipt may say
        raise _refusal(str(path), found=len(drawn), asked=receipt.draw.rows, version=receipt.synthgen)
    with tempfile.TemporaryDirectory(prefix="synthgen-") as folder:
        again = Path(folder) / path.name
        synthesizer = drawer(model)
        write_drawn(synthesizer, receipt.draw, again, verbose=verbose, **synthesizer.written_as(path))
        _require_equal(str(path), drawn, read(again), version=receipt.synthgen)
    return drawn, _origin(model, digest, receipt.draw, drawn, how="drawn again and found equal")


def write_drawn(
    synthesizer: Synthesizer[Any, Any], asked: Draw, path: Path, *, verbose: bool = True, **options: Any
) -> str:
    """Draws into a file or folder, in constant memory; returns the digest of what was drawn, for a receipt.

    Args:
        synthesizer: Fitted.
        asked: What is drawn.
        path: See its `sample_to`.
        verbose: Whether to show progress on a terminal.
        options: Further arguments of its `sample_to`.

    Raises:
        WriteError: If the path cannot be written.
    """
    return synthesizer.sample_to(
        path, asked.rows, seed=asked.seed, verbose=verbose, **synthesizer.asked_by(asked), **options
    )


def receipt_for(model: str | os.PathLike[str], asked: Draw, digest: str) -> Receipt:
    """Returns the receipt of a draw.

    Args:
        model: The model file.
        asked: What was drawn.
        digest: From `write_drawn`.
    """
    return Receipt(model=file_digest(model), draw=asked, digest=digest, synthgen=__version__)


def drawer(model: str | os.PathLike[str]) -> Synthesizer[Any, Any]:
    """Returns the synthesizer in a model file.

    Args:
        model: The file.

    Raises:
        ConditionError: If it draws nothing.
    """
    synthesizer = load(model)
    if not isinstance(synthesizer, Synthesizer):
        raise ConditionError(f"This model {synthesizer.instead}.")
    return synthesizer


def _drawn(synthesizer: Synthesizer[Any, Any], asked: Draw, *, verbose: bool) -> Drawn:
    return synthesizer.sample(asked.rows, seed=asked.seed, verbose=verbose, **synthesizer.asked_by(asked))


def _require_equal(name: str, drawn: Drawn, again: Drawn, *, version: str = __version__) -> None:
    if digest_of(drawn) != digest_of(again):
        raise _refusal(name, found=len(drawn), asked=len(again), version=version)


def _refusal(name: str, *, found: int, asked: int, version: str) -> BundleError:
    counted = "as many are there" if found == asked else f"{found} are there, {asked} were drawn"
    older = "" if version == __version__ else f" They were drawn by synthgen {version}."
    return BundleError(
        f"{name}: these are not what the model draws when it is asked again ({counted}): a cell or a pixel was changed,"
        f" some were added, left out or reordered, or another machine or version drew them.{older} So nothing proves "
        "who made them. Let release draw: -n in place of --synthetic."
    )


def _digest(model: str | os.PathLike[str]) -> str:
    try:
        return file_digest(model)
    except OSError as error:
        raise ModelFileError(f"{model} cannot be read: {os.strerror(error.errno or 0)}.") from error


def _origin(model: str | os.PathLike[str], digest: str, asked: Draw, drawn: Drawn, *, how: How) -> Origin:
    manifest = inspect(model)["manifest"]
    if _digest(model) != digest:  # what was drawn and what is promised would be two models'
        raise BundleError(f"{model} was replaced while it drew. Draw again, when nobody is fitting it anew.")
    promise = manifest.get("privacy")
    reckoned = {"privacy": None if promise is None else Ledger.from_dict(promise).to_dict()}
    return Origin(manifest=manifest | reckoned, model=digest, draw=asked, digest=digest_of(drawn), how=how)
