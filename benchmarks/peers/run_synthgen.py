"""Fits any synthesizer of synthgen and writes its synthetic rows and timings; `stopwatch.py` has the arguments.

python benchmarks/peers/run_synthgen.py TRAIN.csv --model TabularGAN --synthetic S.csv --timings T.json
"""

import json
import time
from pathlib import Path

import keras
import stopwatch

import synthgen as sg
from synthgen.encoding.table import TableEncoder
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.families import FAMILIES


class Clock(keras.callbacks.Callback):
    """Notes when training began and each epoch ended, so that encoding and compiling can be told from training."""

    def __init__(self) -> None:
        super().__init__()
        self.began = 0.0
        self.ends: list[float] = []

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.ends.append(time.perf_counter())


def steps_and_pace(synthesizer: TableSynthesizer, rows: int, clock: Clock) -> dict[str, float]:
    """Returns the training steps and the seconds of one, for families that train in steps.

    The first epoch is left out of the pace: it compiles.
    """
    plan = getattr(synthesizer, "plan", None)
    if plan is None or len(clock.ends) < 2:
        return {}
    per_epoch = plan(rows).chunk * plan(rows).chunks_per_epoch
    pace = (clock.ends[-1] - clock.ends[0]) / (per_epoch * (len(clock.ends) - 1))
    return {"steps": per_epoch * len(clock.ends), "seconds_per_step": pace}


def main() -> None:
    arguments = stopwatch.arguments(__doc__)
    watch = stopwatch.Stopwatch()
    train = sg.read(arguments.train)
    schema = sg.Schema.infer(train)
    if arguments.schema:
        schema = sg.Schema.from_dict(json.loads(Path(arguments.schema).read_text(encoding="utf-8")))
    settings = dict(arguments.settings)
    epsilon = settings.pop("epsilon", None)
    privacy = None
    if epsilon is not None:
        privacy = sg.DifferentialPrivacy(epsilon=epsilon, delta=stopwatch.DELTA)
        schema = schema.confirmed()  # the tables are public, their publishers describe each column
    synthesizer = FAMILIES[arguments.model](seed=arguments.seed, **settings)

    if arguments.time_encoding:
        with watch.time("encode"):
            encoder = TableEncoder.fit(train, schema, numerical=synthesizer.numerical, seed=0)
            encoder.encode(train, seed=0)

    clock = Clock()
    began = time.perf_counter()
    with watch.time("fit"):
        synthesizer.fit(train, schema=schema, privacy=privacy, callbacks=[clock], verbose=True)
    more = {"setup_seconds": clock.began - began} if clock.began else {}

    rows = arguments.rows or len(train)
    with watch.time("first_sample"):
        synthesizer.sample(stopwatch.WARM_UP_ROWS, seed=arguments.seed)
    with watch.time("sample"):
        synthetic = synthesizer.sample(rows, seed=arguments.seed)
    if arguments.synthetic:
        synthetic.to_csv(arguments.synthetic, index=False)
    if privacy is None:  # under a budget the plan is another
        more |= steps_and_pace(synthesizer, len(train), clock)
    watch.write(arguments.timings, rows=rows, **more)


if __name__ == "__main__":
    main()
