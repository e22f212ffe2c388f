"""What linked tables are is guessed from names, then values: sets of known structure, and traps that must not catch."""

import numpy as np
import pandas as pd
import pytest
from hospital import hospital

from synthgen.data.records.records import Records
from synthgen.data.records.schema import RecordSchema
from synthgen.data.schema import SchemaWarning
from synthgen.errors import SchemaError


@pytest.fixture(scope="module")
def schema():
    return RecordSchema.infer(hospital())


def links(schema, table):
    return [(str(link), link.implied) for link in schema.tables[table].links]


def test_the_hospital_is_understood(schema):
    assert schema.root == "patients"
    assert schema.levels == (("patients",), ("admissions", "notes"), ("labs",))
    keys = {name: table.key for name, table in schema.tables.items()}
    assert keys == {"patients": ("patient_id",), "admissions": ("admission_id",), "notes": (), "labs": (),
                    "ward_codes": ("ward",), "staff": ("staff_id",)}  # fmt: skip
    assert links(schema, "admissions") == [("patient_id -> patients", False), ("ward -> ward_codes", False)]
    assert links(schema, "labs") == [("admission_id -> admissions", False), ("patient_id -> patients", True)]
    assert links(schema, "notes") == [("patient_id -> patients", False), ("staff_id -> staff", False)]


def test_lists_of_codes_are_public_and_people_are_asked_about(schema):
    assert schema.tables["ward_codes"].public is True
    assert schema.undecided == ("staff",)
    assert schema.tables["admissions"].columns["ward"].kind == "categorical"
    assert schema.tables["notes"].columns["staff_id"].kind == "identifier"
    assert schema.decided(staff=True).tables["notes"].columns["staff_id"].kind == "categorical"


def test_time_and_measurements_are_found(schema):
    admissions, labs = schema.tables["admissions"], schema.tables["labs"]
    assert (admissions.order, admissions.interval) == (("admit_time",), ("admit_time", "discharge_time"))
    assert (labs.order, labs.kind, labs.value, labs.unit) == (("minute",), "test", "value", "unit")
    assert admissions.clocks == {"admit_time": "calendar", "discharge_time": "calendar"}
    assert labs.clocks == {"minute": "patient"}


def test_shifted_dates_are_the_patients_own():
    tables = hospital()
    for name in ("admit_time", "discharge_time"):
        shift = tables["admissions"]["patient_id"] % 7 * 10_000
        tables["admissions"][name] += pd.to_timedelta(10_000 + shift, "D")
    clocks = RecordSchema.infer(tables).tables["admissions"].clocks
    assert set(clocks.values()) == {"patient"}


def test_values_alone_make_no_link():
    """Small dense whole numbers are in the range of every key that counts from one."""
    people = pd.DataFrame({"id": np.arange(1, 101), "age": np.arange(100) % 60})
    visits = pd.DataFrame({"person_id": np.repeat(np.arange(1, 101), 3), "room": np.tile([1, 2, 3], 100),
                           "score": np.arange(300) % 50 + 1})  # fmt: skip
    rooms = pd.DataFrame({"id": np.arange(1, 61), "beds": np.arange(60) % 4})
    schema = RecordSchema.infer({"people": people, "visits": visits.assign(row_id=np.arange(300)), "beds": rooms})
    assert links(schema, "visits") == [("person_id -> people", False)]
    assert schema.tables["beds"].role == "lookup"
    assert schema.undecided == ("beds",)


def test_a_name_whose_values_disagree_is_asked_about():
    tables = hospital()
    tables["labs"].loc[: len(tables["labs"]) // 4, "admission_id"] = 1
    said = r"labs.admission_id could refer to admissions.admission_id, but \d+ of \d+ values name no row"
    with pytest.warns(SchemaWarning, match=said):
        schema = RecordSchema.infer(tables)
    assert links(schema, "labs") == [("patient_id -> patients", False)]


def test_a_link_with_gaps_points_and_the_complete_one_leads():
    tables = hospital()
    tables["labs"]["admission_id"] = tables["labs"]["admission_id"].where(np.arange(len(tables["labs"])) % 3 > 0)
    records = Records(tables)
    assert links(records.schema, "labs") == [("patient_id -> patients", False), ("admission_id -> admissions", False)]
    assert records.schema.pointers("labs") == records.schema.tables["labs"].links[1:]
    assert (records.positions("labs", records.schema.pointers("labs")[0]) < 0).mean() > 0.3


def test_rows_that_name_rows_of_their_own_table():
    people = pd.DataFrame({"person_id": np.arange(50) * 13, "age": np.arange(50) % 9})
    people["mother_person_id"] = (people["person_id"] // 2 // 13 * 13).where(people.index > 9)
    visits = pd.DataFrame({"person_id": np.repeat(people["person_id"], 2), "day": np.arange(100) % 7})
    schema = RecordSchema.infer({"visits": visits, "people": people})
    assert links(schema, "people") == [("mother_person_id -> people", False)]
    people.loc[0, "mother_person_id"], people.loc[1, "mother_person_id"] = 13, 0
    assert not links(RecordSchema.infer({"visits": visits, "people": people}), "people")


@pytest.mark.parametrize("second", ["outcomes", "zz"])
def test_a_table_with_a_row_for_each_patient_beside_the_root(second):
    tables = hospital()
    tables[second] = tables["patients"][["patient_id"]].assign(died=np.arange(40) % 2).iloc[::-1]
    schema = RecordSchema.infer(tables)
    assert (schema.root, links(schema, second)) == ("patients", [("patient_id -> patients", False)])


def test_an_unclear_root_is_asked_for():
    visits = pd.DataFrame(
        {"pupil_id": np.arange(30) // 2 * 9, "school_id": np.arange(30) % 15 * 7, "day": np.arange(30)}
    )
    tables = {"visits": visits, "pupils": pd.DataFrame({"pupil_id": np.arange(15) * 9, "age": 7}),
              "schools": pd.DataFrame({"school_id": np.arange(15) * 7, "size": 3})}  # fmt: skip
    with pytest.raises(SchemaError, match=r"Which table has a row for each patient\? It could be .*root="):
        RecordSchema.infer(tables)
    assert RecordSchema.infer(tables, root="pupils").undecided == ("schools",)
    with pytest.raises(SchemaError, match="root names 'pupil'.*Did you mean 'pupils'"):
        RecordSchema.infer(tables, root="pupil")


def test_types_of_keys_that_differ_by_gaps_are_still_the_same():
    tables = hospital()
    tables["notes"]["patient_id"] = tables["notes"]["patient_id"].astype("float64")
    tables["admissions"]["patient_id"] = tables["admissions"]["patient_id"].astype("Int64")
    records = Records(tables)
    records.validate()
    assert records.schema.levels[1] == ("admissions", "notes")


def test_drugs_of_few_patients_are_categories_and_notes_are_text():
    """More different drugs than half the patients, as in a small hospital; most rows hold one that many had."""
    tables = hospital()
    tables["notes"] = pd.concat([tables["notes"]] * 8, ignore_index=True)
    rows = len(tables["notes"])
    random = np.random.default_rng(0)
    tables["notes"]["drug"] = [f"drug {n}" for n in np.minimum(random.geometric(0.05, rows), 60)]
    tables["notes"]["said"] = [f"on day {n} she said that {n} hurts" for n in range(rows)]
    with pytest.warns(SchemaWarning, match=r"notes\.said"):
        columns = RecordSchema.infer(tables).tables["notes"].columns
    assert (columns["drug"].kind, columns["said"].kind) == ("categorical", "text")


def test_tables_without_time_or_rows_and_one_patient():
    tables = hospital()
    tables["notes"] = tables["notes"][["patient_id", "staff_id"]]
    tables["labs"] = tables["labs"].iloc[:0]
    records = Records(tables)
    records.validate()
    assert records.schema.tables["notes"].order == ()
    assert links(records.schema, "labs")[0][0].endswith("patients") or links(records.schema, "labs")
    one = records.take([0])
    one.validate()
    assert len(one) == 1


def test_a_patient_who_names_a_row_of_her_own_is_said_not_to_be_linked():
    tables = hospital()
    last = tables["admissions"].drop_duplicates("patient_id").set_index("patient_id")["admission_id"]
    tables["patients"]["last_admission_id"] = tables["patients"]["patient_id"].map(last)
    with pytest.warns(SchemaWarning, match="patients.last_admission_id refers to admissions, whose rows belong"):
        schema = RecordSchema.infer(tables)
    assert schema.levels == (("patients",), ("admissions", "notes"), ("labs",))
