"""synthgen evaluate."""

import json

import pytest


@pytest.fixture
def tables(fitted):
    return [
        "--train",
        fitted / "train.csv",
        "--synthetic",
        fitted / "synthetic.csv",
        "--schema",
        fitted / "schema.yaml",
    ]


def test_it_prints_the_report_and_writes_its_files(fitted, tables, run, tmp_path):
    html, document = tmp_path / "report.html", tmp_path / "report.json"
    options = ["--holdout", fitted / "holdout.csv", "--target", "smoker", "-o", html, "--json", document]
    code, out, error = run("evaluate", *tables, *options)
    assert (code, error) == (0, "")
    assert all(subject in out for subject in ("Fidelity", "Usefulness", "Privacy"))
    assert f"Written to {html}" in out
    assert html.read_text().startswith("<!doctype html")
    stored = json.loads(document.read_text())
    assert stored["settings"]["target"] == "smoker"
    assert stored["tables"]["rows"] == {"train": 640, "synthetic": 640, "holdout": 160}
    assert "coughs" not in out + html.read_text() + document.read_text()


def test_quiet_writes_and_says_nothing(tables, run, tmp_path):
    assert run("evaluate", *tables, "--quiet", "--json", tmp_path / "report.json") == (0, "", "")
    assert (tmp_path / "report.json").exists()


def test_bad_input(fitted, tables, fails, tmp_path):
    assert "Did you mean 'smoker'?" in fails("evaluate", *tables, "--target", "smokes")
    assert "no.csv: there is no such file" in fails("evaluate", "--train", "no.csv", "--synthetic", "no.csv")
    assert "no.yaml" in fails("evaluate", *tables[:4], "--schema", "no.yaml")
    assert "cannot be written" in fails("evaluate", *tables, "-o", tmp_path / "nowhere" / "report.html")
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    assert "synthetic does not have the columns" in fails("evaluate", *tables[:2], "--synthetic", other)


def test_what_the_model_promises_stands_in_the_report(fitted, tables, run, tmp_path):
    model = tmp_path / "private.synthgen"
    components = ["--set", "num_components=100", "--set", "num_steps=5"]
    run("fit", fitted / "train.csv", "--schema", fitted / "schema.yaml", "--epsilon", 2, *components, "-o", model)
    run("sample", model, "-n", 300, "-o", tmp_path / "drawn.csv")
    judged = [tmp_path / "drawn.csv" if argument == fitted / "synthetic.csv" else argument for argument in tables]
    code, out, _ = run("evaluate", *judged, "--schema", fitted / "schema.yaml", "--model", model)
    assert code == 0
    assert "differentially private with epsilon" in " ".join(out.split())
