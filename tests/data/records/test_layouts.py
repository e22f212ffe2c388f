"""Layouts that everybody knows: told by names, keys and links known, written as they came; judged by other programs."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import synthgen as sg
from synthgen.data.records.records import Records
from synthgen.data.records.schema import RecordSchema
from synthgen.data.schema import SchemaWarning

random = np.random.default_rng(0)
PEOPLE, ROWS = 30, 120
WHO = np.repeat(np.arange(PEOPLE) * 11 + 5, ROWS // PEOPLE)
DAYS = pd.Timestamp("2015-03-01") + pd.to_timedelta(np.sort(random.integers(0, 400, (PEOPLE, 4)), axis=1).ravel(), "D")


def omop():
    concepts = pd.DataFrame({"concept_id": [0, 8507, 8532, 3004249, 3027018, 8876, 9201],
                             "concept_name": list("abcdefg"), "vocabulary_id": "x"})  # fmt: skip
    person = pd.DataFrame({"person_id": np.unique(WHO), "gender_concept_id": random.choice([8507, 8532], PEOPLE),
                           "year_of_birth": random.integers(1930, 1990, PEOPLE), "provider_id": 1})  # fmt: skip
    visits = pd.DataFrame({"visit_occurrence_id": np.arange(ROWS) * 3 + 1, "person_id": WHO, "visit_concept_id": 9201,
                           "visit_start_date": DAYS, "visit_end_date": DAYS + pd.Timedelta(days=2)})  # fmt: skip
    before = visits["visit_occurrence_id"].shift().astype("Int64")
    visits["preceding_visit_occurrence_id"] = before.where(visits["person_id"].duplicated())
    measurement = pd.DataFrame({
        "measurement_id": np.arange(ROWS) + 900, "person_id": WHO, "visit_occurrence_id": visits["visit_occurrence_id"],
        "measurement_concept_id": random.choice([3004249, 3027018], ROWS), "measurement_date": DAYS,
        "value_as_number": random.normal(100, 9, ROWS).round(1), "unit_concept_id": 8876,
    })  # fmt: skip
    provider = pd.DataFrame({"provider_id": [1], "provider_name": ["Dr. No"]})
    return {"concept": concepts, "person": person, "visit_occurrence": visits, "measurement": measurement,
            "provider": provider}  # fmt: skip


def written(tables, folder, form="parquet"):
    folder.mkdir()
    for name, frame in tables.items():
        sg.write(frame, folder / f"{name}.{form}")
    return sg.read(folder)


def test_omop_has_the_keys_and_links_of_ohdsi(tmp_path):
    records = written(omop(), tmp_path / "cdm")
    schema = records.schema
    records.validate()
    assert (schema.layout, schema.root) == ("omop", "person")
    assert schema.levels == (("person",), ("visit_occurrence",), ("measurement",))
    links = {str(link): link.implied for link in schema.tables["measurement"].links}
    assert links == {"visit_occurrence_id -> visit_occurrence": False, "person_id -> person": True,
                     "measurement_concept_id -> concept": False, "unit_concept_id -> concept": False}  # fmt: skip
    assert "preceding_visit_occurrence_id -> visit_occurrence" in map(str, schema.tables["visit_occurrence"].links)
    assert (schema.tables["concept"].public, schema.undecided) == (True, ("provider",))
    kinds = schema.tables["measurement"]
    assert (kinds.kind, kinds.value, kinds.unit) == ("measurement_concept_id", "value_as_number", "unit_concept_id")
    assert RecordSchema.from_dict(schema.to_dict()).layout == "omop"


DDL = """CREATE TABLE person (person_id integer NOT NULL, gender_concept_id integer NOT NULL,
    year_of_birth integer NOT NULL, provider_id integer NULL);
CREATE TABLE visit_occurrence (visit_occurrence_id integer NOT NULL, person_id integer NOT NULL,
    visit_concept_id integer NOT NULL, visit_start_date date NOT NULL, visit_end_date date NOT NULL,
    preceding_visit_occurrence_id integer NULL);
CREATE TABLE measurement (measurement_id integer NOT NULL, person_id integer NOT NULL, visit_occurrence_id integer NULL,
    measurement_concept_id integer NOT NULL, measurement_date date NOT NULL, value_as_number NUMERIC NULL,
    unit_concept_id integer NULL);
"""
"""OHDSI's own statements for version 5.4 (OMOPCDM_duckdb_5.4_ddl.sql), of the columns that the tables here have."""


def test_duckdb_loads_a_written_omop_set_by_ohdsis_statements(tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed: pip install duckdb")
    records = written(omop(), tmp_path / "cdm")
    sg.write(records.take(np.arange(10)), tmp_path / "out")
    with duckdb.connect() as database:
        database.execute(DDL)
        for name in ("person", "visit_occurrence", "measurement"):
            database.execute(f"COPY {name} FROM '{tmp_path / 'out' / name}.csv' (HEADER)")
        assert database.execute("SELECT count(*) FROM measurement JOIN person USING (person_id)").fetchone() == (40,)


def test_mimic_knows_its_lists_and_asks_about_people(tmp_path):
    patients = pd.DataFrame({"SUBJECT_ID": np.unique(WHO), "GENDER": random.choice(["F", "M"], PEOPLE)})
    admissions = pd.DataFrame({"SUBJECT_ID": WHO, "HADM_ID": np.arange(ROWS) * 7 + 100_000, "ADMITTIME": DAYS})
    charts = pd.DataFrame({"SUBJECT_ID": WHO, "HADM_ID": admissions["HADM_ID"], "CGID": 7,
                           "ITEMID": random.choice([211, 618], ROWS), "CHARTTIME": DAYS, "VALUEUOM": "bpm",
                           "VALUENUM": random.normal(80, 5, ROWS)})  # fmt: skip
    items = pd.DataFrame({"ITEMID": [211, 618, 900], "LABEL": ["Heart Rate", "Respiratory Rate", "unused"]})
    staff = pd.DataFrame({"CGID": [7, 8], "LABEL": ["RN", "MD"]})
    tables = {"PATIENTS": patients, "ADMISSIONS": admissions, "CHARTEVENTS": charts, "D_ITEMS": items,
              "CAREGIVERS": staff}  # fmt: skip
    schema = written(tables, tmp_path / "mimic").schema
    assert (schema.layout, schema.root, schema.undecided) == ("mimic", "PATIENTS", ("CAREGIVERS",))
    assert schema.tables["D_ITEMS"].public is True
    assert schema.tables["CAREGIVERS"].links == ()
    assert {link.orphans for link in schema.tables["ADMISSIONS"].links} == {"refuse"}
    charts = schema.tables["CHARTEVENTS"]
    assert (charts.kind, charts.value, charts.unit) == ("ITEMID", "VALUENUM", "VALUEUOM")
    assert [str(link) for link in charts.links][:2] == ["HADM_ID -> ADMISSIONS", "SUBJECT_ID -> PATIENTS"]


def sdtm():
    start = pd.Series(pd.Timestamp("2014-01-10") + pd.to_timedelta(np.arange(PEOPLE) * 3, "D"))
    people = [f"01-{n:04}" for n in range(PEOPLE)]
    dm = pd.DataFrame({"STUDYID": "S", "DOMAIN": "DM", "USUBJID": people, "RFSTDTC": start.dt.strftime("%Y-%m-%d"),
                       "AGE": random.integers(40, 90, PEOPLE)})  # fmt: skip
    days = np.tile([-7, 1, 14, 30], PEOPLE)
    whose = np.repeat(np.arange(PEOPLE), 4)
    dates = start.to_numpy()[whose] + pd.to_timedelta(days - (days > 0), "D").to_numpy()
    vs = pd.DataFrame({"STUDYID": "S", "DOMAIN": "VS", "USUBJID": np.array(people)[whose],
                       "VSSEQ": np.tile([1, 2, 3, 4], PEOPLE), "VSTESTCD": random.choice(["PULSE", "TEMP"], len(whose)),
                       "VSSTRESN": random.normal(70, 4, len(whose)), "VSSTRESU": "x",
                       "VSDTC": pd.Series(dates).dt.strftime("%Y-%m-%d"), "VSDY": days})  # fmt: skip
    vs.loc[0, "VSDTC"] = "2014-01"  # dates may be partial
    return {"dm": dm, "vs": vs}


def test_sdtm_domains_are_written_with_days_that_agree_with_dates(tmp_path):
    records = written(sdtm(), tmp_path / "study")
    with pytest.warns(SchemaWarning, match=r"vs\.VSDTC"):  # a partial date makes it text
        schema = records.schema
    assert (schema.layout, schema.root, schema.tables["vs"].order) == ("sdtm", "dm", ("VSDY",))
    assert (schema.tables["vs"].kind, schema.tables["vs"].value) == ("VSTESTCD", "VSSTRESN")
    moved = records.tables["vs"].assign(VSDY=99)
    sg.write(records.with_tables({**records.tables, "vs": moved}), tmp_path / "out")
    again = pd.read_csv(tmp_path / "out" / "vs.csv")
    assert again["VSDY"].tolist() == [99, *sdtm()["vs"]["VSDY"].tolist()[1:]]
    sg.write(records, tmp_path / "same")
    assert pd.read_csv(tmp_path / "same" / "vs.csv")["VSDY"].tolist() == sdtm()["vs"]["VSDY"].tolist()


def meds(folder):
    codes = random.choice(["HR", "TEMP", "ADMISSION"], ROWS)
    events = pa.table({
        "subject_id": pa.array(WHO, pa.int64()), "time": pa.array(DAYS, pa.timestamp("us")), "code": pa.array(codes),
        "numeric_value": pa.array(np.where(codes == "ADMISSION", np.nan, 80), pa.float32(), from_pandas=True),
    })  # fmt: skip
    (folder / "data" / "train").mkdir(parents=True)
    (folder / "metadata").mkdir()
    pq.write_table(events.slice(0, 60), folder / "data" / "train" / "0.parquet")
    pq.write_table(events.slice(60), folder / "data" / "train" / "1.parquet")
    known = {"code": ["HR", "TEMP", "ADMISSION"], "description": ["Heart rate", "Temperature", None],
             "parent_codes": [["LOINC/8867-4"], None, None]}  # fmt: skip
    pq.write_table(pa.table(known), folder / "metadata" / "codes.parquet")
    splits = {"subject_id": pa.array(np.unique(WHO), pa.int64()), "split": ["train"] * 20 + ["held_out"] * 10}
    pq.write_table(pa.table(splits), folder / "metadata" / "subject_splits.parquet")
    return events


def test_a_meds_set_comes_back_as_it_came(tmp_path):
    events = meds(tmp_path / "cohort")
    records = sg.read(tmp_path / "cohort")
    records.validate()
    schema = records.schema
    assert (schema.layout, schema.levels, len(records)) == ("meds", (("subjects",), ("events",)), PEOPLE)
    assert (schema.tables["events"].kind, schema.tables["events"].value) == ("code", "numeric_value")
    assert schema.tables["codes"].public is True
    sg.write(records, tmp_path / "out")
    again = pq.read_table(tmp_path / "out" / "data")
    assert again.select(events.column_names).to_pydict() == events.to_pydict()
    codes = pq.read_table(tmp_path / "out" / "metadata" / "codes.parquet").to_pydict()
    assert codes["parent_codes"] == [["LOINC/8867-4"], None, None]
    assert json.loads((tmp_path / "out" / "metadata" / "dataset.json").read_text())["meds_version"].startswith("0.4")
    assert sg.read(tmp_path / "out").schema == schema


def test_meds_own_package_finds_nothing_to_mend_in_it(tmp_path):
    standard = pytest.importorskip("meds", reason="meds is not installed: pip install meds")
    meds(tmp_path / "cohort")
    sg.write(sg.read(tmp_path / "cohort").take(np.arange(10)[::-1]), tmp_path / "out")
    out = tmp_path / "out"
    standard.DataSchema.validate(pq.read_table(out / standard.data_subdirectory / "0.parquet"))
    standard.CodeMetadataSchema.validate(pq.read_table(out / standard.code_metadata_filepath))
    standard.SubjectSplitSchema.validate(pq.read_table(out / standard.subject_splits_filepath))
    standard.DatasetMetadataSchema.validate(json.loads((out / standard.dataset_metadata_filepath).read_text()))


def test_what_is_in_no_layout_is_guessed():
    plain = Records(
        {"patients": pd.DataFrame({"id": [1, 2], "age": [3, 4]}), "labs": pd.DataFrame({"id": [1], "x": [2]})}
    )
    assert plain.layout is None
