"""Signed releases, changed in many ways: none passes, and all errors are ours; SYNTHGEN_MUTATED=1000 tries more."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from synthgen.bundle.keys import read_public_key, write_keys
from synthgen.bundle.statement import parsed
from synthgen.errors import BundleError

EACH = int(os.environ.get("SYNTHGEN_MUTATED", "300"))


def test_a_changed_release_never_passes():
    script = Path(__file__).with_name("mutated_bundles.py")
    run = subprocess.run(
        [sys.executable, script, str(EACH)], capture_output=True, text=True, timeout=60 + EACH, check=False
    )
    assert run.returncode == 0 and run.stderr == "", run.stderr
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(found) == 6
    assert sum(one.get("told", 0) + one.get("refused", 0) + one.get("equal", 0) for one in found) == EACH
    assert sum(one.get("equal", 0) for one in found) < EACH / 50  # a line end more in the file of a key


def test_of_two_keys_in_one_file_none_is_taken(tmp_path):
    for name in "ab":
        write_keys(tmp_path / name, tmp_path / f"{name}.pub")
    both = tmp_path / "both.pub"
    both.write_bytes((tmp_path / "a.pub").read_bytes() + (tmp_path / "b.pub").read_bytes())
    with pytest.raises(BundleError, match="holds several keys"):
        read_public_key(both)


def test_a_key_of_an_unknown_algorithm_is_no_key(tmp_path):
    write_keys(tmp_path / "a", tmp_path / "a.pub")
    lines = (tmp_path / "a.pub").read_bytes().splitlines()
    content = base64.b64decode(lines[1]).replace(bytes([0x2B, 0x65, 0x70]), bytes([0x2B, 0x65, 0x7A]))
    (tmp_path / "b.pub").write_bytes(b"\n".join([lines[0], base64.b64encode(content), lines[2]]))
    with pytest.raises(BundleError, match="holds no public key"):
        read_public_key(tmp_path / "b.pub")


def test_json_in_another_encoding_than_utf_8_is_no_manifest():
    assert parsed('{"format": "x"}'.encode("utf-16"))[1] == "it is no JSON"
