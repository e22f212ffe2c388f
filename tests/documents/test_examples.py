"""Every example runs in an empty folder, the first in a process of its own: there Keras loads for seconds."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_example_runs(example, tmp_path, monkeypatch):
    if example != EXAMPLES[0]:
        monkeypatch.chdir(tmp_path)
        runpy.run_path(str(example), run_name="__main__")
        return
    run = subprocess.run([sys.executable, str(example)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.stem)
def test_example_is_short_and_ends_in_an_assertion(example):
    lines = example.read_text(encoding="utf-8").rstrip().splitlines()
    assert len(lines) < 80
    assert any(line.startswith("assert ") for line in lines[-5:])
