"""Nothing is stored behind which fewer than `rare_below` patients stand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgen.data.columns import Numerical
from synthgen.encoding.numerical import QuantileBins
from synthgen.encoding.protection import Cohort
from synthgen.encoding.quantiles import protected_quantiles


def own_patients(rows, rare_below=10):
    return Cohort(np.arange(rows), rare_below)


@given(
    st.lists(st.integers(-50, 50), min_size=20, max_size=300),
    st.integers(2, 10),
    st.integers(0, 2**31),
)
def test_quantiles_rise_within_the_range_and_hold_no_rare_value(values, rare_below, seed):
    numbers = np.array(values, float)
    quantiles = protected_quantiles(numbers, own_patients(len(numbers), rare_below), grid=1.0)
    assert (np.diff(quantiles.values) >= 0).all()
    assert (np.diff(quantiles.probabilities) >= 0).all()
    assert numbers.min() <= quantiles.values.min()
    assert quantiles.values.max() <= numbers.max() + 0.3
    distinct, counts = np.unique(numbers, return_counts=True)
    assert not np.isin(quantiles.values, distinct[counts < rare_below]).any()
    probability = quantiles.probability(numbers, np.random.default_rng(seed))
    assert ((probability >= 0) & (probability <= 1)).all()


def test_quantiles_follow_the_column():
    values = np.random.default_rng(0).lognormal(2, 1, 20_000)
    quantiles = protected_quantiles(values, own_patients(len(values)))
    probabilities = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    assert quantiles.value(probabilities) == pytest.approx(np.quantile(values, probabilities), rel=0.02)


def test_heaps_keep_their_exact_share():
    rng = np.random.default_rng(0)
    values = np.where(rng.random(5_000) < 0.3, 40.0, rng.normal(40, 10, 5_000))
    quantiles = protected_quantiles(values, own_patients(5_000))
    drawn = quantiles.value(rng.random(20_000))
    assert (drawn == 40).mean() == pytest.approx((values == 40).mean(), abs=0.01)


def test_ends_are_means_of_the_patients_next_to_the_outermost_one():
    values = np.append(np.arange(100.0), 120.0)
    quantiles = protected_quantiles(values, own_patients(101))
    assert quantiles.values[-1] == pytest.approx(np.arange(90, 100).mean())
    assert quantiles.values[0] == pytest.approx(np.arange(1, 11).mean())


def test_one_patient_with_many_rows_counts_once():
    """A value that one patient repeats a hundred times is as rare as the patient."""
    values = np.concatenate([np.full(100, 777.0), np.arange(100.0)])
    patients = np.concatenate([np.zeros(100, int), np.arange(1, 101)])
    quantiles = protected_quantiles(values, Cohort(patients, 10))
    assert 777.0 not in quantiles.values
    assert quantiles.values[-1] < 777.0
    assert Cohort(patients, 10).sharing((values == 777).astype(int), 2).tolist() == [100, 1]


def test_probability_is_uniform_for_the_column_itself():
    values = np.round(np.random.default_rng(0).exponential(5, 10_000))
    quantiles = protected_quantiles(values, own_patients(10_000))
    spread = values + np.random.default_rng(1).random(10_000) - 0.5
    shared = np.isin(values, quantiles.values)
    probability = quantiles.probability(np.where(shared, values, spread), np.random.default_rng(2))
    assert np.histogram(probability, 10, (0, 1))[0] / 10_000 == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("rare_below", [2, 3])
@pytest.mark.parametrize("values", [[1.234, 5.123, 777.7], [1.234, 5.123, 6.9, 777.7], [1.5, 5.1, 6.9, 8.2, 1e9]])
def test_no_average_of_a_few_is_one_of_them(values, rare_below):
    """The middle one of three is what is left without the outermost at both ends."""
    column = pd.Series(values)
    encoder = QuantileBins.fit("a", Numerical(), column, own_patients(len(values), rare_below),
                               rng=np.random.default_rng(0))  # fmt: skip
    stored = np.zeros(0) if encoder.quantiles is None else encoder.quantiles.values
    assert not np.isin(stored, values).any()
