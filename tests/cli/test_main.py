"""What all verbs share: help that teaches, one line for every error, exit codes, silence on request."""

import errno
import os
import subprocess
import sys

import pytest
import typer

from synthgen import __version__
from synthgen.cli.outputs import require_writable
from synthgen.cli.tables.places import require_tables
from synthgen.cli.verbs import verb
from synthgen.errors import SchemaError, WriteError

VERBS = ["describe", "fit", "tune", "sample", "evaluate", "inspect", "demo"]


def test_help_lists_the_verbs(run):
    code, out, _ = run("--help")
    assert code == 0
    assert all(f" {name} " in out for name in VERBS)


@pytest.mark.parametrize("name", VERBS)
def test_help_of_each_verb_has_an_example_and_explains_every_option(name, run):
    code, out, _ = run(name, "--help")
    assert code == 0
    assert f"$ synthgen {name}" in out
    assert "--debug" in out
    assert "--quiet" in out


def test_version(run):
    assert run("--version") == (0, f"synthgen {__version__}\n", "")


def test_without_a_verb_the_help_is_shown_and_the_code_is_that_of_bad_input(run):
    code, out, error = run()
    assert code == 2
    assert "describe" in out + error


def test_unknown_verb_and_option(fails):
    assert "No such command 'fitt'" in fails("fitt")
    assert "--modell" in fails("fit", "a.csv", "-o", "b", "--modell", "ctgan")
    assert "--output" in fails("fit", "a.csv")
    assert "--rare-below" in fails("describe", "a.csv", "--rare-below", "1")


def raising(error):
    def command(quiet: bool = False) -> None:
        raise error

    return verb(command)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (SchemaError("Column 'age':\nwrong."), 2, "error: Column 'age': wrong.\n"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "out.csv"), 1, "error: out.csv: No space left on device\n"),
        (FileNotFoundError(errno.ENOENT, "", "schema.yaml"), 2, "error: schema.yaml: No such file or directory\n"),
        (KeyboardInterrupt(), 130, "interrupted: Interrupted. Nothing was written.\n"),
        (ValueError("could not convert 'Jane Doe'"), 1,
         "error: ValueError, which synthgen did not foresee. --debug shows where; please report it.\n"),
    ],
    ids=["bad input", "full disk", "absent file", "Ctrl-C", "a fault of ours, whose message quotes a cell"],
)  # fmt: skip
def test_errors_are_one_line_and_an_exit_code(error, code, line, capsys):
    with pytest.raises(typer.Exit) as left:
        raising(error)(quiet=False, debug=False)
    assert left.value.exit_code == code
    assert capsys.readouterr().err == line


def test_debug_shows_the_traceback(capsys):
    with pytest.raises(typer.Exit):
        raising(ValueError("here"))(quiet=False, debug=True)
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert "ValueError: here" in error


def test_a_file_that_is_there_survives_the_question_whether_it_can_be_replaced(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    require_writable(path, None)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(WriteError, match="is a folder"):
        require_writable(tmp_path)
    with pytest.raises(WriteError, match="cannot be written"):
        require_writable(tmp_path / "nowhere" / "report.html")
    with pytest.raises(WriteError, match="expected a name that ends in"):
        require_tables(tmp_path / "rows.xlsx")


@pytest.mark.parametrize(
    "command",
    [
        "describe table.csv -o table.csv",
        "fit table.csv -o table.csv",
        "fit table.csv --holdout table.csv -o m.synthgen",
        "fit table.csv --train ./other/../table.csv -o m.synthgen",
        "fit table.csv --train kept.csv --holdout kept.csv -o m.synthgen",
        "fit other -o m.synthgen --train kept.npz --holdout kept.npz",
        "tune table.csv --json m.synthgen -o m.synthgen",
        "sample m.synthgen --known table.csv -o table.csv",
        "augment table.csv --target age -o table.csv",
        "evaluate --train other.csv --synthetic table.csv --json table.csv",
        "evaluate --train table.csv --synthetic other.csv -o kept.html --internal kept.html",
    ],
)
def test_no_verb_writes_over_what_another_option_names(command, fails, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("age\n40\n")
    (tmp_path / "other").mkdir()
    assert "is named twice" in fails(*command.split())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "table.csv"]
    assert (tmp_path / "table.csv").read_text() == "age\n40\n"


def test_it_runs_as_a_module_and_errors_do_not_load_keras(tmp_path):
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-m",
        "synthgen",
        "sample",
        "no.synthgen",
        "-n",
        "5",
        "-o",
        "no.xlsx",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "error: no.xlsx: expected a name that ends in" in done.stderr
    assert "tensorflow" not in done.stderr
