"""Counts, ranges and cells read with noise."""

import numpy as np
import pytest
from scipy.stats import kstest

from synthgen.dp import accountant
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.histograms import private_cells, private_range
from synthgen.dp.reader import Reader
from synthgen.errors import SettingsError


def reader(epsilon=1.0, *, seed=0):
    return Reader(DifferentialPrivacy(epsilon=epsilon, delta=1e-5, noise_seed=seed), unit="row")


def test_noise_is_normal_and_as_large_as_the_ledger_says():
    own = reader()
    noisy = own.counts(np.zeros(5_000), share=0.25, purpose="nothing")
    stated = own.ledger.entries[-1].noise_multiplier
    assert kstest(noisy / stated, "norm").pvalue > 1e-3


def test_shares_that_add_up_to_one_cost_the_whole_budget():
    own = reader(2.0, seed=None)
    for share in (0.1, 0.2, 0.7):
        own.counts(np.zeros(3), share=share, purpose="a part")
    assert own.ledger.epsilon == pytest.approx(2.0, rel=1e-3)
    assert accountant.precision(own.ledger.entries) == pytest.approx(own.ledger.limit**-2)
    with pytest.raises(SettingsError, match="is left"):
        own.counts(np.zeros(3), share=0.01, purpose="one too many")


def test_unseeded_noise_never_repeats():
    first, second = (reader(seed=None).counts(np.zeros(100), share=1.0, purpose="x") for _ in range(2))
    assert not np.isin(first, second).any()


def test_a_name_that_one_patient_holds_stays_below_the_threshold():
    own = reader()
    least = own.threshold(0.5, times=1, purpose="names")
    shown = own.counts(np.ones(200_000), share=0.5, purpose="names") > least
    assert shown.mean() < 1e-4
    assert own.ledger.entries[0].delta < 1e-7


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([0, 1, 5, 90], 0, 127), ([-3, 4], -3, 7), ([1000, 1020], 512, 1023), ([0], 0, 0), ([-9, -12], -15, -8)],
)
def test_a_range_reaches_to_powers_of_two(values, low, high):
    many = np.repeat(np.array(values, float), 3_000)
    assert private_range(many, step=1.0, reader=reader(), share=0.5, purpose="range") == (low, high)


def test_a_few_far_values_do_not_stretch_the_range():
    values = np.concatenate([np.full(5_000, 40.0), np.full(3, 1e9)])
    assert private_range(values, step=1.0, reader=reader(), share=0.5, purpose="range") == (32, 63)


def cells_of(steps, *, num_steps, epsilon=3.0, missing=0):
    own = reader(epsilon)
    return private_cells(
        np.asarray(steps), num_steps=num_steps, num_missing=missing, finest=200, reader=own, share=0.5, purpose="values"
    )


def test_few_values_are_counted_one_by_one():
    steps = np.repeat([0, 2, 3], [1_000, 2_000, 3_000])
    cells = cells_of(steps, num_steps=5, missing=500)
    assert cells.starts.tolist() == [0, 1, 2, 3, 4]
    assert cells.counts == pytest.approx([1_000, 0, 2_000, 3_000, 0], abs=60)
    assert cells.missing == pytest.approx(500, abs=60)


@pytest.mark.parametrize("num_steps", [65, 1_000, 99_999])
def test_the_tree_finds_where_values_lie(num_steps):
    rng = np.random.default_rng(0)
    spread = (rng.beta(2, 8, 20_000) * (num_steps - 1)).astype(int)
    steps = np.concatenate([np.zeros(10_000, int), spread])
    cells = cells_of(steps, num_steps=num_steps)
    assert (cells.ends > cells.starts).all()
    assert cells.ends[-1] <= num_steps
    assert (cells.starts[1:] >= cells.ends[:-1]).all()
    below = np.concatenate([[0], np.cumsum(cells.counts)]) / cells.counts.sum()
    edges = np.append(cells.starts, cells.ends[-1])
    true = np.searchsorted(np.sort(steps), edges) / len(steps)
    assert np.abs(below - true).max() < 0.02
    assert cells.ends[0] <= 2  # the value that a third holds is found by itself, or nearly so


def test_cells_without_values_at_the_ends_are_emptied():
    cells = cells_of(np.full(5_000, 700), num_steps=1_000)
    held = cells.counts > 0
    assert cells.starts[held].min() > 500
    assert cells.ends[held].max() < 800


@pytest.mark.parametrize("seed", range(3))
def test_tails_of_which_no_cell_stands_out_are_kept(seed):
    """A column among a dozen at epsilon 1: of a tail's cells each holds hardly more than noise, but they are many."""
    random = np.random.default_rng(seed)
    values = np.sort(random.lognormal(10, 1, 17_000).astype(int))
    cells = private_cells(
        values, num_steps=2**20, num_missing=0, finest=600, reader=reader(seed=seed), share=0.01, purpose="x"
    )
    below = np.searchsorted(values, cells.ends) / len(values)
    assert np.abs(np.cumsum(cells.counts) / cells.counts.sum() - below).max() < 0.06


def test_noise_alone_puts_nobody_far_from_everybody():
    """The upper end of a range of days is decades away from these two years, in a cell or two."""
    days = 18_628 + np.random.default_rng(0).integers(0, 700, 6_000)
    far = 0
    for seed in range(200):
        own = reader(3.0, seed=seed)
        low, high = private_range(days, step=1.0, reader=own, share=0.003, purpose="range")
        cells = private_cells(days - low, num_steps=high - low + 1, num_missing=0, finest=20, reader=own, share=0.012,
                              purpose="days")  # fmt: skip
        far += abs(np.average(low + (cells.starts + cells.ends) / 2, weights=cells.counts) - days.mean()) > 30
    assert far <= 3  # a threshold of two deviations errs in one of twenty
