"""Tables that make models stumble: every family learns them and draws rows of their kind, or says why not."""

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import ProtectionError
from synthgen.synthesizers.tables.families import FAMILIES

QUICK = {"num_steps": 20, "num_epochs": 2, "width": 16, "validation": 0.0}
ROWS = 1_201  # an odd number: the last batch is smaller


def quick(family, **settings):
    known = FAMILIES[family]().get_params()
    return FAMILIES[family](**{name: value for name, value in (QUICK | settings).items() if name in known})


def tables():
    rng = np.random.default_rng(0)
    normal = rng.normal(size=ROWS)
    plain = {"x": normal, "y": normal + rng.normal(size=ROWS), "site": rng.choice(["A", "B", "C"], ROWS)}
    awkward = {
        "cauchy": rng.standard_cauchy(ROWS) * 1e6,
        "pareto": rng.pareto(0.5, ROWS),
        "hardly any value": np.where(rng.random(ROWS) < 0.995, np.nan, normal),
        "one class": "A",
        "700 levels": [f"level {number}" for number in rng.integers(0, 700, ROWS)],
        "constant": 1.0,
        "all missing": np.nan,
        "nullable integer": pd.Series([1, None] * (ROWS // 2) + [1], dtype="Int64"),
        "two categories": (["x", "y"] * ROWS)[:ROWS],
    }
    return {
        "awkward columns": pd.DataFrame(plain | awkward),
        "constants": pd.DataFrame({"x": [7.5] * 40, "y": np.nan, "site": None}),
        "one column": pd.DataFrame({"a": np.arange(40.0) ** 2}),
    }


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", tables())
def test_difficult_tables_are_learned(family, name):
    """Odd batches, nulls and constants assert or become NaN in CTGAN."""
    frame = tables()[name]
    synthesizer = quick(family).fit(frame, verbose=False)
    drawn = synthesizer.sample(300, seed=0)
    assert drawn.columns.tolist() == frame.columns.tolist()
    assert drawn.dtypes.to_dict() == frame.dtypes.to_dict()
    assert not (drawn.isna().any() & ~frame.isna().any()).any()
    for column in frame.select_dtypes("number"):
        values = drawn[column].dropna()
        assert np.isfinite(values).all()
        assert values.between(frame[column].min(), frame[column].max()).all()
    if name == "awkward columns":
        assert set(drawn["one class"]) == {"A"} and set(drawn["two categories"]) <= {"x", "y"}
        assert set(drawn["constant"]) == {1.0} and drawn["all missing"].isna().all()
    if name == "constants":
        assert set(drawn["x"]) == {7.5}
        assert drawn[["y", "site"]].isna().all(axis=None)


def test_too_few_patients_are_refused_with_the_way_out():
    frame = pd.DataFrame({"x": np.arange(9.0)})
    with pytest.raises(ProtectionError, match="rare_below"):
        sg.GaussianCopula().fit(frame, verbose=False)


def wide_table():
    values = np.random.default_rng(0).normal(size=(400, 300)).round(3)
    return pd.DataFrame(values, columns=[f"x{number}" for number in range(300)])


@pytest.mark.parametrize("family", ["TabularGAN", "GaussianCopula"])
def test_300_columns_are_learned(family):
    frame = wide_table()
    drawn = quick(family).fit(frame, verbose=False).sample(50, seed=0)
    assert drawn.columns.tolist() == frame.columns.tolist()
    assert np.isfinite(drawn.to_numpy()).all()


def test_300_columns_are_refused_by_a_family_that_would_take_too_long_with_one_that_would_not():
    with pytest.raises(sg.errors.SettingsError, match=r"150 columns.*300.*TabularGAN"):
        quick("TabularAutoregressive").fit(wide_table(), verbose=False)
