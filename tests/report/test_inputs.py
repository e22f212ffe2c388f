"""What the judges cannot judge gets the right word, and never a pass."""

import re

import numpy as np
import pandas as pd
import pytest

from synthgen.data.schema import Schema
from synthgen.errors import EvaluationError
from synthgen.metrics.limits import Limits
from synthgen.metrics.tables.fidelity.detection import BoostedDetection
from synthgen.metrics.tables.fidelity.marginals import Marginals
from synthgen.metrics.tables.tables import Tables
from synthgen.metrics.tables.utility.augmentation import augmentation_verdict
from synthgen.metrics.tables.utility.tstr import TrainOnSynthetic
from synthgen.report.evaluate import evaluate, judge

ROLES = ("train", "synthetic", "holdout")


@pytest.fixture
def three(patients):
    return {role: patients(400, seed) for seed, role in enumerate(ROLES)}


def with_cell(frame, column, value):
    changed = frame.astype({column: object})
    changed.loc[changed.index[::20], column] = value
    return changed


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("cost", np.inf, "of column 'cost' 20 are infinite"),
        ("cost", -np.inf, "of column 'cost' 20 are infinite"),
        ("cost", "<5", "of column 'cost' 20 are no numbers"),
        ("admitted", "some day", "of column 'admitted' 20 are no dates"),
    ],
)
def test_values_that_are_none_are_refused(role, column, value, said, three):
    schema = Schema.infer(three["train"])
    three[role] = with_cell(three[role], column, value)
    for judged in (evaluate, augmentation_verdict):
        with pytest.raises(EvaluationError, match=f"^{role}: of 400 values {said}") as error:
            judged(**three, target="outcome", schema=schema, verbose=False)
        assert "some day" not in str(error.value)


def test_missing_values_are_none_of_these(three):
    schema = Schema.infer(three["train"].astype({"smoker": object}))
    for role in ROLES:
        three[role] = with_cell(with_cell(three[role], "cost", None), "admitted", pd.NaT)
    tables = Tables.read(**three, schema=schema)
    assert not any(table.unreadable for table in (tables.train, tables.synthetic, tables.holdout))


@pytest.mark.parametrize(("empty", "other"), [("train", "holdout"), ("holdout", "train")])
def test_real_tables_that_lack_a_column_are_no_yardstick(empty, other, three):
    schema = Schema.infer(three["synthetic"])
    for column in ("marker", "site"):
        bad = three | {empty: three[empty].assign(**{column: None})}
        with pytest.raises(
            EvaluationError, match=f"^{empty}: column '{column}' is missing in all 400 rows.* of {other}"
        ):
            evaluate(**bad, schema=schema, verbose=False)
    coded = three | {"holdout": three["holdout"].assign(site=three["holdout"].site.map({"north": 1, "south": 2}))}
    with pytest.raises(
        EvaluationError, match="^holdout: none of the .* values of column 'site' is among the 3 categories"
    ):
        evaluate(**coded, schema=schema, verbose=False)


def fidelity(three, *further):
    tables = Tables.read(**three, schema=Schema.infer(three["train"]))
    return judge(tables, metrics=[Marginals(), *further], verbose=False)


PARTS = {
    "Column 'site' lacks 1 of 3 categories, those of [23]\\d % of the training rows": lambda frame: (
        frame.site != "south"
    ),
    "Column 'age' has no value in the range of [56]\\d % of the training rows": lambda frame: frame.age > 60,
    "Column 'admitted' has no value in the range of [45]\\d %": lambda frame: frame.admitted < "2021-06-01",
}


@pytest.mark.parametrize("said", PARTS)
def test_a_sample_under_conditions_is_named_as_such(said, patients, three):
    many = patients(1500, 7)
    found = fidelity(three | {"synthetic": many[PARTS[said](many)]})
    verdict = found.verdict("fidelity")
    assert verdict.outcome != "pass"
    assert re.search(f"{said}.*A sample under conditions", verdict.sentence)


def test_a_whole_sample_is_not_taken_for_one_under_conditions(patients, three):
    for seed in range(10):
        assert "sentence" not in fidelity(three | {"synthetic": patients(600, 10 + seed)})["marginals"].details


def test_one_broken_column_is_not_hidden_by_the_mean(patients, three):
    others = {f"x{place}": lambda frame, place=place: frame.marker + place for place in range(40)}
    wide = {role: frame.assign(**others) for role, frame in three.items()}
    assert fidelity(wide)["marginals"].status == "pass"
    broken = wide["synthetic"].assign(smoker=True, cost=np.nan)
    result = fidelity(wide | {"synthetic": broken})["marginals"]
    assert result.reference - result.value < 0.1
    assert (result.status, result.reason[:15]) == ("fail", "column 'cost': ")


def test_too_few_synthetic_rows_are_no_pass(patients, three):
    found = fidelity(three | {"synthetic": patients(12, 5)}, BoostedDetection())
    assert found["marginals"].status != "pass"
    assert found.verdict("fidelity").outcome == "not computed"
    one = fidelity(three | {"synthetic": patients(1, 5)})
    assert one.verdict("fidelity").outcome != "pass"


def test_usefulness_too_wide_to_say_anything_is_no_pass(patients):
    """An interval from much worse to a little better was "pass: predicts real rows about as well"."""
    few = {
        role: patients(count, seed)
        for seed, (role, count) in enumerate({"train": 400, "synthetic": 60, "holdout": 45}.items())
    }
    tables = Tables.read(**few, schema=Schema.infer(few["train"]), target="outcome")
    result = TrainOnSynthetic()(tables)
    low, high = result.parts[0].interval
    assert low < -0.1 and high > -0.02
    assert (result.status, result.reason[:12]) == ("warning", "too few rows")
    said = judge(tables, metrics=[TrainOnSynthetic()], verbose=False).verdict("usefulness")
    assert said.outcome == "warning"
    assert said.sentence.startswith("Too few rows to tell whether a model trained on the synthetic rows does as well")


def test_the_interval_of_a_difference_decides_on_the_same_rows():
    limits = Limits(warning=0.02, fail=0.10, strict=True)
    wide = limits.judge(value=0.683, interval=(0.68 - 0.3, 0.99), anchor=0.963, direction="higher", things="rows")
    assert wide[0] == "warning" and wide[1].startswith("too few rows")
    sure = limits.judge(value=0.95, interval=(0.94, 0.97), anchor=0.963, direction="higher")
    assert sure[0] == "pass"
    assert Limits(warning=0.1, fail=0.5, most=0.5).judge(
        value=1.0, interval=(0.99, 1.0), anchor=1.0, direction="lower"
    )[0] == "warning"  # fmt: skip
