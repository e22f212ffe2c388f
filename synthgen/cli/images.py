"""What the verbs do with images: read them, learn them, write synthetic ones."""

import inspect
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from synthgen.cli.confirm import public_schema
from synthgen.cli.outputs import require_new_folder, require_writable
from synthgen.cli.verbs import (
    console,
    count,
    kept_epoch,
    parsed_settings,
    require_run,
    run_directory,
    write_roster,
)
from synthgen.errors import FitInterrupted, ReadError, SynthgenError, WriteError, did_you_mean
from synthgen.families import of

if TYPE_CHECKING:
    from synthgen.data.images.image_set import ImageSet
    from synthgen.data.schema import Schema
    from synthgen.dp.budget import DifferentialPrivacy
    from synthgen.synthesizers.images.base import ImageSynthesizer

MODELS = of("images")
"""Families by the word of the command line."""

ENDINGS = (".npz", ".dcm", ".nii", ".nii.gz")
"""Of files of images; a folder is one of images too."""

YES, NO = {"yes", "true"}, {"no", "false"}
"""What says whether."""

FOLDERS = {"png": "png", "dicom": "dicom"}
"""Kinds of files that a folder of synthetic images can hold."""

How = Annotated[
    list[str] | None,
    typer.Option(
        "--images",
        metavar="NAME=VALUE",
        help="How images are read, such as part=train, size=64x64, label=ViewPosition, table=labels.csv, "
        "skip_corrupt=yes, cache=images.npy; repeat it.",
    ),
]


def are_images(path: Path) -> bool:
    """Returns whether a path holds images and no table.

    Example:
        >>> are_images(Path("scans.npz")), are_images(Path("patients.csv"))
        (True, False)
    """
    return path.is_dir() or path.name.lower().endswith(ENDINGS)


def asked_for(data: Path, model: str | None) -> bool:
    """Returns whether images are to be learned, and no table.

    Args:
        data: What is to be learned.
        model: By its word, if one is named.
    """
    return are_images(data) or model in MODELS


def read(path: Path, how: Sequence[str], *, allow_synthetic: bool = False) -> "ImageSet":
    """Reads images as told.

    Args:
        path: See `synthgen.read_images`.
        how: NAME=VALUE, each an option of the reader, such as ``size=64x64``, ``columns=PatientSex,PatientAge``.
        allow_synthetic: Whether they may be marked as synthetic.

    Raises:
        ReadError: If they cannot be read, or the reader has no such option.
    """
    from synthgen.data.images.reading import read_images

    options: dict[str, Any] = {"allow_synthetic": True} if allow_synthetic else {}
    for setting in how:
        name, sign, text = setting.partition("=")
        if not sign or not text:
            raise ReadError(f"Expected --images NAME=VALUE. Received {setting!r}.")
        options[name] = _value(name, text)
    try:
        return read_images(path, **options)
    except TypeError as error:
        raise ReadError(f"--images: these images are not read so: {error}.") from None


def _value(name: str, text: str) -> Any:
    if name == "table":
        from synthgen.data.tables.readers import read_table

        return read_table(Path(text))
    if name in ("window", "bounds"):
        return _ends(name, text)
    if name in _VALUES:
        return _VALUES[name](text)
    return None if text == "none" else text


def _sides(text: str) -> tuple[int, int]:
    sides = text.split("x")
    if len(sides) != 2 or not all(side.isdigit() for side in sides):
        raise ReadError(f"Expected --images size=HEIGHTxWIDTH, such as 64x64. Received {text!r}.")
    return int(sides[0]), int(sides[1])


def _whether(text: str) -> bool:
    if text.lower() not in YES | NO:
        raise ReadError(f"Expected --images skip_corrupt=yes or skip_corrupt=no. Received {text!r}.")
    return text.lower() in YES


def _ends(name: str, text: str) -> tuple[float, float]:
    try:
        low, high = (float(end) for end in text.split(","))
    except ValueError:
        raise ReadError(f"Expected --images {name}=LOWER,UPPER, such as -1000,400. Received {text!r}.") from None
    return low, high


_VALUES: dict[str, Callable[[str], Any]] = {
    "columns": lambda text: text.split(","),
    "size": _sides,
    "skip_corrupt": _whether,
    "bits": lambda text: int(text) if text.isdigit() else text,
}
"""What becomes of the text of an option of the reader."""


def refuse(given: dict[str, Any]) -> None:
    """Refuses options that are of no use for images.

    Args:
        given: Option to what it was given; None: nothing.

    Raises:
        SynthgenError: Names the first.
    """
    for option, value in given.items():
        if value is not None:
            raise SynthgenError(f"{option} is not for images.")


def fit(  # noqa: PLR0913
    data: Path,
    output: Path,
    *,
    how: Sequence[str],
    model: str | None,
    schema: Path | None,
    steps: int | None,
    seed: int,
    settings: Sequence[str],
    holdout: Path | None,
    holdout_share: float,
    train: Path | None,
    checkpoint: Path | None,
    watch: Path | None,
    privacy: "DifferentialPrivacy | None",
    quiet: bool,
) -> None:
    """Learns images and writes a model file; arguments as for the verb.

    Args:
        data: The images.
        output: The model file.
        how: See `read`.
        model: One of `MODELS`; None: the GAN.
        schema: What the columns of a table beside the images mean.
        steps: Of training; None: the family's own.
        seed: Of everything random.
        settings: NAME=VALUE, its other arguments.
        holdout: Archive for the images that are kept out.
        holdout_share: Share of the patients to keep out.
        train: Archive for the images that are learned.
        checkpoint: Where finished epochs are kept.
        watch: Folder for sheets of drawn images.
        privacy: A budget; None: none. Then copies of images are not left out: that would be a read of the data.
        quiet: Whether to print nothing.
    """
    from synthgen.provenance.roster_file import roster_of

    require_writable(output, roster_of(output), holdout, train)
    for path in (holdout, train):
        if path is not None and path.suffix != ".npz":
            raise WriteError(f"{path}: images that are kept out are written as .npz.")
    meaning = _meaning(schema, private=privacy is not None)
    synthesizer = make(model or "image-gan", {"seed": seed} | ({} if steps is None else {"num_steps": steps}), settings)
    images = read(data, how)
    copies = len(images)
    images = images if privacy is not None else images.without_duplicates()
    copies -= len(images)
    kept_out = None
    if holdout is not None:
        images, kept_out = images.split(holdout=holdout_share, seed=seed)
        _write_real(kept_out, holdout)
    if train is not None:
        _write_real(images, train)
    directory = run_directory(checkpoint, output, private=privacy is not None)
    require_run(directory)
    try:
        synthesizer.fit(images, schema=meaning, privacy=privacy, checkpoint=directory, watch=watch, verbose=not quiet)
    except FitInterrupted:
        if directory is None:
            raise
        raise FitInterrupted(
            f"Finished epochs are kept in {directory}. Run the same command again to go on from there."
        ) from None
    synthesizer.save(output)
    kept = write_roster(output, train=images, holdout=kept_out, schema=None)
    if directory is not None and checkpoint is None:
        shutil.rmtree(directory)
    out = console(quiet=quiet)
    if copies:
        out.print(f"{count(copies)} copies of other images were left out.")
    epoch = kept_epoch(synthesizer.history, synthesizer.best_epoch)
    spent = "" if synthesizer.ledger is None else f". Spent {str(synthesizer.ledger).splitlines()[0]}."
    out.print(f"Learned {images!r}{epoch and f'; {epoch}'}{spent}", markup=False)
    out.print(kept, markup=False)
    out.print(f"Written to {output}. Next: synthgen sample {output} -n {len(images)} -o synthetic.npz", markup=False)


def _write_real(images: "ImageSet", path: Path) -> None:
    from synthgen.data.images.npz import write_npz

    write_npz(images, path, synthetic=False)


def _meaning(schema: Path | None, *, private: bool) -> "Schema | None":
    if schema is None:
        return None
    if private:
        return public_schema(schema)
    from synthgen.data.schema import Schema

    return Schema.from_yaml(schema)


def make(model: str, arguments: dict[str, Any], settings: Sequence[str]) -> "ImageSynthesizer":
    """Returns the unfitted synthesizer, with its settings.

    Args:
        model: One of `MODELS`.
        arguments: Of the synthesizer.
        settings: NAME=VALUE, its other arguments, written as in YAML: ``conditions=[age, sex]``.

    Raises:
        SynthgenError: If there is no such model, or it has no such argument.
    """
    if model not in MODELS:
        raise SynthgenError(
            f"Expected --model in {list(MODELS)} for images. Received {model!r}.{did_you_mean(model, MODELS)}"
        )
    family = MODELS[model].load()
    known = [name for name in inspect.signature(family).parameters if name not in arguments]
    synthesizer: ImageSynthesizer = family(**arguments, **parsed_settings(settings, known))
    synthesizer.check_settings()
    return synthesizer


def check_target(output: Path, kind: str | None) -> None:
    """Finds out before images are drawn whether they can be written.

    Args:
        output: An .npz or .nii.gz file, or a new folder.
        kind: Of a folder's files.

    Raises:
        WriteError: If they cannot.
    """
    if kind is None and not output.name.endswith((".npz", ".nii", ".nii.gz")):
        raise WriteError(f"{output}: name an .npz or .nii.gz file, or a new folder and --kind {' or '.join(FOLDERS)}.")
    if kind is None:
        require_writable(output)
    else:
        require_new_folder(output, parents=True)
