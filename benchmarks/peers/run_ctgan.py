"""Fits the `ctgan` package and writes its synthetic rows and timings. Runs in an environment of its own.

The package is a peer to measure against (licence BUSL-1.1); synthgen neither imports nor needs it. It refuses missing
numbers; what its documentation leaves to the caller is done here as RDT does it: the median stands in, and a discrete
column of its own says where. Called by the benchmark; `stopwatch.py` has the arguments.

    python run_ctgan.py TRAIN.csv --model CTGAN --schema S.json --settings '{"epochs": 300}' --timings T.json
"""

import ctgan.synthesizers.ctgan
import numpy as np
import pandas as pd
import stopwatch
import torch
from ctgan import CTGAN
from ctgan.data_transformer import DataTransformer

MARK = " is missing"


class TimedTransformer(DataTransformer):
    """Notes when the encoding was done, so that its time inside `fit` can be told from training."""

    done = 0.0

    def transform(self, raw_data):
        encoded = super().transform(raw_data)
        TimedTransformer.done = stopwatch.time.perf_counter()
        return encoded


def fill_gaps(train: pd.DataFrame, numbers: list[str]) -> pd.DataFrame:
    """Returns the table with medians for missing numbers, and a column that says which were missing."""
    gaps = [name for name in numbers if train[name].isna().any()]
    medians = {name: train[name].median() if train[name].notna().any() else 0.0 for name in gaps}
    filled = train.fillna(medians)
    return filled.assign(**{name + MARK: train[name].isna().map({True: "yes", False: "no"}) for name in gaps})


def open_gaps(synthetic: pd.DataFrame) -> pd.DataFrame:
    """Undoes `fill_gaps`."""
    for mark in [name for name in synthetic if name.endswith(MARK)]:
        name = mark.removesuffix(MARK)
        synthetic[name] = synthetic[name].where(synthetic[mark] == "no")
        synthetic = synthetic.drop(columns=mark)
    return synthetic


def main() -> None:
    arguments = stopwatch.arguments(__doc__)
    np.random.seed(arguments.seed)  # noqa: NPY002 - what the package draws from
    torch.manual_seed(arguments.seed)
    watch = stopwatch.Stopwatch()
    kind = stopwatch.kinds(arguments.schema)
    table = stopwatch.read_table(arguments.train, kind)
    train = fill_gaps(table, [name for name in table if kind[name] == "numerical"])
    discrete = [name for name in train if kind.get(name) != "numerical"]

    if arguments.time_encoding:
        with watch.time("encode"):
            transformer = DataTransformer()
            transformer.fit(train, discrete)
            transformer.transform(train)

    ctgan.synthesizers.ctgan.DataTransformer = TimedTransformer
    synthesizer = CTGAN(enable_gpu=False, **arguments.settings)
    with watch.time("fit"):
        synthesizer.fit(train, discrete)
        ended = stopwatch.time.perf_counter()
    steps = synthesizer._epochs * max(len(train) // synthesizer._batch_size, 1)

    rows = arguments.rows or len(train)
    with watch.time("first_sample"):
        synthesizer.sample(stopwatch.WARM_UP_ROWS)
    with watch.time("sample"):
        synthetic = synthesizer.sample(rows)
    if arguments.synthetic:
        open_gaps(synthetic)[table.columns].to_csv(arguments.synthetic, index=False)
    watch.write(arguments.timings, rows=rows, steps=steps, seconds_per_step=(ended - TimedTransformer.done) / steps)


if __name__ == "__main__":
    main()
