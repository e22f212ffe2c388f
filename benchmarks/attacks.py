"""What the attacks of `evaluate` find on tables of which it is known whether, and how, they give training rows away.

    python -m benchmarks.attacks
    python -m benchmarks.attacks --cases "an exact copy" "other real rows"

Adult where `--data` has a folder of it, else the RAND health insurance experiment. Every case is a training table, a
synthetic one and a holdout, judged by all metrics of privacy; an alarm is one that warns or fails.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks.environments import ROOT
from benchmarks.rendering import NONE, markdown
from benchmarks.tables import load
from synthgen.metrics.base import Result
from synthgen.metrics.tables.catalogue import all_metrics
from synthgen.metrics.tables.privacy.singling_out import SINGLE, WHOLE
from synthgen.metrics.tables.tables import Tables
from synthgen.report.evaluate import measured
from synthgen.synthesizers.tables.base import TableSynthesizer

Rows = pd.DataFrame


class Real(NamedTuple):
    """Real rows and what they mean."""

    train: Rows
    holdout: Rows
    schema: sg.Schema


Case = Callable[[Real], tuple[Rows, Rows, Rows]]
"""Makes train, synthetic and holdout rows."""

REPLACED = 0.3
"""Share of the cells of a copy that another training row's take the place of."""
DRAWN_FACTOR = 5
"""Rows drawn by a network that learned a few rows by heart, as a multiple of those: an attacker may ask for many."""


def exact_copy(real: Real) -> tuple[Rows, Rows, Rows]:
    """The training rows themselves."""
    return real.train, real.train, real.holdout


def other_rows(real: Real) -> tuple[Rows, Rows, Rows]:
    """Rows of people whom nobody trained on: nothing is given away."""
    half = len(real.holdout) // 2
    return real.train, *(part.reset_index(drop=True) for part in (real.holdout[:half], real.holdout[half:]))


def shuffled(real: Real) -> tuple[Rows, Rows, Rows]:
    """Every column in an order of its own: nobody's record, everybody's values."""
    random = np.random.default_rng(0)
    return real.train, pd.DataFrame({name: random.permutation(real.train[name]) for name in real.train}), real.holdout


def noisy_copy(real: Real) -> tuple[Rows, Rows, Rows]:
    """The training rows, with a part of the cells taken from another row each."""
    random = np.random.default_rng(0)
    mixed = shuffled(real)[1]
    return real.train, real.train.where(random.random(real.train.shape) >= REPLACED, mixed), real.holdout


def by_heart(count: int, num_steps: int) -> Case:
    """A GAN that learned few rows for long, with none held out to choose an epoch by."""

    def case(real: Real) -> tuple[Rows, Rows, Rows]:
        few = real.train.sample(count, random_state=0).reset_index(drop=True)
        gan = sg.TabularGAN(num_steps=num_steps, validation=0.0, calibration=False, seed=0)
        return few, gan.fit(few, schema=real.schema, verbose=False).sample(DRAWN_FACTOR * count, seed=0), real.holdout

    return case


def fitted(make: Callable[[], TableSynthesizer], privacy: sg.DifferentialPrivacy | None = None) -> Case:
    """What a family draws with its defaults."""

    def case(real: Real) -> tuple[Rows, Rows, Rows]:
        schema = real.schema if privacy is None else real.schema.confirmed()  # the publishers describe each column
        synthesizer = make().fit(real.train, schema=schema, privacy=privacy, verbose=False)
        return real.train, synthesizer.sample(len(real.train), seed=0), real.holdout

    return case


CASES: dict[str, Case] = {
    "an exact copy": exact_copy,
    "a copy with 30 % of its cells replaced": noisy_copy,
    "columns shuffled": shuffled,
    "other real rows": other_rows,
    "`TabularGAN` of 300 rows by heart": by_heart(300, 500),
    "`TabularGAN` of 2 000 rows by heart": by_heart(2_000, 600),
    "`TabularGAN`": fitted(lambda: sg.TabularGAN(seed=0)),
    "`DPMarginals` epsilon=3": fitted(lambda: sg.DPMarginals(seed=0), sg.DifferentialPrivacy(epsilon=3, delta=1e-5)),
}

COLUMNS = {
    "distance": ("membership", "distance"),
    "ratio": ("membership", "distance_ratio"),
    "densities": ("membership", "density_ratio"),
    "named at 1 %": ("membership_confident", None),
    "hidden value": ("attributes", None),
    "two halves": ("linkability", None),
    "singled out, whole": ("singling_out", WHOLE),
    "by one number": ("singling_out", SINGLE),
    "closer": ("share_closer", None),
    "copies": ("exact_copies", None),
}
"""Titles, and the metric and its part that stand there."""


def line(name: str, results: dict[str, Result], seconds: float) -> list[str]:
    """Returns a case as cells of the table."""
    cells = []
    for metric, part in COLUMNS.values():
        result = results[metric]
        values = {each.names[0]: each.value for each in result.parts} | {None: result.value}
        value = values.get(part)
        cells.append(NONE if value is None else f"{value:.3f}")
    alarms = sum(result.status in ("warning", "fail") for result in results.values())
    return [name, *cells, str(alarms), f"{seconds:.0f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder that holds adult/")
    parser.add_argument("--cases", nargs="*", choices=CASES, default=list(CASES), metavar="CASE", help="default: all")
    arguments = parser.parse_args()
    data = load("adult" if (arguments.data / "adult").is_dir() else "rand_hie", data=arguments.data)
    real = Real(data.train, data.test, sg.Schema.infer(data.train, rare_below=data.rare_below))
    privacy = [metric for metric in all_metrics() if metric.family == "privacy"]
    lines = []
    for name in arguments.cases:
        train, synthetic, holdout = CASES[name](real)
        began = time.perf_counter()
        tables = Tables.read(train=train, synthetic=synthetic, holdout=holdout, schema=real.schema, seed=0)
        results = {result.metric: result for result in measured(tables, privacy, verbose=False)}
        lines.append(line(name, results, time.perf_counter() - began))
        print(*lines[-1], file=sys.stderr)
    print(markdown(["", *COLUMNS, "alarms", "judging, s"], lines))


if __name__ == "__main__":
    main()
