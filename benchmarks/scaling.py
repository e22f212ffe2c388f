"""How seconds and memory grow with rows, columns and categories: a short fit at each size, and one judgement."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from itertools import product
from pathlib import Path

from rich.console import Console

from benchmarks import records
from benchmarks.models import Model
from benchmarks.plan import line, prepare
from benchmarks.runs import Bench, Files, Run
from benchmarks.simulated import AXES, simulated

LENGTHS = {"num_steps": 100, "num_epochs": 1}
"""How long each family trains: long enough to time a step."""


def short(model: Model) -> Model:
    """Returns the model with a training just long enough to be timed.

    Args:
        model: Of synthgen.
    """
    return replace(
        model, settings={word: LENGTHS[word] for word in model.quick if word in LENGTHS} | dict(model.settings)
    )


def placeholder(axis: str, size: int) -> Files:
    """Returns a point's files before there are any: what is made depends on nothing but the code that makes it.

    Args:
        axis: See `simulated.AXES`.
        size: Along the axis.
    """
    digest = records.fingerprint(["simulated.py"], package=Path(__file__).parent)
    return Files(name=f"{axis}-{size}", target="outcome", digest=digest, rows=0, shape=(0, 0, 0), paths={})


def grow(
    models: Iterable[Model], bench: Bench, *, axes: Iterable[str], largest: int, console: Console
) -> list[records.Record]:
    """Measures every point that is missing, the smaller first.

    Args:
        models: Of synthgen.
        bench: Where results are kept. A judge of the user's own is not asked.
        axes: Of `simulated.AXES`.
        largest: Size above which points are left out.
        console: Where each result is shown.

    Returns:
        The results of all points that are done.
    """
    done = []
    for axis, model in product(axes, map(short, models)):
        for size in (size for size in AXES[axis] if size <= largest):
            wanted = Run(data=placeholder(axis, size), model=model, seed=0)
            known = bench.find(wanted)[1]
            if bench.missing(known):
                console.print(f"{axis} {size}: {model.name} ...", highlight=False)
                known = measure(wanted, bench, axis=axis, size=size)
                console.print(line(known), highlight=False)
            done.append(known)
    return done


def measure(run: Run, bench: Bench, *, axis: str, size: int) -> records.Record:
    """Makes a point's table, fits and judges it, and removes the table, which may have a million rows.

    Args:
        run: With a placeholder for its files.
        bench: See `grow`.
        axis: See `placeholder`.
        size: See `placeholder`.
    """
    made = replace(prepare(simulated(axis, size), bench.folder), digest=run.data.digest)
    try:
        return bench.execute(replace(run, data=made))
    finally:
        shutil.rmtree(Path(made.paths["train"]).parent)
        bench.synthetic(run.stem).unlink(missing_ok=True)
