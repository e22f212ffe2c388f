"""Real signals to real processes: each ends a verb in order, and a second run for the same output is told."""

import signal
import subprocess
import sys

import pytest

SLOW_VERB = """
import signal, sys, time
from pathlib import Path
import typer
from synthgen.cli.outputs import require_writable
from synthgen.cli.verbs import verb
from synthgen.files.writing import appearing, replacing

for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # whatever the process that started this one ignores
    usual = signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL
    signal.signal(getattr(signal, name), signal.SIG_IGN if name == sys.argv[2] else usual)

def slow(output: Path) -> None:
    require_writable(output)
    with replacing(output, private=True) as beside, appearing(output.with_name("pictures")) as folder:
        beside.write_text("a patient's row")
        (folder / "0.png").write_text("a picture")
        print("at work", flush=True)
        time.sleep(60)

try:
    verb(slow)(output=Path(sys.argv[1]), debug=False)
except typer.Exit as left:
    sys.exit(left.exit_code)
"""


def started(output, *, ignoring=""):
    """The slow verb in a process of its own, in the middle of its work."""
    command = [sys.executable, "-c", SLOW_VERB, str(output), ignoring]
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == "at work\n", process.communicate()
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_verb_in_order(number, code, tmp_path):
    output = tmp_path / "rows.csv"
    output.write_text("before")
    process = started(output)
    assert len(list(tmp_path.iterdir())) == 4  # what was there, a hidden file, a hidden folder, a lock
    process.send_signal(number)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, error) == (code, "interrupted: Interrupted. Nothing was written.\n")
    assert output.read_text() == "before"
    assert list(tmp_path.iterdir()) == [output]


def test_a_run_that_was_started_to_outlive_its_terminal_does(tmp_path):
    process = started(tmp_path / "rows.csv", ignoring="SIGHUP")
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=0.5)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 143


def test_a_second_run_for_the_same_output_is_told_and_a_killed_one_stands_in_nobodys_way(tmp_path, run, fitted):
    output = tmp_path / "schema.yaml"
    describe = ["describe", fitted / "train.csv", "-o", output, "--quiet"]
    process = started(output)
    code, out, error = run(*describe)
    assert (code, out) == (2, "")
    assert error.startswith(f"error: {output} is being written by another run of synthgen. Wait")
    process.kill()
    process.communicate()
    assert len(list(tmp_path.iterdir())) == 3
    assert run(*describe)[0] == 0
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".pictures")] == ["schema.yaml"]
