"""What all that looks for copies shares: real rows on either side of the holdout, each the control of the other."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import CONFIDENCE, Measurement, Part
from synthgen.metrics.intervals import clopper_pearson, clustered_share
from synthgen.metrics.limits import VERDICTS, Limits, Status
from synthgen.metrics.tables.features import Table
from synthgen.metrics.tables.tables import Tables, halves

CONFIDENCE_OF_SIDES = 1 - (1 - CONFIDENCE) / 2
"""Of the interval on either side, as the worse one is taken (Bonferroni)."""

OF_HOLDOUT = "Copies of holdout rows: they are real patients' too."


@dataclass(frozen=True, eq=False)
class Asked:
    """Who is looked for where.

    Args:
        side: Whose rows a copy would be of: "train" or "holdout".
        base: These rows.
        crowd: Training rows that say how many patients have a row.
        few: As many of their patients make a row nobody's.
        control: Real rows of patients who are neither in `base` nor in `crowd`; None: there are none.
        source: Where the control comes from.
    """

    side: str
    base: Table
    crowd: Table
    few: int
    control: Table | None
    source: str


def asked_of(tables: Tables) -> list[Asked]:
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


def beside(found: Measurement, asked: Asked, control: Measurement) -> Measurement:
    """Returns what was found among synthetic rows with the control beside it.

    Args:
        found: Among synthetic rows.
        asked: Of whom.
        control: The same among real rows.
    """
    return replace(
        found, reference=control.value, reference_interval=control.interval, reference_source=asked.source,
        details={**found.details, "side": asked.side},
    )  # fmt: skip


def judged(found: Measurement, limits: Limits) -> Status:
    """Returns the status that a share has beside its control, the lower the better."""
    return limits.judge(
        value=found.value, interval=found.interval, anchor=found.reference or 0.0, direction="lower",
        anchor_interval=found.reference_interval,
    )[0]  # fmt: skip


def severity(found: Measurement, limits: Limits) -> tuple[int, float]:
    """Returns what orders measurements from harmless to worst: the verdict, then what is beyond the control."""
    return VERDICTS.index(judged(found, limits)), found.value - (found.reference or 0.0)


def worse_side(sides: list[Measurement], limits: Limits) -> Measurement:
    """Returns the measurement of the side with the worse verdict, or the larger excess; both sides are its parts.

    Args:
        sides: Of train, and of the holdout if there is one.
        limits: Of the metric.
    """
    parts = tuple(
        Part(names=(str(found.details["side"]),), value=found.value, reference=found.reference, interval=found.interval)
        for found in sides
    )
    worst = max(sides, key=lambda found: severity(found, limits))
    return replace(worst, parts=parts, notes=(OF_HOLDOUT,) if worst.details["side"] == "holdout" else ())


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
