"""Valid files, changed in many ways, are refused clearly or read as they were; SYNTHGEN_MUTATED=1000 tries more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("PIL", reason="pillow is not installed: pip install -e '.[images]'")
pytest.importorskip("pydicom", reason="pydicom is not installed: pip install -e '.[images]'")
pytest.importorskip("nibabel", reason="nibabel is not installed: pip install -e '.[images]'")

EACH = int(os.environ.get("SYNTHGEN_MUTATED", "300"))
ALLOWED = {"file", "refused", "equal", "told", "silent"}
"""Told: with a warning that names the line. Silent: what no reader can notice, since the format has no checksum."""


@pytest.mark.parametrize("group", ["tables", "images"])
def test_a_changed_file_is_refused_or_read_as_it_was(group):
    script = Path(__file__).with_name("mutated_files.py")
    run = subprocess.run(
        [sys.executable, script, group, str(EACH)], capture_output=True, text=True, timeout=60 + EACH, check=False
    )
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, run.stderr
    assert len(found) == (5 if group == "tables" else 8)
    assert [one for one in found if set(one) - ALLOWED] == [], run.stderr
    assert sum(one["refused"] for one in found) > 0.4 * EACH  # changes do damage
