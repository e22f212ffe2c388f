"""Real sets of linked tables are understood; these lie beside the repository, or these questions are not asked."""

import functools
import json
import warnings
from pathlib import Path

import pytest

import synthgen as sg
from synthgen.data.schema import SchemaWarning

DATA = Path(__file__).parents[4] / "shared" / "data"

SETS = {
    "baseball": ("players", {"batting": ("year",), "fielding": ("year",)}),
    "nafld": ("nafld1", {"nafld2": ("days",), "nafld3": ("days",)}),
    "physionet2012": ("outcomes-a", {"set-a_long": ()}),
    "cdisc_pilot": ("dm", {"ae": ("AESTDY",), "ex": ("EXSTDY",), "sv": ("VISITNUM",), "vs": ("VSDY",),
                           "lb": ("LBDY",)}),
    "mimic3_demo": ("PATIENTS", {"ADMISSIONS": ("admittime",), "ICUSTAYS": ("intime",), "DIAGNOSES_ICD": ("seq_num",),
                                 "PRESCRIPTIONS": ("startdate",), "TRANSFERS": ("intime",)}),
}  # fmt: skip
"""Root, and the order of tables within it."""

MEASURED = {"nafld": {"nafld2": "test"}, "physionet2012": {"set-a_long": "Parameter"},
            "cdisc_pilot": {"vs": "VSTESTCD", "lb": "LBTESTCD"},
            "mimic3_demo": {"OUTPUTEVENTS": "itemid", "INPUTEVENTS_MV": "itemid"}}  # fmt: skip


@functools.cache
def read(name):
    if not (DATA / name).is_dir():
        pytest.skip(f"{name} is not here: it is looked for in ../shared/data beside the repository")
    records = sg.read(DATA / name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SchemaWarning)  # of free text
        return records, records.schema


@pytest.mark.parametrize("name", ["nafld", "cdisc_pilot", "mimic3_demo"])
def test_a_real_set_is_understood(name):
    records, schema = read(name)
    records.validate()
    root, orders = SETS[name]
    assert schema.root == root
    assert {table: schema.tables[table].order for table in orders} == orders
    assert {table: schema.tables[table].kind for table in MEASURED.get(name, {})} == MEASURED.get(name, {})
    assert all((records.owners(table) >= 0).all() for level in schema.levels for table in level)
    json.dumps(schema.to_dict())


def test_all_files_of_mimic_have_their_place():
    _, schema = read("mimic3_demo")
    assert schema.lookups == ("CAREGIVERS", "D_CPT", "D_ICD_DIAGNOSES", "D_ICD_PROCEDURES", "D_ITEMS", "D_LABITEMS")
    assert schema.undecided == ("CAREGIVERS",)
    assert len(schema.tables) == 22
    assert {"INPUTEVENTS_MV", "PROCEDUREEVENTS_MV"} <= set(schema.levels[3])
