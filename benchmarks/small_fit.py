"""CPU seconds of a small fit and of a sample, family by family: what tests and newcomers pay.

``python -m benchmarks.small_fit`` fits 40 rows for 4 steps; ``... TabularGAN --rows 2000 --columns 10 --length 60`` one
family longer. Each family runs in a process of its own, pinned to one core (on Linux), so that threads that wait by
spinning do not count. To compare two versions, alternate them on one machine: seconds of a busy machine are longer.
"""

import argparse
import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd

import synthgen as sg
from synthgen.families import FAMILIES, Family

COLUMNS = ("number", "class", "count")
PIXELS = 16


def main() -> None:
    """Measures the families asked for, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("families", nargs="*", help="all, where none is named")
    parser.add_argument("--rows", type=int, default=40)
    parser.add_argument("--columns", type=int, default=2)
    parser.add_argument("--length", type=int, default=4, help="steps, or epochs where a family counts these")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    families = [family for family in FAMILIES if not asked.families or family.name in asked.families]
    if asked.here:
        print(measured(families[0], rows=asked.rows, columns=asked.columns, length=asked.length))
        return
    sizes = [f"--{name}={getattr(asked, name)}" for name in ("rows", "columns", "length")]
    for family in families:
        subprocess.run([sys.executable, "-m", __spec__.name, family.name, "--here", *sizes], check=True)


def measured(family: Family, *, rows: int, columns: int, length: int) -> str:
    """Returns a line of seconds."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1])
    data = table(rows, columns) if family.kind == "tables" else images(rows)
    synthesizer, loaded = family.load(), time.process_time()
    synthesizer = synthesizer(seed=3, **({family.length: length} if family.length else {}))
    made, fitted = synthesizer.fit(data, verbose=False), time.process_time()
    made.sample(rows, seed=1)
    drawn = time.process_time()
    made.sample(rows, seed=2)
    again = time.process_time()
    return (f"{family.name}: loading {loaded:.1f}, fit {fitted - loaded:.1f}, sample {drawn - fitted:.1f}, "
            f"again {again - drawn:.1f} CPU s")  # fmt: skip


def table(rows: int, columns: int) -> pd.DataFrame:
    """Returns numbers, classes and counts."""
    random = np.random.default_rng(0)
    base, made = random.normal(size=rows), {}
    for place in range(columns):
        kind = COLUMNS[place % len(COLUMNS)]
        noise = random.normal(size=rows)
        values = {"number": np.round(base * (place + 1) + noise, 3), "class": np.where(base + noise > 0, "a", "b"),
                  "count": random.integers(0, 60, rows)}  # fmt: skip
        made[f"{kind}{place}"] = values[kind]
    return pd.DataFrame(made)


def images(number: int) -> sg.ImageSet:
    """Returns images of two classes."""
    ill = np.arange(number) % 2
    pixels = np.random.default_rng(0).integers(0, 99 + 99 * ill[:, None, None], (number, PIXELS, PIXELS))
    return sg.ImageSet.from_array(pixels.astype(np.uint8), labels=np.where(ill, "ill", "well"))


if __name__ == "__main__":
    main()
