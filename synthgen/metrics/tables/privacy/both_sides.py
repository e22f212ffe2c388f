"""Rows of train and of the holdout, who are looked for among synthetic rows; each side is the control of the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Measurement
from synthgen.metrics.intervals import clopper_pearson, clustered_share
from synthgen.metrics.judged import halves
from synthgen.metrics.sides import CONFIDENCE_OF_SIDES, Asked
from synthgen.metrics.tables.features import Table
from synthgen.metrics.tables.tables import Tables


def asked_of(tables: Tables) -> list[Asked[Table]]:
    """Returns both sides; without a holdout train alone.

    The control of training rows is the holdout. That of holdout rows is one half of train, while the other half, in
    which half as many make a crowd, says how many have a row: what is counted is fixed before the control is looked at.
    """
    few, holdout = tables.schema.rare_below, tables.holdout
    if holdout is None or not len(holdout):
        return [Asked("train", tables.train, tables.train, few, None, "other training rows")]
    crowd, control = (tables.train.take(half) for half in halves(tables.train.patients, tables.random("crowd")))
    sides = [Asked("train", tables.train, tables.train, few, holdout, "holdout")]
    if len(control):
        sides.append(Asked("holdout", holdout, crowd, (few + 1) // 2, control, "half of train"))
    return sides


def counted(hits: NDArray[np.bool_], other: Table, tables: Tables) -> Measurement:
    """Returns the share of hits; the interval is exact, or by patient where rows of one patient are alike.

    Args:
        hits: (rows,).
        other: The rows.
        tables: Whose schema says whether patients have several rows.
    """
    count = int(hits.sum())
    interval = clopper_pearson(count, len(hits), confidence=CONFIDENCE_OF_SIDES)
    if tables.schema.patient_key is not None and len(hits):
        clustered = clustered_share(hits.astype(np.float64), other.patients, confidence=CONFIDENCE_OF_SIDES)[1]
        interval = min(interval[0], clustered[0]), max(interval[1], clustered[1])
    return Measurement(value=float(hits.mean()), interval=interval, details={"rows": len(hits), "copies": count})
