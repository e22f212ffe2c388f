"""Files that are foreign, newer or cannot be written: a clear error, and nothing lost."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.errors import ModelFileError
from synthgen.synthesizers.saving import inspect

FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def model_file(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"sex": rng.choice(["F", "M"], 200), "age": rng.integers(20, 90, 200)})
    path = tmp_path_factory.mktemp("model") / "model.synthgen"
    sg.TabularGAN(num_steps=4, width=8).fit(frame, verbose=False).save(path)
    return path


def test_absent_and_foreign_files_are_told_apart(tmp_path):
    with pytest.raises(ModelFileError, match="does not exist"):
        sg.load(tmp_path / "nowhere.synthgen")
    (tmp_path / "text.synthgen").write_text("hello")
    with pytest.raises(ModelFileError, match="no synthgen model"):
        sg.load(tmp_path / "text.synthgen")
    with zipfile.ZipFile(tmp_path / "other.synthgen", "w") as archive:
        archive.writestr("manifest.json", json.dumps({"format": "something else"}))
    with pytest.raises(ModelFileError, match="no synthgen model"):
        sg.load(tmp_path / "other.synthgen")


def test_a_newer_layout_asks_for_an_update(model_file, tmp_path):
    newer = tmp_path / "newer.synthgen"
    with zipfile.ZipFile(model_file) as old, zipfile.ZipFile(newer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps(json.loads(content) | {"version": 99, "synthgen": "9.0"}).encode()
            new.writestr(name, content)
    with pytest.raises(ModelFileError, match=r"layout 99, written by synthgen 9\.0.*Update"):
        sg.load(newer)


def test_an_unwritable_path_leaves_nothing(model_file, tmp_path):
    synthesizer = sg.load(model_file)
    with pytest.raises(ModelFileError, match="not saved"):
        synthesizer.save(tmp_path / "absent" / "model.synthgen")
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
import resource, signal, sys
import synthgen as sg
synthesizer = sg.load(sys.argv[1])
print(len(synthesizer.sample(7, seed=0)))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
try:
    synthesizer.save(sys.argv[2])
except sg.SynthgenError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def test_a_process_that_did_not_fit_draws_and_a_full_disk_leaves_the_old_file(model_file, tmp_path):
    """Loading needs no training data. A limit on file sizes fails the write half-way, as a full disk does."""
    target = tmp_path / "model.synthgen"
    target.write_bytes(model_file.read_bytes())
    limit = str(model_file.stat().st_size // 2)
    arguments = [sys.executable, "-c", FULL_DISK, str(model_file), str(target), limit]
    script = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert script.returncode == 1
    assert script.stdout.split() == ["7"]
    assert script.stderr.startswith("ModelFileError"), "TensorFlow is silent"
    assert "untouched" in script.stderr and script.stderr.count("\n") == 1
    assert target.read_bytes() == model_file.read_bytes()
    assert [file.name for file in tmp_path.iterdir()] == ["model.synthgen"]


def test_inspect_reads_without_keras(model_file):
    assert inspect(model_file)["schema"]["columns"]["sex"]["kind"] == "categorical"


@pytest.mark.parametrize(
    ("file", "stated", "said"),
    [("image", {"images": 3}, "images: expected a mapping"),
     ("image", {"attributes": [1]}, "attributes: expected text"),
     ("copula", {"family": "Nothing"}, "family: expected one of TabularGAN"), ("copula", {"images": 3}, None)],
)  # fmt: skip
def test_only_what_its_own_family_states_is_shown(file, stated, said, tmp_path):
    forged = tmp_path / "forged.synthgen"
    with zipfile.ZipFile(FILES / f"{file}.synthgen") as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, json.dumps(json.loads(content) | stated) if name == "manifest.json" else content)
    if said is None:
        assert not set(stated) & set(inspect(forged)["manifest"])
        return
    for opened in (inspect, sg.load):
        with pytest.raises(ModelFileError, match=said):
            opened(forged)
