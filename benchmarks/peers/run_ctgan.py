"""Fits the `ctgan` package and writes its synthetic rows and timings. Runs in an environment of its own.

The package is a peer to measure against (licence BUSL-1.1); synthgen neither imports nor needs it. Called by
`benchmarks/against_ctgan.py`:

    python run_ctgan.py TRAIN.csv --epochs 300 --rows 32561 --synthetic OUT.csv --timings OUT.json
"""

import argparse
import json
import resource
import time
from pathlib import Path

import ctgan.synthesizers.ctgan
import pandas as pd
import torch
from ctgan import CTGAN
from ctgan.data_transformer import DataTransformer


class TimedTransformer(DataTransformer):
    """Notes when the encoding was done, so that its time inside `fit` can be told from training."""

    done = 0.0

    def transform(self, raw_data):
        encoded = super().transform(raw_data)
        TimedTransformer.done = time.perf_counter()
        return encoded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--rows", type=int, default=0, help="synthetic rows to write; 0: as many as training rows")
    parser.add_argument("--threads", type=int, default=0, help="0: torch's own choice")
    parser.add_argument("--synthetic")
    parser.add_argument("--timings", required=True)
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)

    train = pd.read_csv(arguments.train, keep_default_na=False, na_values=[""])
    discrete = [name for name in train if not pd.api.types.is_numeric_dtype(train[name])]
    timings = {"package": "ctgan", "epochs": arguments.epochs, "threads": torch.get_num_threads()}

    start = time.perf_counter()
    transformer = DataTransformer()
    transformer.fit(train, discrete)
    transformer.transform(train)
    timings["encode_seconds"] = time.perf_counter() - start

    ctgan.synthesizers.ctgan.DataTransformer = TimedTransformer
    start, cpu = time.perf_counter(), time.process_time()
    synthesizer = CTGAN(epochs=arguments.epochs, enable_gpu=False)
    synthesizer.fit(train, discrete)
    timings["fit_seconds"] = time.perf_counter() - start
    timings["fit_cpu_seconds"] = time.process_time() - cpu
    steps = arguments.epochs * max(len(train) // 500, 1)
    timings["steps"] = steps
    timings["seconds_per_step"] = (start + timings["fit_seconds"] - TimedTransformer.done) / steps

    rows = arguments.rows or len(train)
    synthesizer.sample(1_000)
    start = time.perf_counter()
    synthetic = synthesizer.sample(rows)
    timings["sample_rows_per_second"] = rows / (time.perf_counter() - start)
    timings["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if arguments.synthetic:
        synthetic.to_csv(arguments.synthetic, index=False)
    Path(arguments.timings).write_text(json.dumps(timings, indent=1))
    print(json.dumps(timings))


if __name__ == "__main__":
    main()
