"""What single encoders do, at values known beforehand."""

import numpy as np
import pandas as pd
import pytest

from synthgen import Boolean, Categorical, Datetime, Identifier, Numerical, Schema, Text
from synthgen.encoding.categorical import CategoryCodes
from synthgen.encoding.datetime import DatetimeBins
from synthgen.encoding.identifier import identifiers
from synthgen.encoding.protection import Cohort
from synthgen.encoding.table import TableEncoder
from synthgen.errors import SchemaError
from synthgen.expected import Unexpected


def encoder_of(frame, seed=0, **settings):
    schema = settings.pop("schema", None) or Schema.infer(frame)
    return TableEncoder.fit(frame, schema, seed=seed, **settings)


def test_spikes_come_back_exactly_and_the_rest_on_its_grid():
    rng = np.random.default_rng(0)
    hours = np.where(rng.random(3_000) < 0.6, 40.0, np.round(rng.normal(38, 60, 3_000), 1))
    frame = pd.DataFrame({"hours": hours, "other": rng.integers(0, 2, 3_000)})
    encoder = encoder_of(frame)
    assert encoder.columns[0].spikes.tolist() == [40.0]
    back = encoder.decode(encoder.encode(frame, seed=0), seed=0)["hours"]
    assert (back[hours == 40] == 40).all()
    assert np.allclose(back, back.round(1))
    assert np.abs(np.sort(back) - np.sort(hours))[30:-30].max() < 10


def test_few_distinct_values_are_codes_of_their_own():
    frame = pd.DataFrame({"visits": np.repeat([0, 1, 2, 3], 50), "other": [0, 1] * 100})
    encoder = encoder_of(frame)
    assert encoder.columns[0].spikes.tolist() == [0, 1, 2, 3]
    pd.testing.assert_frame_equal(encoder.decode(encoder.encode(frame, seed=0), seed=0), frame)


def test_declared_bounds_hold():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"score": np.clip(rng.normal(9, 3, 500), 0, 10), "other": [0, 1] * 250})
    schema = Schema({"score": Numerical(minimum=0, maximum=10), "other": Numerical(dtype="int64", decimals=0)})
    encoder = encoder_of(frame, schema=schema)
    assert encoder.decode(encoder.encode(frame, seed=0), seed=0)["score"].between(0, 10).all()


def test_rare_categories_are_pooled_unless_declared():
    values = ["flu"] * 100 + ["cold"] * 80 + [f"rare {i % 6}" for i in range(12)]
    frame = pd.DataFrame({"diagnosis": values, "other": [0, 1] * 96})
    encoder = encoder_of(frame)
    assert encoder.columns[0].categories == ["cold", "flu"]
    back = encoder.decode(encoder.encode(frame, seed=0), seed=0)["diagnosis"]
    assert set(back) == {"flu", "cold", "(other)"}
    assert (back == "(other)").sum() == 12
    declared = Schema({"diagnosis": Categorical(categories=tuple(dict.fromkeys(values))),
                       "other": Numerical(dtype="int64", decimals=0)})  # fmt: skip
    kept = encoder_of(frame, schema=declared)
    pd.testing.assert_frame_equal(kept.decode(kept.encode(frame, seed=0), seed=0), frame)


def test_a_pool_of_too_few_patients_is_spread_over_kept_categories():
    frame = pd.DataFrame({"ward": ["A"] * 60 + ["B"] * 37 + ["lonely"] * 3, "other": [0, 1] * 50})
    encoder = encoder_of(frame)
    assert set(encoder.decode(encoder.encode(frame, seed=0), seed=0)["ward"]) == {"A", "B"}
    assert "lonely" not in str(encoder.state())


def test_categories_that_are_numbers_keep_their_type():
    frame = pd.DataFrame({"code": [10, 20, 30, 99] + [10, 20] * 100, "other": [0, 1] * 102})
    schema = Schema({"code": Categorical(dtype="int64"), "other": Numerical(dtype="int64", decimals=0)})
    back = encoder_of(frame, schema=schema).decode(encoder_of(frame, schema=schema).encode(frame, seed=0), seed=0)
    assert back["code"].dtype == "int64"
    assert set(back["code"]) == {10, 20}


def test_a_hundred_thousand_categories_become_bits():
    values = pd.Series(np.repeat(np.arange(100_000), 2)).astype(str)
    cohort = Cohort(np.arange(len(values)), rare_below=2)
    column = CategoryCodes.fit("zip", Categorical(), values, cohort, rng=np.random.default_rng(0))
    (block,) = column.blocks
    assert (block.form, block.size) == ("bits", 17)
    codes, scalars = column.encode(values, np.random.default_rng(0))
    assert column.decode(codes, scalars, np.random.default_rng(0)).equals(values)
    assert column.decode(np.array([2**17 - 1]), scalars[:1], np.random.default_rng(0)).isin(values).all()


@pytest.mark.parametrize(
    ("zone", "step"), [("Europe/Berlin", 3600), ("Asia/Kolkata", 60), ("America/New_York", 3600), ("UTC", 3600)]
)
def test_zoned_datetimes_round_trip_over_daylight_saving(zone, step):
    """The hour that a change to summer time skips, and the one that winter time repeats."""
    moments = pd.Series(pd.date_range("2021-01-01", "2021-12-31", freq="h", tz=zone))
    frame = pd.DataFrame({"at": moments, "other": np.arange(len(moments)) % 2})
    encoder = encoder_of(frame, num_bins=50)
    back = encoder.decode(encoder.encode(frame, seed=0), seed=0)["at"]
    assert back.dtype == moments.dtype
    assert (back - moments).abs()[100:-100].max() < pd.Timedelta("2D")
    assert ((back - pd.Timestamp("2021-01-01", tz="UTC")).dt.total_seconds() % step == 0).all()


@pytest.mark.parametrize("zone", [None, "Europe/Berlin", "America/Sao_Paulo"])
def test_days_stay_days(zone):
    """In Sao Paulo the clocks went forward at midnight: some local days begin at one o'clock."""
    days = pd.Series(pd.date_range("2015-01-02", periods=700, freq="D"))
    moments = days.dt.tz_localize(zone, nonexistent="shift_forward") if zone else days
    schema = Schema.infer(pd.DataFrame({"day": moments[:200], "other": np.arange(200) % 2}))
    frame = pd.DataFrame({"day": moments, "other": np.arange(700) % 2})
    encoder = encoder_of(frame, schema=schema)
    back = encoder.decode(encoder.encode(frame, seed=0), seed=0)["day"]
    assert back.dtype == moments.dtype
    assert (back.dt.hour <= 1).all()


def test_identifiers_are_new_unique_and_in_pattern():
    column = Identifier(pattern="P-[0-9]{8}", dtype="object")
    made = identifiers(column, first=0, num_rows=5_000, seed=1)
    assert made.is_unique
    assert made.str.fullmatch(r"P-[0-9]{8}").all()
    later = identifiers(column, first=5_000, num_rows=5_000, seed=1)
    assert not set(made) & set(later)
    assert made[:100].equals(identifiers(column, first=0, num_rows=100, seed=1))


def test_identifiers_grow_where_the_pattern_has_no_room():
    made = identifiers(Identifier(pattern="[0-9]{2}", dtype="int64"), first=0, num_rows=1_000, seed=0)
    assert made.is_unique
    assert made.dtype == "int64"


def test_an_unknown_class_in_a_pattern_is_named():
    with pytest.raises(SchemaError, match=r"\[xyz\]"):
        identifiers(Identifier(pattern="[xyz]{2}"), first=0, num_rows=1, seed=0)


def test_text_is_left_out_or_replaced():
    frame = pd.DataFrame({"note": [f"note {i} of this patient" for i in range(50)], "other": [0, 1] * 25})
    other = Numerical(dtype="int64", decimals=0)
    left_out = encoder_of(frame, schema=Schema({"note": Text(), "other": other}))
    assert list(left_out.decode(left_out.encode(frame, seed=0), seed=0)) == ["other"]
    replaced = encoder_of(frame, schema=Schema({"note": Text(replacement="[removed]"), "other": other}))
    back = replaced.decode(replaced.encode(frame, seed=0), seed=0)
    assert list(back) == ["note", "other"]
    assert set(back["note"]) == {"[removed]"}


@pytest.mark.parametrize(("dtype", "code"), [("int64", 2**63 - 1), ("uint64", 2**64 - 1), ("Int64", 2**63 - 1)])
def test_the_largest_number_of_a_type_comes_back_as_it_is(dtype, code):
    """It stands for "unknown" in some tables, is no float of 64 bits, and came back as -2**63 or 0."""
    frame = pd.DataFrame({"a": pd.Series([1, 2, code] * 20, dtype=dtype)})
    encoder = encoder_of(frame)
    assert encoder.decode(encoder.encode(frame, seed=0), seed=0)["a"].tolist() == frame["a"].tolist()


@pytest.mark.parametrize("dtype", ["int64", "float64", "object", "category"])
def test_rare_categories_of_a_type_that_holds_no_label_are_missing(dtype):
    """All of them rare: their label is text, which a column of numbers cannot hold."""
    frame = pd.DataFrame({"a": pd.Series(range(30)).astype(dtype), "b": [True, False] * 15})
    encoder = encoder_of(frame, schema=Schema({"a": Categorical(dtype=dtype), "b": Boolean()}))
    back = encoder.decode(encoder.encode(frame, seed=0), seed=0)["a"]
    assert back.isna().all() if "64" in dtype else (back == "(other)").all()


def test_categories_of_floats_can_be_missing():
    frame = pd.DataFrame({"stage": [1.0, 2.0, np.nan] * 20})
    encoder = encoder_of(frame, schema=Schema({"stage": Categorical(dtype="float64", missing=True)}))
    pd.testing.assert_frame_equal(encoder.decode(encoder.encode(frame, seed=0), seed=0), frame)


@pytest.mark.parametrize(("dtype", "room"), [("float32", 2**24), ("double[pyarrow]", 2**53), ("float[pyarrow]", 2**24)])
def test_identifiers_that_are_floats_are_whole_numbers_that_floats_tell_apart(dtype, room):
    column = Identifier(dtype=dtype, pattern="[0-9]{18}")
    made = identifiers(column, first=0, num_rows=1_000, seed=0)
    assert made.nunique() == 1_000
    assert made.max() <= room
    with pytest.raises(SchemaError, match="pattern of digits"):
        Identifier(dtype=dtype, pattern="P-[0-9]{9}")


@pytest.mark.parametrize("resolution", ["D", "h"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_zoned_moments_of_arrow_come_back_in_their_zone(zone, resolution):
    """Days came back as midnight of UTC, hours off."""
    moments = pd.Series(pd.date_range("2021-01-01", periods=60, freq=resolution.lower(), tz=zone))
    frame = pd.DataFrame({"seen": moments.astype(f"timestamp[us, tz={zone}][pyarrow]")})
    schema = Schema({"seen": Datetime(dtype=str(frame["seen"].dtype), resolution=resolution)})
    encoder = encoder_of(frame, schema=schema)
    back = encoder.decode(encoder.encode(frame, seed=0), seed=0)["seen"]
    assert back.dtype == frame["seen"].dtype
    local = back.astype(f"datetime64[us, {zone}]")
    assert (local == local.dt.floor(resolution.lower())).all()
    assert moments.min() <= local.min() <= local.max() <= moments.max()


def of_file(steps: float, **column) -> DatetimeBins:
    state = {"spikes": [], "num_bins": 1, "missing": False, "fine": True, "shares": [1.0], "probabilities": [0.0, 1.0],
             "values": [steps, steps]}  # fmt: skip
    return DatetimeBins.from_state("seen", Datetime(**column), state)


@pytest.mark.parametrize(
    ("last", "column"),
    [
        (2_932_896, {"dtype": "object", "resolution": "D"}),
        (2_932_896, {"dtype": "datetime64[us, Asia/Tokyo]", "resolution": "D"}),
        (2_932_896 * 24 + 14, {"dtype": "datetime64[us, Asia/Tokyo]", "resolution": "h"}),
        (2_932_896 * 24 + 23, {"dtype": "datetime64[us, America/New_York]", "resolution": "h"}),
    ],
)
def test_a_file_speaks_of_moments_that_the_calendar_of_a_zone_has(last, column):
    """Up to the last day of the year 9999, where local clocks say so, and not half a step beyond."""
    encoder = of_file(last, **column)
    shown = encoder.decode(np.zeros(1, int), np.zeros((1, 0)), np.random.default_rng(0))
    assert "9999-12-31" in str(shown[0])
    for beyond in (0.6, 1):
        with pytest.raises(Unexpected, match="expected moments"):
            of_file(last + beyond, **column)
