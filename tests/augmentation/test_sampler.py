"""SyntheticSampler: the contract of imbalanced-learn's samplers, in its pipeline and in cross-validation."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

import synthgen as sg
from synthgen.errors import ConditionError

ROWS = 240


def small(**arguments):
    return sg.SyntheticSampler(**({"synthesizer": sg.GaussianCopula()} | arguments))


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    labels = np.array(["well", "ill"], dtype=object)[(np.arange(ROWS) % 6 == 0).astype(int)]
    numbers = rng.normal(size=(ROWS, 3)) + (labels == "ill")[:, None]
    return pd.DataFrame(numbers, columns=["a", "b", "c"]).astype({"c": "float32"}), pd.Series(labels, name="state")


def test_frames_in_frames_out(table):
    features, y = table
    features = features.assign(
        site=np.where(np.arange(ROWS) % 2, "north", "south"), day=pd.Timestamp("2024-05-01")
    ).iloc[::-1]
    more, labels = small().fit_resample(features, y.iloc[::-1])
    assert more.dtypes.to_dict() == features.dtypes.to_dict()
    pd.testing.assert_frame_equal(more.iloc[:ROWS], features.reset_index(drop=True))
    assert labels.name == "state"
    assert labels.value_counts().to_dict() == {"well": 200, "ill": 200}
    assert set(more["site"]) == {"north", "south"}


@pytest.mark.parametrize("kind", ["float32", "float64", "int64", "object"])
def test_arrays_in_arrays_out(table, kind):
    features, y = table
    numbers = (10 * features.to_numpy(dtype="float64")).astype(kind)
    more, labels = small().fit_resample(numbers, y.to_numpy(dtype=str))
    assert isinstance(more, np.ndarray)
    assert (more.dtype, labels.dtype) == (numbers.dtype, y.to_numpy(dtype=str).dtype)
    assert more.shape == (400, 3)
    assert (more[:ROWS] == numbers).all()
    assert dict(zip(*np.unique(labels, return_counts=True), strict=True)) == {"well": 200, "ill": 200}


def test_lists_and_numbered_columns_and_labels(table):
    features, y = table
    more, labels = small().fit_resample(features.set_axis([0, 1, 2], axis=1), (y == "ill").astype(int).tolist())
    assert more.columns.tolist() == [0, 1, 2]
    assert labels.tolist().count(1) == labels.tolist().count(0) == 200


def test_numbers_as_target_get_plain_rows(table):
    features, _ = table
    more, target = small(num_rows=30).fit_resample(features[["a", "b"]], features["c"])
    assert len(more) == len(target) == ROWS + 30
    assert target.dtype == "float32"


def test_parameters_can_be_read_set_and_cloned(table):
    sampler = small(num_rows=7)
    twin = clone(sampler)
    assert twin is not sampler
    assert twin.get_params()["num_rows"] == 7
    assert twin.set_params(num_rows=9, seed=2).get_params()["num_rows"] == 9
    twin.fit_resample(*table)
    assert twin.synthesizer_.schema is not None
    assert twin.synthesizer.schema is None, "the template stays unfitted, so that it can be cloned and fitted again"
    assert not hasattr(clone(twin), "synthesizer_")


def test_the_same_seed_gives_the_same_rows(table):
    first, again, other = (small(seed=seed).fit_resample(*table)[0] for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_in_a_pipeline_under_cross_validation(table):
    features, y = table
    pipeline = make_pipeline(small(), LogisticRegression())
    scores = cross_val_score(pipeline, features, y, cv=2, scoring="roc_auc")
    assert (scores > 0.7).all()  # the law has .93; labels that had lost their rows would have about a half
    assert len(pipeline.fit(features, y).predict(features)) == ROWS  # rows to predict are not resampled
    search = GridSearchCV(pipeline, {"syntheticsampler__num_rows": [0, 50]}, cv=2).fit(features, y)
    assert search.best_params_["syntheticsampler__num_rows"] in (0, 50)


def test_a_fitted_synthesizer_would_leak_and_is_refused(table):
    features, y = table
    fitted = sg.GaussianCopula().fit(features.assign(state=y), verbose=False)
    with pytest.raises(ConditionError, match="expected one that is not fitted"):
        small(synthesizer=fitted).fit_resample(features, y)


def test_a_schema_names_the_target(table):
    features, y = table
    schema = sg.Schema.infer(features.assign(state=y))
    assert small(schema=schema).fit_resample(features, y.to_numpy())[0].shape == (400, 3)
    with pytest.raises(ConditionError, match="does not have: .*'c', 'state'"):
        small(schema=schema).fit_resample(features[["a", "b"]], y)


def test_bad_input(table):
    features, y = table
    with pytest.raises(ConditionError, match=r"Received \(240, 3\) and \(100,\)"):
        small().fit_resample(features, y.iloc[:100])
    with pytest.raises(ConditionError, match="y is missing in 40 of 240 rows"):
        small().fit_resample(features, y.mask(y == "ill"))
    with pytest.raises(ConditionError, match="one class only"):
        small().fit_resample(features, np.zeros(ROWS, dtype=int))


def test_it_needs_no_imbalanced_learn():
    code = "import sys, synthgen as sg; sys.modules['imblearn'] = None; print(sg.SyntheticSampler().get_params())"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "'balance': True" in run.stdout
