"""Rows a second by one process and by several, in turn, and whether they are the same.

    python -m benchmarks.several_cores
    python -m benchmarks.several_cores --families TabularGAN --rows 400000 --workers 1 2 4

CPU seconds of all processes stand beside: on a machine with other work they say more than those of the clock. A worker
that loads Keras is counted in.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import synthgen as sg
from benchmarks.small_fit import table
from synthgen.families import FAMILIES

LEARNED, COLUMNS, LENGTH = 5_000, 10, 200


def main() -> None:
    """Fits each family to a small table, and draws many rows of it into a file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--families", nargs="+", default=["GaussianCopula", "TabularGAN"])
    parser.add_argument("--rows", type=int, nargs="+", default=[3_000_000, 200_000], help="of each family in turn")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    known = {family.name: family for family in FAMILIES}
    for name, rows in zip(asked.families, asked.rows, strict=True):
        family = known[name]
        synthesizer = family.load()(seed=3, **({family.length: LENGTH} if family.length else {}))
        synthesizer.fit(table(LEARNED, COLUMNS), verbose=False).sample(10)
        for _ in range(asked.rounds):
            for number in asked.workers:
                print(f"{name}, {rows} rows, {number} workers: {measured(synthesizer, rows, number)}", flush=True)


def measured(synthesizer: sg.GaussianCopula, rows: int, number: int) -> str:
    """Returns a line of seconds, and the digest of what was drawn."""
    with tempfile.TemporaryDirectory() as folder:
        before, begun = os.times(), time.monotonic()
        digest = synthesizer.sample_to(Path(folder) / "rows.parquet", rows, seed=1, workers=number, verbose=False)
        taken, after = time.monotonic() - begun, os.times()
    here, beside = (
        sum(getattr(after, kind) - getattr(before, kind) for kind in kinds)
        for kinds in (("user", "system"), ("children_user", "children_system"))
    )
    return (f"{taken:.1f} s, {rows / taken:.0f} a second, CPU {here:.1f} here and {beside:.1f} beside, "
            f"digest {digest[:12]}")  # fmt: skip


if __name__ == "__main__":
    main()
