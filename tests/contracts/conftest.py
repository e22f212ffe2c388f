"""One small table of every kind of column, and one fitted synthesizer of each family on it."""

import numpy as np
import pandas as pd
import pytest

from synthgen import (
    CTGAN,
    TVAE,
    DPMarginals,
    GaussianCopula,
    Schema,
    TabularAutoregressive,
    TabularDiffusion,
    TabularGAN,
)
from synthgen.data.schema import SchemaWarning

ROWS = 900
FAMILIES = {
    "TabularGAN": lambda **more: TabularGAN(
        **({"num_steps": 300, "width": 48, "batch_size": 100, "learning_rate": 2e-3, "seed": 1} | more)
    ),
    "TabularAutoregressive": lambda **more: TabularAutoregressive(
        **({"num_steps": 300, "width": 32, "batch_size": 100, "seed": 1} | more)
    ),
    "TabularDiffusion": lambda **more: TabularDiffusion(
        **({"num_steps": 400, "width": 48, "batch_size": 100, "num_sampling_steps": 10, "seed": 1} | more)
    ),
    "TVAE": lambda **more: TVAE(
        **({"num_epochs": 140, "batch_size": 100, "learning_rate": 2e-3, "width": 64, "seed": 1} | more)
    ),
    "CTGAN": lambda **more: CTGAN(**({"num_epochs": 40, "batch_size": 100, "learning_rate": 1e-3, "seed": 1} | more)),
    "GaussianCopula": lambda **more: GaussianCopula(**({"seed": 1} | more)),
    "DPMarginals": lambda **more: DPMarginals(**({"num_components": 500, "num_sweeps": 30, "seed": 1} | more)),
}


def patients() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    sex = rng.choice(["F", "M"], ROWS)
    ward = np.where(sex == "F", rng.choice(["north", "south"], ROWS, p=[0.8, 0.2]), rng.choice(["south", "east"], ROWS))
    age = np.clip(rng.normal(60 - 15 * (ward == "north"), 12, ROWS), 0, 100).round()
    cost = np.where(rng.random(ROWS) < 0.3, 0.0, np.round(rng.lognormal(6, 1, ROWS), 2))
    frame = pd.DataFrame(
        {
            "patient_id": [f"P-{number:08d}" for number in rng.permutation(10**6)[:ROWS]],
            "sex": sex,
            "ward": ward,
            "age": age.astype(int),
            "cost": cost,
            "smoker": rng.random(ROWS) < 0.2,
            "lactate": pd.Series(rng.gamma(2, 1.5, ROWS)).mask(rng.random(ROWS) < 0.3),
            "admitted": pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 700, ROWS), unit="D"),
            "note": [f"patient {i} felt unwell since day {i % 7} and came" for i in range(ROWS)],
        }
    )
    frame.loc[0, "ward"] = "ultra-rare-ward"
    frame.loc[0, "cost"] = 987654.32
    return frame


def schema_of(frame: pd.DataFrame) -> Schema:
    with pytest.warns(SchemaWarning, match="'note'"):
        return Schema.infer(frame)


@pytest.fixture(scope="session")
def train() -> pd.DataFrame:
    return patients()


@pytest.fixture(scope="session")
def schema(train) -> Schema:
    return schema_of(train)


@pytest.fixture(scope="session", params=FAMILIES)
def fitted(request, train, schema):
    return FAMILIES[request.param]().fit(train, schema=schema, verbose=False)


@pytest.fixture(params=FAMILIES)
def make(request):
    return FAMILIES[request.param]
