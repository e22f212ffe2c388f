"""What inference makes of columns, and what a schema refuses."""

import decimal
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import yaml

from synthgen import Boolean, Categorical, Datetime, Identifier, Inequality, Numerical, Range, Schema, Text
from synthgen.data.schema import SchemaWarning
from synthgen.errors import ConstraintError, SchemaError

RNG = np.random.default_rng(0)
NAMES = [f"{first} {last}" for first in ("Ada", "Bo", "Cy", "Di", "Ed") for last in map(chr, range(65, 91))]


def infer(values, name="x", **settings):
    frame = pd.DataFrame({name: values, "other": np.arange(len(values)) % 3})
    return Schema.infer(frame, **settings).columns[name]


def test_integers_decimals_and_full_precision():
    assert infer(pd.Series([3, 1, 2] * 9)) == Numerical(dtype="int64", decimals=0)
    assert infer(pd.Series([0.25, 1.5, 2.0])) == Numerical(decimals=2)
    assert infer(pd.Series(RNG.normal(size=50))) == Numerical(decimals=None)
    assert infer(pd.Series([1, None, 2], dtype="Int64")) == Numerical(dtype="Int64", decimals=0, missing=True)


def test_booleans_in_every_guise():
    assert infer([True, False, True]) == Boolean()
    assert infer(pd.Series([True, None, False], dtype="boolean")) == Boolean(dtype="boolean", missing=True)
    assert infer(pd.Series([True, None, False], dtype=object)).kind == "boolean"


@pytest.mark.parametrize(
    ("values", "resolution"),
    [
        (["2020-01-01", "2021-05-03"], "D"),
        (["2020-01-01 08:00", "2021-05-03 09:00"], "h"),
        (["2020-01-01 08:15:30", "2021-05-03 09:00:00"], "s"),
    ],
)
def test_dates_as_strings_and_as_datetimes(values, resolution):
    as_text = infer(values * 20)
    as_moments = infer(pd.to_datetime(pd.Series(values * 20)))
    assert isinstance(as_text, Datetime)
    assert as_text.format is not None
    assert as_text.resolution == as_moments.resolution == resolution


def test_days_are_counted_on_the_local_calendar():
    midnights = pd.Series(pd.date_range("2020-01-01", periods=300, freq="D", tz="Europe/Berlin"))
    assert infer(midnights).resolution == "D"


def test_near_unique_strings_are_never_categories():
    """SDV types unique names and notes as categorical and re-emits every one of them."""
    with pytest.warns(SchemaWarning, match="'x'"):
        assert isinstance(infer(NAMES), Text)
    assert infer([f"P-{i:05d}" for i in range(100)]) == Identifier(dtype="object", pattern="P-[0-9]{5}")
    assert isinstance(infer(["ward A", "ward B"] * 50), Categorical)


def test_near_unique_is_counted_in_patients():
    frame = pd.DataFrame(
        {"patient": np.repeat(np.arange(100), 10), "name": np.repeat(NAMES[:100], 10), "y": [0, 1] * 500}
    )
    with pytest.warns(SchemaWarning, match="'name'"):
        schema = Schema.infer(frame, patient_key="patient")
    assert isinstance(schema.columns["name"], Text)
    assert schema.learned == ["y"]


def test_record_numbers_are_identifiers_and_codes_are_not():
    assert isinstance(infer(RNG.permutation(10_000)[:500] + 10**9, name="nhs_number"), Identifier)
    assert isinstance(infer(np.arange(50)), Identifier)
    assert isinstance(infer(RNG.integers(1, 9, 500), name="admission_type_id"), Numerical)


def test_mixed_types_are_refused_with_counts_and_no_cell():
    with pytest.raises(SchemaError, match="'x' mixes types: 2 str, 1 int") as caught:
        infer(["secret", 7, "hidden"])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame(), "empty"),
        (pd.DataFrame({"a": []}), "empty"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), r"more than once: \['a'\]"),
        (pd.DataFrame({3: [1]}), "strings"),
        ([1, 2], "DataFrame"),
        (pd.DataFrame({"a": [1 + 2j]}), "complex"),
        (pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="s")}), "timedelta"),
    ],
)
def test_frames_that_are_no_tables_are_refused(frame, message):
    with pytest.raises(SchemaError, match=message):
        Schema.infer(frame)


def test_validation_names_the_column_and_counts_the_rows():
    schema = Schema({"age": Numerical(dtype="int64", decimals=0, minimum=0), "sex": Categorical(categories=("F", "M"))})
    schema.validate(pd.DataFrame({"age": [3, 4], "sex": ["F", "M"]}))
    for frame, message in [
        (pd.DataFrame({"age": [-3, 4], "sex": ["F", "M"]}), "'age': 1 values lie beyond the declared minimum"),
        (pd.DataFrame({"age": [3, np.inf], "sex": ["F", "M"]}), "'age': 1 values are infinite"),
        (pd.DataFrame({"age": [3, 1e308], "sex": ["F", "M"]}), r"'age': 1 values lie beyond 1e\+100 .* missing"),
        (pd.DataFrame({"age": [3, -1.8e100], "sex": ["F", "M"]}), "'age': 1 values lie beyond"),
        (pd.DataFrame({"age": [3, 4], "sex": ["F", "X"]}), "'sex': 1 rows hold a value that is not among the 2"),
        (pd.DataFrame({"age": ["3", "4"], "sex": ["F", "M"]}), "'age': expected numbers"),
        (pd.DataFrame({"age": [3.0, None], "sex": ["F", "M"]}), "'age': 1 values are missing"),
        (pd.DataFrame({"age": [3, 4], "sexx": ["F", "M"]}), "Did you mean 'sex'?"),
    ]:
        with pytest.raises(SchemaError, match=message.replace("?", r"\?")):
            schema.validate(frame)


@pytest.mark.parametrize(
    ("column", "expected"), [(Numerical(missing=True), "numbers"), (Datetime(missing=True), "dates")]
)
@pytest.mark.parametrize("first", ["P-0001", None])
def test_text_in_the_place_of_numbers_or_dates_is_refused_and_not_quoted(column, expected, first):
    frame = pd.DataFrame({"x": [first, *(f"P-{place:04d}" for place in range(1, 60))]})
    with pytest.raises(SchemaError, match=f"'x': expected {expected}. Received identifier values") as refusal:
        Schema({"x": column}).validate(frame)
    assert "P-00" not in str(refusal.value)


def test_dates_may_be_texts_that_read_as_dates():
    Schema({"day": Datetime(missing=True)}).validate(pd.DataFrame({"day": [None, "2020-02-01", "2021-03-04"]}))


@pytest.mark.parametrize("bound", [np.inf, -np.inf, np.nan, 1e308])
def test_bounds_that_are_none_are_refused(bound):
    with pytest.raises(SchemaError, match=r"maximum: expected a number.*1e\+100"):
        Numerical(maximum=bound)


def test_yaml_round_trip_is_exact_and_holds_no_value(tmp_path):
    frame = pd.DataFrame(
        {
            "patient_id": [f"Q{i:04d}" for i in range(60)],
            "diagnosis": ["flu", "angina", "ultra-rare-syndrome"] * 20,
            "cost": RNG.lognormal(8, 2, 60),
            "admitted": pd.date_range("2019-03-04", periods=60, tz="Europe/Berlin"),
            "discharged": pd.date_range("2019-03-09", periods=60, tz="Europe/Berlin"),
        }
    )
    inferred = Schema.infer(frame, patient_key="patient_id", rare_below=5)
    schema = Schema(
        inferred.columns, "patient_id", 5, (Inequality(low="admitted", high="discharged"), Range("cost", minimum=0))
    )
    schema.to_yaml(tmp_path / "schema.yaml")
    assert Schema.from_yaml(tmp_path / "schema.yaml") == schema
    text = (tmp_path / "schema.yaml").read_text()
    assert not [value for name in frame for value in frame[name].astype(str) if value in text]


def test_schema_files_that_are_wrong_say_where(tmp_path):
    file = tmp_path / "schema.yaml"
    good = Schema({"age": Numerical()}).to_dict()
    for change, message in [
        ({"synthgen_schema": 99}, "layout 99"),
        ({"columnss": {}}, "'columnss'.* Did you mean 'columns'"),
        ({"columns": {"age": {"kind": "numerica"}}}, "'age'.*Did you mean 'numerical'"),
        ({"columns": {"age": {"kind": "numerical", "decimal": 1}}}, "no entry 'decimal'.*Did you mean 'decimals'"),
    ]:
        file.write_text(yaml.safe_dump(good | change))
        with pytest.raises(SchemaError, match=message):
            Schema.from_yaml(file)
    file.write_text("just: [a, list")
    with pytest.raises(SchemaError, match=r"schema\.yaml is not readable as YAML"):
        Schema.from_yaml(file)


def test_patient_key_and_constraints_are_checked():
    with pytest.raises(SchemaError, match="Did you mean 'patient'"):
        Schema.infer(pd.DataFrame({"patient": [1, 2]}), patient_key="patien")
    with pytest.raises(SchemaError, match="identifier"):
        Schema({"age": Numerical()}, patient_key="age")
    with pytest.raises(ConstraintError, match="'agee'"):
        Schema({"age": Numerical()}, constraints=(Range("agee", minimum=0),))


def test_rows_without_a_patient_key_are_patients_of_their_own():
    schema = Schema({"patient": Identifier(missing=True), "age": Numerical()}, patient_key="patient")
    frame = pd.DataFrame({"patient": ["a", None, "a", None], "age": [1, 2, 3, 4]})
    codes = schema.patients(frame)
    assert codes[0] == codes[2]
    assert len(set(codes.tolist())) == 3


def test_what_a_guess_shows_of_one_patient_is_marked_until_a_person_confirms_it(tmp_path):
    """One value of 37.25 makes two decimals, one empty cell a column that may be empty."""
    frame = pd.DataFrame({"temperature": [36.5] * 40 + [37.25], "stay": [3.0] * 40 + [None], "ward": ["a"] * 41,
                          "seen": pd.to_datetime(["2020-01-01"] * 41), "ill": [True] * 41,
                          "number": [f"A{place:03d}" for place in range(41)]})  # fmt: skip
    schema = Schema.infer(frame, patient_key="number")
    assert (schema.columns["temperature"].decimals, schema.columns["stay"].missing) == (2, True)
    assert schema.inferred == list(frame)
    schema.to_yaml(tmp_path / "schema.yaml")
    read = Schema.from_yaml(tmp_path / "schema.yaml")
    assert read.inferred == list(frame)
    assert (tmp_path / "schema.yaml").read_text().count("inferred: true") == 6
    assert read.confirmed("ward", "ill").inferred == ["temperature", "stay", "seen", "number"]
    assert read.confirmed().inferred == []
    assert read.confirmed() == read  # it says the same of the table
    with pytest.raises(SchemaError, match=r"'wards' is not a column.*Did you mean 'ward'"):
        read.confirmed("wards")


def test_a_mark_stays_with_a_guess_that_is_changed_in_part_and_not_with_a_column_that_is_declared():
    columns = dict(Schema.infer(pd.DataFrame({"age": [30, 41] * 20, "score": [1, 2] * 20})).columns)
    columns["age"] = replace(columns["age"], minimum=0, maximum=120)  # decimals and missing are as guessed
    columns["score"] = Numerical(dtype="int64", decimals=0, minimum=0, maximum=10)
    assert Schema(columns).inferred == ["age"]


def test_files_of_before_the_marks_do_not_say_what_was_guessed():
    stored = Schema({"age": Numerical()}).to_dict()
    assert Schema.from_dict(stored).inferred == []
    assert Schema.from_dict(stored | {"synthgen_schema": 1}).inferred == ["age"]


def test_dates_are_held_against_the_format_that_is_declared():
    """Inference guesses no days first; who declares them is believed, as far as all dates are written so."""
    schema = Schema({"seen": Datetime(dtype="object", resolution="D", format="%d.%m.%Y", missing=True)})
    schema.validate(pd.DataFrame({"seen": ["31.12.2020", "01.02.9999", None]}))
    with pytest.raises(SchemaError, match="dates written as %d.%m.%Y. Received 1 values"):
        schema.validate(pd.DataFrame({"seen": ["31.12.2020", "2020-12-31"]}))


def test_a_type_that_pandas_cannot_read_from_its_name_is_named():
    with pytest.raises(SchemaError, match="expected a type of pandas"):
        Numerical(dtype="decimal128(5, 2)[pyarrow]")


def test_whole_number_types_hold_no_decimals():
    """Such a schema was taken, fitted, and could not be drawn."""
    with pytest.raises(SchemaError, match="'Int64' holds no decimals, and decimals is 3"):
        Numerical(dtype="Int64", decimals=3, missing=True)


def test_lists_in_cells_are_named_for_what_they_are():
    """One type, and not a mixture of several."""
    with pytest.raises(SchemaError, match="'x' holds what no kind of column covers: 2 list"):
        Schema.infer(pd.DataFrame({"x": [[1], [2]]}))


def test_decimals_of_arrow_are_refused_by_name_with_a_way_out_that_works():
    amounts = pd.Series(
        pd.array([decimal.Decimal("1.25"), decimal.Decimal("3.50")], pd.ArrowDtype(pa.decimal128(5, 2)))
    )
    with pytest.raises(SchemaError, match=r"'paid' has type decimal128\(5, 2\)\[pyarrow\].*astype"):
        Schema.infer(pd.DataFrame({"paid": amounts}))
    for kind in ("float64", object):
        assert Schema.infer(pd.DataFrame({"paid": amounts.astype(kind)})).columns["paid"].decimals == 2
