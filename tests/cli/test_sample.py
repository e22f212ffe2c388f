"""synthgen sample."""

import pytest

import synthgen as sg
from synthgen.cli.sample import parse_where
from synthgen.errors import ConditionError
from synthgen.synthesizers.tables.conditions import Between


def test_rows_are_those_of_the_library(fitted, run, tmp_path):
    """Whoever draws them; so few are a single part, for which no process is started."""
    asked = ("-n", 50, "--seed", 4, "--workers", 2)
    code, out, error = run("sample", fitted / "patients.synthgen", *asked, "-o", tmp_path / "s.parquet")
    assert (code, error) == (0, "")
    assert "50 synthetic rows written to" in out
    expected = sg.load(fitted / "patients.synthgen").sample(50, seed=4)
    assert sg.read(tmp_path / "s.parquet").equals(expected)


def test_conditions_hold_on_every_row(fitted, run, tmp_path):
    where = ["sex=F", "region=N,S", "age=60..", "ward=2"]
    options = [option for condition in where for option in ("--where", condition)]
    code, _, error = run("sample", fitted / "patients.synthgen", "-n", 40, *options, "-o", tmp_path / "s.csv")
    assert (code, error) == (0, "")
    rows = sg.read(tmp_path / "s.csv")
    assert len(rows) == 40
    assert set(rows["sex"]) == {"F"}
    assert set(rows["region"]) <= {"N", "S"}
    assert rows["age"].min() >= 60
    assert set(rows["ward"]) == {2}


def test_balance(fitted, run, tmp_path):
    run("sample", fitted / "patients.synthgen", "-n", 40, "--balance", "smoker", "-o", tmp_path / "s.csv")
    assert sg.read(tmp_path / "s.csv")["smoker"].value_counts().to_dict() == {True: 20, False: 20}


def test_known_rows_are_completed(fitted, run, tmp_path):
    (tmp_path / "known.csv").write_text("sex,age\nF,30\nM,\nM,71\n")
    model = fitted / "patients.synthgen"
    code, _, error = run("sample", model, "--known", tmp_path / "known.csv", "-o", tmp_path / "s.csv")
    assert (code, error) == (0, "")
    rows = sg.read(tmp_path / "s.csv")
    assert rows["sex"].tolist() == ["F", "M", "M"]
    assert rows["age"].iloc[[0, 2]].tolist() == [30, 71]
    assert rows["age"].notna().all()


def test_where_is_read_with_the_categories_at_hand():
    categories = {"region": ["N", "S", "Elsewhere, abroad", "a..b"], "ward": [1, 2]}
    read = parse_where(["region=Elsewhere, abroad", "ward=1,2", "age=..5", "born=2020-01-01..2020-12-31"], categories)
    assert read == {
        "region": "Elsewhere, abroad",
        "ward": [1, 2],
        "age": Between(None, "5"),
        "born": Between("2020-01-01", "2020-12-31"),
    }
    assert parse_where(["region=a..b"], categories) == {"region": "a..b"}
    assert parse_where(["note=x=y"], {}) == {"note": "x=y"}


@pytest.mark.parametrize("condition", ["sex", "=F", "sex=", "age=.."])
def test_where_without_column_or_value(condition):
    with pytest.raises(ConditionError, match="Expected --where COLUMN=VALUE"):
        parse_where([condition], {})


def test_bad_input(fitted, fails, tmp_path):
    model, output = fitted / "patients.synthgen", ["-o", tmp_path / "s.csv"]
    asked = ["sample", model, "-n", 10, *output, "--where"]
    assert "Did you mean 'sex'?" in fails(*asked, "sexx=F")
    assert "names 'sex' twice" in fails(*asked, "sex=F", "--where", "sex=M")
    assert "identifier" in fails(*asked, "patient_id=P-00001")
    line = fails(*asked, "region=Nowhere")
    assert "4 categories" in line
    assert "Nowhere" not in line
    line = fails("sample", model, "-n", 500, *output, "--where", "age=500..")
    assert "no synthetic row lies in the range" in line
    assert "500" not in line
    assert "no synthetic row can hold" in fails(*asked, "age=-5")
    assert "expected such a value" in fails(*asked, "age=nan")
    assert "--workers" in fails("sample", model, "-n", 10, *output, "--workers", 0)
    assert "either -n" in fails("sample", model, *output)
    assert "either -n" in fails("sample", model, "-n", 5, "--known", "k.csv", *output)
    assert "balance names 'age'" in fails("sample", model, "-n", 10, *output, "--balance", "age")
    assert "no.synthgen does not exist" in fails("sample", "no.synthgen", "-n", 10, *output)
    assert "ends in" in fails("sample", model, "-n", 10, "-o", tmp_path / "s.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_damaged_model_files(fitted, fails, tmp_path):
    content = (fitted / "patients.synthgen").read_bytes()
    damaged = {"cut": content[: len(content) // 2], "empty": b"", "foreign": b"not a zip" * 9}
    for name, held in damaged.items():
        path = tmp_path / f"{name}.synthgen"
        path.write_bytes(held)
        assert "damaged" in fails("sample", path, "-n", 5, "-o", tmp_path / "s.csv")
        assert "damaged" in fails("inspect", path)
    assert not (tmp_path / "s.csv").exists()
