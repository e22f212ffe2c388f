"""What only a GPU shows; skipped elsewhere."""

import numpy as np
import pandas as pd
import pytest

from synthgen import backend
from synthgen.synthesizers.tables import FAMILIES

pytestmark = pytest.mark.skipif(not backend.has_gpu(), reason="needs a GPU that TensorFlow sees")


def table(num_rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    weight = rng.normal(70, 12, num_rows).round(1)
    return pd.DataFrame(
        {
            "weight": weight,
            "height": (weight + rng.normal(100, 8, num_rows)).round(),
            "site": rng.choice(["north", "south", "east"], num_rows, p=[0.5, 0.3, 0.2]),
            "code": rng.choice([f"level {number}" for number in range(90)], num_rows),
        }
    )


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_families_train_and_draw_on_a_gpu_with_their_defaults_of_compilation(family):
    settings = {} if family == "GaussianCopula" else {"num_steps": 60}
    synthesizer = FAMILIES[family](seed=0, **settings).fit(table(2_000), verbose=False)
    synthetic = synthesizer.sample(2_000, seed=0)
    assert abs(synthetic["weight"].mean() - 70) < 8
    assert set(synthetic["site"]) <= {"north", "south", "east"}


@pytest.mark.parametrize("compiled", [True, False])
def test_a_gpu_repeats_itself_with_and_without_xla(compiled):
    drawn = [
        FAMILIES["TabularGAN"](seed=0, num_steps=40, validation=0.0, calibration=False, jit_compile=compiled)
        .fit(table(1_000), verbose=False)
        .sample(300, seed=0)
        for _ in range(2)
    ]
    # sums in another order may move a value by a rounding, not the law of the rows
    assert abs(drawn[0]["weight"].mean() - drawn[1]["weight"].mean()) < 3
