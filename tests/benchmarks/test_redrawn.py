"""The reference whose target is drawn anew: what stays, what is drawn, and by which chances."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "peers" / "run_redrawn.py"
ROWS = 4_000


@pytest.fixture(scope="module")
def train():
    """Rows whose group says how likely they are ill, and how high their score is."""
    random = np.random.default_rng(0)
    group = random.integers(0, 3, ROWS)
    return pd.DataFrame({
        "group": np.array(["low", "middle", "high"])[group],
        "noise": np.where(random.random(ROWS) < 0.1, np.nan, random.normal(size=ROWS)),
        "ill": np.where(random.random(ROWS) < np.array([0.1, 0.5, 0.9])[group], "yes", "no"),
        "score": 10.0 * group + random.normal(size=ROWS),
    })  # fmt: skip


def run(train, tmp_path, target):
    train.to_csv(tmp_path / "train.csv", index=False)
    kind = {"group": "categorical", "noise": "numerical", "ill": "categorical", "score": "numerical"}
    schema = {"columns": {name: {"kind": kind[name]} for name in train}}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    command = [
        sys.executable,
        PROGRAM,
        tmp_path / "train.csv",
        "--schema",
        tmp_path / "schema.json",
        "--model",
        "trees",
    ]
    more = ["--target", target, "--synthetic", tmp_path / "s.csv", "--timings", tmp_path / "t.json"]
    subprocess.run([*command, *more], check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})  # small beside other tests
    assert json.loads((tmp_path / "t.json").read_text())["fit_seconds"] > 0
    return pd.read_csv(tmp_path / "s.csv")


def test_a_class_is_drawn_by_its_chance_and_not_repeated(train, tmp_path):
    drawn = run(train.drop(columns="score"), tmp_path, "ill")
    pd.testing.assert_frame_equal(drawn[["group", "noise"]], train[["group", "noise"]])
    share = (drawn["ill"] == "yes").groupby(drawn["group"]).mean()
    assert share[["low", "middle", "high"]].tolist() == pytest.approx([0.1, 0.5, 0.9], abs=0.05)
    by_chance = (0.1**2 + 0.9**2) * 2 / 3 + 0.5 / 3  # two independent draws agree so often
    assert (drawn["ill"] == train["ill"]).mean() == pytest.approx(by_chance, abs=0.03)


def test_a_number_keeps_what_is_expected_and_how_far_it_strays(train, tmp_path):
    drawn = run(train.drop(columns="ill"), tmp_path, "score")
    means, spreads = (getattr(drawn["score"].groupby(drawn["group"]), name)() for name in ("mean", "std"))
    assert means[["low", "middle", "high"]].tolist() == pytest.approx([0, 10, 20], abs=0.2)
    assert spreads.tolist() == pytest.approx([1, 1, 1], abs=0.25)
    again = np.corrcoef(drawn["score"] - drawn["group"].map(means), train["score"] - train["group"].map(means))[0, 1]
    assert abs(again) < 0.1
