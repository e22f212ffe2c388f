"""synthgen tune."""

import json
import sys

import synthgen as sg


def test_the_model_is_that_of_the_library(fitted, run, tmp_path):
    options = ["--model", "gaussian-copula", "--trials", 3, "--schema", fitted / "schema.yaml", "--seed", 4]
    written = ["-o", tmp_path / "tuned.synthgen", "--json", tmp_path / "trials.json"]
    code, out, error = run("tune", fitted / "train.csv", *options, *written)
    assert (code, error) == (0, "")
    result = sg.tune(
        sg.read(fitted / "train.csv"), family="GaussianCopula", minutes=None, num_trials=3,
        schema=sg.Schema.from_yaml(fitted / "schema.yaml"), seed=4,
    )  # fmt: skip
    assert result.reason in out
    assert f"Next: synthgen sample {tmp_path / 'tuned.synthgen'}" in out
    loaded = sg.load(tmp_path / "tuned.synthgen")
    assert loaded.get_params() == result.synthesizer.get_params()
    assert loaded.sample(20, seed=0).equals(result.synthesizer.sample(20, seed=0))
    document = json.loads((tmp_path / "trials.json").read_text())
    assert document["settings"] == result.settings
    assert [trial["value"] for trial in document["trials"]] == [trial.value for trial in result.trials]


def test_quiet_prints_nothing_and_set_reaches_every_trial(fitted, run, tmp_path):
    options = ["--schema", fitted / "schema.yaml", "--model", "gaussian-copula", "--set", "calibration=true"]
    written = ["--trials", 1, "--quiet", "-o", tmp_path / "tuned.synthgen"]
    assert run("tune", fitted / "train.csv", *options, *written) == (0, "", "")
    assert sg.load(tmp_path / "tuned.synthgen").calibration is True


def test_bad_input(fitted, fails, tmp_path, monkeypatch):
    begin = ["tune", fitted / "train.csv", "--schema", fitted / "schema.yaml", "-o", tmp_path / "tuned.synthgen"]
    assert "Did you mean 'tabular-gan'?" in fails(*begin, "--model", "tabular-gans")
    assert "Expected --set NAME=VALUE. Received 'width'" in fails(*begin, "--set", "width")
    assert "has no setting 'widt'. Did you mean 'width'?" in fails(*begin, "--set", "widt=3")
    assert "expected num_steps to be a whole number of at least 1" in fails(*begin, "--set", "num_steps=0")
    assert "minutes above 0" in fails(*begin, "--minutes", "0")
    assert "--trials" in fails(*begin, "--trials", "0")
    assert "cannot be written" in fails("tune", fitted / "train.csv", "-o", tmp_path / "nowhere" / "tuned.synthgen")
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert "pip install 'synthgen[tune]'" in fails(*begin)
    assert list(tmp_path.iterdir()) == []
