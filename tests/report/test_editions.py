"""The internal edition names who is exposed; the shareable one leaks no cell of fewer than k."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from synthgen.data.columns import Identifier
from synthgen.data.schema import Schema
from synthgen.errors import EvaluationError
from synthgen.report.evaluate import evaluate

# Sizes are primes, so that a share which is a count of few people shows as one.
SIZES = {"train": 1999, "holdout": 1499, "synthetic": 1777}
RARE_BELOW = 10
NO_COUNTS_OF_PEOPLE = {"version", "seed", "rare_below", "max_rows", "size", "pooled", "classes", "groups"}
ABOUT_SYNTHETIC_ROWS = {"synthetic", "copies"}
ABOUT_AN_ATTACK = {"roc"}
"""How many members an attacker finds tells nothing that these members have in common."""


def draw(rows, seed):
    """Rows with a label of three people, one of nine, seven gaps, and a value that six people share."""
    random = np.random.default_rng(seed)
    site = random.choice(["north", "south", "west"], rows)
    site[:3], site[3:12] = "lighthouse", "harbour"
    cost = random.lognormal(5, 1, rows).round(2)
    cost[:6], cost[20:27] = 7777.77, np.nan
    age = random.integers(18, 95, rows).astype(float)
    age[30:34] = 117
    ill = random.random(rows) < age / 130
    return pd.DataFrame({"site": site, "cost": cost, "age": age, "ill": ill})


@pytest.fixture(scope="module")
def leaked():
    """A report on rows four of which are training rows, 100 to 103; it was asked whom it gives away."""
    frames = {role: draw(rows, seed) for seed, (role, rows) in enumerate(SIZES.items())}
    frames["synthetic"].iloc[:4] = frames["train"].iloc[100:104].to_numpy()
    return evaluate(**frames, target="ill", subgroups=["site", "age"], worst_patients=6, seed=1)


def leaves(value, path=()):
    """Yields every number of a document with the words that lead to it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, (*path, name))
    elif isinstance(value, list):
        cell = path[-2:-1] == ("cells",) and len(value) == 3  # of the projection: column, row, share
        for item in value[2:] if cell else value:
            yield from leaves(item, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, value


def small_cells(document):
    """Returns the figures that are a count of one to k - 1 people, or such a count by a real table's size."""
    found = []
    few = range(1, RARE_BELOW)
    for path, value in leaves(document):
        if {*path} & (NO_COUNTS_OF_PEOPLE | ABOUT_SYNTHETIC_ROWS | ABOUT_AN_ATTACK):
            continue
        if isinstance(value, int):
            if value in few:
                found.append((path, value))
        elif any(abs(value - count / SIZES[role]) < 1e-6 for role in ("train", "holdout") for count in few):
            found.append((path, value))
    return found


def test_the_shareable_edition_leaks_no_cell_below_k(leaked):
    document = leaked.to_dict()
    assert document["edition"] == "shareable"
    assert len(list(leaves(document))) > 500
    assert small_cells(document) == []


def test_what_finds_small_cells_finds_them(leaked):
    document = leaked.to_dict()
    document["pictures"]["histograms"][0]["missing"]["train"] = round(7 / SIZES["train"], 6)
    document["subgroups"][0]["patients"]["train"] = 3
    assert len(small_cells(document)) == 2


def test_the_shareable_edition_holds_no_rare_label_and_no_row(leaked, tmp_path):
    leaked.to_html(tmp_path / "report.html")
    leaked.to_json(tmp_path / "report.json")
    for name in ("report.html", "report.json"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert "south" in text
        assert not re.search("lighthouse|harbour|7 ?777|exposed", text)


def test_the_internal_edition_names_the_rows_that_came_back(leaked, tmp_path):
    leaked.to_html(tmp_path / "report.html", edition="internal")
    leaked.to_json(tmp_path / "report.json", edition="internal")
    document = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert document["edition"] == "internal"
    named = document["exposed"]
    assert len(named) == 6
    assert {patient["row"] for patient in named if patient["distance"] == 0} == {100, 101, 102, 103}
    assert {patient["row"] for patient in named[:3]} <= {100, 101, 102, 103}
    assert named[0]["holdout_as_close"] < 0.01 <= named[-1]["holdout_as_close"] + 0.01
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "internal edition, not to be passed on" in page
    assert all(f'data-sort="{row}"' in page for row in (100, 101, 102, 103))
    assert "lighthouse" not in page


def test_independent_rows_name_nobody_with_confidence():
    """The worst of 600 looks like the worst of 600 holdout rows."""
    found = evaluate(train=draw(600, 0), synthetic=draw(600, 1), holdout=draw(600, 2), worst_patients=600)
    shares = np.array([patient.holdout_as_close for patient in found.exposed])
    assert len(shares) == 600
    assert 0.4 < shares.mean() < 0.6
    assert (shares <= 0.01).mean() < 0.03
    by_chance = [patient.by_chance for patient in found.exposed]
    assert by_chance == pytest.approx(np.arange(1, 601) / 600)
    assert np.abs(shares - by_chance).max() < 0.12


def test_a_patient_stands_once_by_the_worst_row():
    train, holdout = draw(400, 0), draw(400, 2)
    train["key"], holdout["key"] = (np.arange(400) // 4).astype(str), (1000 + np.arange(400) // 4).astype(str)
    synthetic = train.iloc[[41, 42, 43, 90]]
    schema = Schema({"key": Identifier(unique=False), **Schema.infer(train.drop(columns="key")).columns},
                    patient_key="key")  # fmt: skip
    found = evaluate(train=train, synthetic=synthetic, holdout=holdout, schema=schema, worst_patients=2)
    rows = [patient.row for patient in found.exposed]
    assert {row // 4 for row in rows} == {10, 22}


def test_without_holdout_nobody_is_named():
    assert evaluate(train=draw(80, 0), synthetic=draw(80, 1), worst_patients=3).exposed == ()


def test_an_edition_that_cannot_be_written_is_refused_and_nothing_is_left(report, tmp_path):
    for write in (report.to_html, report.to_json):
        with pytest.raises(EvaluationError, match=r"evaluate\(\.\.\., worst_patients=20\)"):
            write(tmp_path / "report", edition="internal")
        with pytest.raises(EvaluationError, match="edition: expected one of.*Received 'public'"):
            write(tmp_path / "report", edition="public")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(EvaluationError, match="worst_patients"):
        evaluate(train=draw(80, 0), synthetic=draw(80, 1), worst_patients=-1)
