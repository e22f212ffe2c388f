"""The subgroup sheet: a fault in one group is seen in that group, and small groups are told to nobody."""

import json

import numpy as np
import pandas as pd
import pytest

from synthgen.data.schema import Schema
from synthgen.errors import EvaluationError
from synthgen.metrics.tables.tables import Tables
from synthgen.report.evaluate import evaluate
from synthgen.report.tables.subgroups import subgroup_sheet


def clinic(rows, seed, *, sites=("north", "south"), shares=(0.6, 0.4)):
    random = np.random.default_rng(seed)
    site, dose = random.choice(sites, rows, p=shares), random.normal(size=rows)
    ill = random.random(rows) < 1 / (1 + np.exp(-2 * dose))
    return pd.DataFrame({"site": site, "dose": dose, "age": random.integers(18, 90, rows), "ill": ill,
                         "marker": random.normal(size=rows)})  # fmt: skip


def sheet(train, synthetic, holdout, *columns, target="ill"):
    schema = Schema.infer(train)
    tables = Tables.read(train=train, synthetic=synthetic, holdout=holdout, schema=schema, target=target)
    return {(group.column, group.level): group for group in subgroup_sheet(tables, columns)}


def figures(group):
    return {figure.metric: figure for figure in group.figures}


def test_every_group_has_its_shares_and_its_figures():
    found = sheet(clinic(2000, 0), clinic(1000, 1), clinic(1500, 2), "site", "ill")
    assert set(found) == {("site", "north"), ("site", "south"), ("ill", "False"), ("ill", "True")}
    north = found["site", "north"]
    assert north.patients["train"] == (clinic(2000, 0).site == "north").sum()
    assert north.shares["synthetic"] == pytest.approx((clinic(1000, 1).site == "north").mean())
    assert {name: figure.status for name, figure in figures(north).items()} == dict.fromkeys(
        ["marginals", "tstr", "membership"], "pass"
    )
    # of one class only, nothing can be predicted
    assert figures(found["ill", "True"])["tstr"].part.value is None


def test_what_is_wrong_in_one_group_is_seen_there_only():
    train, synthetic, holdout = (clinic(3000, seed) for seed in range(3))
    south = synthetic.site == "south"
    synthetic.loc[south, "dose"] += 2.0  # off, and sick and well no longer apart where they were
    synthetic.loc[south, "ill"] = np.random.default_rng(5).random(south.sum()) < 0.5
    found = sheet(train, synthetic, holdout, "site")
    north, bad = (figures(found["site", level]) for level in ("north", "south"))
    assert (north["marginals"].status, bad["marginals"].status) == ("pass", "fail")
    assert bad["tstr"].part.value < bad["tstr"].part.reference - 0.05
    assert bad["tstr"].status != "pass"
    assert north["tstr"].status == "pass"


def test_a_group_that_was_copied_is_exposed_alone():
    train, synthetic, holdout = (clinic(3000, seed) for seed in range(3))
    copied = pd.concat([train[train.site == "south"], synthetic[synthetic.site == "north"]], ignore_index=True)
    found = sheet(train, copied, holdout, "site")
    north, south = (figures(found["site", level])["membership"] for level in ("north", "south"))
    assert (north.status, south.status) == ("pass", "fail")
    assert south.part.value > 0.95


def test_small_groups_and_what_would_tell_them_by_subtraction_are_not_shown():
    sites, shares = ("north", "south", "rare"), (0.55, 0.44, 0.01)
    found = sheet(*(clinic(1500, seed, sites=sites, shares=shares) for seed in range(3)), "site")
    assert set(found) == {("site", "north")}


def test_numbers_come_in_bands_of_round_ends_and_gaps_are_a_group():
    frames = [clinic(2000, seed) for seed in range(3)]
    for frame in frames:
        frame["age"] = frame.age.astype("Float64").mask(np.arange(len(frame)) % 5 == 0)
    found = sheet(*frames, "age")
    bands = [level for _, level in found]
    assert len(bands) == 5 and bands[0].startswith("below ") and bands[-1] == "missing"
    assert sum(group.shares["train"] for group in found.values()) == pytest.approx(1)


def test_a_group_that_synthetic_rows_lack_is_shown_as_lacking():
    synthetic = clinic(1000, 1)
    found = sheet(clinic(1000, 0), synthetic[synthetic.site == "north"], clinic(1000, 2), "site")
    south = found["site", "south"]
    assert south.shares["synthetic"] == 0
    assert figures(south)["marginals"].part.value is None


@pytest.mark.parametrize(
    ("columns", "message"),
    [(["sight"], "'sight'.*Did you mean 'site'"), (["admitted"], "'admitted' is a date")],
)
def test_columns_that_make_no_groups_are_refused(patients, columns, message):
    frames = {role: patients(300, seed) for seed, role in enumerate(["train", "synthetic", "holdout"])}
    with pytest.raises(EvaluationError, match=message):
        evaluate(**frames, subgroups=columns)
    with pytest.raises(EvaluationError, match="holdout is needed"):
        evaluate(train=frames["train"], synthetic=frames["synthetic"], subgroups=["site"])


def test_the_sheet_is_in_the_report_everywhere(patients, tmp_path):
    frames = {role: patients(900, seed) for seed, role in enumerate(["train", "synthetic", "holdout"])}
    report = evaluate(**frames, target="outcome", subgroups=["site"])
    assert [group.level for group in report.subgroups] == ["north", "south", "east & <west>"]
    report.to_json(tmp_path / "report.json")
    stored = json.loads((tmp_path / "report.json").read_text())
    assert stored["subgroups"][0]["figures"][0]["metric"] == "marginals"
    report.to_html(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "Groups of patients" in page and "east &amp; &lt;west&gt;" in page and "<west>" not in page
