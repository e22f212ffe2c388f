"""synthgen fit."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
import time

import pytest

from synthgen.synthesizers.saving import inspect


def test_it_learns_what_the_library_learns_and_keeps_rows_for_the_judges(fitted, run, tmp_path):
    written = {name: tmp_path / f"{name}.csv" for name in ("train", "holdout")}
    model = tmp_path / "m.synthgen"
    options = ["--schema", fitted / "schema.yaml", "--train", written["train"], "--holdout", written["holdout"]]
    settings = ["--seed", 0, "--steps", 60, "--set", "width=32"]
    code, out, error = run("fit", fitted / "patients.csv", *settings, *options, "-o", model)
    assert (code, error) == (0, "")
    assert "Learned 640 rows" in out
    for name, path in written.items():
        assert path.read_bytes() == (fitted / f"{name}.csv").read_bytes()
    assert model.read_bytes() == (fitted / "patients.synthgen").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "holdout.csv", "m.synthgen", "m.synthgen.roster", "train.csv",
    ]  # fmt: skip


def test_ctgan_without_a_schema_and_with_a_checkpoint_of_the_users_own_which_is_kept(fitted, run, tmp_path):
    model, kept = tmp_path / "m.synthgen", tmp_path / "kept"
    arguments = ["--model", "ctgan", "--epochs", 1, "--checkpoint", kept, "-o", model, "--quiet"]
    code, out, error = run("fit", fitted / "train.csv", *arguments)
    assert (code, out) == (0, "")
    assert error.startswith("note: Column 'note' holds text")
    assert error.count("\n") == 1
    stored = inspect(model)["manifest"]
    assert stored["family"] == "CTGAN"
    assert stored["settings"]["num_epochs"] == 1
    assert (kept / "run.json").exists()


def test_auto_says_what_it_chose_what_it_left_out_and_why(fitted, run, tmp_path):
    model = tmp_path / "m.synthgen"
    options = ["--schema", fitted / "schema.yaml", "--model", "auto", "--minutes", "0.1"]
    code, out, error = run("fit", fitted / "patients.csv", *options, "-o", model)
    assert (code, error) == (0, "")
    assert "TabularGAN: left out, 400 patients are too few to choose by" in out
    assert "The table has 400 patients." in out
    assert f"Written to {model}." in out
    assert inspect(model)["manifest"]["family"] == "GaussianCopula"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.synthgen", "m.synthgen.roster"]
    assert "m.synthgen.roster, made of real data. It stays in the house" in out


def test_auto_and_named_models_take_different_options(fails, tmp_path):
    output, auto = ["-o", tmp_path / "m.synthgen"], ["--model", "auto"]
    for option in (["--steps", 5], ["--epochs", 5], ["--set", "width=8"], ["--checkpoint", tmp_path / "kept"]):
        assert f"{option[0]} is not for auto" in fails("fit", "no.csv", *auto, *option, *output)
    assert "Expected --minutes above 0. Received 0." in fails("fit", "no.csv", *auto, "--minutes", 0, *output)
    assert "Expected --minutes above 0. Received nan." in fails("fit", "no.csv", *auto, "--minutes", "nan", *output)
    assert "--minutes is not for tabular-gan" in fails("fit", "no.csv", "--minutes", 5, *output)
    assert "Did you mean 'auto'?" in fails("fit", "no.csv", "--model", "auot", *output)


def test_bad_input_is_found_before_anything_is_read(fails, tmp_path):
    output = ["-o", tmp_path / "m.synthgen"]
    assert "Did you mean 'tabular-gan'?" in fails("fit", "no.csv", "--model", "tabular-gen", *output)
    assert "--epochs is not for tabular-gan" in fails("fit", "no.csv", "--epochs", 5, *output)
    assert "--steps is not for ctgan" in fails("fit", "no.csv", "--model", "ctgan", "--steps", 5, *output)
    assert "cannot be written" in fails("fit", "no.csv", "-o", tmp_path / "nowhere" / "m.synthgen")
    assert "is a folder" in fails("fit", "no.csv", "-o", tmp_path)
    assert "ends in" in fails("fit", "no.csv", *output, "--holdout", tmp_path / "holdout.xlsx")
    assert "no.csv: there is no such file" in fails("fit", "no.csv", *output)
    assert list(tmp_path.iterdir()) == []


def test_bad_input_is_found_before_training(fitted, fails, tmp_path):
    data, output = fitted / "train.csv", ["-o", tmp_path / "m.synthgen", "--schema", fitted / "schema.yaml"]
    assert "Did you mean 'width'?" in fails("fit", data, *output, "--set", "widht=64")
    assert "--set width: expected int" in fails("fit", data, *output, "--set", "width=wide")
    assert "NAME=VALUE" in fails("fit", data, *output, "--set", "width")
    assert "holdout between 0 and 1" in fails(
        "fit", data, *output, "--holdout", tmp_path / "h.csv", "--holdout-share", "1.5"
    )
    (tmp_path / "schema.yaml").write_text("columns: [")
    assert "schema.yaml" in fails("fit", data, "-o", tmp_path / "m.synthgen", "--schema", tmp_path / "schema.yaml")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    assert "columns differ from the schema's" in fails("fit", tmp_path / "other.csv", *output)
    (tmp_path / "m.synthgen.checkpoint").mkdir()
    assert "holds no interrupted run" in fails("fit", data, *output)
    assert not (tmp_path / "m.synthgen").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_sigterm_keeps_finished_epochs_and_the_same_command_goes_on(fitted, run, fails, tmp_path):
    """As docker stop and the time limit of a batch system send it; Ctrl-C takes the same way (test_ending.py)."""
    model, kept = tmp_path / "m.synthgen", tmp_path / "m.synthgen.checkpoint"
    train, holdout = tmp_path / "train.csv", tmp_path / "holdout.csv"
    settings = ["--steps", "1000", "--set", "width=16", "--set", "batch_size=20"]
    data = [fitted / "train.csv", "--schema", fitted / "schema.yaml", "--train", train, "--holdout", holdout]
    command = ["fit", *data, *settings, "-o", model]
    typed = [sys.executable, "-m", "synthgen", *map(str, command)]
    started = subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (kept / "latest.npz").exists() and started.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert f"{model} is being written by another run of synthgen" in fails(*command)
    assert f"{train} is being written" in fails("sample", "no.synthgen", "-n", 5, "-o", train)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (train, holdout, kept / "latest.npz")} == {0o600}
    started.send_signal(signal.SIGTERM)
    out, error = started.communicate(timeout=60)
    assert started.returncode == 143, error
    assert out == ""
    line = f"interrupted: Finished epochs are kept in {kept}. Run the same command again to go on from there.\n"
    assert error == line
    assert not model.exists()
    finished = json.loads((kept / "best.json").read_text())["history"]
    assert 0 < len(finished) < 20

    code, _, error = run(*command)
    assert (code, error) == (0, "")
    assert not kept.exists()
    history = inspect(model)["manifest"]["history"]
    assert len(history) == 20
    assert history[: len(finished)] == finished


def test_a_promise_is_kept_stated_and_listed(run, fitted, tmp_path):
    schema, model = fitted / "schema.yaml", tmp_path / "private.synthgen"
    components = ["--set", "num_components=200"]
    code, out, error = run("fit", fitted / "train.csv", "--schema", schema, "--epsilon", 2, *components, "-o", model)
    assert (code, error) == (0, "")
    assert re.search(r"Spent epsilon (1\.9\d?|2) at delta 1e-05, for each", out)
    _, listed, _ = run("inspect", model)
    assert "DPMarginals" in listed
    assert re.search(r"privacy +epsilon (1\.9|2)", listed)
    assert "pairs of columns: noise" in listed
    assert "nothing that fewer than" not in listed


@pytest.mark.parametrize(
    ("options", "message"),
    [([], "--epsilon needs --schema"), (["--model", "ctgan", "--schema"], "CTGAN cannot learn under a privacy budget")],
)
def test_a_promise_that_cannot_be_kept_is_refused(run, fitted, tmp_path, options, message):
    schema = [fitted / "schema.yaml"] if options else []
    code, _, error = run("fit", fitted / "train.csv", "--epsilon", 2, "-o", tmp_path / "x.synthgen", *options, *schema)
    assert code == 2
    assert message in " ".join(error.split())
    assert not (tmp_path / "x.synthgen").exists()


def test_networks_learn_under_a_promise_too_and_leave_nothing_beside_the_model(run, fitted, tmp_path):
    model = tmp_path / "private.synthgen"
    small = ["--model", "tabular-autoregressive", "--steps", 40, "--set", "width=16", "--set", "batch_size=40"]
    promised = ["--schema", fitted / "schema.yaml", "--epsilon", 4]
    code, out, error = run("fit", fitted / "train.csv", *promised, *small, "-o", model)
    assert (code, error) == (0, "")
    assert "Spent epsilon" in out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["private.synthgen", "private.synthgen.roster"]
    assert inspect(model)["manifest"]["history"] == []
