"""The score that models are chosen by, against tables of which it is known how good they are."""

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import EvaluationError, NotFittedError, SchemaError
from synthgen.selection.held_out_score import held_out_score


def dependent(rows, *, seed):
    """Columns that go together in a way that no correlation shows: b is a's square, c their interaction."""
    rng = np.random.default_rng(seed)
    a, flip = rng.normal(size=rows), rng.random(rows) < 0.5
    return pd.DataFrame({"a": a, "b": a**2 + rng.normal(0, 0.2, rows), "c": np.where((a > 0) ^ flip, "x", "y"),
                         "d": flip})  # fmt: skip


def independent(frame, *, seed):
    """The same columns, each in an order of its own."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: frame[name].to_numpy()[rng.permutation(len(frame))] for name in frame})


def test_better_rows_have_the_better_score():
    held_out = dependent(1_500, seed=1)
    learned = sg.TabularAutoregressive(num_steps=400, width=48, calibration=False, validation=0)
    learned.fit(dependent(4_000, seed=0), verbose=False)
    copula = sg.GaussianCopula().fit(dependent(4_000, seed=0))
    good, poor = (held_out_score(synthesizer, held_out, seed=0) for synthesizer in (learned, copula))
    assert good.detection < 0.65
    assert poor.detection > 0.8
    assert good.distance < poor.distance


def test_rows_that_cannot_be_told_score_a_half():
    """A copula of columns that have nothing to do with each other is the truth itself."""
    train, held_out = (independent(dependent(3_000, seed=seed), seed=9) for seed in (0, 1))
    scores = [held_out_score(sg.GaussianCopula().fit(train), held_out, seed=seed) for seed in range(3)]
    assert np.mean([score.detection for score in scores]) == pytest.approx(0.5, abs=0.04)
    assert max(score.distance for score in scores) < 0.15


def test_the_score_is_a_function_of_the_seed(global_randomness_untouched):
    train, held_out = dependent(800, seed=0), dependent(300, seed=1)
    copula = sg.GaussianCopula().fit(train)
    assert held_out_score(copula, held_out, seed=3) == held_out_score(copula, held_out, seed=3)
    assert held_out_score(copula, held_out, seed=3) != held_out_score(copula, held_out, seed=4)


def test_rows_of_a_patient_are_not_told_by_heart():
    """Twenty visits of each patient are equal: in several folds, the classifier would know which are real."""
    rng = np.random.default_rng(0)

    def visits(patients, first):
        once = pd.DataFrame({"patient": [f"P{first + number:05d}" for number in range(patients)],
                             "age": rng.normal(50, 10, patients), "weight": rng.normal(70, 9, patients)})  # fmt: skip
        return once.loc[once.index.repeat(20)].reset_index(drop=True)

    train, held_out = visits(300, 0), visits(300, 1_000)
    grouped = sg.Schema.infer(train, patient_key="patient")
    ungrouped = sg.Schema(grouped.columns)
    told = [
        held_out_score(sg.GaussianCopula().fit(train, schema=schema), held_out, seed=0).detection
        for schema in (grouped, ungrouped)
    ]
    assert told[0] < told[1] - 0.1


def test_long_lists_of_categories_and_unseen_ones_are_scored():
    rng = np.random.default_rng(0)
    places = np.array([f"place {number}" for number in range(400)])
    train = pd.DataFrame({"place": rng.choice(places, 6_000), "age": rng.normal(50, 10, 6_000).round()})
    schema = sg.Schema({"place": sg.Categorical(), "age": sg.Numerical()}, rare_below=2)
    held_out = train.head(600).replace({"place": {"place 3": "elsewhere"}})
    score = held_out_score(sg.GaussianCopula().fit(train, schema=schema), held_out, seed=0)
    assert 0.4 < score.detection < 0.7


def test_it_refuses_what_it_cannot_score():
    train = dependent(200, seed=0)
    with pytest.raises(NotFittedError):
        held_out_score(sg.GaussianCopula(), train, seed=0)
    copula = sg.GaussianCopula().fit(train)
    with pytest.raises(EvaluationError, match="at least 50 held-out rows. Received 49"):
        held_out_score(copula, train.head(49), seed=0)
    with pytest.raises(SchemaError, match="absent"):
        held_out_score(copula, train.drop(columns="a"), seed=0)
