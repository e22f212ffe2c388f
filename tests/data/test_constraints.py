import datetime
import json

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given

from synthgen.data.columns import Boolean, Categorical, Datetime, Identifier, Numerical, Text
from synthgen.data.constraints import (
    KINDS,
    FixedCombinations,
    FixedIncrements,
    Inequality,
    Range,
    Unique,
    constraint_from_dict,
)
from synthgen.errors import ConstraintError, ProtectionError

RULES = [
    Range("age", minimum=0, maximum=120),
    Range("age", minimum=0.5, strict=True),
    Range("admission", minimum=datetime.date(2020, 1, 1)),
    Inequality(low="admission", high="discharge"),
    Inequality(low="age", high="limit", strict=True),
    FixedIncrements("dose", step=0.05),
    Unique(["ward", "bed"]),
    FixedCombinations(["ward", "open"]),
    FixedCombinations(["ward", "open"], combinations=[["A", True], ["B", False]]),
]
COLUMNS = {
    "age": Numerical(decimals=1),
    "grade": Numerical(decimals=0, minimum=0, maximum=10),
    "limit": Numerical(decimals=None),
    "dose": Numerical(decimals=2),
    "admission": Datetime(resolution="D"),
    "discharge": Datetime(resolution="D"),
    "zoned": Datetime(dtype="datetime64[ns, Europe/Berlin]"),
    "text_date": Datetime(dtype="object", format="%Y-%m-%d", resolution="D"),
    "day_first": Datetime(dtype="object", format="%d.%m.%Y", resolution="D"),
    "ward": Categorical(),
    "bed": Numerical(dtype="int64", decimals=0),
    "open": Boolean(),
    "id": Identifier(),
    "note": Text(),
}
NUMBERS = st.one_of(st.none(), st.floats(-1e6, 1e6).map(lambda x: round(x, 2)))
DTYPES = st.sampled_from(["float64", "Float64", "object"])


def column(values, dtype="float64"):
    return pd.Series(values, dtype=dtype)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_every_rule_survives_yaml_and_json(rule):
    for stored in (yaml.safe_load(yaml.safe_dump(rule.to_dict())), json.loads(json.dumps(rule.to_dict()))):
        back = constraint_from_dict(stored)
        assert back == rule
        assert back.columns == rule.columns
        assert hash(back) == hash(rule)


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_every_rule_fits_the_columns_and_every_kind_is_tested(rule):
    rule.validate(COLUMNS)
    assert {r.kind for r in RULES} == set(KINDS)


@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_every_rule_takes_empty_and_all_missing_frames(rule, rows):
    dtypes = {"admission": "datetime64[ns]", "discharge": "datetime64[ns]", "ward": "object", "open": "boolean"}
    frame = pd.DataFrame({n: pd.Series([None] * rows, dtype=dtypes.get(n, "float64")) for n in rule.columns})
    if rule.kind == "fixed_combinations" and rule.combinations is None:
        return
    satisfied = rule.satisfied(frame)
    assert satisfied.dtype == bool
    assert satisfied.tolist() == [True] * rows
    pd.testing.assert_frame_equal(rule.repair(frame), frame)


@given(values=st.lists(NUMBERS, max_size=30), dtype=DTYPES, strict=st.booleans(),
       bounds=st.tuples(st.integers(-100, 100), st.integers(0, 100)))  # fmt: skip
def test_range_says_what_plain_python_says_and_repair_mends_all(values, dtype, strict, bounds):
    low, high = bounds[0], bounds[0] + bounds[1]
    rule = Range("x", minimum=low, maximum=high, strict=strict)
    frame = pd.DataFrame({"x": column(values, dtype)})
    expected = [v is None or (low < v < high if strict else low <= v <= high) for v in values]
    assert rule.satisfied(frame).tolist() == expected
    repaired = rule.repair(frame)
    assert repaired["x"].dtype == frame["x"].dtype
    if not strict and dtype != "object":
        assert rule.satisfied(repaired).all()
    kept = rule.satisfied(frame)
    pd.testing.assert_frame_equal(repaired[kept], frame[kept])


@given(pairs=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=30), dtype=DTYPES, strict=st.booleans())
def test_inequality_says_what_plain_python_says(pairs, dtype, strict):
    frame = pd.DataFrame({"a": column([a for a, _ in pairs], dtype), "b": column([b for _, b in pairs], dtype)})
    expected = [a is None or b is None or (a < b if strict else a <= b) for a, b in pairs]
    assert Inequality(low="a", high="b", strict=strict).satisfied(frame).tolist() == expected


@given(
    multiples=st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=30), step=st.sampled_from([0.05, 0.1, 3, 5])
)
def test_increments_hold_for_written_multiples_and_repair_reaches_them(multiples, step):
    rule = FixedIncrements("x", step=step)
    exact = pd.DataFrame({"x": [float(f"{m * step:.2f}") for m in multiples]})
    assert rule.satisfied(exact).all()
    off = exact + step * 0.4
    assert not rule.satisfied(off).any()
    pd.testing.assert_frame_equal(rule.repair(off), exact, check_exact=True)


def test_increments_repair_keeps_integer_types_and_gaps():
    frame = pd.DataFrame({"x": pd.array([7, None, 11], dtype="Int64")})
    repaired = FixedIncrements("x", step=5).repair(frame)
    assert repaired["x"].dtype == "Int64"
    assert repaired["x"].tolist() == [5, pd.NA, 10]
    assert FixedIncrements("x", step=5).repair(pd.DataFrame({"x": [7, 11]}))["x"].tolist() == [5, 10]


def test_what_holds_in_the_frame_holds_on_disk(tmp_path):
    """SDV #2550: rounding after the check breaks constraints; ours are checked on what is written."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"dose": rng.normal(10, 5, 500), "age": rng.normal(60, 40, 500).round(1)})
    rules = [Range("age", minimum=0, maximum=99.9), FixedIncrements("dose", step=0.05)]
    for rule in rules:
        frame = rule.repair(frame)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    written = pd.read_csv(tmp_path / "rows.csv")
    assert all(rule.satisfied(written).all() for rule in rules)
    assert not any(rule.satisfied(written + 0.01).all() for rule in rules)


@pytest.mark.parametrize(
    "dates",
    [
        pd.to_datetime(pd.Series(["2019-12-31", "2020-01-01", None])),
        pd.Series([datetime.date(2019, 12, 31), datetime.date(2020, 1, 1), None]),
        pd.Series(["2019-12-31", "2020-01-01", None]),
        pd.Series(["2019/12/31", "2020/01/01", None]),
        pd.to_datetime(pd.Series(["2019-12-31 22:59Z", "2019-12-31 23:00Z", None])).dt.tz_convert("Europe/Berlin"),
    ],
    ids=["datetimes", "dates", "strings", "slashes", "zoned: midnight in Berlin is 23:00 UTC"],
)
def test_range_reads_dates_of_every_type(dates):
    rule = Range("day", minimum="2020-01-01")
    frame = pd.DataFrame({"day": dates})
    assert rule.satisfied(frame).tolist() == [False, True, True]
    if pd.api.types.is_datetime64_any_dtype(dates):
        assert rule.repair(frame)["day"].iloc[0] == dates.iloc[1]
    else:
        pd.testing.assert_frame_equal(rule.repair(frame), frame)


@given(rows=st.lists(st.tuples(st.sampled_from(["A", "B", None]), st.integers(1, 3)), max_size=20))
def test_unique_keeps_the_first_of_each(rows):
    frame = pd.DataFrame({"ward": pd.Series([w for w, _ in rows], dtype=object), "bed": [b for _, b in rows]})
    expected = [row[0] is None or row not in rows[:i] for i, row in enumerate(rows)]
    assert Unique(["ward", "bed"]).satisfied(frame).tolist() == expected


@pytest.mark.parametrize("dtype", ["object", "category", "string"])
def test_combinations_of_few_patients_are_never_taken(dtype):
    places = pd.DataFrame(
        {"city": ["Rome"] * 12 + ["Oslo"] * 12 + ["Rome"] * 9, "country": ["I"] * 12 + ["N"] * 12 + ["V"] * 9}
    )
    places = places.astype(dtype)
    fitted = FixedCombinations(["city", "country"]).fit(places, patients=np.arange(33), rare_below=10)
    assert set(fitted.combinations) == {("Rome", "I"), ("Oslo", "N")}
    assert fitted.satisfied(places).tolist() == [True] * 24 + [False] * 9
    assert all(type(value) is str for values in fitted.combinations for value in values)


def test_combinations_count_patients_and_not_rows():
    places = pd.DataFrame({"city": ["Rome"] * 30 + ["Oslo"] * 10, "country": ["I"] * 30 + ["N"] * 10})
    patients = np.array([0] * 30 + list(range(1, 11)))
    fitted = FixedCombinations(["city", "country"]).fit(places, patients=patients, rare_below=10)
    assert fitted.combinations == (("Oslo", "N"),)


def test_combinations_with_a_gap_hold_and_are_not_taken():
    frame = pd.DataFrame({"city": ["Rome"] * 10 + [None] * 10, "open": pd.array([True] * 10 + [False] * 10, "boolean")})
    fitted = FixedCombinations(["city", "open"]).fit(frame, patients=np.arange(20), rare_below=10)
    assert fitted.combinations == (("Rome", True),)
    assert fitted.satisfied(frame).all()


def test_declared_combinations_stay_and_undeclared_need_fit():
    frame = pd.DataFrame({"ward": ["A"] * 20, "open": [False] * 20})
    declared = FixedCombinations(["ward", "open"], combinations=[["A", True]])
    assert declared.fit(frame, patients=np.arange(20), rare_below=10) is declared
    assert not declared.satisfied(frame).any()
    with pytest.raises(ConstraintError, match="Declare them, or call fit"):
        FixedCombinations(["ward", "open"]).satisfied(frame)


def test_no_shared_combination_says_so_without_a_value():
    frame = pd.DataFrame({"ward": ["secret"] * 5, "open": [True] * 5})
    with pytest.raises(ProtectionError, match="shared by 10 patients") as raised:
        FixedCombinations(["ward", "open"]).fit(frame, patients=np.arange(5), rare_below=10)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Range("age"), "minimum or a maximum"),
        (lambda: Range("age", minimum=5, maximum=4), "minimum <= maximum"),
        (lambda: Range("age", minimum="2020-01-02", maximum="2020-01-01"), "minimum <= maximum"),
        (lambda: Range("age", minimum="2020-01-02", maximum=3), "cannot be compared"),
        (lambda: Range("age", minimum="2020-01-01", maximum="2020-01-02T00:00+01:00"), "cannot be compared"),
        (lambda: Range("age", minimum="admission"), "use Inequality"),
        (lambda: Inequality(low="age", high="age"), "two columns"),
        (lambda: FixedIncrements("dose", step=0), "step > 0"),
        (lambda: FixedIncrements("dose", step=float("nan")), "a finite number"),
        (lambda: Unique([]), "at least 1"),
        (lambda: Unique("ward"), "list of column names"),
        (lambda: FixedCombinations(["ward"]), "at least 2"),
        (lambda: FixedCombinations(["ward", "ward"]), "distinct"),
        (lambda: FixedCombinations(["ward", "open"], combinations=[["A"]]), "1 of them of another length"),
        (lambda: FixedCombinations(["ward", "open"], combinations=[]), "Received 0"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(make, message):
    with pytest.raises(ConstraintError, match=message):
        make()


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (Range("agee", minimum=0), "Did you mean 'age'"),
        (Range("ward", minimum=0), "expected a numerical or datetime column. 'ward' is categorical"),
        (Range("age", minimum="2020-01-01"), "'age' is numerical"),
        (Range("grade", minimum=11), "minimum <= maximum for 'grade'"),
        (Range("grade", maximum=-1), "minimum <= maximum for 'grade'"),
        (Range("admission", minimum=5), "dates are written"),
        (Range("admission", minimum="2020-01-01T12:00"), "between two steps"),
        (Range("admission", minimum="2020-01-01T00:00+01:00"), "has no time zone"),
        (Range("age", minimum=0.25), "has 1 decimals"),
        (Range("day_first", minimum="2020-01-01"), "do not sort in time"),
        (Inequality(low="age", high="admission"), "numerical and datetime"),
        (Inequality(low="admission", high="zoned"), "some have a time zone"),
        (FixedIncrements("bed", step=0.5), "has 0 decimals"),
        (FixedIncrements("admission", step=1), "expected a numerical column"),
        (Unique(["note"]), "'note' is text"),
        (FixedCombinations(["ward", "age"]), "'age' is numerical"),
    ],
)
def test_rules_that_do_not_fit_the_columns_are_refused(rule, message):
    with pytest.raises(ConstraintError, match=message):
        rule.validate(COLUMNS)


def test_strings_in_iso_order_and_other_columns_are_accepted():
    Range("text_date", minimum="2020-01-01").validate(COLUMNS)
    Range("zoned", minimum="2020-01-01").validate(COLUMNS)
    Inequality(low="admission", high="text_date").validate(COLUMNS)
    Unique(["id"]).validate(COLUMNS)


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ({"kind": "rangee"}, "Did you mean 'range'"),
        ("range", "expected a mapping of kind"),
        ({"kind": "range", "colum": "age"}, "Did you mean 'column'"),
        ({"kind": "range", "minimum": 0}, r"\['column'\] are absent"),
        ({"kind": "inequality", "low": "a"}, r"\['high'\] are absent"),
    ],
)
def test_unreadable_rules_are_refused(stored, message):
    with pytest.raises(ConstraintError, match=message):
        constraint_from_dict(stored)
