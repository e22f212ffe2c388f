"""synthgen confirm, and what is refused before it."""

import pytest

import synthgen as sg

FLOW = """synthgen_schema: 2
columns:
  age: {kind: numerical, dtype: int64, inferred: true}
"""


@pytest.fixture
def described(run, tmp_path):
    (tmp_path / "table.csv").write_text("age,temperature\n" + "40,36.5\n" * 60 + "41,37.25\n" * 60)
    path = tmp_path / "schema.yaml"
    code, out, _ = run("describe", tmp_path / "table.csv", "-o", path)
    assert (code, f"synthgen confirm {path}" in " ".join(out.split())) == (0, True)
    return path


def test_a_budget_does_not_begin_with_a_guess(described, run, fails, tmp_path):
    data, model = tmp_path / "table.csv", tmp_path / "m.synthgen"
    small = ["--set", "num_components=20", "--set", "num_steps=5", "--set", "num_sweeps=0"]
    command = ("fit", data, "--schema", described, "--epsilon", 3, *small, "-o", model)
    for refused in (command, (*command, "--model", "dp-marginals"),
                    ("audit", data, "--schema", described, "--epsilon", 3)):  # fmt: skip
        message = " ".join(fails(*refused).split())
        assert "no epsilon could be stated" in message
        assert "['age', 'temperature']" in message
        assert "synthgen confirm" in message
    assert not model.exists()
    assert run("confirm", described, "-q")[0] == 0
    code, out, _ = run(*command)
    assert (code, "Spent epsilon" in out) == (0, True)


def test_it_takes_out_the_marks_and_nothing_else(described, run):
    text = described.read_text().replace("columns:", "# from the code book of 2021\ncolumns:")
    described.write_text(text)
    code, out, error = run("confirm", described)
    assert (code, error) == (0, "")
    assert "temperature: kind numerical, dtype float64, decimals 2" in out
    assert "2 columns" in out
    assert described.read_text() == text.replace("    inferred: true\n", "")
    assert sg.Schema.from_yaml(described).inferred == []
    assert "no column is marked" in run("confirm", described)[1]


def test_line_ends_stay_as_they_are(described, run):
    text = described.read_bytes().replace(b"\n", b"\r\n")
    described.write_bytes(text)
    assert run("confirm", described, "-q")[0] == 0
    assert described.read_bytes() == text.replace(b"    inferred: true\r\n", b"")


def test_a_file_of_before_the_marks(described, run):
    old = described.read_text().replace("    inferred: true\n", "").replace("synthgen_schema: 2", "synthgen_schema: 1")
    described.write_text(old)
    assert run("confirm", described)[0] == 0
    assert described.read_text() == old.replace("synthgen_schema: 1", "synthgen_schema: 2")


def test_marks_that_cannot_be_taken_out_line_by_line_stay(fails, tmp_path):
    (tmp_path / "s.yaml").write_text(FLOW)
    assert "in an editor" in fails("confirm", tmp_path / "s.yaml")
    assert (tmp_path / "s.yaml").read_text() == FLOW
