"""The command line: describe, confirm, fit, tune, sample, augment, evaluate, audit, inspect, demo; policy, gate, keys,
release, verify.

Options are the library's own arguments. Each verb is a file of its own and imports what it needs when it runs, so that
``synthgen --help`` answers at once.

| exit code | means |
|--:|---|
| 0 | done |
| 1 | something failed that is not the user's doing: a full disk, a fault; or audit, gate or verify says no |
| 2 | bad input, or another run is writing there: one line on standard error says what, and the way out |
| 130, 143, 129 | ended by Ctrl-C, SIGTERM, SIGHUP; where work was kept, one line says how to go on |
"""

import io
import sys
from collections.abc import Sequence
from typing import Annotated, Any, NoReturn

import typer

from synthgen import __version__
from synthgen.cli.describe import describe
from synthgen.cli.evaluate import evaluate
from synthgen.cli.fit import fit
from synthgen.cli.gate import gate
from synthgen.cli.inspect import inspect
from synthgen.cli.keys import keys
from synthgen.cli.policy import policy
from synthgen.cli.release import release
from synthgen.cli.sample import sample
from synthgen.cli.speaking import say_error
from synthgen.cli.tables.audit import audit
from synthgen.cli.tables.augment import augment
from synthgen.cli.tables.confirm import confirm
from synthgen.cli.tables.demo import demo
from synthgen.cli.tables.tune import tune
from synthgen.cli.verbs import verb
from synthgen.cli.verify import verify

_UsageError: Any = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
"""What a mistyped command raises; newer versions of Typer bring a Click of their own, so it has no public address."""

app = typer.Typer(
    name="synthgen",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,  # its tracebacks print local variables, and with them the user's data
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    describe,
    confirm,
    fit,
    tune,
    sample,
    augment,
    evaluate,
    audit,
    inspect,
    policy,
    gate,
    keys,
    release,
    verify,
    demo,
):
    app.command()(verb(command))


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"synthgen {__version__}")
        raise typer.Exit


@app.callback()
def synthgen(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Synthetic tables and images for privacy-sensitive domains: learn what is real, draw what is not, judge it.

    [bold]From a CSV file to a report[/bold]; a folder of X-rays goes the same way

    $ synthgen describe patients.csv -o schema.yaml

    $ synthgen fit patients.csv --schema schema.yaml -o patients.synthgen --train train.csv --holdout holdout.csv

    $ synthgen sample patients.synthgen -n 10000 -o synthetic.csv

    $ synthgen evaluate --train train.csv --synthetic synthetic.csv --holdout holdout.csv --schema schema.yaml -o
    report.html

    [bold]Nothing at hand?[/bold] `synthgen demo` does all of it on real health records that are installed.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and leaves with its exit code.

    Args:
        arguments: What stands behind ``synthgen``; None takes it from the process.

    Raises:
        SystemExit: Always; see the module for the codes.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of columns, on a terminal that has no such letters
    try:
        code = app(None if arguments is None else list(arguments), prog_name="synthgen", standalone_mode=False)
    except _UsageError as error:
        if message := error.format_message():
            say_error(message)
        else:  # called without a verb: the help is the message
            typer.echo(str(error), err=True)
        sys.exit(2)
    except typer.Abort:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
