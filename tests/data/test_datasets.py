import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from synthgen.data.tables.datasets import DATASETS, load_dataset
from synthgen.errors import SynthgenError


@pytest.mark.parametrize(
    ("name", "shape"), [("rand_hie", (20190, 9)), ("breast_cancer", (569, 31)), ("diabetes", (442, 11))]
)
def test_shapes_and_types(name, shape):
    frame = load_dataset(name)
    assert frame.shape == shape
    assert frame.columns.is_unique
    for column in frame:
        assert pd.api.types.infer_dtype(frame[column], skipna=True) in {"integer", "floating", "boolean", "string"}
    assert set(DATASETS) == {"rand_hie", "breast_cancer", "diabetes"}


def test_rand_hie_is_the_source_undone():
    """Every column, put through the source's own formula, gives the source back."""
    from statsmodels.datasets import randhie

    source, frame = randhie.load_pandas().data, load_dataset("rand_hie")
    assert (frame["visits"] == source["mdvis"]).all()
    assert np.allclose(np.log(frame["coinsurance_percent"] + 1), source["lncoins"], atol=1e-5)
    assert (frame["individual_deductible"] == (source["idp"] == 1)).all()
    for ours, theirs in (("incentive_payment", "lpi"), ("expenditure_limit", "fmde")):
        assert np.allclose(np.log(np.maximum(frame[ours], 1)), source[theirs], atol=5e-3)
    answered = source["physlm"].isin([0, 1])
    assert (frame["physical_limitation"].isna() == ~answered).all()
    assert (frame["physical_limitation"][answered] == (source["physlm"][answered] == 1)).all()
    assert frame["physical_limitation"].isna().sum() == 1052
    assert np.allclose(frame["chronic_diseases"], source["disea"], atol=0.05)
    dummies = source[["hlthg", "hlthf", "hlthp"]].set_axis(["good", "fair", "poor"], axis=1)
    assert (pd.get_dummies(frame["self_rated_health"])[["good", "fair", "poor"]] == (dummies == 1)).all(axis=None)
    assert (frame["self_rated_health"] == "excellent").sum() == 11_019


def test_rand_hie_participants_share_plan_and_baseline():
    frame = load_dataset("rand_hie")
    plan = frame.drop(columns=["visits", "incentive_payment"]).astype(str)
    assert (plan.groupby("participant_id").nunique(dropna=False) == 1).all(axis=None)
    assert frame["participant_id"].nunique() == 5245
    # most took part for three years, as planned, and most of the others for five
    assert frame["participant_id"].value_counts().value_counts().index[:2].tolist() == [3, 5]


def test_unknown_names_get_a_suggestion():
    with pytest.raises(SynthgenError, match="Did you mean 'diabetes'"):
        load_dataset("diabetis")


def test_absent_package_is_named_with_its_extra():
    code = (
        "import sys; sys.modules['statsmodels'] = None\n"
        "from synthgen.data.tables.datasets import load_dataset\n"
        "from synthgen.errors import SynthgenError\n"
        "try:\n    load_dataset('rand_hie')\nexcept SynthgenError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'synthgen[datasets]'" in run.stdout
