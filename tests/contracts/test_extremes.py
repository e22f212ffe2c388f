"""One patient's cells at a million times the rest, or a billion times: no number that leaves the house tells which."""

import zipfile

import numpy as np
import pandas as pd
import pytest

import synthgen as sg

FAR = (1e6, 1e9)
CALENDAR = pd.Timestamp("2015-01-01")


def table(seed: int, rows: int = 500) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.integers(20, 90, rows)
    return pd.DataFrame(
        {
            "patient": [f"P{seed}{i // 2:04d}" for i in range(rows)],
            "age": age,
            "cost": np.round(rng.lognormal(3, 1, rows) + age, 2),
            "lab": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(5, 1, rows)),
            "visits": rng.poisson(1.5, rows),
            "seen": CALENDAR + pd.to_timedelta(rng.integers(0, 900, rows), "D"),
            "sex": rng.choice(["f", "m"], rows),
            "ill": rng.random(rows) < age / 150,
        }
    )


def with_far(frame: pd.DataFrame, far: float) -> pd.DataFrame:
    """The first patient's two rows: numbers far above the rest in one, far below in the other."""
    frame = frame.copy()
    for name in ("age", "cost", "lab", "visits"):
        spread = frame[name].max() - frame[name].min()
        frame.loc[0, name] = round(far * spread)
        frame.loc[1, name] = -round(far * spread)
    frame.loc[[0, 1], "seen"] = CALENDAR + pd.to_timedelta([18_000 * np.log10(far) / 9] * 2, "D") * [1, -1]
    frame["seen"] = frame["seen"].dt.floor("D")
    return frame


@pytest.fixture(scope="module")
def schema():
    return sg.Schema.infer(table(1), patient_key="patient")


def test_model_files_and_rows_hold_nothing_of_it(schema, tmp_path):
    """Every member of the file byte by byte: encoder, copula, calibrator. What networks learn is the same rows in code
    (`tests/encoding/test_extremes.py`)."""
    files, rows = [], []
    for far in FAR:
        fitted = sg.GaussianCopula(seed=0).fit(with_far(table(1), far), schema=schema, verbose=False)
        fitted.save(tmp_path / "m.synthgen")
        with zipfile.ZipFile(tmp_path / "m.synthgen") as file:
            files.append({name: file.read(name) for name in file.namelist()})
        rows.append(fitted.sample(2_000, seed=1, verbose=False))
    assert files[0].keys() == files[1].keys()
    assert [name for name in files[0] if files[0][name] != files[1][name]] == []
    pd.testing.assert_frame_equal(*rows)
    others = table(1)[2:]
    for name in ("age", "cost", "lab", "visits", "seen"):
        assert rows[0][name].dropna().between(others[name].min(), others[name].max()).all(), name


def test_reports_hold_nothing_of_it(schema):
    """Every number of the report: metrics, intervals, histograms, the projection, subgroups."""
    said = []
    for far in FAR:
        tables = {"train": with_far(table(1), far), "synthetic": table(2), "holdout": with_far(table(3), far)}
        found = sg.evaluate(**tables, schema=schema, target="cost", subgroups=["age"], verbose=False).to_dict()
        said.append(
            {place: value for place, value in leaves(found) if place.split("/")[-1] not in ("created", "seconds")}
        )
    moved = {place: (said[0].get(place), said[1].get(place)) for place in said[0].keys() | said[1].keys()
             if said[0].get(place) != said[1].get(place)}  # fmt: skip
    assert moved == {}
    ends = [value for place, value in said[0].items() if "histograms" in place and place.endswith(("low", "high"))]
    assert max(value for value in ends if value is not None) < 3e9  # seconds of dates; nothing else is as large


def leaves(found, place=""):
    """Every number and word of nested dictionaries and lists, by where it stands."""
    inner = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list | tuple) else None
    if inner is None:
        yield place, found
    else:
        for key, value in inner:
            yield from leaves(value, f"{place}/{key}")
