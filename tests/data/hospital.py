"""A small hospital of known structure: 40 patients, admissions, stays, labs at irregular times, a ward list, staff."""

import numpy as np
import pandas as pd

from synthgen.data.records.records import Records

PATIENTS = 40


def hospital(seed=0):
    """Tables whose keys, links, order and kinds of measurements are known."""
    random = np.random.default_rng(seed)
    patients = pd.DataFrame({
        "patient_id": random.permutation(np.arange(1_000, 1_000 + 7 * PATIENTS, 7)),
        "sex": random.choice(["f", "m"], PATIENTS), "birth_year": random.integers(1930, 2000, PATIENTS),
    })  # fmt: skip
    admissions = _within(patients, "patient_id", random, "admission_id", 500_000, most=4)
    admissions["admit_time"] = _times(random, len(admissions))
    lengths = pd.to_timedelta(random.integers(1, 20, len(admissions)), "D")
    admissions["discharge_time"] = admissions["admit_time"] + lengths
    admissions["ward"] = random.choice(["w1", "w2", "w3"], len(admissions))
    labs = _within(admissions, "admission_id", random, None, 0, most=12)
    labs["patient_id"] = labs["admission_id"].map(admissions.set_index("admission_id")["patient_id"])
    labs["minute"] = random.integers(0, 5_000, len(labs))
    labs = labs.sort_values(["admission_id", "minute"], ignore_index=True)
    labs["test"] = random.choice(["sodium", "ph", "heart rate"], len(labs))
    usual = labs["test"].map({"sodium": 140.0, "ph": 7.4, "heart rate": 80.0})
    labs["value"] = usual * random.normal(1, 0.02, len(labs))
    labs["unit"] = labs["test"].map({"sodium": "mmol/l", "ph": None, "heart rate": "1/min"})
    staff = pd.DataFrame({"staff_id": np.arange(9_000, 9_012), "surname": [f"name{n}" for n in range(12)]})
    notes = _within(patients, "patient_id", random, None, 0, most=3)
    notes["day"] = random.integers(0, 300, len(notes))
    notes["staff_id"] = random.choice(staff["staff_id"], len(notes))
    wards = pd.DataFrame({"ward": ["w1", "w2", "w3", "w4"], "label": ["surgery", "medicine", "icu", "empty"]})
    return {"labs": labs, "ward_codes": wards, "patients": patients, "staff": staff, "admissions": admissions,
            "notes": notes}  # fmt: skip


def _within(parents, key, random, own, start, *, most):
    """Rows of each parent, from none to `most`; with a key of their own."""
    rows = pd.DataFrame({key: np.repeat(parents[key].to_numpy(), random.integers(0, most + 1, len(parents)))})
    return rows if own is None else rows.assign(**{own: start + 3 * random.permutation(len(rows))})


def _times(random, rows):
    return pd.Timestamp("2010-01-01") + pd.to_timedelta(random.integers(0, 3_000 * 1_440, rows), "min")


def records(seed=0):
    return Records(hospital(seed))
