"""Model files with valid checksums that lie are refused, or change nothing: never an unforeseen error, never a hang.

`files` holds tiny models of made-up data, fitted by the version before these checks: what was right then still loads.
A larger number of mutations: ``SYNTHGEN_MUTATIONS=1000 pytest tests/synthesizers/test_mutated_files.py -s``.
"""

import io
import json
import os
import re
import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mutations import PLAUSIBLE, Original

import synthgen as sg
from synthgen.errors import ConstraintError, ModelFileError
from synthgen.synthesizers.saving import inspect

HERE = Path(__file__).parent
FILES = sorted((HERE / "files").glob("*.synthgen"))
NUMBER = int(os.environ.get("SYNTHGEN_MUTATIONS", "200"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_of_the_version_before_still_load(path):
    synthesizer = sg.load(path)
    assert len(synthesizer.sample(5, seed=0)) == 5
    assert inspect(path)["manifest"]["family"] == synthesizer.family


def test_a_file_with_one_thing_changed_is_refused_or_draws_the_same(tmp_path):
    """In a process of its own, with limits of time and memory; networks take a second to build, so few of them."""
    cheap = [str(path) for path in FILES if path.stem in ("copula", "calibrated", "private")]
    all_files = cheap if NUMBER <= 200 else [*map(str, FILES)]
    command = [sys.executable, str(HERE / "load_mutated.py"), "0", str(NUMBER), *all_files]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60 + 5 * NUMBER)
    *odd, last = map(json.loads, run.stdout.splitlines())
    sys.stdout.write(run.stdout)
    assert sum(last.values()) == NUMBER
    assert set(last) <= {"refused", "harmless", "other rows, plausible"}, odd
    assert last["refused"] > NUMBER / 2


NETWORK_LIES = [
    ("array", "weights.npz", "weight_0", "not a number", "least|at most|numbers"),
    ("array", "weights.npz", "weight_1", "huge", "at most"),
    ("array", "weights.npz", "weight_0", "truth", "bool"),
    ("array", "weights.npz", "weight_0", "dates", "datetime"),
    ("array", "weights.npz", "weight_0", "objects", "object"),
    ("array", "weights.npz", "weight_0", "another axis", "shape"),
    ("arrays", "weights.npz", None, "fewer", "arrays"),
    ("arrays", "weights.npz", None, "deflated", "as it is"),
    ("member", "weights.npz", None, "a bomb", "bytes"),
    ("plain", "manifest.json", ("settings", "width"), "huge whole", "width"),
    ("plain", "manifest.json", ("history", 0), "text", "history"),
]


@pytest.mark.parametrize(("sort", "name", "place", "change", "said"), NETWORK_LIES)
def test_networks_are_checked_against_their_architecture(tmp_path, sort, name, place, change, said):
    path = tmp_path / "lie.synthgen"
    Original(HERE / "files" / "tvae.synthgen").write(path, (sort, name, place, change))
    with pytest.raises(ModelFileError, match=said) as caught:
        sg.load(path)
    assert "no check foresaw" not in str(caught.value)


def test_networks_wider_than_the_weights_are_not_built(tmp_path):
    """Tens of gigabytes, as the settings say; the file keeps a few thousand weights."""
    path, original = tmp_path / "wide.synthgen", Original(HERE / "files" / "tvae.synthgen")
    original.plain["manifest.json"]["settings"]["width"] = 60_000
    original.contents["manifest.json"] = json.dumps(original.plain["manifest.json"]).encode()
    original.write(path, ("plain", "schema.json", ("rare_below",), "as it was"))
    with pytest.raises(ModelFileError, match="networks that the weights fit in"):
        sg.load(path)


@pytest.mark.parametrize("name", ["schema.json", "weights.npz"])
def test_a_member_that_unpacks_to_much_takes_little_memory(tmp_path, name):
    path = tmp_path / "bomb.synthgen"
    Original(HERE / "files" / "copula.synthgen").write(path, ("member", name, None, "a bomb"))
    tracemalloc.start()
    with pytest.raises(ModelFileError, match="bytes"):
        sg.load(path)
    assert tracemalloc.get_traced_memory()[1] < 30e6, "the member holds 80 MB"
    tracemalloc.stop()


def test_what_is_plausible_is_written_down():
    assert {"not a number", "nested", "objects", "long text", "mapping", "list"}.isdisjoint(PLAUSIBLE)


def test_arrays_are_never_pickles(tmp_path):
    path = tmp_path / "pickle.synthgen"
    original = Original(HERE / "files" / "tvae.synthgen")
    original.write(path, ("array", "weights.npz", "weight_0", "objects"))
    with zipfile.ZipFile(path) as archive:
        arrays = np.load(io.BytesIO(archive.read("weights.npz")))
    with pytest.raises(ValueError, match="pickle"):
        arrays["weight_0"]
    with pytest.raises(ModelFileError, match="float32"):
        sg.load(path)


def test_what_can_never_hold_is_given_up_soon():
    """For a million rows a request was only given up after two hundred million draws."""
    frame = pd.DataFrame({"low": np.arange(50) % 5 + 10, "high": np.arange(50) % 5})
    schema = replace(sg.Schema.infer(frame), constraints=(sg.Inequality(low="low", high="high"),))
    synthesizer = sg.GaussianCopula().fit(frame, schema=schema, verbose=False)
    with pytest.raises(ConstraintError, match="0 of") as caught:
        synthesizer.sample(1_000_000, seed=0, verbose=False)
    assert int(re.search(r"in (\d+) draws", str(caught.value))[1]) < 1_000_000
