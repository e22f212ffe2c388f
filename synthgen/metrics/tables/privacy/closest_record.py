"""Distance to the closest record: are synthetic rows nearer to training rows than to other real rows?

A sanity check. It can show that rows were copied or nearly so; a good value does not show that nothing leaks (Ganev and
De Cristofaro 2023, "On the Inadequacy of Similarity-based Privacy Metrics").
"""

from __future__ import annotations

from typing import final

import numpy as np

from synthgen.metrics.base import EXCHANGEABLE, Measurement, Metric, NotComputed
from synthgen.metrics.distance import closer, distance_curves, nearest
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.limits import Limits
from synthgen.metrics.matching import equal_patients
from synthgen.metrics.tables.tables import Tables

MIN_ROWS = 50
"""Training and holdout rows below which the share says nothing."""
QUERIES_FACTOR = 0.25
"""Synthetic rows that are looked up, as a multiple of `Tables.max_rows`."""


@final
class ShareCloser(Metric):
    """Share of synthetic rows that are closer to a training row than to any of equally many holdout rows.

    Equally many rows of equally many patients, see `equal_patients`: rows of one patient are alike, so the same number
    of rows from more patients would be closer to everything. A share far below one half is as bad as one far above:
    rows closer to the holdout were made from it, and then it is no control of any attack.
    Ties count half. 0.5 is what a maker would get that never saw a single row: train and holdout are then
    interchangeable. Synthetic rows that share their closest record stand or fall together, and so do the records of one
    patient; the interval counts them as one.
    """

    name = "share_closer"
    title = "Closer to training rows"
    family = "privacy"
    question = "Are synthetic rows closer to training rows than to equally many rows that were never seen?"
    headline = "Closer to training than to unseen rows"
    curves = "distances"
    direction = "lower"
    best = 0.5
    limits = Limits(warning=0.03, fail=0.10, strict=True, two_sided=True)
    sanity_check = True

    def measure(self, tables: Tables) -> Measurement:
        """Compares both distances of every synthetic row."""
        if tables.holdout is None:
            raise NotComputed("there is no holdout; without rows the maker never saw, closeness has no yardstick.")
        train, holdout = equal_patients(
            tables.train, tables.holdout, tables.max_rows, judged=tables, purposes=("closest train", "closest holdout")
        )
        rows = len(train)
        if rows < MIN_ROWS:
            raise NotComputed(f"at least {MIN_ROWS} training and holdout rows are needed; there are {rows}.")
        queries = tables.sample(tables.synthetic, int(QUERIES_FACTOR * tables.max_rows), purpose="queries")
        vectors = [tables.features.vectors(table) for table in (queries, train, holdout)]
        to_train = nearest(queries=vectors[0], to=vectors[1])
        to_holdout = nearest(queries=vectors[0], to=vectors[2])
        scores = closer(to_train.distances, than=to_holdout.distances)
        patients = np.where(scores > 0, train.patients[to_train.positions], -1 - holdout.patients[to_holdout.positions])
        error, interval = clustered_share(scores, patients)
        share = float(scores.mean())
        # real rows against real rows: how far holdout rows are from the training rows
        baseline = nearest(queries=tables.features.vectors(tables.sample(holdout, len(queries), purpose="baseline")),
                           to=vectors[1])  # fmt: skip
        curves = {"train": to_train.distances, "holdout": to_holdout.distances, "real": baseline.distances}
        return Measurement(
            value=share, interval=interval, reference=0.5, reference_source=EXCHANGEABLE,
            details={
                "standard_error": error, "synthetic_rows": len(queries), "rows_each": rows,
                "curves": distance_curves(curves),
            },
            notes=(f"{len(queries)} synthetic rows against {rows} training and {rows} holdout rows.",),
        )  # fmt: skip
