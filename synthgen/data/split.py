"""Divides a table into train and holdout, by row or by patient."""

import numpy as np
import pandas as pd

from synthgen.errors import SchemaError, did_you_mean


def split(
    frame: pd.DataFrame, *, by: str | None = None, holdout: float = 0.2, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Divides a table into rows to learn from and rows that only judges see.

    What a model memorised can only be told from what it learned with rows that it never saw. Where rows share a
    patient, dividing by row leaves most patients on both sides, and every privacy metric then looks better than it is:
    name the patient's column in `by`.

    Args:
        frame: (rows, columns).
        by: Column that names the patient; all rows of a patient go to the same side. A row whose patient is missing
            counts as a patient of its own. None: every row does.
        holdout: Share of the patients to hold out, between 0 and 1, rounded to whole patients.
        seed: Seed of the choice.

    Returns:
        Train and holdout, in that order; rows keep their order and index, no row is lost or in both.

    Raises:
        SchemaError: If `by` is not a column, `holdout` is not between 0 and 1, or a side would be empty.

    Example:
        >>> visits = pd.DataFrame({"patient": ["a", "a", "b", "b", "c"], "score": [1, 2, 3, 4, 5]})
        >>> train, holdout = split(visits, by="patient", holdout=0.4, seed=0)
        >>> set(train["patient"]) & set(holdout["patient"])
        set()
    """
    if not 0 < holdout < 1:
        raise SchemaError(f"Expected holdout between 0 and 1, the share of patients to hold out. Received {holdout}.")
    if by is not None and by not in frame:
        raise SchemaError(f"by names {by!r}, which is not a column.{did_you_mean(by, map(str, frame.columns))}")
    patients = np.arange(len(frame)) if by is None else patient_codes(frame[by])  # (rows,)
    number = int(patients.max()) + 1 if len(frame) else 0
    held_out = min(max(round(holdout * number), 1), number - 1)
    if held_out < 1:
        unit = "rows" if by is None else f"distinct values of {by!r}"
        raise SchemaError(f"Expected at least 2 {unit}, one for train and one for holdout. Received {number}.")
    chosen = np.random.default_rng(seed).permutation(number)[:held_out]
    mask = np.isin(patients, chosen)  # (rows,)
    return frame[~mask], frame[mask]


def patient_codes(key: pd.Series) -> np.ndarray:
    """Returns whose each row is as numbers from 0, in order of appearance; a missing key is a patient of its own.

    Args:
        key: (rows,) what names the patient.

    Example:
        >>> patient_codes(pd.Series(["Ada", None, "Ada", None])).tolist()
        [0, 1, 0, 2]
    """
    codes, known = pd.factorize(key)
    alone = codes < 0
    codes[alone] = len(known) + np.arange(alone.sum())
    return codes
