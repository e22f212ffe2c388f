"""What synthgen does not do: write where nobody asked, touch others' random state, keep silent, eat memory."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.encoding.table import TableEncoder
from synthgen.synthesizers.tables import sampling


def mixed(rows):
    rng = np.random.default_rng(0)
    columns = {f"number {i}": rng.lognormal(i / 4, 1, rows).round(2) for i in range(4)}
    columns |= {f"measure {i}": rng.normal(size=rows) for i in range(4)}
    columns |= {f"category {i}": rng.choice([f"value {j}" for j in range(5 * i + 3)], rows) for i in range(5)}
    columns["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2_000, rows), unit="D")
    columns["flag"] = rng.random(rows) < 0.2
    return pd.DataFrame(columns)


def test_nothing_is_written_but_what_was_asked_for(tmp_path, monkeypatch, global_randomness_untouched):
    """Others write into the working directory, seed global generators, call home."""
    monkeypatch.chdir(tmp_path)
    frame = mixed(300)
    synthesizer = sg.TabularGAN(num_steps=2, width=8).fit(frame, verbose=False)
    synthesizer.sample(20)
    assert list(tmp_path.iterdir()) == []
    synthesizer.save("model.synthgen")
    sg.load("model.synthgen").sample_to("rows.csv", 5)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.synthgen", "rows.csv"]


def test_encoding_takes_seconds_and_shows_progress(monkeypatch, capsys):
    """SDV is silent for minutes before the first epoch. A tenth of a million rows, so a tenth of the time."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # what rich takes for a terminal
    frame = mixed(100_000)
    schema = sg.Schema.infer(frame)
    start = time.process_time()
    TableEncoder.fit(frame, schema, seed=0, verbose=True).encode(frame, seed=0, verbose=True)
    assert time.process_time() - start < 10
    shown = capsys.readouterr().err
    assert "Reading columns" in shown
    assert "Encoding" in shown


MANY_CATEGORIES = """
import re, numpy as np, pandas as pd, synthgen as sg
rng = np.random.default_rng(0)
names = np.array([f"place {code}" for code in range(100_000)], dtype=object)
frame = pd.DataFrame({"place": names[rng.integers(0, 100_000, 200_000)], "age": rng.integers(0, 90, 200_000)})
schema = sg.Schema(sg.Schema.infer(frame).columns, rare_below=2)
synthesizer = sg.TabularGAN(num_steps=2, width=16).fit(frame, schema=schema, verbose=False)
assert synthesizer.sample(100)["place"].isin(names).all()
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())
print(int(peak[1]) / 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from /proc")
def test_a_hundred_thousand_categories_fit_in_memory():
    """One-hot columns of names take hundreds of gigabytes; of the rows here, eighty.

    What getrusage says begins at the size of the process that started it, which in a long run of tests is large.
    """
    script = subprocess.run([sys.executable, "-c", MANY_CATEGORIES], capture_output=True, text=True, check=False)
    assert script.returncode == 0, script.stderr
    assert float(script.stdout) < 4 * 1024


def test_another_backend_is_named():
    command = "import synthgen.backend"
    environment = os.environ | {"KERAS_BACKEND": "numpy"}
    script = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=False, env=environment
    )
    assert "BackendError" in script.stderr
    assert "KERAS_BACKEND" in script.stderr
    assert "'numpy'" in script.stderr


def test_unique_rows_stay_unique_over_chunks(monkeypatch, tmp_path):
    monkeypatch.setattr(sampling, "MOST_CELLS", 1)  # the least chunk, 8192 rows
    frame = pd.DataFrame({"sample": np.random.default_rng(0).integers(0, 500_000, 300), "flag": [True, False] * 150})
    schema = sg.Schema(sg.Schema.infer(frame).columns, constraints=[sg.Unique(["sample"])])
    synthesizer = sg.TabularGAN(num_steps=2, width=8, calibration=False).fit(frame, schema=schema, verbose=False)
    assert not synthesizer.independent_parts
    synthesizer.sample_to(tmp_path / "rows.csv", 20_000, seed=0)
    drawn = pd.read_csv(tmp_path / "rows.csv")
    assert len(drawn) == 20_000
    assert drawn["sample"].is_unique


@pytest.mark.parametrize("validation", [0.1, 0.0])
def test_a_gan_starts_as_a_chain_that_knows_pairs_of_columns(validation):
    """With no time to learn anything else, whether or not rows are held out."""
    rng = np.random.default_rng(0)
    a = rng.choice(["x", "y", "z"], 4_000, p=[0.6, 0.3, 0.1])
    b = np.where(rng.random(4_000) < 0.9, a, rng.choice(["x", "y", "z"], 4_000))
    frame = pd.DataFrame({"a": a, "b": b})
    synthesizer = sg.TabularGAN(num_steps=1, width=16, validation=validation, calibration=False)
    synthetic = synthesizer.fit(frame, verbose=False).sample(4_000, seed=0)
    assert (synthetic["a"] == synthetic["b"]).mean() == pytest.approx((a == b).mean(), abs=0.06)
