"""augment: the real rows stay, synthetic ones follow, classes come out even, and what cannot be done is said."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import synthgen as sg
from synthgen.augmentation.augment import MOST_TIMES, AugmentationWarning, fill_up
from synthgen.augmentation.rows import new_identifiers
from synthgen.errors import ConditionError, SchemaError


def quick():
    """Fits in a moment."""
    return sg.GaussianCopula()


def visits(rows=400, seed=0):
    """Two visits of each patient: an outcome in classes of 60, 30, 9 % and of three patients."""
    rng = np.random.default_rng(seed)
    outcome = rng.choice(["home", "ward", "intensive"], rows, p=[0.6, 0.3, 0.1]).astype(object)
    outcome[:6] = "transferred abroad"
    frame = pd.DataFrame(
        {
            "patient": np.repeat([f"P-{number:03}" for number in rng.permutation(1000)[: rows // 2]], 2),
            "age": rng.integers(18, 90, rows),
            "lactate": pd.Series(rng.gamma(2, 1, rows).round(2)).mask(rng.random(rows) < 0.2),
            "stage": pd.Categorical(rng.choice(["I", "II", "III"], rows), categories=["I", "II", "III"], ordered=True),
            "died": rng.random(rows) < 0.15,
            "outcome": outcome,
            "note": [f"number {i} coughed at night and slept badly on day {i % 9}" for i in range(rows)],
        }
    )
    frame.loc[[20, 21], "outcome"] = None
    return frame


@pytest.fixture(scope="module")
def train():
    return visits().set_index(pd.Index(range(1000, 1400)))


@pytest.fixture(scope="module")
def schema(train):
    with pytest.warns(match="'note' holds text"):
        return sg.Schema.infer(train, patient_key="patient")


@pytest.fixture(scope="module")
def fitted(train, schema):
    return quick().fit(train, schema=schema, verbose=False)


def augment(train, **arguments):
    return sg.augment(train, **({"verbose": False, "indicator": "made_up"} | arguments))


def test_real_rows_stay_and_classes_come_equally_often(train, fitted):
    with pytest.warns(AugmentationWarning, match="1 of 4 classes have fewer than 10 patients"):
        both = augment(train, target="outcome", synthesizer=fitted)
    real, made = both[~both["made_up"]], both[both["made_up"]]
    pd.testing.assert_frame_equal(real.drop(columns="made_up"), train.reset_index(drop=True))
    counts = both["outcome"].value_counts().to_dict()
    assert len({counts[name] for name in ("home", "ward", "intensive")}) == 1
    assert counts["transferred abroad"] == 6
    assert made["outcome"].notna().all()
    assert set(made["outcome"]) == {"ward", "intensive"}
    assert both["made_up"].is_monotonic_increasing


def test_types_stay_those_of_the_real_rows(train, fitted):
    both = augment(train, target="died", synthesizer=fitted, indicator=None)
    assert both.dtypes.to_dict() == train.dtypes.to_dict()
    assert list(both.columns) == list(train.columns)
    assert both["died"].mean() == 0.5
    assert both["note"].iloc[len(train) :].isna().all()


def test_patients_of_synthetic_rows_are_new_though_the_pattern_is_short(train, fitted):
    both = augment(train, target="died", synthesizer=fitted, num_rows=900)
    made = both.loc[both["made_up"], "patient"]
    assert made.is_unique
    assert not set(made) & set(train["patient"])


def test_identifiers_that_are_taken_are_passed_over():
    column = sg.Identifier(dtype="int64", pattern="[1-9][0-9]{2}")
    taken = pd.Series(range(100, 100_000))
    made = new_identifiers(column, unlike=taken, num_rows=50, seed=0)
    assert len(made) == 50
    assert made.is_unique
    assert not made.isin(taken).any()


def test_the_same_seed_gives_the_same_rows(train, fitted):
    once, again, other = (augment(train, target="died", synthesizer=fitted, seed=seed) for seed in (3, 3, 4))
    assert once.equals(again)
    assert not once.equals(other)


def test_num_rows_fill_the_smallest_class_first(train, fitted):
    both = augment(train, target="died", synthesizer=fitted, num_rows=20)
    assert both.loc[both["made_up"], "died"].tolist() == [True] * 20


def test_plain_rows_follow_no_plan_but_have_a_target(train, fitted):
    with pytest.warns(AugmentationWarning):
        both = augment(train, target="outcome", synthesizer=fitted, balance=False)
    made = both[both["made_up"]]
    assert len(made) == train["outcome"].notna().sum()
    assert made["outcome"].isin(["home", "ward", "intensive"]).all()


def test_numbers_get_plain_rows(train, fitted):
    both = augment(train, target="lactate", synthesizer=fitted)
    made = both[both["made_up"]]
    assert len(made) == train["lactate"].notna().sum()
    assert made["lactate"].notna().all()
    assert len(augment(train, target="age", synthesizer=fitted, num_rows=7)) == len(train) + 7


def test_whole_numbers_0_and_1_are_classes_unless_a_schema_says_otherwise():
    frame = pd.DataFrame({"age": np.arange(200) % 71, "died": (np.arange(200) % 5 == 0).astype(int)})
    both = augment(frame, target="died", synthesizer=quick())
    assert both["died"].value_counts().to_dict() == {0: 160, 1: 160}
    assert both["died"].dtype == frame["died"].dtype
    with pytest.warns(AugmentationWarning, match="declares the target 'died' numerical"):
        plain = augment(frame, target="died", schema=sg.Schema.infer(frame), num_rows=5, synthesizer=quick())
    assert len(plain) == 205


def test_balanced_tables_need_no_training():
    frame = pd.DataFrame({"age": np.arange(200) % 71, "died": np.arange(200) % 2 == 0})
    unfitted = quick()
    both = augment(frame, target="died", synthesizer=unfitted)
    assert unfitted.schema is None
    assert not both["made_up"].any()
    pd.testing.assert_frame_equal(both.drop(columns="made_up"), frame)


def test_a_patient_of_many_rows_is_one_patient(schema, train, fitted):
    """Sixteen rows of eight patients are rare; as rows of their own they would not be."""
    frame = train.copy()
    frame["outcome"] = np.where(np.arange(len(frame)) < 16, "rare", "frequent")
    with pytest.warns(AugmentationWarning, match="1 of 2 classes have fewer than 10 patients .* 16 rows"):
        both = augment(frame, target="outcome", schema=schema, synthesizer=fitted)
    assert not both["made_up"].any()


def test_a_class_that_a_fitted_synthesizer_never_saw_is_refused(train, fitted):
    frame = train.assign(outcome=np.where(np.arange(len(train)) % 4 == 0, "Hell", "home"))
    with pytest.raises(ConditionError) as error:
        augment(frame, target="outcome", synthesizer=fitted)
    assert "not among them" in str(error.value)
    assert "Hell" not in str(error.value)


def test_seven_hundred_classes_are_asked_for_with_a_number():
    rng = np.random.default_rng(0)
    codes = np.concatenate([np.zeros(9000, int), np.repeat(np.arange(1, 700), 10)])
    frame = pd.DataFrame({"age": rng.integers(0, 90, len(codes)), "code": [f"D{code:03}" for code in codes]})
    with pytest.raises(ConditionError, match=r"700 classes .* would take 62\d\d\d\d\d synthetic rows, 393 times"):
        augment(frame, target="code")
    both = augment(frame, target="code", num_rows=1500, synthesizer=quick())
    counts = both["code"].value_counts()
    assert counts.min() == 12
    assert counts.max() == 9000
    assert MOST_TIMES < 393


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target": "outcom"}, "Did you mean 'outcome'"),
        ({"target": "patient"}, "which is identifier"),
        ({"target": "note"}, "which is text"),
        ({"target": "died", "num_rows": -1}, "num_rows >= 0"),
        ({"target": "died", "indicator": "age"}, "indicator names 'age'"),
    ],
)
def test_bad_arguments_fail_before_training(train, schema, arguments, said):
    unfitted = quick()
    with pytest.raises(ConditionError, match=said):
        augment(train, schema=schema, synthesizer=unfitted, **arguments)
    assert unfitted.schema is None


def test_bad_tables_fail_before_training(train, schema):
    with pytest.raises(ConditionError, match="one class only"):
        augment(train.assign(died=False), target="died", schema=schema)
    with pytest.raises(ConditionError, match="missing in all 400 rows"):
        augment(train.assign(lactate=np.nan), target="lactate", schema=schema)
    with pytest.raises(ConditionError, match="none of its 2 classes has 10 patients"):
        augment(train.iloc[:10], target="died", schema=schema)
    with pytest.raises(SchemaError, match="differ from the schema's"):
        augment(train.drop(columns="age"), target="died", schema=schema)


def test_one_class_may_get_plain_rows(train, fitted):
    both = augment(train.assign(outcome="home"), target="outcome", synthesizer=fitted, balance=False, num_rows=30)
    assert set(both.loc[both["made_up"], "outcome"]) == {"home"}


def test_augment_changes_neither_its_input_nor_anybodys_randomness(train, fitted, global_randomness_untouched):
    before = train.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        augment(train, target="died", synthesizer=fitted)
    pd.testing.assert_frame_equal(train, before)


@given(rows=st.lists(st.integers(1, 60), min_size=1, max_size=9), num_rows=st.integers(0, 300))
def test_filling_up_is_level(rows, num_rows):
    rows = np.array(rows)
    added = fill_up(rows, num_rows)
    assert added.sum() == num_rows
    assert (added >= 0).all()
    after = rows + added
    if added.any():  # those that grew end within a row of each other, and nobody else is smaller than they
        assert after[added > 0].max() - after[added > 0].min() <= 1
        assert after.min() >= after[added > 0].max() - 1
