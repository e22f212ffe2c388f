"""What all that looks for copies shares: real rows on either side of the holdout, each the control of the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic

from synthgen.metrics.base import CONFIDENCE, Measurement, Part
from synthgen.metrics.judged import Held
from synthgen.metrics.limits import VERDICTS, Limits, Status

CONFIDENCE_OF_SIDES = 1 - (1 - CONFIDENCE) / 2
"""Of the interval on either side, as the worse one is taken (Bonferroni)."""

OF_HOLDOUT = "Copies of holdout rows: they are real patients' too."


@dataclass(frozen=True, eq=False)
class Asked(Generic[Held]):
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
    base: Held
    crowd: Held
    few: int
    control: Held | None
    source: str


def beside(found: Measurement, asked: Asked[Any], control: Measurement) -> Measurement:
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
