"""What the verbs share: options that several of them take, and what becomes of an error."""

import errno
import functools
import inspect
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from synthgen.cli.ending import ending_in_order
from synthgen.cli.outputs import claiming
from synthgen.cli.reading import OPTIONS, Reader
from synthgen.cli.speaking import say_error, say_note
from synthgen.errors import SynthgenError
from synthgen.files.writing import FULL

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")]

Target = Annotated[
    str | None,
    typer.Option(metavar="COLUMN", help="What users will want to predict. Without it usefulness is not judged."),
]

Groups = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Judge the groups of this column apart, such as sex or age; repeat it."),
]

_DEBUG = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error. It may quote data.")]


def verb(command: Callable[..., None]) -> Callable[..., None]:
    """Returns a command that ends in an exit code and at most one line about what went wrong.

    It gets the option --debug and, in place of a parameter `read`, the options of a `Reader`.

    Args:
        command: What the verb does.
    """
    own = inspect.signature(command).parameters
    reads = "read" in own

    @functools.wraps(command)
    def _run(**options: Any) -> None:
        debug = options.pop("debug")
        reading = {name: options.pop(name) for name in OPTIONS} if reads else {}
        with _warnings_as_notes(), ending_in_order() as asked:
            try:
                if reads:
                    options["read"] = Reader(**reading)
                with claiming([value for value in options.values() if isinstance(value, Path)]):
                    command(**options)
            except typer.Exit:  # a verdict, no error
                raise
            except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - the edge of the program
                if debug:
                    traceback.print_exc()
                raise typer.Exit(_report(error, ended=asked.code)) from None

    offered = [parameter for parameter in own.values() if parameter.name != "read"]
    added = (OPTIONS if reads else {}) | {"debug": (_DEBUG, False)}
    for name, (annotation, default) in added.items():
        offered.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation))
    _run.__signature__ = inspect.Signature(offered)  # type: ignore[attr-defined] # where Typer looks for the options
    _run.__annotations__ = {parameter.name: parameter.annotation for parameter in offered}
    return _run


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
