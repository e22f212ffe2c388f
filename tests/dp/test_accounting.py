"""What mechanisms cost: against formulas and published examples."""

import math
from dataclasses import replace

import dp_accounting
import numpy as np
import pytest
from dp_accounting import pld
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from synthgen.dp import accountant
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.entry import Entry
from synthgen.dp.ledger import Ledger
from synthgen.errors import SettingsError
from synthgen.expected import Unexpected


def gaussian(noise, times=1):
    return Entry(purpose="a count", mechanism="gaussian", noise_multiplier=noise, times=times)


def training(noise, *, rate, steps):
    return Entry(purpose="training", mechanism="sampled_gaussian", noise_multiplier=noise, sampling_rate=rate,
                 times=steps)  # fmt: skip


def exact_epsilon(noise: float, delta: float) -> float:
    """Balle and Wang 2018, theorem 8: the normal mechanism's epsilon, without a bound in between."""

    def failure(epsilon):
        shift = epsilon * noise
        return norm.cdf(0.5 / noise - shift) - math.exp(epsilon) * norm.cdf(-0.5 / noise - shift) - delta

    return brentq(failure, 0, 100)


@pytest.mark.parametrize("noise", [0.7, 1.5, 4.0, 20.0])
def test_a_normal_mechanism_costs_what_its_exact_formula_says(noise):
    assert accountant.epsilon([gaussian(noise)], delta=1e-5) == pytest.approx(exact_epsilon(noise, 1e-5), rel=2e-3)


def test_normal_mechanisms_add_up_in_precision():
    parts = [gaussian(10.0), gaussian(8.0, times=3), gaussian(6.0)]
    together = (1 / 100 + 3 / 64 + 1 / 36) ** -0.5
    assert accountant.epsilon(parts, delta=1e-6) == pytest.approx(exact_epsilon(together, 1e-6), rel=5e-3)


def test_training_costs_what_googles_own_accountant_says():
    mnist = training(1.1, rate=256 / 60_000, steps=60 * 60_000 // 256)
    accounts = pld.PLDAccountant()
    sampled = dp_accounting.PoissonSampledDpEvent(256 / 60_000, dp_accounting.GaussianDpEvent(1.1))
    accounts.compose(dp_accounting.SelfComposedDpEvent(sampled, mnist.times))
    accounts.compose(dp_accounting.GaussianDpEvent(9.0))
    own = accountant.epsilon([mnist, gaussian(9.0)], delta=1e-5)
    assert own == pytest.approx(accounts.get_epsilon(1e-5), abs=1e-3)


@pytest.mark.parametrize(
    ("entry", "delta"),
    [(gaussian(3**0.5, times=3), 0.126936), (training(0.5, rate=0.2, steps=3), 0.15594)],
    ids=["three normal mechanisms", "three sampled ones"],
)
def test_published_examples_cost_what_they_are_published_to_cost(entry, delta):
    """Google's dp-accounting, pld_privacy_accountant_test.py: both are (1, delta) private."""
    assert accountant.epsilon([entry], delta=delta) == pytest.approx(1, abs=1e-3)


def test_training_costs_less_than_the_first_published_bound():
    """Abadi et al. 2016, section 3: rate 0.01, noise 4, 10 000 steps cost 1.26 by the moments accountant."""
    entry = training(4.0, rate=0.01, steps=10_000)
    tight, loose = (accountant.epsilon([entry], delta=1e-5, method=method) for method in ("pld", "rdp"))
    assert 0.8 < tight < loose < 1.26


@settings(max_examples=5, deadline=None)
@given(noise=st.floats(0.8, 8), rate=st.floats(0.005, 0.2), steps=st.integers(300, 2_000))
def test_losses_are_tighter_than_moments(noise, rate, steps):
    entry = training(noise, rate=rate, steps=steps)
    tight, loose = (accountant.epsilon([entry], delta=1e-5, method=method) for method in ("pld", "rdp"))
    assert tight <= 1.01 * loose + 0.02


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 10.0])
def test_a_budget_buys_one_normal_mechanism(epsilon):
    noise = accountant.normal_noise(epsilon, 1e-5)
    assert exact_epsilon(noise, 1e-5) == pytest.approx(epsilon, rel=1e-6)
    assert accountant.normal_epsilon(noise, 1e-5) <= epsilon
    assert accountant.normal_epsilon(noise, 0.9999) == 0
    assert accountant.normal_epsilon(noise, 0.0) == math.inf


TRAININGS = [(0.05, 1.5, 100), (0.004, 0.8, 1_000), (0.3, 4.0, 50)]


@pytest.mark.parametrize(("rate", "noise", "steps"), TRAININGS)
def test_training_is_dominated_by_what_it_counts_as(rate, noise, steps):
    """At every epsilon, by dp-accounting's finer steps; and hardly less would do."""
    counted = replace(training(noise, rate=rate, steps=steps), delta=1e-8)
    fine = pld.privacy_loss_distribution.from_gaussian_mechanism(noise, sampling_prob=rate).self_compose(steps)
    epsilons = np.linspace(0, fine.get_epsilon_for_delta(1e-8), 200)
    deltas = np.array(fine.get_delta_for_epsilon(epsilons))
    normal = accountant.as_normal(counted)
    assert (deltas <= 1e-8 + (1 - 1e-8) * accountant.normal_delta(normal, epsilons) * (1 + 1e-9)).all()
    assert (deltas > 1e-8 + accountant.normal_delta(1.02 * normal, epsilons)).any()


def test_what_is_counted_as_normal_costs_no_less_than_all_fixed_beforehand():
    counted = [gaussian(5.0), replace(training(2.0, rate=0.02, steps=200), delta=1e-8)]
    kept = accountant.normal_epsilon(accountant.precision(counted) ** -0.5, 1e-5 - 1e-8)
    fixed = accountant.epsilon(counted, delta=1e-5)
    assert fixed <= kept < 1.05 * fixed


def test_the_smallest_noise_just_fits():
    def entry(noise):
        return replace(training(noise, rate=0.02, steps=100), delta=1e-8)

    noise = accountant.smallest_noise(entry, kept_within=2.0)
    assert accountant.as_normal(entry(noise)) >= 2.0 > accountant.as_normal(entry(0.99 * noise))
    with pytest.raises(SettingsError, match="No noise keeps 100 steps"):
        accountant.smallest_noise(entry, kept_within=1e7)


def within(*entries, noise) -> Ledger:
    return Ledger(delta=1e-5, unit="row", limit=noise, entries=list(entries))


def test_what_is_promised_is_the_limit_whatever_decided_about_the_entries():
    half = gaussian(4 * 2**0.5)
    assert within(half, noise=4.0).epsilon == within(half, half, noise=4.0).epsilon
    assert within(half, noise=4.0).epsilon == pytest.approx(exact_epsilon(4.0, 1e-5))
    assert within(half, half, half, noise=4.0).epsilon is None
    assert "no epsilon can be stated" in str(within(half, half, half, noise=4.0))
    assert within(training(2.0, rate=0.02, steps=200), noise=4.0).epsilon is None  # its tail has no delta


def test_thresholds_take_from_delta():
    threshold = Entry(purpose="categories", mechanism="threshold", delta=9e-6)
    alone = accountant.epsilon([gaussian(3.0)], delta=1e-6)
    assert accountant.epsilon([gaussian(3.0), threshold], delta=1e-5) == pytest.approx(alone)
    assert accountant.epsilon([threshold, threshold], delta=1e-5) == math.inf


def test_one_uncounted_read_and_no_epsilon_is_stated():
    """Smartnoise, NHSSynth and mostlyai read bounds, mixtures or decoders outside epsilon."""
    ledger = Ledger(delta=1e-5, unit="row")
    assert ledger.epsilon == 0
    ledger.enter(purpose="kinds", mechanism="declared")
    ledger.enter(purpose="a count", mechanism="gaussian", noise_multiplier=3.0)
    assert ledger.epsilon > 0
    assert "epsilon 1." in str(ledger)
    ledger.enter(purpose="the largest age", mechanism="uncounted")
    assert ledger.epsilon is None
    assert ledger.to_dict()["epsilon"] is None
    assert "no epsilon can be stated" in str(ledger)
    assert "the largest age: NOT COUNTED" in str(ledger)


def test_known_noise_promises_nothing():
    assert Ledger(delta=1e-5, unit="row", known_noise=True).epsilon is None


def test_a_stored_ledger_is_reckoned_anew():
    ledger = Ledger(delta=1e-5, unit="patient_id", limit=2.0)
    ledger.enter(purpose="a count", mechanism="gaussian", noise_multiplier=3.0, times=2)
    stored = ledger.to_dict() | {"epsilon": 0.001}
    assert Ledger.from_dict(stored).to_dict() == ledger.to_dict()
    of_old = {name: value for name, value in stored.items() if name != "limit"}
    assert Ledger.from_dict(of_old).epsilon is None
    assert Ledger.from_dict(of_old | {"limit": None}).epsilon is None
    stored["entries"][0]["mechanism"] = "magic"
    with pytest.raises(Unexpected, match="magic"):
        Ledger.from_dict(stored)


@pytest.mark.parametrize(
    "wrong",
    [{"epsilon": 0}, {"epsilon": -1}, {"epsilon": math.inf}, {"epsilon": "3"}, {"epsilon": True}, {"delta": 0},
     {"delta": 0.1}, {"preparation": 1.0}, {"preparation": -0.1}, {"clipping_norm": 0}, {"noise_seed": 0.5}],
)  # fmt: skip
def test_a_budget_that_means_nothing_is_refused(wrong):
    (name,) = wrong
    with pytest.raises(SettingsError, match=name):
        DifferentialPrivacy(**({"epsilon": 1.0, "delta": 1e-5} | wrong))


def test_a_budget_is_stored_without_its_seed():
    stored = DifferentialPrivacy(epsilon=1.0, delta=1e-5, noise_seed=123_456).to_dict()
    assert stored["noise_seed"] is True
    assert not np.isin(123_456, list(stored.values()))


@pytest.mark.parametrize(
    ("noise", "rate", "steps", "delta"),
    [(1e-3, 0.5, 10**9, 1e-8), (0.05, 0.5, 10**6, 1e-8), (1e50, 0.5, 10**6, 1e-8), (4.0, 0.01, 100, 1e-300)],
)
def test_what_no_normal_mechanism_of_use_dominates_has_no_epsilon(noise, rate, steps, delta):
    """At once: a file may say anything, and reckoning with the first took all memory there was."""
    counted = replace(training(noise, rate=rate, steps=steps), delta=delta)
    assert within(counted, noise=0.02).epsilon is None


@pytest.mark.parametrize("epsilon", [1e-9, 1_300, 1e6])
def test_a_budget_of_any_size_buys_noise_that_keeps_it(epsilon):
    assert accountant.normal_epsilon(accountant.normal_noise(epsilon, 1e-5), 1e-5) <= epsilon * (1 + 1e-5)


@pytest.mark.parametrize("wrong", [{"entries": 1e200, "limit": 4.0}, {"entries": 4.0, "limit": 1e200}])
def test_noise_whose_square_is_no_number_is_refused(wrong):
    stored = within(gaussian(wrong["entries"]), noise=wrong["limit"])
    stored = {"delta": 1e-5, "unit": "row", "known_noise": False, "epsilon": None, "limit": wrong["limit"],
              "entries": [entry.to_dict() for entry in stored.entries]}  # fmt: skip
    with pytest.raises(Unexpected, match="at most 1e\\+100"):
        Ledger.from_dict(stored)


def test_a_seed_of_noise_is_not_negative():
    with pytest.raises(SettingsError, match="noise_seed"):
        DifferentialPrivacy(epsilon=1, delta=1e-5, noise_seed=-1)
