"""synthgen augment."""

import json

import pytest

import synthgen as sg


@pytest.fixture
def model(fitted):
    return ["--model-file", fitted / "patients.synthgen"]


def test_rows_are_those_of_the_library(fitted, model, run, tmp_path):
    arguments = ["--target", "smoker", "--indicator", "made_up", "--seed", 3, "-o", tmp_path / "both.parquet"]
    code, out, error = run("augment", fitted / "train.csv", *model, *arguments)
    assert (code, error) == (0, "")
    train = sg.read(fitted / "train.csv")
    both = sg.read(tmp_path / "both.parquet")
    assert f"{len(train)} real and {len(both) - len(train)} synthetic rows written to" in out
    assert both["smoker"].mean() == 0.5
    assert both["made_up"].sum() == len(both) - len(train)
    synthesizer = sg.load(fitted / "patients.synthgen")
    expected = sg.augment(train, target="smoker", synthesizer=synthesizer, indicator="made_up", seed=3, verbose=False)
    assert both.drop(columns="note").equals(expected.drop(columns="note"))
    assert both["note"].isna().equals(expected["made_up"])


def test_a_model_is_trained_where_none_is_given(fitted, run, tmp_path):
    options = ["--schema", fitted / "schema.yaml", "--steps", 5, "--plain", "-n", 30, "-o", tmp_path / "both.csv"]
    code, out, _ = run("augment", fitted / "train.csv", "--target", "pressure", *options)
    assert code == 0
    assert "and 30 synthetic rows" in out
    assert sg.read(tmp_path / "both.csv")["pressure"].iloc[-30:].notna().all()


def test_the_verdict_is_printed_and_written(fitted, model, run, tmp_path):
    options = [
        "--holdout",
        fitted / "holdout.csv",
        "--verdict",
        "--json",
        tmp_path / "v.json",
        "--indicator",
        "made_up",
    ]
    code, out, error = run("augment", fitted / "train.csv", "--target", "smoker", *model, *options,
                           "-o", tmp_path / "both.csv")  # fmt: skip
    assert (code, error) == (0, "")
    document = json.loads((tmp_path / "v.json").read_text())
    assert f"{document['outcome'].upper()}: {document['sentence']}" in " ".join(out.split())
    ways = {way["name"]: way["rows_added"] for way in document["ways"]}
    assert {"real only", "share 2", "balance", "class weights", "SMOTE"} <= set(ways)
    assert ways["balance"] == len(sg.read(tmp_path / "both.csv")) - document["details"]["rows"]["train"]


def test_bad_input(fitted, model, fails, tmp_path):
    asked = ["augment", fitted / "train.csv", *model, "-o", tmp_path / "both.csv", "--target"]
    holdout = ["--holdout", fitted / "holdout.csv"]
    assert "Did you mean 'smoker'?" in fails(*asked, "smokr")
    assert "which is identifier" in fails(*asked, "patient_id")
    assert "--verdict and --holdout together" in fails(*asked, "smoker", "--verdict")
    assert "--verdict and --holdout together" in fails(*asked, "smoker", *holdout)
    assert "--json only with them" in fails(*asked, "smoker", "--json", tmp_path / "v.json")
    assert "--steps or --model-file" in fails(*asked, "smoker", "--steps", 5)
    assert "it cannot be predicted" in fails(*asked, "note", "--verdict", *holdout)
    assert "indicator names 'age'" in fails(*asked, "smoker", "--indicator", "age")
    assert "ends in" in fails("augment", fitted / "train.csv", "--target", "smoker", "-o", tmp_path / "both.xlsx")
    assert list(tmp_path.iterdir()) == []
