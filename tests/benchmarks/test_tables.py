"""Data sets: what loaders make of a folder, what they skip, and what simulated tables hold."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from benchmarks import plan, tables
from benchmarks.peers import stopwatch
from benchmarks.simulated import AXES, mixed, places, simulated


@pytest.fixture
def encounters(tmp_path):
    """A folder that holds encounters of forty patients, three each."""
    (tmp_path / "diabetes130").mkdir()
    rows = np.arange(120)
    frame = pd.DataFrame({
        "encounter_id": rows, "patient_nbr": rows // 3, "weight": np.where(rows % 2, "?", "[50-75)"), "examide": "No",
        "time_in_hospital": rows % 14, **dict.fromkeys(tables.DIABETES_CODES, rows % 5),
        "readmitted": np.where(rows % 3, "NO", "<30"),
    })  # fmt: skip
    frame.to_csv(tmp_path / "diabetes130" / "encounters.csv.gz", index=False)
    return tmp_path


def test_encounters_are_split_by_patient_and_name_nobody(encounters):
    data = tables.load("diabetes130", data=encounters)
    train, test = data.train.index // 3, data.test.index // 3
    assert set(train) & set(test) == set()
    assert len(train) + len(test) == 120
    assert not {"encounter_id", "patient_nbr", "examide"} & set(data.train)


def test_codes_and_gaps_survive_the_way_through_the_file(encounters, tmp_path):
    data = tables.load("diabetes130", data=encounters)
    paths = data.write(tmp_path)
    kinds = stopwatch.kinds(paths["schema"])
    assert {kinds[name] for name in tables.DIABETES_CODES} == {"categorical"}
    assert kinds["time_in_hospital"] == "numerical"
    read = stopwatch.read_table(paths["train"], kinds)
    pd.testing.assert_frame_equal(read, data.train.reset_index(drop=True))
    assert read["weight"].isna().any()


def test_an_absent_folder_is_skipped_and_said(tmp_path):
    console = Console(file=io.StringIO(), width=200)
    ready = plan.prepare_all(["adult", "breast_cancer"], data=tmp_path, folder=tmp_path / "out", console=console)
    assert [files.name for files in ready] == ["breast_cancer"]
    assert "Skipped adult" in console.file.getvalue() and "--data" in console.file.getvalue()


def test_an_unknown_data_set_is_refused(tmp_path):
    with pytest.raises(KeyError, match="Did you mean 'adult'"):
        tables.load("adlt", data=tmp_path)


def test_the_outcome_is_in_one_column_of_support(tmp_path):
    rows = np.arange(50)
    frame = pd.DataFrame(dict.fromkeys(tables.SUPPORT_DROPPED, rows))
    frame = frame.assign(age=rows / 3, **dict.fromkeys(tables.SUPPORT_BOOLEANS, rows % 2))
    (tmp_path / "support2").mkdir()
    frame.to_csv(tmp_path / "support2" / "patients.csv.gz", index=False)
    data = tables.load("support2", data=tmp_path)
    assert list(data.train) == ["age", *tables.SUPPORT_BOOLEANS]
    assert set(data.train["hospdead"]) == {"no", "yes"}


@pytest.mark.parametrize("name", tables.PACKAGED)
def test_packaged_sets_have_their_target_and_no_names(name, tmp_path):
    data = tables.load(name, data=tmp_path)
    assert data.target in data.train and list(data.train) == list(data.test)
    paths = data.write(tmp_path)
    assert set(stopwatch.kinds(paths["schema"]).values()) <= {"numerical", "categorical", "boolean"}


def test_the_same_data_has_the_same_digest_and_other_data_another(tmp_path):
    data = tables.load("diabetes", data=tmp_path)
    first = plan.prepare(data, tmp_path)
    assert plan.prepare(data, tmp_path).digest == first.digest
    changed = tables.DataSet(name=data.name, title="", target=data.target, train=data.train.iloc[1:], test=data.test)
    assert plan.prepare(changed, tmp_path).digest != first.digest
    assert first.shape == (len(data.train), len(data.test), 11)


def test_simulated_tables_have_the_size_asked_for_and_related_columns():
    frame = mixed(500, 15, seed=0)
    assert frame.shape == (500, 15)
    assert frame["whole_2"].corr(frame["outcome"].astype(float)) > 0.3
    assert len({str(dtype) for dtype in frame.dtypes}) >= 4
    pd.testing.assert_frame_equal(frame, mixed(500, 15, seed=0))
    assert places(5_000, 10, seed=0)["place"].nunique() == 10
    data = simulated("columns", AXES["columns"][0])
    assert data.train.shape == (20_000, 10) and data.name == "columns-10"


def test_a_stopwatch_measures_seconds_and_memory(tmp_path):
    watch = stopwatch.Stopwatch()
    with watch.time("sample"):
        held = np.ones(30 * 2**20 // 8)  # 30 MiB
    watch.write(str(tmp_path / "t.json"), rows=len(held))
    figures = json.loads((tmp_path / "t.json").read_text())
    assert figures["sample_seconds"] > 0
    assert figures["sample_rows_per_second"] == pytest.approx(len(held) / figures["sample_seconds"])
    assert figures["peak_memory_mib"] >= figures["start_memory_mib"] > 10
