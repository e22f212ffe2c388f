"""A holdout must be apart from train: overlaps are refused by name, honest samples of any table are not."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthgen.data.columns import Identifier, Text
from synthgen.data.schema import Schema
from synthgen.errors import EvaluationError
from synthgen.metrics.overlap import LEVEL, Sides, log_chance_of_excess, pair_counts, shared_units
from synthgen.report.evaluate import evaluate


def people(rows, seed, offset=0):
    random = np.random.default_rng(seed)
    age = random.integers(20, 90, rows)
    return pd.DataFrame(
        {
            "pid": [f"P-{offset + place:06d}" for place in random.permutation(rows)],
            "age": age,
            "bmi": random.normal(27, 4, rows).round(1),
            "ldl": random.normal(120, 30, rows).round(),
            "ill": np.where(random.random(rows) < age / 200, "yes", "no"),
        }
    )


def renumbered(frame):
    return frame.sample(frac=1, random_state=1).assign(pid=[f"Q-{place:06d}" for place in range(len(frame))])


CHANGES = {
    "as they are": lambda frame: frame,
    "in another order": lambda frame: frame.sample(frac=1, random_state=3),
    "as decimals and words": lambda frame: frame.astype({"age": float, "bmi": "float32", "ill": "category"}),
    "as text": lambda frame: frame.astype(str),
    "columns in another order": lambda frame: frame[frame.columns[::-1]],
    "one column made anew": lambda frame: frame.assign(ldl=np.arange(len(frame)) + 0.5),
}


@pytest.mark.parametrize(
    ("share", "change"),
    [(share, change) for share in (0.05, 0.5, 1.0) for change in CHANGES if share > 0.05 or "anew" not in change],
)
def test_rows_of_train_in_the_holdout_are_refused(share, change, tables):
    train, fresh = people(2000, 0), people(600, 1)
    count = round(share * 600)
    holdout = renumbered(pd.concat([CHANGES[change](train).iloc[:count].astype(object), fresh.iloc[count:]]))
    with pytest.raises(EvaluationError, match=r"^holdout: \d+ of its 600 rows .*sg.split"):
        tables(train, people(300, 2), holdout, schema=Schema.infer(train))


def test_everybody_as_train_and_a_part_as_holdout_is_refused_without_a_value(tables):
    """README's own lines did that: --train patients.csv --holdout holdout.csv, the second carved out of the first."""
    everybody = people(1500, 0).drop(columns="pid").assign(name="Rumpelstiltskin")
    with pytest.raises(EvaluationError, match="300 of its 300 rows are also in train.*Expected about") as error:
        tables(everybody, everybody, everybody.sample(300, random_state=0))
    assert "Rumpel" not in str(error.value)


@pytest.mark.parametrize("kind", [str, int, float])
def test_a_patient_on_both_sides_is_refused_whatever_the_type_of_the_key(kind, tables):
    random = np.random.default_rng(0)
    train = pd.DataFrame({"key": np.repeat(np.arange(60), 5), "x": random.normal(size=300)})
    holdout = pd.DataFrame({"key": np.repeat(np.arange(59, 90), 5), "x": random.normal(size=155)}).astype({"key": kind})
    schema = Schema.infer(train, patient_key="key")
    with pytest.raises(
        EvaluationError, match="holdout: 1 of its 31 patients are also in train, by the patient key 'key'"
    ):
        tables(train, train, holdout, schema=schema)
    tables(train, train, holdout.iloc[5:], schema=schema)


def test_histories_under_new_keys_are_refused(tables):
    """Every third row of a patient is left out as well: one row in common is enough."""
    random = np.random.default_rng(0)
    train = pd.DataFrame(
        {"key": np.repeat(np.arange(200), 3), "x": random.normal(size=600), "y": random.normal(size=600)}
    )
    copied = train.iloc[:300].assign(key=1000 + train.key).drop(index=range(0, 300, 3))
    schema = Schema.infer(train, patient_key="key")
    with pytest.raises(EvaluationError, match="of its 100 patients are also in train"):
        tables(train, train, copied, schema=schema)


def test_notes_in_common_are_refused(tables):
    random = np.random.default_rng(0)
    notes = [f"seen on day {random.integers(1e9)}, told to come back" for _ in range(800)]
    frame = pd.DataFrame({"note": notes, "sex": random.choice(["f", "m"], 800)})
    schema = Schema({"note": Text(), "sex": Schema.infer(frame[["sex"]]).columns["sex"]})
    tables(frame[:500], frame[:500], frame[500:], schema=schema)
    with pytest.raises(
        EvaluationError, match="50 of its 300 rows are also in train: they are equal in the text of 'note'"
    ):
        tables(frame[:500], frame[:500], frame[450:750], schema=schema)


def test_record_numbers_that_begin_anew_are_no_overlap(tables):
    train, holdout = people(500, 0), people(200, 1)
    assert set(holdout.pid) < set(train.pid)
    assert isinstance(Schema.infer(train).columns["pid"], Identifier)
    tables(train, train, holdout)


NARROW = {
    "two binary columns": lambda random, rows: pd.DataFrame({name: random.random(rows) < 0.4 for name in "ab"}),
    "one column": lambda random, rows: pd.DataFrame({"a": random.integers(0, 30, rows)}),
    "rows that repeat": lambda random, rows: pd.DataFrame(random.integers(0, 4, (rows, 5)), columns=list("abcde")),
    "a constant": lambda random, rows: pd.DataFrame({"a": np.ones(rows), "b": np.zeros(rows)}),
    "sorted": lambda random, rows: pd.DataFrame({"a": np.sort(random.integers(0, 3, rows))}),
}


@pytest.mark.parametrize("law", NARROW)
def test_honest_narrow_tables_are_not_refused(law, tables):
    for seed in range(20):
        random = np.random.default_rng(seed)
        tables(NARROW[law](random, 900), NARROW[law](random, 50), NARROW[law](random, 900))


def test_the_same_narrow_table_twice_is_refused(tables):
    frame = NARROW["two binary columns"](np.random.default_rng(0), 900)
    for holdout in (frame, frame[:100], frame[-100:]):
        with pytest.raises(EvaluationError, match="holdout: "):
            tables(frame, frame, holdout)
    tables(frame, frame, frame.sample(frac=1, random_state=0))  # nobody can know


def pools(random, rows):
    """Codes of rows that hardly repeat, come twice or thrice, or fill cells of very uneven size."""
    few = np.arange(rows)
    few[random.permutation(rows)[:30]] = few[random.permutation(rows)[:30]]
    return [few, np.arange(rows) // 2, np.arange(rows) // 3, random.choice(400, rows, p=random.dirichlet(np.ones(400)))]


def test_false_refusals_are_rarer_than_stated():
    """At a level of one in a hundred, of 1 200 splits at random and 1 200 into different laws."""
    refused = np.zeros(2)
    for seed in range(300):
        random = np.random.default_rng(seed)
        for codes in pools(random, 600):
            _, cells = np.unique(codes, return_inverse=True)
            chances = random.lognormal(0, 1.5, cells.max() + 1)[cells]  # some rows are more frequent in the holdout
            for law, order in enumerate([random.permutation(600), np.argsort(random.exponential(1 / chances))]):
                kept = codes[order].astype(np.uint64)
                found = log_chance_of_excess(*pair_counts(kept[150:], kept[:150], seed=seed))
                refused[law] += found < math.log(0.01)
                assert shared_units([Sides(train=kept[150:], holdout=kept[:150], how="")], seed=seed) is None
    assert (refused <= 20).all() and LEVEL == 1e-6


@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12))
def test_the_chance_of_pairs_is_that_of_counting_them_all(within_train, across, within_holdout):
    one, other = 2 * within_train + across, 2 * within_holdout + across
    pairs = within_train + across + within_holdout

    def ways(found):
        return (
            math.factorial(pairs)
            * 2**found
            // (math.factorial((one - found) // 2) * math.factorial(found) * math.factorial((other - found) // 2))
        )

    more = sum(ways(found) for found in range(across, min(one, other) + 1, 2))
    assert math.exp(log_chance_of_excess(within_train, across, within_holdout)) == pytest.approx(
        more / math.comb(2 * pairs, one)
    )


def test_evaluate_refuses_before_any_metric(monkeypatch):
    """With the training rows as holdout, an exact copy passed all lines of the default policy."""
    train = people(900, 0)

    def never(*_, **__):
        raise AssertionError("a metric was asked")

    monkeypatch.setattr("synthgen.report.evaluate.judge", never)
    with pytest.raises(EvaluationError, match="holdout: 900 of its 900 rows"):
        evaluate(train=train, synthetic=renumbered(train), holdout=train)
