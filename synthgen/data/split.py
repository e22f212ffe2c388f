"""Divides data into train and holdout, by patient where it is known who is whose."""

import numpy as np
import pandas as pd

from synthgen.data.kind import Data
from synthgen.data.kinds import kind_of
from synthgen.errors import SchemaError


def split(data: Data, *, by: str | None = None, holdout: float = 0.2, seed: int = 0) -> tuple[Data, Data]:
    """Divides data into what is learned and what only judges see.

    What a model memorised can only be told from what it learned with rows that it never saw. Where rows share a
    patient, dividing by row leaves most patients on both sides, and every privacy metric then looks better than it is:
    name the patient's column in `by`. Images know whose they are, and are divided by patient as they come.

    Args:
        data: (rows, columns), or an `ImageSet`.
        by: Column that names the patient; all rows of a patient go to the same side. A row whose patient is missing
            counts as a patient of its own. None: every row does. Not for images.
        holdout: Share of the patients to hold out, between 0 and 1, rounded to whole patients.
        seed: Seed of the choice.

    Returns:
        Train and holdout, in that order; rows keep their order and index, none is lost or in both.

    Raises:
        SchemaError: If the data is of no kind, `by` is not a column, `holdout` is not between 0 and 1, or a side would
            be empty.

    Example:
        >>> visits = pd.DataFrame({"patient": ["a", "a", "b", "b", "c"], "score": [1, 2, 3, 4, 5]})
        >>> train, holdout = split(visits, by="patient", holdout=0.4, seed=0)
        >>> set(train["patient"]) & set(holdout["patient"])
        set()
    """
    return kind_of(data).split(data, by=by, holdout=holdout, seed=seed)


def held_out(patients: np.ndarray, *, share: float, seed: int, unit: str) -> np.ndarray:
    """Returns which places are held out: all those of the patients who are drawn.

    Args:
        patients: (places,) whose each is, as numbers from 0 without a gap.
        share: Of the patients to hold out, between 0 and 1.
        seed: Of the choice.
        unit: What patients are, for errors: "rows".

    Returns:
        (places,) booleans.

    Raises:
        SchemaError: If `share` is not between 0 and 1, or a side would be empty.

    Example:
        >>> held_out(np.array([0, 0, 1, 1, 2]), share=0.4, seed=0, unit="patients").tolist()
        [False, False, False, False, True]
    """
    if not 0 < share < 1:
        raise SchemaError(f"Expected holdout between 0 and 1, the share of patients to hold out. Received {share}.")
    number = int(patients.max()) + 1 if len(patients) else 0
    count = min(max(round(share * number), 1), number - 1)
    if count < 1:
        raise SchemaError(f"Expected at least 2 {unit}, one for train and one for holdout. Received {number}.")
    return np.isin(patients, np.random.default_rng(seed).permutation(number)[:count])


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
