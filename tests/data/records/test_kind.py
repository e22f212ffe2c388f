"""Linked tables by the one door: folders and databases out and in, and what other programs find in them."""

import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hospital import hospital

import synthgen as sg
from synthgen.data.kinds import kind_named, kind_of_path
from synthgen.data.records.orphans import RecordWarning
from synthgen.data.records.records import Records
from synthgen.data.records.schema import RecordSchema
from synthgen.errors import ReadError, SchemaError, WriteError


@pytest.fixture(scope="module")
def records():
    return Records(hospital(), RecordSchema.infer(hospital()))


def test_a_folder_goes_out_and_in(records, tmp_path):
    sg.write(records, tmp_path / "out", form="parquet", private=True)
    assert pq.read_table(tmp_path / "out" / "labs.parquet").num_rows == len(records.tables["labs"])
    assert (tmp_path / "out" / "labs.parquet").stat().st_mode & 0o777 == 0o600
    again = sg.read(tmp_path / "out")
    assert sorted(again.tables) == sorted(records.tables)
    for name, frame in records.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)
    assert again.schema.confirmed() == records.schema.confirmed()
    with pytest.raises(WriteError, match="out is there already"):
        sg.write(records, tmp_path / "out")
    with pytest.raises(WriteError, match="takes no option 'kind'. There are: form, private"):
        sg.write(records, tmp_path / "other", kind="png")


def test_text_files_say_the_same_tables(records, tmp_path):
    sg.write(records, tmp_path / "out")
    labs = pd.read_csv(tmp_path / "out" / "labs.csv")
    np.testing.assert_allclose(labs["value"], records.tables["labs"]["value"])
    again = sg.read(tmp_path / "out")
    assert again.schema.levels == records.schema.levels
    kind = kind_named("records")
    assert kind.digest(again) == kind.digest(records)
    assert kind.digest(again.take(np.arange(len(again))[::-1])) != kind.digest(records)


def test_a_sqlite_file_declares_keys_and_links_that_hold(records, tmp_path):
    path = tmp_path / "hospital.sqlite"
    sg.write(records, path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = {row[2:5] for row in database.execute("PRAGMA foreign_key_list(labs)")}
        assert found == {("admissions", "admission_id", "admission_id"), ("patients", "patient_id", "patient_id")}
        joined = "SELECT count(*) FROM labs JOIN admissions USING (admission_id) JOIN patients USING (patient_id)"
        assert database.execute(joined).fetchone() == (len(records.tables["labs"]),)
    again = sg.read(path)
    for name, frame in records.tables.items():
        pd.testing.assert_frame_equal(again.tables[name][frame.columns], frame, check_dtype=False)
        assert [str(t).lower() for t in again.tables[name].dtypes] == [str(t).lower() for t in frame.dtypes]
    assert again.schema.confirmed() == records.schema.confirmed()


def test_what_a_database_declares_counts_though_names_say_nothing(tmp_path):
    path = tmp_path / "clinic.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript("""
            CREATE TABLE a (k INTEGER PRIMARY KEY, age INTEGER, seen BOOLEAN, born DATE);
            CREATE TABLE b (one INTEGER, two TEXT, x REAL, PRIMARY KEY (one, two), FOREIGN KEY (one) REFERENCES a);
            CREATE TABLE c (p INTEGER, q TEXT, t INTEGER, FOREIGN KEY (p, q) REFERENCES b (one, two));
        """)
        database.executemany("INSERT INTO a VALUES (?, ?, ?, ?)", [(n, n % 9, n % 2, "1970-01-02") for n in range(40)])
        database.executemany("INSERT INTO b VALUES (?, ?, ?)", [(n // 2, "lr"[n % 2], n / 8) for n in range(80)])
        database.executemany(
            "INSERT INTO c VALUES (?, ?, ?)", [(n // 4, "lr"[n % 2], n % 5 or None) for n in range(160)]
        )
    records = sg.read(path, root="a")
    records.validate()
    assert records.schema.levels == (("a",), ("b",), ("c",))
    assert records.schema.tables["c"].links[0].columns == ("p", "q")
    assert records.owners("c").tolist() == [n // 4 for n in range(160)]
    assert records.tables["a"]["seen"].dtype == bool
    assert records.tables["a"]["born"].dt.year.eq(1970).all()
    assert str(records.tables["c"]["t"].dtype) == "Int64"
    with pytest.raises(ReadError, match="a database, takes no option 'separator'. There are: schema, root"):
        sg.read(path, separator=";")


def test_a_duckdb_file_goes_out_and_in(records, tmp_path):
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed: pip install duckdb")
    path = tmp_path / "hospital.duckdb"
    sg.write(records, path)
    with closing(duckdb.connect(str(path), read_only=True)) as database:
        joined = "SELECT count(*) FROM labs JOIN admissions USING (admission_id)"
        assert database.execute(joined).fetchone() == (len(records.tables["labs"]),)
    again = sg.read(path)
    assert again.schema.confirmed() == records.schema.confirmed()
    for name, frame in records.tables.items():
        pd.testing.assert_frame_equal(again.tables[name][frame.columns], frame, check_dtype=False)


def test_without_duckdb_its_files_say_what_is_needed(tmp_path, records, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(WriteError, match=r"needs the package duckdb: pip install 'synthgen\[records\]'"):
        sg.write(records, tmp_path / "hospital.duckdb")
    assert list(tmp_path.iterdir()) == []


def test_which_paths_are_claimed(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.csv").write_text("x\n1\n")
    (tmp_path / "two").mkdir()
    for name in ("a.csv", "b.parquet", ".hidden.csv"):
        (tmp_path / "two" / name).write_text("x\n1\n")
    assert kind_of_path(tmp_path / "two").name == "records"
    assert kind_of_path(tmp_path / "new.sqlite").name == "records"
    with pytest.raises(ReadError, match="1 of 1 files that hold tables: name one of them"):
        kind_of_path(tmp_path / "one")
    (tmp_path / "notes.db").write_text("no database")
    with pytest.raises(ReadError, match="of no format that is read"):
        kind_of_path(tmp_path / "notes.db")
    (tmp_path / "broken.db").write_bytes(b"SQLite format 3\0" + b"x" * 200)
    with pytest.raises(ReadError, match="cannot be read as SQLite"):
        sg.read(tmp_path / "broken.db")


def test_names_that_clash_and_files_that_are_not_read(tmp_path):
    folder = tmp_path / "hospital"
    folder.mkdir()
    (folder / "patients.csv").write_text("id,age\n1,2\n2,3\n")
    (folder / "visits.csv").write_text("id,day\n1,2\n1,3\n")
    (folder / "readme.md").write_text("of the clinic")
    assert sorted(sg.read(folder).tables) == ["patients", "visits"]
    (folder / "labs.xpt").write_text("")
    with pytest.warns(RecordWarning, match=r"not read are left out: 1 that end in \.xpt"):
        sg.read(folder)
    (folder / "labs.xpt").unlink()
    (folder / "PATIENTS.tsv").write_text("id\tage\n")
    with pytest.raises(ReadError, match=r"the files \['PATIENTS.tsv', 'patients.csv'\] would be one table"):
        sg.read(folder)


def test_the_one_schema_and_the_one_split_know_linked_tables(records, tmp_path):
    plain = Records(hospital())
    schema = sg.Schema.infer(plain, rare_below=7)
    assert (type(schema), schema.rare_below) == (RecordSchema, 7)
    schema.to_yaml(tmp_path / "hospital.yaml")
    assert sg.Schema.from_yaml(tmp_path / "hospital.yaml") == schema
    train, holdout = sg.split(records, holdout=0.3, seed=1)
    assert (len(train), len(holdout)) == (28, 12)
    with pytest.raises(SchemaError, match="by names 'ward', but linked tables are divided by the rows of 'patients'"):
        sg.split(records, by="ward")
    with pytest.raises(SchemaError, match="the schema of linked tables, where that of one table is expected"):
        getattr(schema, "columns")  # noqa: B009 - as those do who take it for the schema of one table
    with pytest.raises(SchemaError, match="Expected linked tables, whose schema this is. Received DataFrame"):
        schema.validate(pd.DataFrame({"a": [1]}))


def test_patients_are_the_same_whatever_order_their_rows_come_in(records):
    kind = kind_named("records")
    columns, key = kind.counted(records, None)
    assert key == "patients.patient_id"
    assert "labs.value" in columns
    assert "labs.admission_id" not in columns
    shuffled = Records({name: frame.sample(frac=1, random_state=0) if name != "patients" else frame
                        for name, frame in records.tables.items()}, records.schema)  # fmt: skip
    assert list(kind.contents(records, columns)) == list(kind.contents(shuffled, columns))
    changed = {name: frame.copy() for name, frame in records.tables.items()}
    changed["labs"].loc[3, "value"] += 1
    other = list(kind.contents(Records(changed, records.schema), columns))
    differing = [
        n for n, (one, two) in enumerate(zip(kind.contents(records, columns), other, strict=True)) if one != two
    ]
    assert differing == [records.owners("labs")[3]]
    assert len(set(kind.patients(records, key))) == 40
