"""Fits a synthesizer of synthgen and writes its synthetic rows and timings; takes the arguments of `run_ctgan.py`.

python run_synthgen.py TRAIN.csv --model CTGAN --epochs 300 --rows 32561 --synthetic OUT.csv --timings OUT.json
"""

import argparse
import json
import resource
import time
from pathlib import Path

import keras
import pandas as pd

import synthgen as sg
from synthgen.encoding.table import TableEncoder


class Clock(keras.callbacks.Callback):
    """Notes when each epoch ended, so that compiling, all in the first, can be told from training."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: list[float] = []

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.ends.append(time.perf_counter())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("--model", choices=["CTGAN", "TabularGAN"], default="CTGAN")
    parser.add_argument("--epochs", type=int, default=300, help="of CTGAN")
    parser.add_argument("--steps", type=int, default=0, help="of TabularGAN; 0: its default")
    parser.add_argument("--rows", type=int, default=0, help="synthetic rows to write; 0: as many as training rows")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--synthetic")
    parser.add_argument("--timings", required=True)
    arguments = parser.parse_args()

    train = sg.read_table(arguments.train)
    schema = sg.Schema.infer(train)
    if arguments.model == "CTGAN":
        synthesizer = sg.CTGAN(num_epochs=arguments.epochs, seed=arguments.seed)
    else:
        more = {"num_steps": arguments.steps} if arguments.steps else {}
        synthesizer = sg.TabularGAN(seed=arguments.seed, **more)
    timings = {"package": "synthgen", "model": arguments.model, "settings": synthesizer.settings}

    start = time.perf_counter()
    encoder = TableEncoder.fit(train, schema, numerical=synthesizer.numerical, seed=0)
    encoder.encode(train, seed=0)
    timings["encode_seconds"] = time.perf_counter() - start

    clock = Clock()
    start, cpu = time.perf_counter(), time.process_time()
    synthesizer.fit(train, schema=schema, callbacks=[clock], verbose=True)
    timings["fit_seconds"] = time.perf_counter() - start
    timings["fit_cpu_seconds"] = time.process_time() - cpu
    plan = synthesizer.plan(len(train))
    steps_per_epoch = plan.chunk * plan.chunks_per_epoch
    timings["steps"] = steps_per_epoch * len(clock.ends)
    timings["seconds_per_step"] = (clock.ends[-1] - clock.ends[0]) / (steps_per_epoch * (len(clock.ends) - 1))

    rows = arguments.rows or len(train)
    synthesizer.sample(1_000, seed=0)
    start = time.perf_counter()
    synthetic = synthesizer.sample(rows, seed=0)
    timings["sample_rows_per_second"] = rows / (time.perf_counter() - start)
    timings["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if arguments.synthetic:
        pd.DataFrame(synthetic).to_csv(arguments.synthetic, index=False)
    Path(arguments.timings).write_text(json.dumps(timings, indent=1))
    print(json.dumps({name: value for name, value in timings.items() if name != "settings"}))


if __name__ == "__main__":
    main()
