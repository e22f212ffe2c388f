"""What no synthetic row can hold is refused before anything is drawn, in words that show no value."""

import datetime

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.encoding.table import TableEncoder
from synthgen.errors import ConditionError
from synthgen.synthesizers.tables.conditions import ConditionWarning, parse_conditions


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": np.append(rng.integers(20, 90, 599), 97_531),  # one typing error
            "pulse": rng.normal(70, 9, 600).round(1),
            "weight": np.where(rng.random(600) < 0.5, rng.normal(3, 0.2, 600), rng.normal(80, 5, 600)),
            "visits": rng.choice([0, 1, 2, 5], 600),
            "smoker": rng.random(600) < 0.3,
            "seen": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 300, 600), "D"),
            "born": (pd.Timestamp("1990-01-01") + pd.to_timedelta(rng.integers(0, 300, 600), "D")).strftime("%Y-%m-%d"),
            "end": [datetime.date(9999, 12, 31) if i % 3 else datetime.date(2021, 1, 1 + i % 28) for i in range(600)],
        }
    )


@pytest.fixture(scope="module", params=["quantile_bins", "mode_specific"])
def asked(request, frame):
    """Checks conditions as `sample` does, for either way to encode numbers."""
    schema = sg.Schema.infer(frame)
    encoder = TableEncoder.fit(frame, schema, numerical=request.param, seed=0)
    encoders = {column.name: column for column in encoder.columns}
    return lambda conditions: parse_conditions(conditions, schema, encoders)


@pytest.mark.parametrize(
    "impossible",
    [
        {"age": 150}, {"age": -5}, {"age": True}, {"age": np.nan}, {"age": "nan"}, {"age": "inf"}, {"age": None},
        {"age": 97_531}, {"age": 40.5}, {"age": [40, 150]}, {"age": 1e308}, {"age": "forty"}, {"age": np.True_},
        {"age": sg.Between(97_000, None)}, {"age": sg.Between(None, -1)}, {"age": sg.Between(50, 40)},
        {"age": sg.Between(40.2, 40.8)}, {"age": sg.Between(np.nan, None)}, {"age": pd.NA},
        {"pulse": 70.123}, {"pulse": 700},
        {"smoker": 5}, {"smoker": np.nan}, {"smoker": "perhaps"}, {"smoker": None},
        {"seen": "2030-01-01"}, {"seen": pd.NaT}, {"seen": 5}, {"seen": "2020-03-01 12:00"}, {"seen": "soon"},
        {"seen": sg.Between("1999-01-01", "1999-12-31")},
        {"born": "2030-01-01"}, {"born": "soon"}, {"born": 7},
        {"end": "2400-01-01"}, {"end": sg.Between("2100-01-01", "9000-01-01")},
        {"age": 10**400}, {"age": [[40]]}, {"smoker": [pd.NA]}, {"seen": "2020-03-01T00:00Z"},
        {"seen": sg.Between("2020-03-01T00:00Z", None)}, {"born": pd.Timestamp("1990-03-01T00:00Z")},
    ],
    ids=str,
)  # fmt: skip
def test_what_no_row_can_hold_is_refused_without_showing_it(asked, impossible):
    with pytest.raises(ConditionError) as refused:
        asked(impossible)
    for shown in ("97531", "97_531", "700", "2030", "soon", "forty", "perhaps"):
        assert shown not in str(refused.value)


@pytest.fixture(scope="module")
def model(frame):
    return sg.GaussianCopula(seed=0, calibration=False).fit(frame.assign(sex=["f", "m"] * 300), verbose=False)


@pytest.mark.parametrize("impossible", [{"visits": 4}, {"weight": 30.0}, {"weight": sg.Between(20, 40)}], ids=str)
def test_what_lies_between_values_that_many_share_is_refused(model, impossible):
    with pytest.raises(ConditionError, match="Synthetic rows hold"):
        model.sample(3, conditions=impossible, seed=0)


@pytest.mark.parametrize(
    "possible",
    [
        {"age": 40}, {"age": "40"}, {"age": [40, 41]}, {"age": sg.Between(85, 1000)}, {"pulse": 70.1}, {"visits": 5},
        {"smoker": 1}, {"seen": "2020-03-01"}, {"seen": sg.Between("2020-03-01", None)},
        {"end": sg.Between("9000", None)}, {"end": "9999-12-31"}, {"end": ["2021-01-05", datetime.date(2021, 1, 8)]},
        {"age": np.array([40, 41])}, {"age": pd.Series([40])}, {"smoker": {True}},
        {"born": sg.Between("1990-03-01", pd.Timestamp("1990-04-01"))},
    ],
    ids=str,
)  # fmt: skip
def test_what_rows_can_hold_is_drawn(asked, model, possible):
    asked(possible)
    assert len(model.sample(5, conditions=possible, seed=0)) == 5


def test_dates_are_compared_as_dates_whatever_holds_them(frame):
    """Not as text, nor moments with days; local times in the column's zone, also where clocks change."""
    days = frame["seen"]
    held = {"text": days.dt.strftime("%d.%m.%Y"), "days": days.dt.date, "zoned": days.dt.tz_localize("Europe/Berlin")}
    schema = sg.Schema({
        "text": sg.Datetime(resolution="D", format="%d.%m.%Y", dtype="object"),
        "days": sg.Datetime(resolution="D", dtype="object"),
        "zoned": sg.Datetime(resolution="h", dtype="datetime64[ns, Europe/Berlin]"),
    })  # fmt: skip
    model = sg.GaussianCopula(calibration=False).fit(pd.DataFrame(held).astype({"text": object}), schema=schema,
                                                     verbose=False)  # fmt: skip
    between = {"text": sg.Between("05.03.2020", "02.04.2020"), "days": sg.Between("2020-03-05", "2020-04-02"),
               "zoned": sg.Between("2020-03-29 02:30", "2020-10-25 02:30")}  # fmt: skip
    for name, condition in between.items():
        drawn = model.sample(30, conditions={name: condition}, seed=0)[name]
        moments = pd.to_datetime(drawn, format="%d.%m.%Y" if name == "text" else None)
        assert moments.min() >= pd.Timestamp("2020-03-05", tz=moments.dt.tz)
        assert moments.max() <= pd.Timestamp("2020-04-02" if name != "zoned" else "2020-10-27", tz=moments.dt.tz)
    told = model.sample(2, known=pd.DataFrame({"days": ["2020-03-05", None]}), seed=0)["days"]
    assert [type(day) for day in told] == [datetime.date] * 2


def test_known_cells_beyond_are_kept_and_warned_of(frame, model):
    with pytest.warns(ConditionWarning, match="1 cells of 'age' .* from 20 to 88") as seen:
        rows = model.sample(2, known=pd.DataFrame({"age": [150, 40]}), seed=0)
    assert rows["age"].tolist() == [150, 40]
    assert "150" not in str(seen[0].message)
    with pytest.warns(ConditionWarning, match="1 cells of 'sex' .* 2 categories"):
        model.sample(2, known=pd.DataFrame({"sex": ["f", "femail"]}), seed=0)
    model.impute(
        frame.head(20).assign(sex=None), seed=0
    )  # a real table's own extremes: no warning, which is an error here


@pytest.mark.parametrize("wrong", [{"num_rows": 2.5}, {"num_rows": "3"}, {"num_rows": -1}, {"num_rows": 3, "seed": -1}])
def test_how_many_rows_and_their_seed_are_whole_numbers(model, wrong):
    with pytest.raises(ConditionError, match="a whole number"):
        model.sample(**wrong)
