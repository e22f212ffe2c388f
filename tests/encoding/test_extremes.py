"""What one patient holds far from all others is not in what is stored, wherever it is."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgen.data.columns import LARGEST, Datetime, Numerical
from synthgen.encoding.datetime import DatetimeBins
from synthgen.encoding.mode_specific import ModeSpecific
from synthgen.encoding.numerical import QuantileBins
from synthgen.encoding.protection import Cohort
from synthgen.encoding.quantiles import ProtectedQuantiles, protected_quantiles
from synthgen.encoding.stretches import gaps

FAR = (1e6, 1e9, 98765432.125e3, 1e90)
NUMBERS = {"floats": Numerical(), "decimals": Numerical(decimals=2), "integers": Numerical(dtype="int64", decimals=0)}


def of_law(law: str, size: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    draws = {
        "normal": rng.normal(60, 15, size),
        "heavy": rng.lognormal(3, 1.5, size),
        "small": rng.integers(0, 90, size),
        "two": np.where(rng.random(size) < 0.5, rng.normal(0, 1, size), rng.normal(1e5, 1, size)),
    }
    return draws[law].astype(float)


def same(first: ProtectedQuantiles, second: ProtectedQuantiles) -> bool:
    return np.array_equal(first.values, second.values) and np.array_equal(first.probabilities, second.probabilities)


@pytest.mark.parametrize("law", ["normal", "heavy", "small", "two"])
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("others", [0, 3, 8])
def test_far_is_far(law, side, others):
    """What a few patients hold beyond all others is stored alike wherever it is, and nothing lies between."""
    near = of_law(law, 500)
    spread = near.max() - near.min()
    found = []
    for far in FAR:
        values = np.concatenate([near, side * far * spread * np.linspace(1, 2, 1 + others)])
        found.append(protected_quantiles(values, Cohort(np.arange(len(values)), 10)))
    assert all(same(found[0], other) for other in found[1:])
    assert near.min() <= found[0].values.min() and found[0].values.max() <= near.max()
    # and nothing says that it is there but a share of the rows
    without = protected_quantiles(near, Cohort(np.arange(500), 10))
    end = -1 if side > 0 else 0
    assert found[0].values[end] == pytest.approx(without.values[end], rel=1e-9)


@given(
    st.lists(st.integers(-40, 40), min_size=25, max_size=200),
    st.integers(2, 10),
    st.one_of(st.floats(-1e12, 1e12), st.sampled_from([1e100, -1e100])),
    st.booleans(),
)
def test_whatever_one_patient_holds_nothing_stored_leaves_the_range_of_the_others(others, rare_below, cell, often):
    near = np.array(others, float)
    cells = np.full(30 if often else 1, cell)  # one cell, or one patient with more rows than many have
    values = np.concatenate([near, cells])
    patients = np.concatenate([np.arange(len(near)), np.full(len(cells), len(near))])
    quantiles = protected_quantiles(values, Cohort(patients, rare_below))
    assert near.min() - 1e-9 <= quantiles.values.min()
    assert quantiles.values.max() <= near.max() + 1e-9
    assert (np.diff(quantiles.values) >= 0).all() and (np.diff(quantiles.probabilities) >= 0).all()


@given(st.integers(0, 1000), st.floats(0.01, 0.99))
def test_one_value_in_a_gap_moves_nothing(seed, place):
    """A window over the border of a gap would hold it with a tenth of its weight."""
    near = of_law("two", 300, seed)
    values = np.append(near, place * 1e5)
    quantiles = protected_quantiles(values, Cohort(np.arange(301), 10))
    assert not ((quantiles.values > 10) & (quantiles.values < 1e5 - 10)).any()
    drawn = quantiles.value(np.random.default_rng(seed).random(5_000))
    assert not ((drawn > 10) & (drawn < 1e5 - 10)).any()


def test_a_patient_with_most_rows_weighs_as_much_as_another():
    """Six hundred rows of one patient next to the largest value: each of an average's ten patients counts once."""
    rng = np.random.default_rng(0)
    near = rng.uniform(0, 1000, 60)
    patients = np.concatenate([np.arange(61), np.full(600, 61)])
    ends = []
    for own in (1010.0, 1100.0):
        values = np.concatenate([near, [1150.0], np.full(600, own)])
        ends.append(protected_quantiles(values, Cohort(patients, 10)).values[-1])
    assert 0 < ends[1] - ends[0] <= (1100 - 1010) / 10


def test_a_few_between_two_shared_values_are_smeared_only_where_there_is_no_gap():
    """Dates until 2022, thousands of an open end in 9999, and one in 2400: nothing is drawn between."""
    days = np.concatenate([np.repeat(np.arange(18_000.0, 19_000.0), 12), np.full(5_000, 2_932_896.0), [157_000.0]])
    drawn = protected_quantiles(days, Cohort(np.arange(len(days)), 10)).value(np.linspace(0, 1, 100_001))
    assert set(np.unique(drawn[drawn > 18_999.5])) == {2_932_896.0}
    ages = np.concatenate([np.repeat([60.0, 62.0], 50), np.full(4, 61.0), np.repeat(np.arange(30.0, 59.0), 20)])
    drawn = protected_quantiles(ages, Cohort(np.arange(len(ages)), 10)).value(np.linspace(0, 1, 100_001))
    assert ((drawn > 60) & (drawn < 62)).any()


@pytest.mark.parametrize("law", ["normal", "heavy", "small"])
def test_tails_without_gaps_stay(law):
    """The rule of gaps takes no law's tail for one."""
    values = of_law(law, 5_000, seed=3)
    quantiles = protected_quantiles(values, Cohort(np.arange(5_000), 10))
    assert quantiles.values[-1] >= np.sort(values)[-13]
    assert quantiles.values[0] <= np.sort(values)[12]
    found = quantiles.value((np.arange(5_000) + 0.5) / 5_000)
    assert found.mean() == pytest.approx(values.mean(), rel=0.05)


def test_gaps_are_seen_from_the_denser_side():
    assert gaps(np.array([0.0, 1, 2, 3, 500, 501, 502, 900]), 2).tolist() == [False] * 3 + [True, False, False, True]
    assert not gaps(2.0 ** np.arange(40), 10).any()


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("encoder", [QuantileBins, ModeSpecific])
@pytest.mark.parametrize("spiky", [False, True])
def test_encoders_of_numbers_store_nothing_of_a_far_cell(kind, encoder, spiky):
    column = NUMBERS[kind]
    near = of_law("normal", 400)
    near[:150] = np.where(spiky, 0.0, near[:150])
    near = np.round(near, column.decimals if column.decimals is not None else 15)
    spread, found = near.max() - near.min(), []
    for far in (1e6, 1e9, 1e12):
        series = pd.Series(np.append(near, np.round(far * spread)))
        fitted = encoder.fit("x", column, series, Cohort(np.arange(401), 10), rng=np.random.default_rng(0))
        codes, scalars = fitted.encode(series, np.random.default_rng(1))
        found.append((fitted.state(), codes, scalars))
        each = np.tile(np.arange(len(fitted.shares)), 50)
        drawn = fitted.decode(each, np.ones((len(each), 1), np.float32), np.random.default_rng(2)).dropna()
        assert drawn.between(near.min(), near.max()).all()
    for other in found[1:]:
        np.testing.assert_equal(other, found[0])


@pytest.mark.parametrize("encoder", [QuantileBins, ModeSpecific])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_largest_numbers_overflow_nowhere(encoder, dtype):
    """Half of the rows at either end: sums, differences and their squares stay finite, and no warning comes."""
    largest = LARGEST if dtype == "float64" else 3.4e38
    rng = np.random.default_rng(0)
    series = pd.Series(np.where(rng.random(500) < 0.5, -1, 1) * largest * rng.uniform(0.9, 1, 500)).astype(dtype)
    column = Numerical(dtype=dtype)
    fitted = encoder.fit("x", column, series, Cohort(np.arange(500), 10), rng=rng)
    drawn = fitted.decode(*fitted.encode(series, rng), rng)
    assert np.isfinite(drawn).all()
    assert abs(drawn).max() <= series.abs().max()


@pytest.mark.parametrize("resolution", ["D", "s"])
def test_a_lone_date_is_not_stored(resolution):
    days = pd.Timestamp("2015-01-01") + pd.to_timedelta(np.random.default_rng(0).integers(0, 900, 600), "D")
    found = []
    for lone in ("1931-07-23", "1700-01-01"):
        series = pd.Series(days.append(pd.DatetimeIndex([lone])))
        column = Datetime(resolution=resolution)
        fitted = DatetimeBins.fit("born", column, series, Cohort(np.arange(601), 10), rng=np.random.default_rng(0))
        drawn = fitted.decode(np.arange(len(fitted.shares)), -np.ones((len(fitted.shares), 1), np.float32),
                              np.random.default_rng(0))  # fmt: skip
        assert drawn.min() >= pd.Timestamp("2015-01-01")
        found.append(fitted.state())
    np.testing.assert_equal(*found)
