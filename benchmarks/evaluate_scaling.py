"""How long `evaluate` takes as tables grow: seconds and memory for 12 500 to 200 000 rows of 15 columns.

    python benchmarks/evaluate_scaling.py [--rows 100000] [--columns 15]

Made-up data of one law in all three tables, so that nothing is cut short by a verdict. Prints one line per size.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd

from synthgen.report.evaluate import evaluate

SIZES = (12_500, 25_000, 50_000, 100_000, 200_000)


def draw(rows: int, columns: int, seed: int) -> pd.DataFrame:
    """Returns rows with numbers, categories, a yes-no column and dates in turn, all related to one hidden trait."""
    random = np.random.default_rng(seed)
    trait = random.normal(size=rows)
    frame: dict[str, object] = {}
    for place in range(columns - 1):
        noisy = trait + random.normal(size=rows)
        if place % 4 == 0:
            frame[f"number_{place}"] = np.exp(noisy).round(2)
        elif place % 4 == 1:
            frame[f"category_{place}"] = np.array([f"c{code:02d}" for code in range(20)])[
                np.clip((noisy * 3 + 10).astype(int), 0, 19)
            ]
        elif place % 4 == 2:
            frame[f"whole_{place}"] = (noisy * 10).round().astype(int)
        else:
            frame[f"day_{place}"] = pd.Timestamp("2020-01-01") + pd.to_timedelta((noisy * 100).round(), unit="D")
    frame["outcome"] = trait + random.normal(size=rows) > 0
    return pd.DataFrame(frame)


def main() -> None:
    """Times one evaluation per size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", default=SIZES)
    parser.add_argument("--columns", type=int, default=15)
    arguments = parser.parse_args()
    print(f"{'rows':>9} {'columns':>8} {'seconds':>8} {'peak MiB':>9}")
    for rows in arguments.rows:
        train, synthetic, holdout = (draw(rows, arguments.columns, seed) for seed in range(3))
        began = time.perf_counter()
        evaluate(train=train, synthetic=synthetic, holdout=holdout, target="outcome", verbose=False)
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{rows:>9} {arguments.columns:>8} {seconds:>8.1f} {peak:>9.0f}", flush=True)


if __name__ == "__main__":
    main()
