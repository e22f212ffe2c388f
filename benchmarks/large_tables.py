"""A million rows of fifteen columns, and a column of a hundred thousand categories: seconds and memory of fit.

python benchmarks/large_tables.py [--rows 1000000] [--steps 100]
"""

import argparse
import json
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

import synthgen as sg
from synthgen.encoding.table import TableEncoder


def mixed(rows: int) -> pd.DataFrame:
    """Eight numbers, five categories, a date and a boolean."""
    rng = np.random.default_rng(0)
    columns: dict = {f"number {i}": rng.lognormal(i / 4, 1, rows).round(2) for i in range(4)}
    columns |= {f"measure {i}": rng.normal(size=rows) for i in range(4)}
    columns |= {f"category {i}": rng.choice([f"value {j}" for j in range(5 * i + 3)], rows) for i in range(5)}
    columns["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2_000, rows), unit="D")
    columns["flag"] = rng.random(rows) < 0.2
    return pd.DataFrame(columns)


def many_categories(rows: int) -> pd.DataFrame:
    """One column of 100 000 categories beside two others."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 100_000, rows)
    names = np.array([f"place {code}" for code in range(100_000)], dtype=object)
    return pd.DataFrame({"place": names[codes], "age": rng.integers(0, 90, rows), "flag": rng.random(rows) < 0.2})


TABLES = {"mixed": mixed, "many categories": many_categories}


def measure(name: str, rows: int, steps: int) -> dict:
    """Fits one table in this process and returns seconds and memory."""
    frame = TABLES[name](rows)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    schema = sg.Schema.infer(frame, rare_below=5)
    inferred = time.perf_counter()
    encoder = TableEncoder.fit(frame, schema, seed=0)
    encoder.encode(frame, seed=0)
    encoded = time.perf_counter()
    sg.TabularGAN(num_steps=steps).fit(frame, schema=schema)
    fitted = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "table": name, "rows": rows, "columns": frame.shape[1], "features": encoder.layout.num_features,
        "infer, s": round(inferred - start, 1), "encode, s": round(encoded - inferred, 1),
        f"fit {steps} steps, s": round(fitted - encoded, 1), "peak, MiB": round(peak), "table alone, MiB": round(held),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--table", choices=TABLES, help="measure one table in this process")
    arguments = parser.parse_args()
    if arguments.table:
        print(json.dumps(measure(arguments.table, arguments.rows, arguments.steps)))
        return
    for name in TABLES:  # a process each, so that peaks are their own
        command = [
            sys.executable,
            __file__,
            "--table",
            name,
            "--rows",
            str(arguments.rows),
            "--steps",
            str(arguments.steps),
        ]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
