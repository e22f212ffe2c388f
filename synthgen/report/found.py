"""What pages look up: one result by its name, and the limits that results were held to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from synthgen.metrics.base import Metric, Result
from synthgen.metrics.limits import Limits

if TYPE_CHECKING:
    from synthgen.report.report import Report


def find(report: Report, name: str) -> Result | None:
    """Returns the result of a metric, if it was computed."""
    return next((result for result in report.results if result.metric == name and result.computed), None)


def limits_of(metrics: Iterable[Metric]) -> list[tuple[str, str, Limits]]:
    """Returns title, unit and limits of the metrics that have some."""
    return [(metric.title, metric.unit, metric.limits) for metric in metrics if metric.limits is not None]
