"""Repeated visits in one flat table become patients and visits, and one table again."""

import numpy as np
import pandas as pd
import pytest

from synthgen.data.records.records import Records
from synthgen.errors import SchemaError

random = np.random.default_rng(0)
WHO = np.repeat(np.arange(60) * 7 + 3, random.integers(1, 5, 60))
FLAT = pd.DataFrame({
    "patient_nbr": WHO, "sex": np.where(WHO % 2, "f", "m"), "day": random.integers(0, 90, len(WHO)),
    "born": 1950 + WHO % 40, "score": random.integers(0, 5, len(WHO)),
})  # fmt: skip


def test_what_never_changes_is_the_patients():
    records = Records.from_visits(FLAT, key="patient_nbr")
    records.validate()
    assert list(records.tables["patients"].columns) == ["patient_nbr", "sex", "born"]
    assert list(records.tables["visits"].columns) == ["patient_nbr", "day", "score"]
    assert (records.schema.root, records.schema.levels) == ("patients", (("patients",), ("visits",)))
    assert records.schema.tables["visits"].order == ("day",)
    assert len(records) == 60
    again = records.as_visits()
    pd.testing.assert_frame_equal(again[FLAT.columns], FLAT)
    train, _ = records.split(seed=1)
    assert set(train.as_visits()["patient_nbr"]) == set(train.tables["patients"]["patient_nbr"])


@pytest.mark.parametrize(("frame", "options", "said"), [
    (FLAT, {"key": "patient"}, "key names 'patient', which is not a column"),
    (FLAT.assign(patient_nbr=FLAT["patient_nbr"].where(FLAT.index > 2)), {"key": "patient_nbr"}, "is missing in 3 of"),
    (FLAT.drop_duplicates("patient_nbr"), {"key": "patient_nbr"}, "no two rows share"),
    (FLAT, {"key": "patient_nbr", "static": ["day"]}, r"static: 'day' changes within \d+ patients"),
    (FLAT, {"key": "patient_nbr", "static": ["sexx"]}, "static names 'sexx'.*Did you mean 'sex'"),
])  # fmt: skip
def test_what_cannot_be_divided_is_refused(frame, options, said):
    with pytest.raises(SchemaError, match=said):
        Records.from_visits(frame, **options)


def test_other_tables_are_no_visits():
    records = Records.from_visits(FLAT, key="patient_nbr")
    more = Records({**records.tables, "labs": pd.DataFrame({"patient_nbr": [3, 10], "ph": [7, 8]})})
    with pytest.raises(SchemaError, match="Expected the tables patients and visits alone"):
        more.as_visits()
