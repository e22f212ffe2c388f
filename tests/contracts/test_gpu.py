"""What only a GPU shows; skipped elsewhere."""

import numpy as np
import pandas as pd
import pytest

from synthgen import backend
from synthgen.synthesizers.tables.families import FAMILIES

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


QUICK = {"num_steps": 60, "num_epochs": 10}


def fitted(family, **settings):
    known = FAMILIES[family]().get_params()
    quick = {name: value for name, value in QUICK.items() if name in known}
    return FAMILIES[family](seed=0, **quick, **settings).fit(table(2_000), verbose=False)


def check(synthetic):
    assert abs(synthetic["weight"].mean() - 70) < 8
    assert set(synthetic["site"]) <= {"north", "south", "east"}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_families_train_and_draw_on_a_gpu_with_their_defaults_of_compilation(family):
    check(fitted(family).sample(2_000, seed=0))


def test_a_gan_trains_on_a_gpu_without_xla():
    check(fitted("TabularGAN", jit_compile=False).sample(2_000, seed=0))
