"""Dates beyond the reach of nanoseconds: 9999-12-31 comes back exactly, and nothing lies between."""

import datetime

import numpy as np
import pandas as pd
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

import synthgen as sg
from synthgen.data.columns import RESOLUTIONS, Datetime
from synthgen.data.inference import infer_column
from synthgen.data.moments import from_steps, to_moments, whole_steps
from synthgen.data.tables.readers import read_table
from synthgen.data.tables.writers import write_table
from synthgen.metrics.tables.reading import read_numbers

OPEN_END = datetime.date(9999, 12, 31)


def days(rows: int = 600) -> list[datetime.date]:
    return [OPEN_END if i % 3 == 0 else datetime.date(2020, 1, 1) + datetime.timedelta(days=i) for i in range(rows)]


def as_type(kind: str) -> pd.Series:
    iso = pd.Series([day.isoformat() for day in days()])
    return {
        "date": lambda: pd.Series(days()),
        "s": lambda: iso.astype("datetime64[s]"),
        "us": lambda: iso.astype("datetime64[us]"),
        "zoned": lambda: iso.astype("datetime64[us]").dt.tz_localize("UTC"),
        "text": lambda: iso,
        "times as text": lambda: iso + " 08:30:00",
        "with gaps": lambda: pd.Series([None, *days()[1:]]),
    }[kind]()


KINDS = ("date", "s", "us", "zoned", "text", "times as text", "with gaps")


@given(st.datetimes(), st.sampled_from(["D", "h", "min", "s", "ms"]))
def test_steps_lead_there_and_back(moment, resolution):
    steps, exact = whole_steps(pd.Series(np.array([moment], "datetime64[us]")), resolution)
    back = from_steps(steps, resolution)
    assert (back.to_numpy().astype("datetime64[us]")[0] == np.datetime64(moment, "us")) == exact[0]
    assert back.to_numpy()[0] <= np.datetime64(moment, "us")


NEAR = st.datetimes(*(day.to_pydatetime() for day in pd.to_datetime(["1700-01-01", "2250-01-01"])))


@given(st.lists(st.one_of(st.none(), NEAR), max_size=9))
def test_near_dates_are_read_as_pandas_reads_them(moments):
    expected = pd.to_datetime(pd.Series(moments, dtype=object))
    pd.testing.assert_series_equal(to_moments(pd.Series(moments, dtype=object)), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_far_dates_are_dates(kind):
    column = infer_column("end", as_type(kind), patients=600)
    assert isinstance(column, Datetime)
    assert column.resolution == ("min" if kind == "times as text" else "D")
    seconds, unreadable = read_numbers(as_type(kind), column)
    assert unreadable == 0
    assert np.nanmax(seconds) // 86_400 == 2_932_896


def test_what_is_no_date_stays_none():
    assert to_moments(pd.Series(["2020-01-01", "soon", "2020-13-01"]), "ISO8601", lenient=True).isna().tolist() == [
        False, True, True,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="zone"):
        to_moments(pd.Series([OPEN_END, datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)]))


@pytest.mark.parametrize("kind", KINDS)
def test_an_open_end_comes_back_exactly_and_smears_nothing(kind, tmp_path):
    frame = pd.DataFrame({"end": as_type(kind), "age": np.arange(600) % 70})
    made = sg.GaussianCopula(seed=0, calibration=False).fit(frame, verbose=False).sample(2_000, seed=1)
    assert made["end"].dtype == frame["end"].dtype
    day = made["end"].dropna().astype(str).str[:10]
    assert (day == "9999-12-31").mean() == pytest.approx(1 / 3, abs=0.05)
    assert set(day.str[:4]) <= {"2020", "2021", "9999"}
    write_table(made, tmp_path / "t.csv")
    write_table(made, tmp_path / "t.parquet")
    for table in (pyarrow.csv.read_csv(tmp_path / "t.csv"), pyarrow.parquet.read_table(tmp_path / "t.parquet")):
        written = pd.Series(table["end"].cast("string").to_pylist()).dropna()
        assert written.str[:10].tolist() == day.tolist()
    read = read_table(tmp_path / "t.parquet")["end"]
    assert read.dropna().astype(str).str[:10].tolist() == day.tolist()


def test_years_before_1000_are_written_with_their_zeros(tmp_path):
    """`strftime` left them out, and the report refused synthgen's own rows as no dates."""
    frame = pd.DataFrame({"end": ["0001-01-01"] * 100 + ["2020-05-17"] * 200, "age": np.arange(300) % 70})
    synthesizer = sg.GaussianCopula(seed=0, calibration=False).fit(frame, verbose=False)
    made = synthesizer.sample(500, seed=1)
    assert (made["end"].str.len() == 10).all()
    assert (made["end"] == "0001-01-01").mean() == pytest.approx(1 / 3, abs=0.1)
    asked = synthesizer.sample(5, conditions={"end": datetime.date(1, 1, 1)}, seed=0)
    assert asked["end"].tolist() == ["0001-01-01"] * 5
    made.to_csv(tmp_path / "t.csv", index=False)
    assert pyarrow.csv.read_csv(tmp_path / "t.csv")["end"].type == pyarrow.date32()


def test_a_step_that_was_declared_finer_than_the_data_is_no_fault():
    assert (
        whole_steps(pd.Series(["2020-01-01"]).astype("datetime64[s]"), "ns")[0][0] == 1_577_836_800 * RESOLUTIONS["s"]
    )
