"""What every column encoder promises, whatever it encodes."""

import json

import numpy as np
import pandas as pd
import pytest

from synthgen import Schema
from synthgen.encoding.table import TableEncoder
from synthgen.errors import ProtectionError

ROWS = 600


def columns() -> dict[str, pd.Series]:
    rng = np.random.default_rng(1)
    gaps = rng.random(ROWS) < 0.2
    heavy = np.where(rng.random(ROWS) < 0.7, 0.0, np.round(rng.lognormal(3, 2, ROWS), 2))
    dates = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 900, ROWS), unit="D")
    instants = pd.to_datetime(rng.integers(1_500_000_000, 1_700_000_000, ROWS), unit="s")
    return {
        "integer": pd.Series(rng.poisson(40, ROWS)),
        "small integer": pd.Series(rng.integers(0, 5, ROWS), dtype="int8"),
        "continuous": pd.Series(rng.normal(size=ROWS)),
        "float32": pd.Series(rng.normal(size=ROWS), dtype="float32"),
        "spiked and heavy-tailed": pd.Series(heavy),
        "nullable integer": pd.Series(rng.poisson(40, ROWS)).astype("Int64").mask(gaps),
        "float with gaps": pd.Series(rng.normal(size=ROWS)).mask(gaps),
        "constant": pd.Series(np.full(ROWS, 7)),
        "all missing": pd.Series(np.full(ROWS, np.nan)),
        "strings": pd.Series(rng.choice(["a", "b", "c"], ROWS, p=[0.7, 0.2, 0.1])),
        "strings with gaps": pd.Series(rng.choice(["a", "b"], ROWS)).mask(gaps),
        "one category": pd.Series(["only"] * ROWS),
        "all missing strings": pd.Series([None] * ROWS, dtype=object),
        "pandas strings": pd.Series(rng.choice(["a", "b"], ROWS), dtype="string").mask(gaps),
        "ordered categorical": pd.Series(
            pd.Categorical(rng.choice(["low", "high"], ROWS), categories=["low", "high"], ordered=True)
        ),
        "booleans": pd.Series(rng.random(ROWS) < 0.3),
        "nullable booleans": pd.Series(rng.random(ROWS) < 0.3, dtype="boolean").mask(gaps),
        "dates": pd.Series(dates),
        "dates with gaps": pd.Series(dates).mask(gaps),
        "date strings": pd.Series(dates.strftime("%Y-%m-%d")),
        "instants in Berlin": pd.Series(instants.tz_localize("UTC").tz_convert("Europe/Berlin")),
        "offsets in strings": pd.Series(instants.tz_localize("UTC").strftime("%Y-%m-%d %H:%M:%S%z")),
    }


CASES = [(name, method) for name in columns() for method in ("quantile_bins", "mode_specific")]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}, {case[1]}")
def fitted(request):
    name, method = request.param
    frame = pd.DataFrame({"x": columns()[name], "other": np.arange(ROWS) % 2})
    schema = Schema.infer(frame)
    return frame, schema, TableEncoder.fit(frame, schema, numerical=method, seed=0)


def test_types_order_and_missing_values_come_back(fitted):
    frame, _schema, encoder = fitted
    back = encoder.decode(encoder.encode(frame, seed=0), seed=0)
    assert back.dtypes.to_dict() == frame.dtypes.to_dict()
    assert back["x"].isna().tolist() == frame["x"].isna().tolist()


def test_codes_and_scalars_are_within_the_layout(fitted):
    frame, _schema, encoder = fitted
    table = encoder.encode(frame, seed=0)
    sizes = np.array([encoder.layout.blocks[i].size for i in encoder.layout.code_blocks])
    assert table.codes.dtype == np.int32
    assert (table.codes >= 0).all()
    assert (table.codes < sizes).all()
    assert (np.abs(table.scalars) <= 1).all()
    assert np.isfinite(table.scalars).all()


def test_features_and_compact_rows_are_inverse(fitted):
    frame, _schema, encoder = fitted
    table = encoder.encode(frame, seed=0)
    again = encoder.layout.compact(encoder.layout.expand(table))
    assert np.array_equal(again.codes, table.codes)
    assert np.array_equal(again.scalars, table.scalars)


def test_shares_are_those_of_the_training_rows(fitted):
    frame, _schema, encoder = fitted
    for column, codes in zip(encoder.columns, encoder.encode(frame, seed=0).codes.T, strict=True):
        assert column.shares.sum() == pytest.approx(1)
        counted = np.bincount(codes, minlength=len(column.shares)) / ROWS
        assert np.abs(counted - column.shares).max() < 0.08  # draws inside overlapping modes differ


def test_encoding_is_a_function_of_the_seed(fitted, global_randomness_untouched):
    frame, _schema, encoder = fitted
    table = encoder.encode(frame, seed=3)
    same = encoder.encode(frame, seed=3)
    assert np.array_equal(table.codes, same.codes)
    pd.testing.assert_frame_equal(encoder.decode(table, seed=5), encoder.decode(same, seed=5))


def test_state_survives_json(fitted):
    frame, schema, encoder = fitted
    stored = json.loads(json.dumps(encoder.state(), default=lambda array: array.tolist(), allow_nan=False))
    arrays = {n: {k: np.array(v) if isinstance(v, list) and k != "categories" else v for k, v in column.items()}
              for n, column in stored.items()}  # fmt: skip
    again = TableEncoder.from_state(schema, arrays)
    table = encoder.encode(frame, seed=0)
    assert again.layout == encoder.layout
    pd.testing.assert_frame_equal(again.decode(table, seed=1), encoder.decode(table, seed=1))


def test_no_state_holds_a_value_of_too_few_patients(fitted):
    frame, _schema, encoder = fitted
    counts = frame["x"].astype(str).value_counts()
    rare = set(counts.index[counts < 10])
    state = encoder.state()["x"]
    shares = {"shares", "probabilities"}  # of rows: one of .15 is no value of .15
    lists = [values for name, values in state.items() if isinstance(values, list | np.ndarray) and name not in shares]
    assert not {str(value) for values in lists for value in values} & rare


def test_a_table_of_too_few_patients_is_refused():
    frame = pd.DataFrame({"patient": ["a"] * 50 + ["b"] * 50, "x": np.arange(100.0) ** 2})
    schema = Schema.infer(frame, patient_key="patient")
    with pytest.raises(ProtectionError, match="2 patients, fewer than rare_below=10"):
        TableEncoder.fit(frame, schema, seed=0)
