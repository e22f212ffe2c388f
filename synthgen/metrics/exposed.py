"""Who is given away most: what the internal edition of a report says of a patient, whatever kind of data is judged."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, final

import numpy as np

from synthgen.metrics.json_types import as_json
from synthgen.metrics.judged import Integers


@final
@dataclass(frozen=True, kw_only=True)
class ExposedPatient:
    """A patient of the training rows, by the row that gives most away.

    Args:
        row: Position in the training table, from 0.
        distance: From it to the closest synthetic row, in the judge's space; 0: a synthetic row is the same.
        usual: From it to the closest row of one half of the holdout.
        holdout_as_close: Share of the rows of the other half that synthetic rows come as close to, for the
            surroundings they have.
        by_chance: The same share, if synthetic rows are as close to training rows as to rows of the holdout: the
            worst of 1000 rows is closer than 999 in 1000. The patient is exposed if the other is far smaller.
    """

    row: int
    distance: float
    usual: float
    holdout_as_close: float
    by_chance: float

    def to_dict(self) -> dict[str, Any]:
        """Returns the patient as JSON types."""
        plain: dict[str, Any] = as_json(asdict(self))
        return plain


def one_of_each(patients: Integers, scores: np.ndarray, count: int) -> list[tuple[int, int]]:
    """Returns the highest scores of different patients, as rank from 1 and position.

    Args:
        patients: (things,) whose each is.
        scores: (things,) the higher, the worse.
        count: Patients, at most.

    Example:
        >>> one_of_each(np.array([5, 5, 8]), np.array([0.9, 0.8, 0.1]), 2)
        [(1, 0), (3, 2)]
    """
    chosen: dict[int, tuple[int, int]] = {}
    for rank, place in enumerate(np.argsort(-scores, kind="stable").tolist(), start=1):
        if len(chosen) == count:
            break
        chosen.setdefault(int(patients[place]), (rank, place))
    return list(chosen.values())
