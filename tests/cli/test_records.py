"""Linked tables at the command line: described, drawn, their schema written; what cannot be done yet is refused."""

from xml.etree import ElementTree

import pytest
from hospital import hospital

import synthgen as sg
from synthgen.data.records.records import Records
from synthgen.data.records.schema import RecordSchema


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("records") / "hospital"
    tables = hospital()
    tables["admissions"].loc[0, "discharge_time"] = tables["admissions"].loc[0, "admit_time"]
    sg.write(Records(tables, RecordSchema.infer(tables)), path)
    return path


def test_a_hospital_is_described_and_drawn(folder, run, tmp_path):
    _, said, _ = run("describe", folder, "-o", tmp_path / "hospital.yaml", "--picture", tmp_path / "hospital.svg")
    assert "40 patients in 6 tables" in said
    assert "└─ labs: " in said
    assert "by admission_id, in the order of minute, value of test in unit, and so to patients by patient_id" in said
    assert "Lookup 'staff' is referred to: may everybody see it as it is?" in said
    assert "40 patients are few" in said
    schema = RecordSchema.from_yaml(tmp_path / "hospital.yaml")
    assert schema.undecided == ("staff",)
    picture = ElementTree.parse(tmp_path / "hospital.svg").getroot()
    ids = {element.get("id") for element in picture.iter() if element.get("id")}
    assert {"labs", "labs.admission_id->admissions", "notes.staff_id->staff"} <= ids
    values = {str(value) for value in hospital()["staff"]["surname"]}
    assert not any(value in said + (tmp_path / "hospital.yaml").read_text() for value in values)


@pytest.mark.parametrize(("verb", "said"), [
    (["fit", "hospital", "-o", "m.synthgen"], "No model learns linked tables yet"),
    (["describe", "hospital", "--patient-key", "patient_id"], "--patient-key is not for records"),
    (["describe", "hospital/labs.csv", "--picture", "labs.svg"], "--picture is not for tables"),
    (["tune", "hospital", "-o", "m.synthgen"], "holds records. This verb is for tables"),
    (["evaluate", "--train", "hospital", "--synthetic", "hospital"], "train: expected"),
    (["fit", "hospital/labs.csv", "--schema", "hospital.yaml", "-o", "m.synthgen"], "expected a schema of tables"),
])  # fmt: skip
def test_what_cannot_be_done_with_linked_tables_is_refused(folder, fails, tmp_path, verb, said):
    RecordSchema.infer(hospital()).to_yaml(tmp_path / "hospital.yaml")
    there = {"hospital": folder, "hospital/labs.csv": folder / "labs.csv"}
    named = [
        there.get(word, tmp_path / word if word.endswith((".yaml", ".svg", ".synthgen")) else word) for word in verb
    ]
    assert said in fails(*named)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hospital.yaml"]


def test_a_schema_of_linked_tables_is_confirmed(run, tmp_path):
    path = tmp_path / "hospital.yaml"
    RecordSchema.infer(hospital()).to_yaml(path)
    _, said, _ = run("confirm", path)
    assert "labs.minute: kind numerical, dtype int64, decimals 0" in said
    assert RecordSchema.from_yaml(path).inferred == []
