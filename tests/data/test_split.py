import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from synthgen.data.split import split
from synthgen.errors import SchemaError

PATIENTS = st.lists(st.one_of(st.none(), st.sampled_from("abcdefgh")), min_size=2, max_size=60)


@given(keys=PATIENTS, holdout=st.floats(0.01, 0.99), seed=st.integers(0, 5))
def test_no_patient_is_on_both_sides_and_no_row_is_lost(keys, holdout, seed):
    frame = pd.DataFrame({"patient": pd.Series(keys, dtype=object), "row": range(len(keys))})
    if frame["patient"].nunique() + frame["patient"].isna().sum() < 2:
        return
    train, held = split(frame, by="patient", holdout=holdout, seed=seed)
    assert not set(train["patient"].dropna()) & set(held["patient"].dropna())
    assert sorted([*train["row"], *held["row"]]) == list(range(len(keys)))
    assert len(train) >= 1
    assert len(held) >= 1


@given(rows=st.integers(2, 200), holdout=st.floats(0.01, 0.99))
def test_share_is_rounded_to_whole_rows(rows, holdout):
    _, held = split(pd.DataFrame({"x": range(rows)}), holdout=holdout)
    assert len(held) == min(max(round(rows * holdout), 1), rows - 1)


def test_rows_keep_order_and_index_and_the_frame_is_untouched():
    frame = pd.DataFrame({"x": range(100)}, index=range(100, 200))
    before = frame.copy()
    train, held = split(frame)
    assert train.index.is_monotonic_increasing
    assert held.index.is_monotonic_increasing
    assert set(train.index) | set(held.index) == set(range(100, 200))
    pd.testing.assert_frame_equal(frame, before)


def test_seed_decides(global_randomness_untouched):
    frame = pd.DataFrame({"x": range(1000)})
    first, again, other = (split(frame, seed=seed)[1].index for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_rows_are_chosen_evenly():
    frame = pd.DataFrame({"x": range(20)})
    counts = np.zeros(20)
    for seed in range(2000):
        counts[split(frame, holdout=0.25, seed=seed)[1].index] += 1
    # each row is held out with probability 1/4: 500 of 2000, standard deviation 19.4
    assert np.abs(counts - 500).max() < 5 * 19.4


@pytest.mark.parametrize("holdout", [0, 1, -0.1, 20])
def test_share_outside_zero_and_one_is_refused(holdout):
    with pytest.raises(SchemaError, match="holdout between 0 and 1"):
        split(pd.DataFrame({"x": [1, 2]}), holdout=holdout)


def test_unknown_patient_column_gets_a_suggestion():
    with pytest.raises(SchemaError, match="'pateint'.*Did you mean 'patient'"):
        split(pd.DataFrame({"patient": [1, 2]}), by="pateint")


@pytest.mark.parametrize("frame", [pd.DataFrame({"x": []}), pd.DataFrame({"x": [1]}), pd.DataFrame()])
def test_too_few_rows_are_refused(frame):
    with pytest.raises(SchemaError, match="at least 2 rows"):
        split(frame)


def test_a_single_patient_cannot_be_divided():
    with pytest.raises(SchemaError, match="distinct values of 'patient'"):
        split(pd.DataFrame({"patient": ["a", "a", "a"]}), by="patient")
