"""Repeated visits in one flat table: what stays the same of each patient, and what is of each visit."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from synthgen.data.records.known import Known
from synthgen.data.records.link import Link
from synthgen.errors import SchemaError, did_you_mean

PATIENTS, VISITS = "patients", "visits"
"""Names of the two tables."""


def divided(frame: pd.DataFrame, key: str, static: Sequence[str] | None) -> tuple[dict[str, pd.DataFrame], Known]:
    """Returns a flat table as two: a row for each patient, and a row for each visit.

    Args:
        frame: (visits, columns).
        key: Column that names the patient.
        static: Columns of the patient; None: those that never change within one.

    Raises:
        SchemaError: If the key is no column or missing somewhere, no patient has two visits, or a column that is to be
            static changes within a patient.

    Example:
        >>> visits = pd.DataFrame({"who": ["a", "a", "b"], "sex": ["f", "f", "m"], "score": [3, 4, 4]})
        >>> tables, _ = divided(visits, "who", None)
        >>> [list(tables[name].columns) for name in tables]
        [['who', 'sex'], ['who', 'score']]
    """
    if key not in frame:
        raise SchemaError(f"key names {key!r}, which is not a column.{did_you_mean(key, map(str, frame.columns))}")
    missing = int(frame[key].isna().sum())
    if missing:
        raise SchemaError(f"key: {key!r} is missing in {missing} of {len(frame)} rows: nobody can say whose they are.")
    if frame[key].is_unique:
        raise SchemaError(f"key: no two rows share a {key!r}: this is a table with a row for each patient.")
    groups = frame.groupby(key, sort=False, observed=True)
    changing = {name: int((groups[name].nunique(dropna=False) > 1).sum()) for name in frame.columns if name != key}
    chosen = [name for name, count in changing.items() if not count] if static is None else list(static)
    for name in chosen:
        if name not in changing:
            raise SchemaError(f"static names {name!r}, which is not a column.{did_you_mean(name, changing)}")
        if changing[name]:
            raise SchemaError(f"static: {name!r} changes within {changing[name]} patients. Leave it out.")
    rest = [name for name in changing if name not in chosen]
    tables = {PATIENTS: frame[[key, *chosen]].drop_duplicates(key, ignore_index=True),
              VISITS: frame[[key, *rest]].reset_index(drop=True)}  # fmt: skip
    known = Known(root=PATIENTS, keys={PATIENTS: (key,)}, links={VISITS: (Link((key,), PATIENTS),)})
    return tables, known


def joined(patients: pd.DataFrame, visits: pd.DataFrame, positions: np.ndarray, key: Sequence[str]) -> pd.DataFrame:
    """Returns both tables as one flat table; who has no visit has no row there.

    Args:
        patients: (patients, columns).
        visits: (visits, columns).
        positions: (visits,) row of the patient.
        key: Columns that name the patient in both.
    """
    static = patients.drop(columns=list(key)).iloc[positions].reset_index(drop=True)
    rest = [name for name in visits.columns if name not in key]
    return pd.concat([visits[list(key)], static, visits[rest]], axis=1)
