"""The command line of the benchmark: run, scaling, report."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from rich.console import Console

from benchmarks import models, page, plan, records, rendering, scaling, simulated, tables
from benchmarks.environments import ROOT
from benchmarks.runs import Bench

QUICK_DATA = ("rand_hie",)
"""What the quick benchmark learns: a data set that is there wherever the tests run."""


def words(text: str) -> list[str]:
    """Returns the parts of a list with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def parser() -> argparse.ArgumentParser:
    """Returns what the command line understands."""
    own = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    verbs = own.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="do the runs that are missing, then show the tables")
    grow = verbs.add_parser("scaling", help="measure how time and memory grow")
    report = verbs.add_parser("report", help="render results into the page")
    for verb in (run, grow, report):
        verb.add_argument("--results", type=Path, default=ROOT / ".bench", metavar="FOLDER", help="default: .bench")
        verb.add_argument("--keep-older", action="store_true", help="what an older version made or judged counts too")
    for verb in (run, grow):
        verb.add_argument(
            "--models", type=words, default=[], metavar="A,B", help="default: all of synthgen's and peers"
        )
        verb.add_argument("--set", action="append", default=[], metavar="MODEL.ARGUMENT=VALUE", help="may be repeated")
        verb.add_argument("--longest", type=float, default=240.0, metavar="MINUTES", help="stop a fit after this")
        verb.add_argument("--retry", action="store_true", help="try runs again that failed")
    run.add_argument("--quick", action="store_true", help="short training of synthgen's families on packaged data")
    run.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", metavar="FOLDER",
                     help="holds the folders adult, magic, diabetes130, support2, or some of them")  # fmt: skip
    run.add_argument("--only", type=words, default=[], metavar="A,B", help="data sets")
    run.add_argument(
        "--epsilon",
        type=float,
        metavar="E",
        help="learn under differential privacy (delta 1e-5): all that can, private peers too",
    )
    run.add_argument("--seeds", type=words, default=["0"], metavar="0,1,2")
    run.add_argument("--minutes", type=float, metavar="N", help="begin no further run after N minutes")
    run.add_argument("--judge", type=Path, metavar="J.py", help="a program that judges too, see docs/benchmarks.md")
    grow.add_argument("--axes", type=words, default=list(simulated.AXES), metavar="rows,columns,categories")
    grow.add_argument("--largest", type=int, default=1_000_000, help="leave out larger sizes")
    report.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    report.add_argument("--quick", action="store_true", help="show the quick benchmark's results")
    report.add_argument("--keep-lines", action="store_true", help="models of the page without results here stay there")
    return own


def run(arguments: argparse.Namespace, console: Console) -> None:
    """Does what is missing and prints a table for each data set."""
    peers = () if arguments.quick and not arguments.models else (models.REDRAWN_MODEL, *models.PEER_MODELS)
    known: Sequence[models.Model] = (*models.own_models(), *peers, models.FLOOR_MODEL)
    if arguments.epsilon is not None:
        known = models.under_budget((*known, *models.PRIVATE_PEER_MODELS), arguments.epsilon)
    chosen = models.choose(known, arguments.models)
    chosen = [models.with_settings(model, arguments.set) for model in chosen if model is not models.FLOOR_MODEL]
    if arguments.judge is not None and not arguments.judge.is_file():
        raise FileNotFoundError(f"--judge: there is no file {arguments.judge}.")
    names = arguments.only or (QUICK_DATA if arguments.quick else [*tables.FOLDERS, *tables.PACKAGED])
    bench = Bench(
        folder=arguments.results.resolve(), judge=arguments.judge and arguments.judge.resolve(),
        longest=arguments.longest, keep_older=arguments.keep_older, retry=arguments.retry,
    )  # fmt: skip
    data = plan.prepare_all(names, data=arguments.data, folder=bench.folder, console=console)
    wanted = plan.runs_of(data, chosen, [int(seed) for seed in arguments.seeds], quick=arguments.quick)
    done = plan.work(wanted, bench, minutes=arguments.minutes, console=console)
    for files in data:
        own = sorted((record for record in done if record["data"] == files.name), key=lambda r: r["created"])
        if own:
            print(f"\n{files.name}\n\n{rendering.data_set(own, keep_older=arguments.keep_older)}")


def grow(arguments: argparse.Namespace, console: Console) -> None:
    """Measures the points of scaling that are missing and prints a table for each axis."""
    wrong = sorted(set(arguments.axes) - set(simulated.AXES))
    if wrong:
        raise KeyError(f"Expected --axes among {list(simulated.AXES)}. Received {wrong}.")
    chosen = models.choose(models.own_models(), arguments.models or ["TabularGAN"])
    chosen = [models.with_settings(model, arguments.set) for model in chosen]
    bench = Bench(folder=arguments.results.resolve(), longest=arguments.longest, keep_older=arguments.keep_older,
                  retry=arguments.retry)  # fmt: skip
    done = scaling.grow(chosen, bench, axes=arguments.axes, largest=arguments.largest, console=console)
    for axis in arguments.axes:
        print(f"\n{rendering.scaling(done, axis)}")


def report(arguments: argparse.Namespace, console: Console) -> None:
    """Writes all results into the page."""
    found = records.read_all(arguments.results / "results")
    written = page.write(
        arguments.page, found, quick=arguments.quick, keep_older=arguments.keep_older, keep_lines=arguments.keep_lines
    )
    console.print(f"{arguments.page}: {', '.join(written) or 'no results'}", highlight=False)


VERBS = {"run": run, "scaling": grow, "report": report}


def main(command: Sequence[str] | None = None) -> int:
    """Runs one verb; returns 0, or 2 with a sentence on stderr where the command asks for what there is not."""
    arguments = parser().parse_args(command)
    console = Console(stderr=True)
    try:
        VERBS[arguments.verb](arguments, console)
    except (KeyError, ValueError, FileNotFoundError) as problem:
        console.print(str(problem.args[0] if isinstance(problem, KeyError) else problem), style="red", markup=False)
        return 2
    except KeyboardInterrupt:
        console.print("Interrupted. What is finished is kept: the same command goes on.", style="yellow")
        return 130
    return 0


def _stop(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)  # leave by an exception, so that the running fit is stopped too
    sys.exit(main())
