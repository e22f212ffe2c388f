"""Whom of the training rows does the synthetic table give away most? For the eyes of the data's keeper only.

Averages say how many are exposed; somebody who has to act on it (drop a patient's rows, train anew, call the patient)
needs to know who they are. The figures are those of the membership attack by ratio of distances, row by row, see
`density_ratio.closeness`. Which row it is says something about a patient that no one else may learn, so that only the
internal edition of a report holds it, as a position and without any value of the row.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, final

import numpy as np

from synthgen.metrics.attack import num_patients, released
from synthgen.metrics.density_ratio import closeness
from synthgen.metrics.distance import TIE, nearest
from synthgen.metrics.json_types import as_json
from synthgen.metrics.tables.features import Integers, Table
from synthgen.metrics.tables.tables import Tables, halves

ROWS_FACTOR = 5
"""Training rows that are searched for, as a multiple of `Tables.max_rows`; of more, a sample of rows."""


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


def worst_patients(tables: Tables, count: int) -> tuple[ExposedPatient, ...]:
    """Returns the patients whom the synthetic table gives away most, the worst first.

    Args:
        tables: With a holdout of at least two patients; without one nobody can be named, and nobody is.
        count: Patients.

    Returns:
        At most `count` patients, each once. There is always a worst one: compare `holdout_as_close` with `by_chance`.

    Example:
        >>> import pandas as pd
        >>> from synthgen.data.schema import Schema
        >>> random = np.random.default_rng(0)
        >>> train, holdout = (pd.DataFrame(random.normal(size=(200, 3)), columns=list("abc")) for _ in range(2))
        >>> tables = Tables.read(train=train, synthetic=train.iloc[[17]], holdout=holdout, schema=Schema.infer(train))
        >>> [patient.row for patient in worst_patients(tables, 1)]
        [17]
    """
    if tables.holdout is None or num_patients(tables.holdout) < 2 or len(tables.synthetic) == 0:
        return ()
    rows = _searched(tables)
    train = tables.train.take(rows)
    holdout = tables.sample(tables.holdout, tables.max_rows, purpose="worst patients")
    sides = halves(holdout.patients, tables.random("worst patients' surroundings"))
    outsiders, others = (tables.features.vectors(holdout.take(side)) for side in sides)
    synthetic, points = (tables.features.vectors(table) for table in (released(tables), train))
    near, usual = (nearest(queries=points, to=rows).distances for rows in (synthetic, others))
    unseen = np.sort(closeness(*(nearest(queries=outsiders, to=rows).distances for rows in (synthetic, others))))
    score = closeness(near, usual)
    as_close = 1 - np.searchsorted(unseen, score, side="left") / len(unseen)
    return tuple(
        ExposedPatient(row=int(rows[place]), distance=float(near[place]) if near[place] > TIE else 0.0,
                       usual=float(usual[place]), holdout_as_close=float(as_close[place]),
                       by_chance=rank / len(rows))
        for rank, place in _one_of_each(train, np.argsort(-score, kind="stable"), count)
    )  # fmt: skip


def _searched(tables: Tables) -> Integers:
    most = ROWS_FACTOR * tables.max_rows
    if len(tables.train) <= most:
        return np.arange(len(tables.train))
    return np.sort(tables.random("worst patients' rows").choice(len(tables.train), most, replace=False))


def _one_of_each(table: Table, order: Integers, count: int) -> list[tuple[int, int]]:
    """The first places in the order that belong to different patients, each after its rank from 1."""
    chosen: dict[int, tuple[int, int]] = {}
    for rank, place in enumerate(order.tolist(), start=1):
        if len(chosen) == count:
            break
        chosen.setdefault(int(table.patients[place]), (rank, place))
    return list(chosen.values())
