"""Whom of the training rows does the synthetic table give away most? For the eyes of the data's keeper only.

Averages say how many are exposed; somebody who has to act on it (drop a patient's rows, train anew, call the patient)
needs to know who they are. The figures are those of the membership attack by ratio of distances, row by row, see
`density_ratio.closeness`. Which row it is says something about a patient that no one else may learn, so that only the
internal edition of a report holds it, as a position and without any value of the row.
"""

from __future__ import annotations

import numpy as np

from synthgen.metrics.attack import num_patients, released
from synthgen.metrics.density_ratio import closeness
from synthgen.metrics.distance import TIE, nearest
from synthgen.metrics.exposed import ExposedPatient, one_of_each
from synthgen.metrics.judged import halves
from synthgen.metrics.tables.features import Integers
from synthgen.metrics.tables.tables import Tables

ROWS_FACTOR = 5
"""Training rows that are searched for, as a multiple of `Tables.max_rows`; of more, a sample of rows."""


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
        for rank, place in one_of_each(train.patients, score, count)
    )  # fmt: skip


def _searched(tables: Tables) -> Integers:
    most = ROWS_FACTOR * tables.max_rows
    if len(tables.train) <= most:
        return np.arange(len(tables.train))
    return np.sort(tables.random("worst patients' rows").choice(len(tables.train), most, replace=False))
