"""What every program of this folder does around its fit: arguments, the table, seconds, memory, the files it leaves.

Needs nothing beyond pandas, since it also runs in the environments of the peers.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

DELTA, PREPARATION = 1e-5, 0.15
"""Of a privacy budget, where a setting `epsilon` asks for one: its delta, and the share that peers may spend on ranges
and bins, which is the default of synthgen's families."""

WARM_UP_ROWS = 1_000
"""Rows drawn before sampling is timed: the first call compiles or allocates."""


def arguments(description: str | None) -> argparse.Namespace:
    """Returns what the benchmark tells a program: the same words for all of them."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train", help="CSV of the training rows")
    parser.add_argument("--schema", help="JSON of what the columns mean; kind is what a peer reads")
    parser.add_argument("--target", help="column that usefulness predicts; only a reference may look at it")
    parser.add_argument("--model", required=True, help="name of the model in this program")
    parser.add_argument("--settings", type=json.loads, default={}, help="JSON of the model's arguments")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=int, default=0, help="synthetic rows; 0: as many as training rows")
    parser.add_argument("--synthetic", help="where to write them, CSV")
    parser.add_argument("--timings", required=True, help="where to write the measurements, JSON")
    parser.add_argument("--time-encoding", action="store_true", help="also time the encoding alone, before the fit")
    return parser.parse_args()


def kinds(schema: str | Path) -> dict[str, str]:
    """Returns the kind of each column: numerical, categorical, boolean or datetime."""
    columns = json.loads(Path(schema).read_text(encoding="utf-8"))["columns"]
    return {name: column["kind"] for name, column in columns.items()}


def read_table(path: str | Path, kind: dict[str, str]) -> pd.DataFrame:
    """Reads a CSV as the schema has it: what is no number is text, and an empty field, nothing else, is missing."""
    words = {name: str for name, value in kind.items() if value != "numerical"}
    return pd.read_csv(path, dtype=words, keep_default_na=False, na_values=[""])


class Stopwatch:
    """Seconds and memory of the parts of one process."""

    def __init__(self) -> None:
        self.figures: dict[str, object] = {"start_memory_mib": peak_memory()}

    @contextmanager
    def time(self, part: str) -> Iterator[None]:
        """Times a part: wall seconds, and CPU seconds of all threads and of child processes that ended in it."""
        wall, cpu = time.perf_counter(), cpu_seconds()
        yield
        self.figures[f"{part}_seconds"] = time.perf_counter() - wall
        self.figures[f"{part}_cpu_seconds"] = cpu_seconds() - cpu

    def write(self, path: str, **more: object) -> None:
        """Writes everything measured, and the peak of memory until now."""
        rate = {}
        if "rows" in more:
            rate["sample_rows_per_second"] = more["rows"] / self.figures["sample_seconds"]
        figures = self.figures | rate | more | {"peak_memory_mib": peak_memory()}
        Path(path).write_text(json.dumps(figures, indent=1), encoding="utf-8")


def cpu_seconds() -> float:
    """Returns the CPU seconds of this process and of its ended children."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def peak_memory() -> float:
    """Returns the peak of resident memory in MiB, of this process or of its largest child.

    On Linux from VmHWM, which starts anew with every program. `ru_maxrss` does not: a child begins with the peak of
    the process that started it.
    """
    unit = 2**20 if sys.platform == "darwin" else 2**10
    own, children = (
        resource.getrusage(who).ru_maxrss / unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        own = int(line.split()[1]) / 2**10
    return max(own, children)
