"""The canary audit: its bound against formulas, and broken privacy that it must catch."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import synthgen as sg
from synthgen.audit.audit import audit
from synthgen.audit.bound import epsilon_lower_bound
from synthgen.audit.canaries import canaries
from synthgen.dp.training import plan_training
from synthgen.errors import EvaluationError
from synthgen.synthesizers.tables import network


def test_all_right_proves_what_the_formula_says():
    for guesses in (20, 100, 1_000):
        right = 0.05 ** (1 / guesses)
        expected = math.log(right / (1 - right))
        found = epsilon_lower_bound(guesses=guesses, correct=guesses, num_canaries=guesses)
        assert found == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("correct", [0, 40, 50, 55])
def test_guessing_proves_nothing(correct):
    assert epsilon_lower_bound(guesses=100, correct=correct, num_canaries=100) == 0


def test_delta_takes_from_the_bound():
    bounds = [epsilon_lower_bound(guesses=200, correct=180, num_canaries=400, delta=d) for d in (0, 1e-5, 1e-3)]
    assert bounds[0] >= bounds[1] > bounds[2] > 0


@pytest.mark.parametrize("epsilon", [0.5, 2.0])
def test_the_bound_is_wrong_no_more_often_than_it_says(epsilon):
    """Randomised response is the method that gives away most: right with probability e^epsilon / (1 + e^epsilon)."""
    right = math.exp(epsilon) / (1 + math.exp(epsilon))
    counts = np.arange(301)
    bounds = np.array([epsilon_lower_bound(guesses=300, correct=int(c), num_canaries=300) for c in counts])
    chances = binom.pmf(counts, 300, right)
    assert chances[bounds > epsilon].sum() <= 0.05
    assert (chances * bounds).sum() > 0.4 * epsilon


def visits(num_rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, num_rows)
    frame = {
        f"finding_{place}": np.where(rng.random(num_rows) < 0.55, kind, rng.integers(0, 6, num_rows)).astype(str)
        for place in range(5)
    }
    return pd.DataFrame(frame)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return visits()


@pytest.fixture(scope="module")
def schema(frame) -> sg.Schema:
    """Declared, so that what is learned of a canary does not drown before training begins."""
    return sg.Schema({name: sg.Categorical(categories=tuple("012345")) for name in frame}, rare_below=2)


def remembering() -> sg.TabularAutoregressive:
    """A network that learns single rows by heart, if nothing keeps it from it.

    The chance of a private fit is secret, so that no seed makes a test of it the same twice: with a thousand steps
    a broken promise went unseen in one run of a few.
    """
    return sg.TabularAutoregressive(num_steps=3_000, width=32, batch_size=16, dropout=0.0, learning_rate=1e-2,
                                    validation=0.0, calibration=False)  # fmt: skip


def budget() -> sg.DifferentialPrivacy:
    return sg.DifferentialPrivacy(epsilon=0.5, delta=1e-5, clipping_norm=0.01)


def run(frame, schema, privacy):
    return audit(remembering(), frame, schema=schema, privacy=privacy, num_canaries=200, verbose=False)


def test_canaries_fit_the_schema_and_stand_out(frame, schema):
    planted = canaries(frame, schema, num_canaries=500, rng=np.random.default_rng(0))
    schema.validate(planted)
    assert planted.dtypes.to_dict() == frame.dtypes.to_dict()
    agree = (planted["finding_0"] == planted["finding_1"]).mean()
    assert agree < 0.3 < (frame["finding_0"] == frame["finding_1"]).mean()


def test_a_model_that_remembers_is_found_out_and_a_promise_that_is_kept_is_not(frame, schema):
    open_book = run(frame, schema, None)
    assert open_book.lower_bound > 1.0
    assert open_book.claimed is None
    assert not open_book.refuted
    kept = run(frame, schema, budget())
    assert kept.lower_bound <= 0.5
    assert kept.claimed == pytest.approx(0.5, rel=0.02)
    assert not kept.refuted
    assert "claimed: 0." in str(kept)


def silent(reader, **arguments):
    return dataclasses.replace(plan_training(reader, **arguments), noise_multiplier=0.0)


def unclipped(reader, **arguments):
    """Gradients as long as they are, with the noise of short ones."""
    plan = plan_training(reader, **arguments)
    noise = plan.noise_multiplier * plan.clipping_norm
    return dataclasses.replace(plan, clipping_norm=1e4, noise_multiplier=noise / 1e4)


@pytest.mark.parametrize("broken", [silent, unclipped])
def test_broken_privacy_is_caught(frame, schema, monkeypatch, broken):
    monkeypatch.setattr(network, "plan_training", broken)
    found = run(frame, schema, budget())
    assert found.refuted, found
    assert str(found).startswith("THE CLAIM IS FALSE")


def everyone(reader, **arguments):
    """All patients in every batch, accounted as if each had come by chance."""
    return dataclasses.replace(plan_training(reader, **arguments), sampling_rate=1.0, capacity=600)


def test_a_wrong_sampling_rate_is_caught(frame, schema, monkeypatch):
    """Noise for batches of about one patient does not hide what comes in every batch: bounds of 2.7 to 3.7."""
    monkeypatch.setattr(network, "plan_training", everyone)
    promise = sg.DifferentialPrivacy(epsilon=1.5, delta=1e-5, clipping_norm=0.01)

    def refuted(seed: int) -> bool:
        wide = sg.TabularAutoregressive(num_steps=3_000, width=128, batch_size=1, dropout=0.0, learning_rate=1e-2,
                                        validation=0.0, calibration=False)  # fmt: skip
        found = audit(wide, frame, schema=schema, privacy=promise, num_canaries=400, seed=seed, verbose=False)
        return found.refuted

    assert any(refuted(seed) for seed in range(2))


def test_too_few_canaries_are_refused(frame, schema):
    with pytest.raises(EvaluationError, match="num_canaries >= 20"):
        audit(remembering(), frame, schema=schema, num_canaries=5)
