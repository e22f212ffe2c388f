"""Reports on made-up patients."""

import numpy as np
import pandas as pd
import pytest

from synthgen.report.evaluate import evaluate


def _patients(rows, seed):
    random = np.random.default_rng(seed)
    age = random.integers(18, 95, rows)
    ill = random.random(rows) < age / 110
    return pd.DataFrame(
        {
            "age": age,
            "cost": np.where(random.random(rows) < 0.3, 0.0, random.lognormal(5 + ill, 1.0, rows).round(2)),
            "marker": random.normal(size=rows),
            "site": random.choice(["north", "south", "east & <west>"], rows, p=[0.6, 0.3, 0.1]),
            "smoker": random.random(rows) < 0.3,
            "admitted": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 1000, rows), unit="D"),
            "outcome": np.where(ill, "ill", "well"),
        }
    )


@pytest.fixture(scope="session")
def patients():
    """Returns draws of one law: patients(rows, seed)."""
    return _patients


@pytest.fixture(scope="session")
def report(patients):
    """A report on independent draws."""
    frames = {role: patients(1200, seed) for seed, role in enumerate(["train", "synthetic", "holdout"])}
    return evaluate(**frames, target="outcome")


@pytest.fixture(scope="session")
def leaky(patients):
    """A report on synthetic rows that are the training rows."""
    train = patients(1200, 0)
    return evaluate(train=train, synthetic=train, holdout=patients(1200, 2), target="outcome")
