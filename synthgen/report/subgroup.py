"""A group of patients that was judged apart, and its figures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, final

from synthgen.metrics.base import Part, Unit
from synthgen.metrics.json_types import as_json
from synthgen.metrics.limits import Status


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One metric on the rows of a group.

    Args:
        metric: Name of the metric.
        title: What stands over it.
        unit: Of the value, as in `synthgen.metrics.base.Result`.
        part: Value, reference and interval, or why there are none.
        status: As for the whole table.
    """

    metric: str
    title: str
    unit: Unit
    part: Part
    status: Status


@final
@dataclass(frozen=True, kw_only=True)
class Subgroup:
    """One group of patients.

    Args:
        column: That tells the groups apart.
        level: Which group.
        shares: Share of the rows that the group is, by table.
        patients: Of the group, by table.
        figures: Fidelity, usefulness (where there is a target) and exposure.
    """

    column: str
    level: str
    shares: dict[str, float]
    patients: dict[str, int]
    figures: tuple[Figure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the group as JSON types."""
        plain: dict[str, Any] = as_json(asdict(self))
        return plain
