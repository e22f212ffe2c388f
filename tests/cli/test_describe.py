"""synthgen describe."""

import io

import pytest

import synthgen as sg
from synthgen.cli import main


def test_it_writes_the_schema_that_infer_returns(fitted, run, tmp_path):
    path = tmp_path / "schema.yaml"
    code, out, error = run("describe", fitted / "patients.csv", "--patient-key", "patient_id", "-o", path)
    assert (code, error) == (0, "")
    with pytest.warns(match="'note' holds text"):
        expected = sg.Schema.infer(sg.read(fitted / "patients.csv"), patient_key="patient_id")
    assert sg.Schema.from_yaml(path) == expected
    assert "800 rows, 400 patients, 9 columns" in out
    assert "7 of 9 columns would be learned" in out


def test_it_says_what_will_not_be_learned_and_why_and_shows_no_cell(fitted, run):
    code, out, _ = run("describe", fitted / "patients.csv", "--patient-key", "patient_id")
    assert code == 0
    words = " ".join(out.replace("│", " ").split())
    assert "made anew" in words
    assert "most patients have" in words
    assert "coughs" not in out
    assert "Elsewhere" not in out


def test_rare_categories_are_counted_by_patient(run, tmp_path):
    path = tmp_path / "visits.csv"
    lines = [f"P-{n:03},{'common' if n < 30 else 'seldom'}" for n in range(35)] + ["P-030,seldom"] * 20
    path.write_text("patient_id,diagnosis\n" + "\n".join(lines) + "\n")
    _, out, _ = run("describe", path, "--patient-key", "patient_id")
    assert "2 categories, 1 of them" in " ".join(out.replace("│", " ").split())


def test_missing_words(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("weight\n" + "70\n?\n65\n" * 10)
    code, out, error = run("describe", path)
    assert code == 0
    assert "categorical" in out
    assert error.startswith("note: ")
    assert error.count("\n") == 1
    assert "--missing" in error
    code, out, error = run("describe", path, "--missing", "?")
    assert (code, error) == (0, "")
    assert "numerical" in out
    assert "33.3 %" in out


def test_other_separators_and_decimals(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("größe;sex\n1,75;f\n1,80;m\n".encode("latin-1"))
    code, out, _ = run("describe", path, "--separator", ";", "--decimal", ",", "--encoding", "latin-1")
    assert code == 0
    assert "größe" in out
    assert "2 decimals" in out


def test_quiet(fitted, run, tmp_path):
    assert run("describe", fitted / "patients.csv", "-q", "-o", tmp_path / "s.yaml") == (0, "", "")
    assert (tmp_path / "s.yaml").exists()


def test_bad_input(fitted, fails, tmp_path):
    assert "no.csv: there is no such file" in fails("describe", "no.csv")
    assert "Did you mean 'patient_id'?" in fails("describe", fitted / "patients.csv", "--patient-key", "patient_ix")
    assert "cannot be written" in fails("describe", "no.csv", "-o", tmp_path / "nowhere" / "schema.yaml")


def test_a_terminal_without_the_letters_of_a_name_is_written_to(tmp_path, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_text("Größe\n" + "1.5\n2.5\n" * 20, encoding="utf-8")
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", out)
    with pytest.raises(SystemExit) as left:
        main(["describe", str(path)])
    out.flush()
    assert left.value.code == 0
    assert b"Gr\\xf6\\xdfe" in out.buffer.getvalue()


def test_short_rows_are_missing_on_request(run, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("age,kg\n" + "31,60.5\n42\n" * 20, encoding="utf-8")
    code, _, error = run("describe", path)
    assert code == 2 and "--short-rows missing" in error
    assert run("describe", path, "--short-rows", "missing")[0] == 0
