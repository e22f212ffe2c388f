"""Shadow models: right about a model that remembers, no better than guessing about one that cannot."""

import json

import numpy as np
import pandas as pd
import pytest
from backwards import Backwards

import synthgen as sg
from synthgen.audit.shadow import likelihood_ratios, shadow_attack
from synthgen.errors import EvaluationError, SynthgenError


def visits(num_rows=240):
    rng = np.random.default_rng(0)
    return pd.DataFrame({f"finding_{place}": rng.integers(0, 6, num_rows).astype(str) for place in range(5)})


@pytest.fixture(scope="module")
def schema():
    return sg.Schema({name: sg.Categorical(categories=tuple("012345")) for name in visits()}, rare_below=2)


def test_a_network_that_learns_by_heart_is_found_out(schema):
    remembering = sg.TabularAutoregressive(
        num_steps=400, width=48, batch_size=64, dropout=0.0, learning_rate=1e-2, validation=0.0, calibration=False
    )
    found = shadow_attack(remembering, visits(), schema=schema, num_models=4, num_targets=100, verbose=False)
    assert found.area > 0.8
    assert found.interval[0] < found.area < found.interval[1]
    assert found.rates[0.1] > 0.3
    assert found.rates[0.001] is None  # 200 outsiders cannot show it
    assert "4 fits of TabularAutoregressive" in str(found)
    with pytest.raises(SynthgenError, match="fit"):
        remembering.sample(1)


def test_under_a_strong_promise_it_guesses(schema):
    many = visits(960)  # of few, noise might leave no more than the budget calls too few to learn from
    found = shadow_attack(
        sg.DPMarginals(), many, schema=schema, num_models=4, num_targets=100, verbose=False,
        privacy=sg.DifferentialPrivacy(epsilon=1, delta=1e-6),
    )  # fmt: skip
    assert 0.4 < found.area < 0.6


def test_the_ratio_is_that_of_two_normal_laws():
    """Attacking the last model with three others: means 2 and 0, the deviation that of all residues."""
    scores = np.array([[2.5, 0.0], [1.5, 4.0], [0.0, 1.0], [1.2, 4.4]])
    inside = np.array([[True, False], [True, True], [False, False], [True, True]])
    residues = np.array([0.5, -0.5, 0.0, -0.5, 0.0, 0.5])
    expected = (1.2**2 - 0.8**2) / (2 * residues.var())
    assert likelihood_ratios(scores, inside)[3, 0] == pytest.approx(expected)


def test_a_target_that_all_other_models_saw_is_no_evidence():
    scores = np.random.default_rng(0).normal(size=(4, 2))
    inside = np.array([[True, False], [True, True], [True, False], [False, True]])
    assert likelihood_ratios(scores, inside)[3, 0] == 0


def test_patients_of_many_rows_are_learned_or_left_out_whole(schema):
    frame = pd.concat([visits(), visits()], ignore_index=True).assign(key=list(range(240)) * 2)
    keyed = sg.Schema({"key": sg.Identifier(unique=False), **schema.columns}, patient_key="key", rare_below=2)
    found = shadow_attack(sg.GaussianCopula(), frame, schema=keyed, num_models=4, verbose=False)
    assert found.num_targets == 240  # all of them
    with pytest.raises(EvaluationError, match="at most the 240 patients"):
        shadow_attack(sg.GaussianCopula(), frame, schema=keyed, num_targets=241)


def test_it_is_the_same_whoever_fits(schema):
    elsewhere = Backwards()
    asked = {"schema": schema, "num_models": 4, "seed": 3, "verbose": False}
    assert shadow_attack(sg.GaussianCopula(), visits(), workers=elsewhere, **asked) == shadow_attack(
        sg.GaussianCopula(), visits(), **asked
    )
    assert elsewhere.done == 4


@pytest.mark.parametrize(("wrong", "named"), [({"num_models": 3}, "num_models >= 4"), ({"num_targets": 5}, ">= 20")])
def test_too_few_are_refused(schema, wrong, named):
    with pytest.raises(EvaluationError, match=named):
        shadow_attack(sg.GaussianCopula(), visits(), schema=schema, **wrong)


def test_the_result_is_written_for_programs(schema):
    found = shadow_attack(sg.GaussianCopula(), visits(), schema=schema, num_models=4, verbose=False)
    document = json.loads(json.dumps(found.to_dict()))
    assert set(document["rates"]) == {"0.1", "0.01", "0.001"}
    assert document["num_targets"] == 240
