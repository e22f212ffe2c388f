"""What the verbs share: the options that all of them take, how they speak, and what becomes of an error."""

import errno
import functools
import inspect
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from synthgen.cli.ending import ending_in_order
from synthgen.cli.outputs import claiming
from synthgen.errors import SynthgenError, did_you_mean
from synthgen.files.writing import FULL

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from synthgen.data.images.image_set import ImageSet
    from synthgen.data.schema import Schema

Read = Callable[[Path], "pd.DataFrame"]
"""Reads a table; verbs that take a parameter `read` of this type get the options for text files."""

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")]

Target = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="What users will want to predict. Without it usefulness is not judged."),
]

Groups = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Judge the groups of this column apart, such as sex or age; repeat it."),
]

_SCORES = {"detection": "detection next to held-out rows", "log_loss": "log loss of held-out rows"}
"""What chooses the best epoch, by its name in a history."""

_DEBUG = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error. It may quote data.")]

_READING = {
    "missing": (Annotated[list[str] | None, typer.Option(
        "--missing", metavar="WORD", help="A word that CSV files write where a value is missing, such as '?'. Repeat "
        "it for several. Empty fields are always missing.")], None),
    "separator": (Annotated[str | None, typer.Option(
        "--separator", metavar="SIGN", help="What stands between two fields, if not a comma in CSV, a tabulator in "
        "TSV.")], None),
    "decimal": (Annotated[str, typer.Option("--decimal", metavar="SIGN", help="The decimal point of CSV files.")], "."),
    "encoding": (Annotated[str, typer.Option(
        "--encoding", help="How CSV files write characters, such as latin-1.")], "utf-8"),
    "short_rows": (Annotated[str, typer.Option(
        "--short-rows", metavar="refuse|missing", help="What becomes of rows of CSV files with too few fields.")],
        "refuse"),
}  # fmt: skip
"""Options of `read_table` by parameter: their description and default."""


def verb(command: Callable[..., None]) -> Callable[..., None]:
    """Returns a command that ends in an exit code and at most one line about what went wrong.

    It gets the option --debug and, in place of a parameter `read`, the options of `read_table`.

    Args:
        command: What the verb does.
    """
    own = inspect.signature(command).parameters
    reads = "read" in own

    @functools.wraps(command)
    def _run(**options: Any) -> None:
        debug = options.pop("debug")
        if reads:
            options["read"] = _reader(**{name: options.pop(name) for name in _READING})
        with _warnings_as_notes(), ending_in_order() as asked:
            try:
                with claiming([value for value in options.values() if isinstance(value, Path)]):
                    command(**options)
            except typer.Exit:  # a verdict, no error
                raise
            except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the edge of the program
                if debug:
                    traceback.print_exc()
                raise typer.Exit(_report(error, ended=asked.code)) from None

    offered = [parameter for parameter in own.values() if parameter.name != "read"]
    added = (_READING if reads else {}) | {"debug": (_DEBUG, False)}
    for name, (annotation, default) in added.items():
        offered.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation))
    _run.__signature__ = inspect.Signature(offered)  # type: ignore[attr-defined] # where Typer looks for the options
    _run.__annotations__ = {parameter.name: parameter.annotation for parameter in offered}
    return _run


def _reader(*, missing: list[str] | None, **options: Any) -> Read:
    from synthgen.data.tables.readers import read_table

    return functools.partial(read_table, missing_values=missing or (), **options)


def _report(error: BaseException, *, ended: int) -> int:
    """Says in one line what went wrong; returns the exit code. An unforeseen message may quote data: not shown."""
    if isinstance(error, KeyboardInterrupt):
        with suppress(OSError):  # the terminal may be gone
            say_error(str(error) or "Interrupted. Nothing was written.", label="interrupted")
        return ended
    if isinstance(error, SynthgenError):
        say_error(str(error))
        return 1 if isinstance(error, OSError) and error.errno in FULL else 2
    if isinstance(error, OSError) and error.errno == errno.EPIPE:  # the reader, such as head, has seen enough
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - what is left in the buffer goes there at exit
        return 1
    if isinstance(error, OSError) and error.errno:
        say_error(f"{f'{error.filename}: ' if error.filename else ''}{os.strerror(error.errno)}")
        return 2 if isinstance(error, FileNotFoundError | IsADirectoryError | PermissionError) else 1
    if isinstance(error, MemoryError):
        say_error("The memory is full. Use fewer rows, or a machine with more memory.")
    else:
        say_error(f"{type(error).__name__}, which synthgen did not foresee. --debug shows where; please report it.")
    return 1


def say_error(message: str, *, label: str = "error") -> None:
    """Writes one line to standard error.

    Args:
        message: What went wrong; line breaks become spaces.
        label: Its first word.
    """
    typer.secho(f"{label}: ", err=True, nl=False, bold=True, fg="red")
    typer.echo(" ".join(message.split()), err=True)


def say_note(message: str) -> None:
    """Writes one line to standard error that is no error: what a user should know.

    Args:
        message: One or more sentences.
    """
    typer.secho("note: ", err=True, nl=False, bold=True, fg="yellow")
    typer.echo(" ".join(message.split()), err=True)


@contextmanager
def _warnings_as_notes() -> Iterator[None]:
    """Shows synthgen's own warnings as one line each, without the place in the code."""

    def show(
        message: Warning | str, category: type[Warning], filename: str, lineno: int,
        file: TextIO | None = None, line: str | None = None,
    ) -> None:  # fmt: skip
        if not category.__module__.startswith("synthgen."):
            shown(message, category, filename, lineno, file, line)
            return
        hint = " On the command line: --missing." if "missing_values" in str(message) else ""
        say_note(f"{message}{hint}")

    with warnings.catch_warnings():
        shown = warnings.showwarning
        warnings.showwarning = show
        warnings.simplefilter("always", UserWarning)
        yield


def console(*, quiet: bool) -> "Console":
    """Returns where a verb prints its results: standard output, never wrapped in the middle of a path.

    Args:
        quiet: Whether to print nothing.
    """
    from rich.console import Console

    return Console(quiet=quiet, highlight=False, soft_wrap=True)


def parsed_settings(settings: Sequence[str], known: Sequence[str]) -> dict[str, Any]:
    """Returns what --set NAME=VALUE says, values written as in YAML.

    Args:
        settings: As they were given.
        known: Names that there are.

    Raises:
        SynthgenError: If one has no value, or no known name.

    Example:
        >>> parsed_settings(["width=128", "conditions=[age, sex]"], ["width", "conditions"])
        {'width': 128, 'conditions': ['age', 'sex']}
    """
    from synthgen.data.yaml_files import parse_yaml
    from synthgen.expected import refused_as

    parsed = {}
    for setting in settings:
        name, sign, text = setting.partition("=")
        if name not in known or not sign:
            raise SynthgenError(
                f"Expected --set NAME=VALUE with a name in {list(known)}. Received {setting!r}."
                f"{did_you_mean(name, known)}"
            )
        with refused_as(SynthgenError):
            parsed[name] = parse_yaml(text, f"--set {name}")
    return parsed


def run_directory(asked: Path | None, output: Path, *, private: bool) -> Path | None:
    """Returns where finished epochs are kept; a run under a privacy budget keeps none unless asked, to be told why.

    Args:
        asked: By the user.
        output: The model file.
        private: Whether there is a privacy budget.
    """
    return asked if asked is not None or private else output.with_name(f"{output.name}.checkpoint")


def write_roster(
    model: Path, *, train: "pd.DataFrame | ImageSet", holdout: "pd.DataFrame | ImageSet | None", schema: "Schema | None"
) -> str:
    """Writes who was learned and held out beside a model; returns the line that says where it is and must stay.

    Args:
        model: The model file.
        train: What was learned.
        holdout: What was held out; None: nothing was.
        schema: Of a table.
    """
    from synthgen.provenance.roster import Roster
    from synthgen.provenance.roster_file import roster_of

    place = roster_of(model)
    Roster.of(train=train, holdout=holdout, schema=schema, model=model).save(place)
    return f"Who was learned: {place}, made of real data. It stays in the house: in no repository, no mail, no release."


def require_run(directory: Path | None) -> None:
    """Refuses a folder that holds anything but a run: it will be written to, and removed in the end.

    Args:
        directory: For finished epochs; None is passed over.

    Raises:
        SynthgenError: If something else is there.
    """
    if directory is None or not directory.exists() or (directory / "run.json").is_file():
        return
    if not any(directory.glob(".run.json.*")):  # of a run that was killed before it had begun
        raise SynthgenError(f"{directory} exists and holds no interrupted run. Name another with --checkpoint.")


def kept_epoch(history: list[dict[str, float]], best: int) -> str:
    """Returns in words which epoch of a training was kept; nothing if there were none.

    Args:
        history: Of the synthesizer.
        best: Its best epoch.
    """
    if not history:
        return ""
    scores = [f", {words} {history[best][name]:.4f}" for name, words in _SCORES.items() if name in history[best]]
    return f"kept epoch {best + 1} of {len(history)}{''.join(scores)}"


def count(number: int) -> str:
    """Returns a whole number with thin groups of thousands, as the report writes it.

    Example:
        >>> count(20190)
        '20 190'
    """
    return f"{number:,}".replace(",", " ")
