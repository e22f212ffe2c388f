"""synthgen fit."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import synthgen as sg
from synthgen.synthesizers.saving import inspect

TINY = ["--steps", "20", "--set", "width=16"]


def test_it_learns_what_the_library_learns_and_keeps_rows_for_the_judges(fitted, run, tmp_path):
    paths = {name: tmp_path / f"{name}.csv" for name in ("train", "holdout")}
    model = tmp_path / "m.synthgen"
    options = [
        "--schema",
        fitted / "schema.yaml",
        "--train",
        paths["train"],
        "--holdout",
        paths["holdout"],
        "-o",
        model,
    ]
    code, out, error = run("fit", fitted / "patients.csv", "--seed", "5", *TINY, *options)
    assert (code, error) == (0, "")
    assert "Learned 640 rows" in out
    train, holdout = sg.read_table(paths["train"]), sg.read_table(paths["holdout"])
    assert (len(train), len(holdout)) == (640, 160)
    assert not set(train["patient_id"]) & set(holdout["patient_id"])
    expected = sg.TabularGAN(num_steps=20, width=16, seed=5).fit(
        train, schema=sg.Schema.from_yaml(fitted / "schema.yaml")
    )
    assert sg.load(model).sample(30, seed=0).equals(expected.sample(30, seed=0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["holdout.csv", "m.synthgen", "train.csv"]


def test_ctgan_without_a_schema(fitted, run, tmp_path):
    model = tmp_path / "m.synthgen"
    code, _, error = run("fit", fitted / "train.csv", "--model", "ctgan", "--epochs", 1, "-o", model, "--quiet")
    assert code == 0
    assert error.startswith("note: Column 'note' holds text")
    assert error.count("\n") == 1
    stored = inspect(model)["manifest"]
    assert stored["family"] == "CTGAN"
    assert stored["settings"]["num_epochs"] == 1


def test_a_checkpoint_of_the_users_own_is_kept(fitted, run, tmp_path):
    directory = tmp_path / "kept"
    arguments = ["--schema", fitted / "schema.yaml", "--checkpoint", directory, "-o", tmp_path / "m.synthgen"]
    assert run("fit", fitted / "train.csv", *TINY, *arguments)[0] == 0
    assert (directory / "run.json").exists()


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
def test_ctrl_c_keeps_finished_epochs_and_the_same_command_goes_on(fitted, run, tmp_path):
    model, kept = tmp_path / "m.synthgen", tmp_path / "m.synthgen.checkpoint"
    settings = ["--steps", "1600", "--set", "width=16", "--set", "batch_size=20"]
    command = ["fit", fitted / "train.csv", "--schema", fitted / "schema.yaml", *settings, "-o", model]
    typed = [sys.executable, "-m", "synthgen", *map(str, command)]
    started = subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (kept / "training_metadata.json").exists() and started.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    started.send_signal(signal.SIGINT)
    out, error = started.communicate(timeout=60)
    assert started.returncode == 130, error
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
