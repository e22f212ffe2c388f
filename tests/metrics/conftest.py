"""Made-up patients with everything that real tables have: heavy tails, spikes, gaps, rare categories, dates, keys."""

import numpy as np
import pandas as pd
import pytest

from synthgen.data.schema import Schema
from synthgen.metrics.tables.tables import Tables


def _patients(rows, seed):
    random = np.random.default_rng(seed)
    age = random.integers(18, 95, rows)
    sick = random.random(rows) < 1 / (1 + np.exp((60 - age) / 8))
    cost = random.lognormal(5 + sick, 1.5, rows).round(2)
    frame = pd.DataFrame(
        {
            "age": age,
            "cost": np.where(random.random(rows) < 0.3, 0.0, cost),
            "marker": random.standard_cauchy(rows),
            "site": random.choice(["north", "south", "east", "west"], rows, p=[0.5, 0.3, 0.15, 0.05]),
            "code": random.choice([f"D{i:02d}" for i in range(30)], rows),
            "smoker": random.random(rows) < 0.3,
            "admitted": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 1000, rows), unit="D"),
            "outcome": np.where(sick, "ill", "well"),
        }
    )
    frame.loc[random.random(rows) < 0.1, "cost"] = np.nan
    return frame


@pytest.fixture
def patients():
    """Returns draws of one law: patients(rows, seed)."""
    return _patients


@pytest.fixture
def tables():
    """Returns Tables of frames, with the schema inferred from train."""

    def make(train, synthetic, holdout=None, *, schema=None, **settings):
        schema = schema or Schema.infer(train)
        return Tables.read(train=train, synthetic=synthetic, holdout=holdout, schema=schema, **settings)

    return make
