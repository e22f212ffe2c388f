"""Records: whose each row is, parts of them, and every way in which tables and their schema can disagree."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hospital import hospital
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgen.data.columns import Categorical, Datetime, Identifier, Numerical
from synthgen.data.records.link import Link
from synthgen.data.records.linked_table import LinkedTable
from synthgen.data.records.orphans import RecordWarning
from synthgen.data.records.owners import OWNER
from synthgen.data.records.records import Records
from synthgen.data.records.schema import RecordSchema
from synthgen.errors import SchemaError


@pytest.fixture(scope="module")
def schema():
    return RecordSchema.infer(hospital())


@pytest.fixture
def tables():
    return hospital()


def changed(schema, table, **fields):
    """The schema with other fields of one table."""
    return replace(schema, tables={**schema.tables, table: replace(schema.tables[table], **fields)})


def test_whose_each_row_is(tables, schema):
    records = Records(tables, schema)
    place = {key: n for n, key in enumerate(tables["patients"]["patient_id"])}
    assert len(records) == 40
    assert records.owners("labs").tolist() == tables["labs"]["patient_id"].map(place).tolist()
    above = records.positions("labs")
    assert (tables["admissions"]["admission_id"].to_numpy()[above] == tables["labs"]["admission_id"]).all()
    with pytest.raises(SchemaError, match="'staff' is a lookup: its rows belong to no patient"):
        records.owners("staff")


def test_a_link_that_is_missing_leads_to_the_patient_by_another(tables, schema):
    tables["labs"]["admission_id"] = tables["labs"]["admission_id"].where(np.arange(len(tables["labs"])) % 2 > 0)
    table = schema.tables["labs"]
    columns = {**table.columns, "admission_id": replace(table.columns["admission_id"], missing=True)}
    records = Records(tables, changed(schema, "labs", columns=columns))
    records.validate()
    place = {key: n for n, key in enumerate(tables["patients"]["patient_id"])}
    assert records.owners("labs").tolist() == tables["labs"]["patient_id"].map(place).tolist()


def test_a_part_has_all_rows_of_its_patients_and_no_others(tables, schema):
    part = Records(tables, schema).take([7, 3])
    part.validate()
    keys = tables["patients"]["patient_id"].iloc[[7, 3]]
    assert part.tables["patients"]["patient_id"].tolist() == keys.tolist()
    for name in ("admissions", "labs", "notes"):
        wanted = pd.concat([tables[name][tables[name]["patient_id"] == key] for key in keys], ignore_index=True)
        pd.testing.assert_frame_equal(part.tables[name], wanted)
    pd.testing.assert_frame_equal(part.tables["ward_codes"], tables["ward_codes"])
    with pytest.raises(SchemaError, match="distinct places below 40"):
        part.take([0, 0]) if len(part) > 40 else Records(tables, schema).take([0, 0])


def test_a_split_loses_nobody_and_shares_nobody(tables, schema):
    train, holdout = Records(tables, schema).split(holdout=0.25, seed=3)
    assert (len(train), len(holdout)) == (30, 10)
    for name in ("patients", "admissions", "labs", "notes"):
        sides = [set(side.tables[name]["patient_id"]) for side in (train, holdout)]
        assert not sides[0] & sides[1]
        assert len(train.tables[name]) + len(holdout.tables[name]) == len(tables[name])
    with pytest.raises(SchemaError, match="at least 2 patients"):
        train.take([0]).split()


def test_a_table_with_its_owners_is_one_that_other_parts_understand(tables, schema):
    frame, meaning = Records(tables, schema).owned("labs")
    meaning.validate(frame)
    assert (meaning.patient_key, meaning.learned) == (OWNER, ["minute", "test", "value", "unit"])
    assert (meaning.patients(frame) == pd.factorize(Records(tables, schema).owners("labs"))[0]).all()


def corrupted(name):
    def of(function):
        CORRUPTIONS[name] = function
        return function

    return of


CORRUPTIONS = {}


@corrupted(r"tables differ from the schema's: absent \['notes'\], not in the schema \['note'\]. Did you mean 'notes'")
def _(tables):
    tables["note"] = tables.pop("notes")


@corrupted("Table 'labs': its columns differ from the schema's: absent \\['minute'\\]")
def _(tables):
    tables["labs"] = tables["labs"].drop(columns="minute")


@corrupted("Table 'labs': Column 'minute': expected numbers. Received categorical")
def _(tables):
    tables["labs"]["minute"] = np.where(tables["labs"]["minute"] > 100, "late", "early")


@corrupted("Table 'patients' has no row, and so there is no patient")
def _(tables):
    tables["patients"] = tables["patients"].iloc[:0]


@corrupted(r"Table 'admissions': 1 of \d+ rows repeat the key \['admission_id'\]")
def _(tables):
    tables["admissions"].loc[1, "admission_id"] = tables["admissions"].loc[0, "admission_id"]


@corrupted("Table 'patients': Column 'patient_id': 1 values are missing")
def _(tables):
    tables["patients"]["patient_id"] = tables["patients"]["patient_id"].where(tables["patients"].index > 0)


@corrupted(r"Table 'notes': \d+ of \d+ rows name by \['patient_id'\] a row that is not in 'patients'.*orphans: drop")
def _(tables):
    tables["notes"].loc[:2, "patient_id"] = -5


@corrupted(r"Table 'notes': 'patient_id' holds text, and 'patient_id', which it refers to, numbers.*astype\(str\)")
def _(tables):
    tables["notes"]["patient_id"] = tables["notes"]["patient_id"].astype(str)


@corrupted(r"Table 'labs': \d+ of \d+ rows name by \['patient_id'\] another row of 'patients' than \['admission_id'\]")
def _(tables):
    tables["labs"]["patient_id"] = tables["labs"]["patient_id"].to_numpy()[::-1]


@pytest.mark.parametrize(("said", "corrupt"), CORRUPTIONS.items(), ids=range(len(CORRUPTIONS)))
def test_what_does_not_fit_is_named_and_counted(tables, schema, said, corrupt):
    Records(tables, schema).validate()
    corrupt(tables)
    with pytest.raises(SchemaError, match=said):
        Records(tables, schema).validate()


def test_rows_that_are_their_own_ancestors():
    people = pd.DataFrame({"id": [1, 2, 3, 4], "mother": pd.array([None, 1, 3, 2], dtype="Int64"), "age": 5})
    columns = {"id": Identifier(dtype="int64"), "mother": Identifier(dtype="Int64", missing=True),
               "age": Numerical(dtype="int64")}  # fmt: skip
    schema = RecordSchema({"people": LinkedTable(columns=columns, key=("id",), role="patients",
                                                 links=(Link("mother", to="people"),))}, root="people")  # fmt: skip
    Records({"people": people}, schema).validate()  # who names herself is an end
    people.loc[0, "mother"] = 4
    with pytest.raises(SchemaError, match="3 rows come back to a row that they started from by"):
        Records({"people": people}, schema).validate()


@pytest.mark.parametrize("policy", ["drop", "keep"])
def test_orphans_are_dropped_or_kept_aloud(tables, schema, policy):
    tables["admissions"] = tables["admissions"].iloc[1:]
    lost = int((tables["labs"]["admission_id"] == hospital()["admissions"]["admission_id"].iloc[0]).sum())
    assert lost
    links = (replace(schema.tables["labs"].links[0], orphans=policy), schema.tables["labs"].links[1])
    columns = dict(schema.tables["labs"].columns)
    columns["admission_id"] = replace(columns["admission_id"], missing=True)
    records = Records(tables, changed(schema, "labs", links=links, columns=columns))
    with pytest.warns(RecordWarning, match=rf"Table 'labs': .*\b{lost} of {len(tables['labs'])} rows"):
        settled = records.settled()
    assert len(settled.tables["labs"]) == len(tables["labs"]) - (lost if policy == "drop" else 0)
    assert (settled.positions("labs") < 0).sum() == (0 if policy == "drop" else lost)
    assert (settled.owners("labs") >= 0).all()


def test_rows_within_dropped_rows_go_with_them(tables, schema):
    tables["patients"] = tables["patients"].iloc[1:]
    links = (replace(schema.tables["admissions"].links[0], orphans="drop"), *schema.tables["admissions"].links[1:])
    both = changed(schema, "admissions", links=links)
    notes = (replace(schema.tables["notes"].links[0], orphans="drop"), schema.tables["notes"].links[1])
    labs = (schema.tables["labs"].links[0], replace(schema.tables["labs"].links[1], orphans="keep"))
    both = changed(changed(both, "notes", links=notes), "labs", links=labs)
    with pytest.warns(RecordWarning):
        settled = Records(tables, both).settled()
    for name in ("admissions", "labs", "notes"):
        assert (settled.owners(name) >= 0).all()


PEOPLE = LinkedTable(columns={"id": Identifier(), "age": Numerical()}, key=("id",), role="patients")


def rows(to="people", **fields):
    return LinkedTable(columns={"id": Identifier(), "day": Numerical()}, links=(Link("id", to=to),), **fields)


@pytest.mark.parametrize(("tables", "said"), [
    ({"people": PEOPLE, "visits": rows("peopl")}, "refers to 'peopl' by .* not a table of the schema. Did you mean"),
    ({"people": PEOPLE, "a": rows("b", key=("id",)), "b": rows("a", key=("id",))}, "round in a circle: a -> b -> a"),
    ({"people": PEOPLE, "a": rows("b"), "b": rows(), }, "'a' refers to 'b' by .*, which has no key"),
    ({"people": PEOPLE, "a": LinkedTable(columns={"x": Numerical()})}, "'a' has no way to 'people'"),
    ({"people": PEOPLE, "others": PEOPLE}, r"\['others'\] have the role patients, and so has the root"),
    ({"peopl": PEOPLE}, "root: expected one of the tables .* Did you mean 'peopl'"),
    ({"people": replace(PEOPLE, key=())}, "root 'people' needs a key"),
    ({"people": PEOPLE, "a": rows("wards"), "wards": rows(key=("id",), role="lookup")}, "a lookup refers to lookups"),
    ({"people": PEOPLE, "a": rows("w"), "w": replace(PEOPLE, role="lookup")}, "leads to 'w' by its first link, not to"),
])  # fmt: skip
def test_tables_that_make_no_tree_are_refused(tables, said):
    with pytest.raises(SchemaError, match=said):
        RecordSchema(tables, root="people")


@pytest.mark.parametrize(("fields", "said"), [
    ({"order": ("days",)}, "order: 'days' is not a column of the table. Did you mean 'day'"),
    ({"order": ("id",)}, "order: expected columns of dates or numbers. 'id' is identifier"),
    ({"public": True}, "public: is for lookups"),
    ({"interval": ("day",)}, "interval: expected two columns"),
    ({"value": "day"}, "value: expected kind too"),
    ({"clocks": {"day": "wall"}}, "clocks: day: expected"),
    ({"role": "row"}, "role: expected .*Did you mean 'rows'"),
])  # fmt: skip
def test_fields_of_a_table_that_contradict_each_other(fields, said):
    with pytest.raises(SchemaError, match=said):
        rows(**fields)


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
COLUMNS = st.sampled_from([Numerical(dtype="int64", decimals=0), Categorical(), Datetime(resolution="D"), Numerical()])


@st.composite
def schemas(draw):
    """Up to four tables of rows, each within the root or one before it; perhaps a lookup."""
    names = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    root, *others = names
    tables = {root: replace(PEOPLE, clocks={"age": draw(st.sampled_from(["patient", "calendar"]))})}
    for name in others:
        within, column = draw(st.sampled_from(list(tables))), draw(COLUMNS)
        columns = {"id": Identifier(), "up": Identifier(dtype="int64"), "x": column}
        order = ("x",) if isinstance(column, Numerical | Datetime) and draw(st.booleans()) else ()
        link = Link("up", to=within, orphans=draw(st.sampled_from(["refuse", "drop", "keep"])))
        tables[name] = LinkedTable(columns=columns, key=("id",), links=(link,), order=order)
    return RecordSchema(tables, root=root, rare_below=draw(st.integers(2, 50)))


@settings(max_examples=40, deadline=None)
@given(schema=schemas())
def test_a_schema_comes_back_from_its_file(schema, tmp_path_factory):
    path = tmp_path_factory.mktemp("schema") / "hospital.yaml"
    schema.to_yaml(path)
    again = RecordSchema.from_yaml(path)
    assert again == schema
    assert list(again.tables) == list(schema.tables)
    places = {name: place for place, name in enumerate(schema.tables)}
    assert all(places[schema.parent(name).to] < places[name] for name in schema.tables if schema.parent(name))


def test_the_guessed_schema_comes_back_and_what_is_wrong_in_it_is_named(schema, tmp_path):
    path = tmp_path / "hospital.yaml"
    schema.to_yaml(path)
    assert RecordSchema.from_yaml(path) == schema
    text = path.read_text()
    for old, new, said in [
        (
            "- patient_id\n      to: patients",
            "- patient_id\n      too: patients",
            "links.*there is no entry 'too'",
        ),
        ("kind: numerical", "kind: numeric", r"Table .*Column .*Did you mean 'numerical'"),
        ("root: patients", "root: patient", "Did you mean 'patients'"),
        ("synthgen_record_schema: 1", "synthgen_record_schema: 9", "has layout 9, this synthgen reads 1"),
        ("order:", "orders:", "Table .*there is no entry 'orders'"),
    ]:
        assert old in text
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(SchemaError, match=said):
            RecordSchema.from_yaml(path)


def test_entries_are_confirmed_by_table_and_column(schema):
    assert "labs.value" in schema.inferred
    assert "labs.value" not in schema.confirmed("labs.value").inferred
    assert not [name for name in schema.confirmed("labs").inferred if name.startswith("labs.")]
    assert schema.confirmed().inferred == []
    with pytest.raises(SchemaError, match="Did you mean 'labs.value'"):
        schema.confirmed("labs.valu")
