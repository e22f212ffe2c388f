"""The report leaves the house: it must hold nothing that fewer than k patients stand behind."""

import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgen.data.columns import Identifier
from synthgen.data.schema import Schema
from synthgen.report.evaluate import evaluate
from synthgen.report.protection import merge_neighbours, shown_labels
from synthgen.report.tables.histograms import round_step

RARE = [f"Zz-rare-{place}-Syndrome" for place in range(5)]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """HTML and JSON of tables with rare labels, extremes, names and notes; and those frames."""
    random = np.random.default_rng(0)

    def draw(rows):
        frame = pd.DataFrame(
            {
                "mrn": [f"MRN-{random.integers(1e9):010d}" for _ in range(rows)],
                "note": [f"saw {random.integers(1e9)} and told them to come back again soon" for _ in range(rows)],
                "diagnosis": random.choice(["flu", "cold", "asthma"], rows),
                "cost": random.lognormal(6, 1, rows).round(2),
                "income": random.normal(41234.567, 9876.543, rows).round(3),
            }
        )
        frame.loc[: len(RARE) * 3 - 1, "diagnosis"] = np.repeat(RARE, 3)  # three patients each, fewer than ten
        frame.loc[7, "cost"] = 98765432.19
        frame.loc[8, "cost"] = -7654321.89
        return frame

    frames = {role: draw(900) for role in ("train", "synthetic", "holdout")}
    folder = tmp_path_factory.mktemp("reports")
    with pytest.warns(UserWarning, match="note"):
        schema = Schema.infer(frames["train"])
    found = evaluate(**frames, schema=schema, target="diagnosis")
    found.to_html(folder / "report.html")
    found.to_json(folder / "report.json")
    texts = {name: (folder / f"report.{name}").read_text(encoding="utf-8") for name in ("html", "json")}
    return texts | {"summary": found.summary()}, frames


def test_no_label_of_fewer_than_k_rows_nor_a_hash_of_one(written):
    """Elsewhere rare labels are "masked" by unsalted MD5."""
    texts, frames = written
    assert "asthma" in texts["json"] and "asthma" in texts["html"]
    for text in texts.values():
        for label in [*RARE, *frames["train"].mrn[:200], *frames["train"].note[:50]]:
            assert label not in text
            for name in ("md5", "sha1", "sha256"):
                for words in (label, label + "diagnosis", "diagnosis" + label):
                    digest = hashlib.new(name, words.encode()).hexdigest()
                    assert digest[:12] not in text
    assert "other (5 categories)" in texts["json"]


def test_no_extreme_and_no_single_number(written):
    texts, frames = written
    for role in ("train", "holdout"):
        unique = frames[role][["cost", "income"]].to_numpy().ravel()
        for text in texts.values():
            numbers = set(re.findall(r"\d+\.\d+", text))
            assert not {f"{value}" for value in unique if value > 1000} & numbers
            assert "98765432" not in text.replace(" ", "") and "7654321" not in text.replace(" ", "")


def test_every_drawn_cell_has_k_patients_in_every_real_table(written):
    texts, frames = written
    for histogram in json.loads(texts["json"])["pictures"]["histograms"]:
        for role in ("train", "holdout"):
            present = frames[role][histogram["column"]].notna().sum()
            for share in histogram["shares"][role]:
                assert share * present >= 10 - 1e-6 * present  # shares are written with six digits


def test_projection_holds_no_cell_of_fewer_than_k(written):
    texts, _ = written
    projection = json.loads(texts["json"])["pictures"]["projection"]
    assert projection["cells"]["train"]
    for cells in projection["cells"].values():
        assert min(cell[2] for cell in cells) * 900 >= 10 - 0.01


def test_the_patient_is_who_is_counted(tmp_path):
    """A label that one patient has in fifty visits is a rare label."""
    random = np.random.default_rng(0)
    people = np.repeat(np.arange(60), 10)
    frame = pd.DataFrame({"key": [f"P{i:03d}" for i in people], "x": random.normal(size=600),
                          "c": np.where(people == 7, "Onlyme", random.choice(["a", "b"], 600))})  # fmt: skip
    columns = {"key": Identifier(unique=False)} | dict(Schema.infer(frame[["x", "c"]]).columns)
    schema = Schema(columns, patient_key="key")
    other = frame.assign(key="Q" + frame.key, x=random.normal(size=600))
    found = evaluate(train=frame, synthetic=other.assign(c="a"), holdout=other, schema=schema)
    found.to_json(tmp_path / "report.json")
    text = (tmp_path / "report.json").read_text()
    assert '"a"' in text
    assert "Onlyme" not in text


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=30))
def test_joined_cells_hold_enough_or_are_one(pairs):
    counts = [np.array(side) for side in zip(*pairs, strict=True)]
    joined = merge_neighbours(counts, 10)
    assert (np.diff(joined) >= 0).all()
    for side in counts:
        held = np.bincount(joined, weights=side)
        assert len(held) == 1 or held.min() >= 10


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=30))
def test_shown_labels_hold_enough_and_so_does_the_pool(pairs):
    counts = [np.array(side) for side in zip(*pairs, strict=True)]
    shown = shown_labels(counts, 10, most=8)
    for side in counts:
        assert all(side[label] >= 10 for label in shown)
    pools = [side.sum() - side[shown].sum() for side in counts]
    assert not shown or all(pool == 0 for pool in pools) or all(pool >= 10 for pool in pools)


@given(st.floats(1e-6, 1e9), st.sampled_from([0.0, 0.01, 1.0, 86400.0]))
def test_steps_are_round_and_wide_enough(width, smallest):
    step = round_step(width, smallest)
    assert step >= min(width, step) and step >= smallest
    assert step <= max(10 * width, smallest) * (1 + 1e-9)
