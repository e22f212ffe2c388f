"""The audit of one patient: its bound against formulas, a promise that is kept, and one broken as ours once was."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from backwards import Backwards
from scipy.stats import binom

import synthgen as sg
from benchmarks.one_patient import SMALL, PublicJitter
from synthgen.audit.bound import epsilon_of_trials
from synthgen.audit.evidence import guess, pair_shares
from synthgen.audit.one_patient import _removed, audit_one_patient
from synthgen.errors import EvaluationError

NUM_ROWS = 6_000
BUDGET = sg.DifferentialPrivacy(epsilon=1, delta=1e-5)


@pytest.mark.parametrize("epsilon", [0.5, 1.0, 3.0])
def test_the_bound_is_wrong_no_more_often_than_it_says(epsilon):
    """Randomised response is right as often as epsilon allows."""
    right = math.exp(epsilon) / (1 + math.exp(epsilon))
    counts = np.arange(101)
    bounds = np.array([epsilon_of_trials(trials=100, correct=int(count)) for count in counts])
    chances = binom.pmf(counts, 100, right)
    assert chances[bounds > epsilon].sum() <= 0.05
    assert (chances * bounds).sum() > 0.3 * epsilon


def test_all_right_proves_what_the_formula_says_and_delta_takes_from_it():
    least = 0.05 ** (1 / 30)
    assert epsilon_of_trials(trials=30, correct=30) == pytest.approx(math.log(least / (1 - least)))
    assert epsilon_of_trials(trials=30, correct=30, delta=0.1) == pytest.approx(math.log((least - 0.1) / (1 - least)))
    assert epsilon_of_trials(trials=30, correct=0) == epsilon_of_trials(trials=30, correct=15) == 0


def test_pairs_are_counted_as_by_hand():
    codes = np.random.default_rng(0).integers(0, [3, 2, 4], (200, 3))
    shares = pair_shares(codes, np.array([3, 2, 4])).toarray()
    assert shares[1, 5 + 2] == ((codes[:, 0] == 1) & (codes[:, 2] == 2)).mean()
    assert (shares == shares.T).all()
    assert shares[:3, :3].sum() == 0


def test_what_parted_earlier_fits_best_decides():
    rng = np.random.default_rng(0)
    inside = [place % 2 == 0 for place in range(20)]
    past = [{"noise": rng.normal(), "signal": -3.0 * known + rng.normal(), "none": -np.inf} for known in inside]
    assert guess(past, inside, {"noise": 0.0, "signal": -2.9, "none": -np.inf})[1] == "signal"
    assert guess(past, inside, {"noise": 0.0, "signal": -2.9, "none": -np.inf})[0] > 0
    assert guess(past, inside, {"noise": 0.0, "signal": 0.1, "none": -np.inf})[0] < 0


def stays() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    sick = rng.normal(size=NUM_ROWS)
    numbers = {
        f"score_{place}": np.round(50 + 20 * (0.6 * sick + 0.8 * rng.normal(size=NUM_ROWS))) for place in range(4)
    }
    return pd.DataFrame({"died": sick > 1.5} | {name: values.astype(int) for name, values in numbers.items()})


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return stays()


@pytest.fixture(scope="module")
def schema(frame) -> sg.Schema:
    return sg.Schema.infer(frame).confirmed()


def run(family, frame, schema, **more):
    arguments = {"privacy": BUDGET, "trials": 10, "num_rows": 60_000, "verbose": False} | more
    return audit_one_patient(family(**SMALL), frame, schema=schema, **arguments)


def test_a_row_that_changes_the_codes_of_others_is_seen(frame, schema):
    """Canaries that are planted together answer 0.00 to it."""
    found = run(PublicJitter, frame, schema)
    assert found.refuted, found
    assert found.correct == 10
    assert "between both tables" in found.attack
    assert str(found).startswith("THE CLAIM IS FALSE. Epsilon is at least 1.05")
    assert 0.99 < found.claimed <= 1


def test_a_promise_that_is_kept_is_not_refuted_and_that_proves_nothing(frame, schema):
    found = run(sg.DPMarginals, frame, schema)
    assert not found.refuted, found
    assert "proves nothing" in str(found)
    assert "One patient, planted in 10 fits" in str(found)
    assert json.loads(json.dumps(found.to_dict()))["mode"] == "one patient"


def test_all_rows_of_the_patient_are_taken_out():
    frame = pd.DataFrame({"key": np.arange(300) // 3, "ill": np.arange(300) % 2 == 0, "old": np.arange(300) % 5 == 0})
    schema = sg.Schema({"key": sg.Identifier(dtype="int64", unique=False), "ill": sg.Boolean(), "old": sg.Boolean()},
                       patient_key="key")  # fmt: skip
    sizes = []

    class Counting(sg.GaussianCopula):
        def fit(self, frame, *arguments, **more):
            sizes.append(len(frame))
            return super().fit(frame, *arguments, **more)

    found = audit_one_patient(Counting(), frame, schema=schema, trials=10, row=4, num_rows=100, verbose=False)
    assert set(sizes) == {300, 297}
    assert "One patient, removed in 10 fits" in str(found)
    assert "nothing is promised" in str(found)


def test_it_is_the_same_whoever_fits():
    """No fit draws from a stream that another has drawn from before."""
    frame, schema = wards()
    elsewhere = Backwards()
    asked = {"schema": schema, "trials": 10, "row": 4, "num_rows": 200, "seed": 2, "verbose": False}
    found = audit_one_patient(sg.GaussianCopula(), frame, workers=elsewhere, **asked)
    assert found == audit_one_patient(sg.GaussianCopula(), frame, **asked)
    assert elsewhere.done == 20


def wards() -> tuple[pd.DataFrame, sg.Schema]:
    frame = pd.DataFrame({"key": [f"P-{place % 10}" for place in range(40)], "ward": list("abcd") * 10,
                          "ill": [True, False] * 20})  # fmt: skip
    frame.loc[7, "key"] = None
    return frame, sg.Schema({"key": sg.Identifier(pattern="P-[0-9]", unique=False, missing=True),
                             "ward": sg.Categorical(), "ill": sg.Boolean()}, patient_key="key")  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"trials": 9}, "trials >= 10"),
        ({"num_rows": 0}, "num_rows >= 1"),
        ({"row": 40}, "below the 40 rows"),
        ({"row": 7}, "'key' is missing in row 7"),
        ({"privacy": replace(BUDGET, unit="ward")}, "'ward', which is no identifier"),
        ({"privacy": replace(BUDGET, unit="nobody"), "row": 3}, "unit='nobody' is not a column"),
    ],
)
def test_what_cannot_be_audited_is_refused(wrong, named):
    frame, schema = wards()
    with pytest.raises(EvaluationError, match=named):
        audit_one_patient(sg.DPMarginals(), frame, schema=schema, **wrong)


def test_whom_the_promise_protects_is_taken_out():
    """Who is part of a ward is no ward: without them there is no neighbour of the table."""
    frame, _ = wards()
    assert len(_removed(frame, None, 5).outside) == 39
    assert len(_removed(frame, "key", 5).outside) == 36
    assert len(_removed(frame, "ward", 5).outside) == 30


def test_nobody_is_planted_under_somebody_elses_name():
    taken = pd.DataFrame({"key": [f"P-{place:03d}" for place in range(1_000)], "ill": [True, False] * 500})
    schema = sg.Schema({"key": sg.Identifier(pattern="P-[0-9]{3}"), "ill": sg.Boolean()}, patient_key="key")
    with pytest.raises(EvaluationError, match="100 new identifiers were all taken"):
        audit_one_patient(sg.DPMarginals(), taken, schema=schema)
