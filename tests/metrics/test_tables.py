"""Bad input to the judges is refused before any work, with a message that names the column and no cell."""

import numpy as np
import pandas as pd
import pytest

from synthgen.data.columns import Datetime
from synthgen.data.schema import Schema
from synthgen.errors import EvaluationError
from synthgen.metrics.tables.features import Features
from synthgen.metrics.tables.reading import read_numbers


@pytest.mark.parametrize("role", ["synthetic", "holdout"])
def test_other_columns_are_named(role, patients, tables):
    frames = {"train": patients(50, 0), "synthetic": patients(50, 1), "holdout": patients(50, 2)}
    frames[role] = frames[role].rename(columns={"site": "sites"})
    with pytest.raises(EvaluationError, match=rf"{role} .*absent \['site'\], unknown \['sites'\].*Did you mean 'site'"):
        tables(**frames)


def test_repeated_columns_are_named(patients, tables):
    train = patients(50, 0)
    twice = pd.concat([train, train[["age"]]], axis=1)
    with pytest.raises(EvaluationError, match=r"synthetic: .*\['age'\]"):
        tables(train, twice)


def test_no_frame_is_no_frame(patients, tables):
    with pytest.raises(EvaluationError, match="synthetic: expected a pandas DataFrame. Received ndarray"):
        tables(patients(50, 0), np.zeros((3, 3)))


@pytest.mark.parametrize(("target", "message"), [("outcom", "Did you mean 'outcome'"), ("key", "identifier")])
def test_a_target_that_cannot_be_predicted_is_refused(target, message, patients, tables):
    train = patients(50, 0).assign(key=[f"K{i:04d}" for i in range(50)])
    with pytest.raises(EvaluationError, match=message):
        tables(train, train, target=target)


def test_the_encoding_knows_the_training_rows_only(patients):
    train = patients(300, 0)
    features = Features.fit(train, Schema.infer(train))
    before = features.vectors(features.read(train))
    features.read(patients(300, 1).assign(age=10_000, site="moon"))
    assert (features.vectors(features.read(train)) == before).all()


def test_naive_dates_count_in_the_zone_of_the_training_rows():
    column = Datetime(dtype="datetime64[ns, Europe/Berlin]")
    zoned = pd.Series(pd.to_datetime(["2024-07-01 12:00"])).dt.tz_localize("Europe/Berlin")
    naive = pd.Series(pd.to_datetime(["2024-07-01 12:00"]))
    assert read_numbers(zoned, column)[0] == read_numbers(naive, column)[0]


def test_vectors_put_different_categories_one_apart():
    frame = pd.DataFrame({"c": ["a", "b"] * 20, "x": [1.0, np.nan] * 20})
    schema = Schema.infer(frame)
    features = Features.fit(frame, schema)
    vectors = features.vectors(features.read(frame))
    assert np.linalg.norm(vectors[0] - vectors[1]) == pytest.approx(np.sqrt(2))
