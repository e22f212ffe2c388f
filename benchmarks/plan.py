"""Which runs there are and in which order; the data sets' files; progress; when to stop."""

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import records
from benchmarks.models import FLOOR_MODEL, Model
from benchmarks.runs import Bench, Files, Run
from benchmarks.tables import DataSet, load


def prepare(data: DataSet, folder: Path) -> Files:
    """Writes a data set's files into a folder of its own and returns where they are.

    Args:
        data: Any.
        folder: Of the benchmark.
    """
    place = folder / "data" / data.name
    place.mkdir(parents=True, exist_ok=True)
    paths = data.write(place)
    digest = hashlib.sha256()
    for role in ("train", "test", "schema"):
        digest.update(Path(paths[role]).read_bytes())
    return Files(
        name=data.name, target=data.target, digest=digest.hexdigest()[:8], rows=data.rows,
        shape=(len(data.train), len(data.test), len(data.train.columns)), paths=paths,
    )  # fmt: skip


def prepare_all(names: Iterable[str], *, data: Path, folder: Path, console: Console) -> list[Files]:
    """Prepares data sets by name; says which were skipped because their folder is absent.

    Args:
        names: See `tables.load`.
        data: See `tables.load`.
        folder: Of the benchmark.
        console: Where to say it.
    """
    ready = []
    for name in names:
        try:
            ready.append(prepare(load(name, data=data), folder))
        except FileNotFoundError as absent:
            console.print(f"Skipped {absent}", style="yellow", highlight=False)
    return ready


def runs_of(data: Sequence[Files], models: Sequence[Model], seeds: Sequence[int], *, quick: bool) -> list[Run]:
    """Returns all runs: every data set's floor first, then seed by seed, so that early results are of everything.

    Args:
        data: Prepared data sets.
        models: What is fitted.
        seeds: One run for each.
        quick: See `Run`.
    """
    floors = [Run(data=files, model=FLOOR_MODEL, seed=0, quick=quick) for files in data]
    return floors + [
        Run(data=files, model=model, seed=seed, quick=quick) for seed, files, model in product(seeds, data, models)
    ]


def work(
    runs: Sequence[Run],
    bench: Bench,
    *,
    minutes: float | None,
    console: Console,
    clock: Callable[[], float] = time.monotonic,
) -> list[records.Record]:
    """Does what is missing and returns the results of all runs that are done.

    Args:
        runs: In the order in which to do them.
        bench: Where results are kept.
        minutes: After which no further run is begun; None for no limit.
        console: Where progress is shown, and each result as it comes.
        clock: Seconds.
    """
    done, left = [], 0
    end = float("inf") if minutes is None else clock() + 60 * minutes
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Runs", total=len(runs))
        for run in runs:
            known = bench.find(run)[1]
            late = bench.missing(known) and clock() >= end
            left += late
            if bench.missing(known) and not late:
                progress.update(task, description=f"{run.data.name}: {run.model.name}, seed {run.seed}")
                known = bench.execute(run)
                console.print(line(known), highlight=False)
            if known is not None:
                done.append(known)
            progress.advance(task)
        progress.update(task, description="Done")
    if left:
        console.print(f"{left} runs are left: the same command does them.", style="yellow")
    return done


def line(record: records.Record) -> str:
    """Returns a result in one line.

    Example:
        >>> line({"data": "adult", "model": "ctgan", "seed": 0, "error": "ValueError: no rows"})
        'adult: ctgan, seed 0: failed: ValueError: no rows'
    """
    name = f"{record['data']}: {record['model']}, seed {record['seed']}"
    if "error" in record:
        return f"{name}: failed: {record['error']}"
    told = [f"fit {record['timings']['fit_seconds']:.0f} s"] if "fit_seconds" in record["timings"] else []
    for judge, said in record["judged"].items():
        figures = records.judged(record, judge)
        shown = [f"{f.title.partition(',')[0]} {figures[f.name]:.{f.decimals}f}"
                 for f in records.FIGURES if figures.get(f.name) is not None]  # fmt: skip
        told.append(f"{judge} judge: {'failed: ' + said['error'] if 'error' in said else ', '.join(shown)}")
    return f"{name}: {'; '.join(told)}"
