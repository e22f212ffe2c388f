"""tune: finds what is better, on rows that no trial saw, within its time, and keeps the best whatever happens."""

import inspect
import json
import os
import signal
import sys
import threading
import time

import numpy as np
import optuna
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import EvaluationError, FitInterrupted, SchemaError, SettingsError, SynthgenError
from synthgen.selection.held_out_score import held_out_score
from synthgen.selection.search_spaces import SPACES
from synthgen.selection.tuning import hold_patients_out, tune
from synthgen.selection.tuning_result import objective
from synthgen.selection.tuning_search import CUT_SHORT, Search, Watch
from synthgen.synthesizers.parameters import RULES
from synthgen.synthesizers.tables.families import FAMILIES


def visits(patients=600, *, seed=0):
    """Two visits of each patient; the second column is a function of the first, which a copula does not see."""
    rng = np.random.default_rng(seed)
    age = np.repeat(rng.normal(50, 12, patients).round(1), 2)
    return pd.DataFrame({
        "patient": np.repeat([f"P-{number:05d}" for number in range(patients)], 2),
        "age": age,
        "risk": np.where(np.abs(age - 50) > 10, "high", "low"),
        "pressure": (120 + (age - 50) ** 2 / 20 + rng.normal(0, 3, 2 * patients)).round(),
    })  # fmt: skip


@pytest.fixture(scope="module")
def frame():
    return visits()


@pytest.fixture(scope="module")
def schema(frame):
    return sg.Schema.infer(frame, patient_key="patient")


def search(frame, schema, family, **fixed):
    train, held_out = hold_patients_out(frame, schema, seed=0)
    return Search(optuna, family, train, held_out, schema=schema, fixed=fixed, seed=0, verbose=False)


def test_a_better_learning_rate_is_found_than_one_that_is_far_too_low(frame, schema):
    """In forty steps the default rate gets nowhere: higher ones must win."""
    fixed = {"num_steps": 40, "width": 32, "batch_size": 250, "dropout": 0.0, "calibration": False}
    result = tune(frame, family="TabularAutoregressive", minutes=None, num_trials=4, schema=schema, settings=fixed,
                  seed=0)  # fmt: skip
    assert [trial.number for trial in result.trials] == [0, 1, 2, 3]
    assert result.trials[0].settings == fixed
    rates = [trial.settings.get("learning_rate", 2e-3) for trial in result.trials]
    assert rates[result.best.number] == max(rates) > 2e-3
    assert result.value < result.trials[0].value
    assert result.synthesizer.get_params()["learning_rate"] == max(rates)
    assert result.synthesizer.num_steps == 40


def test_the_search_is_a_function_of_the_seed_and_ends_with_a_fit_to_all_rows(
    frame, schema, global_randomness_untouched
):
    first, again, other = (
        tune(frame, family="GaussianCopula", minutes=None, num_trials=4, schema=schema, seed=seed) for seed in (5, 5, 6)
    )
    assert [trial.settings for trial in first.trials] == [trial.settings for trial in again.trials]
    assert [trial.score for trial in first.trials] == [trial.score for trial in again.trials]
    assert [trial.settings for trial in first.trials] != [trial.settings for trial in other.trials]
    assert first.trials[0].settings == {}
    assert first.value == min(trial.value for trial in first.trials) == objective(first.best.score)
    fresh = sg.GaussianCopula(seed=5, **first.settings).fit(frame, schema=schema)
    pd.testing.assert_frame_equal(first.synthesizer.sample(100, seed=1), fresh.sample(100, seed=1))
    assert first.refitted


def test_scores_are_those_of_rows_that_the_trial_did_not_see(frame, schema):
    result = tune(frame, family="GaussianCopula", minutes=None, num_trials=1, schema=schema, seed=2)
    train, held_out = hold_patients_out(frame, schema, seed=2)
    assert not set(train["patient"]) & set(held_out["patient"])
    assert len(held_out) == 0.2 * len(frame)
    copula = sg.GaussianCopula(seed=2).fit(train, schema=schema)
    assert result.best.score == held_out_score(copula, held_out, seed=2)


def test_no_more_than_ten_thousand_patients_are_held_out():
    frame = pd.DataFrame({"number": np.arange(80_000) % 97, "flag": [True, False] * 40_000})
    assert len(hold_patients_out(frame, sg.Schema.infer(frame), seed=0)[1]) == 10_000


def test_too_little_time_for_one_trial_cuts_it_short_and_says_so(frame, schema):
    fixed = {"num_steps": 8_000, "width": 32, "calibration": False}
    result = tune(frame, family="TabularAutoregressive", minutes=0.05, schema=schema, settings=fixed)
    assert len(result.trials) == 1
    assert result.best.note == CUT_SHORT
    assert len(result.synthesizer.history) < 20
    assert "the time was over" in result.reason
    assert CUT_SHORT in str(result)


def test_the_time_ends_the_search_and_leaves_some_for_the_last_fit(frame, schema):
    start = time.monotonic()
    result = tune(frame, family="GaussianCopula", minutes=0.1, schema=schema)
    assert time.monotonic() - start < 30
    assert 1 <= len(result.trials) < 100
    assert result.refitted
    assert result.ended == "the time was over"


def interrupt_when(condition):
    """Presses Ctrl-C, once the condition holds."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background inherits that it is ignored

    def wait():
        while not condition():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=wait, daemon=True).start()


def test_ctrl_c_keeps_the_best_so_far(frame, schema):
    running = search(frame, schema, "GaussianCopula")
    interrupt_when(lambda: len(running.trials) >= 2)
    assert running.run(seconds=None, num_trials=None) == "interrupted"
    assert 2 <= len(running.trials) < 100
    synthesizer, refitted, _ = running.final(frame)
    assert not refitted
    assert synthesizer is running.best_synthesizer
    assert running.best.value == min(trial.value for trial in running.trials)
    assert len(synthesizer.sample(5)) == 5


def test_ctrl_c_before_the_first_trial_ended_says_that_nothing_was_kept(frame, schema):
    running = search(frame, schema, "TabularAutoregressive", num_steps=100_000)
    began = time.monotonic()
    interrupt_when(lambda: time.monotonic() - began > 2)
    with pytest.raises(FitInterrupted, match="before the first trial ended"):
        running.run(seconds=None, num_trials=1)


def test_a_trial_whose_epochs_are_worse_than_others_is_given_up(frame, schema):
    study = optuna.create_study(pruner=optuna.pruners.MedianPruner(3, 5))
    for value in (0.1, 0.2, 0.3):
        trial = study.ask()
        for epoch in range(20):
            trial.report(value, epoch)
        study.tell(trial, value)
    running = search(frame, schema, "TabularGAN")
    for worse, given_up in ((0.15, False), (0.25, True)):
        watch = Watch(running, study.ask(), optuna.TrialPruned)
        watch.set_params({"epochs": 20})
        for epoch in range(5):
            watch.on_epoch_end(epoch, {"critic": 1.0, "distance": 0.9})  # slow starters may win
        if given_up:
            with pytest.raises(optuna.TrialPruned):
                watch.on_epoch_end(5, {"distance": worse})
        else:
            watch.on_epoch_end(5, {"distance": worse})


def test_when_no_trial_can_be_completed_the_reason_is_given(frame, schema):
    impossible = sg.Schema(schema.columns, schema.patient_key, constraints=(sg.Unique(["risk"]),))
    with pytest.raises(SynthgenError, match="None of 3 trials could be completed: ConstraintError"):
        tune(frame, family="GaussianCopula", minutes=None, num_trials=5, schema=impossible)


def test_what_was_found_can_be_read_by_people_and_programs(frame, schema):
    result = tune(frame, family="GaussianCopula", minutes=None, num_trials=3, schema=schema)
    document = json.loads(json.dumps(result.to_dict()))
    assert document["settings"] == result.settings
    assert document["trials"][0]["score"].keys() == {"detection", "distance"}
    lines = str(result).splitlines()
    assert len(lines) == 4
    assert [line[0] for line in lines[:3]].count("*") == 1
    assert "defaults" in lines[0]
    assert lines[-1].endswith("Fitted to all rows.")


def test_spaces_hold_settings_of_their_family_that_fit_would_take():
    assert SPACES.keys() == FAMILIES.keys()
    for family, space in SPACES.items():
        parameters = inspect.signature(FAMILIES[family]).parameters
        for name, span in space.items():
            assert name in parameters, (family, name)
            assert RULES[name].holds(span.low) and RULES[name].holds(span.high), (family, name)
            assert span.low < span.high and (span.low > 0 or not span.log)
            assert len(span.why.split()) > 3
            default = parameters[name].default
            assert default is None or span.low <= default <= span.high, (family, name)
        assert not {"num_steps", "num_epochs", "seed", "validation"} & space.keys()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"family": "TabularGANs"}, SettingsError, r"Expected family in .*Did you mean 'TabularGAN'\?"),
        ({"minutes": 0}, SettingsError, "minutes above 0. Received 0"),
        ({"minutes": float("nan")}, SettingsError, "minutes above 0"),
        ({"minutes": None}, SettingsError, "minutes or num_trials"),
        ({"num_trials": 0}, SettingsError, "num_trials of at least 1"),
        ({"settings": {"num_step": 5}}, SettingsError, r"no setting 'num_step'. Did you mean 'num_steps'\?"),
        ({"settings": {"num_steps": 0}}, SettingsError, "num_steps to be a whole number of at least 1"),
        ({"settings": {"seed": 1}}, SettingsError, "Give it to tune itself"),
        ({"seed": -1}, SettingsError, "seed"),
        ({"family": "GaussianCopula", "settings": {"num_bins": 30}}, SettingsError, "Leave some out"),
        ({"schema": "schema.yaml"}, SchemaError, "Received a str"),
    ],
    ids=str,
)
def test_bad_arguments_are_refused_before_anything_is_done(arguments, error, message, frame):
    with pytest.raises(error, match=message):
        tune(frame, **arguments)


def test_tables_that_are_too_small_are_refused(frame, schema):
    with pytest.raises(EvaluationError, match="at least 50 rows of 10 of them.* 200 rows leave 40 rows of 20"):
        tune(frame.head(200), schema=schema)
    few = frame.assign(patient=np.arange(len(frame)) % 20).astype({"patient": str})
    with pytest.raises(EvaluationError, match="rows of 4; use the family's defaults"):
        tune(few, schema=schema)


def test_without_optuna_the_extra_is_named(frame, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(SynthgenError, match=r"pip install 'synthgen\[tune\]'"):
        tune(frame)
