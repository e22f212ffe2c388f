"""Ways to pass a policy that said FAIL: what the report names as the cause, the cheapest first, with figures."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from synthgen.bundle.report_file import kind_told
from synthgen.bundle.texts import texts_of

LEAST_EXCESS = 0.02
"""Share of right guesses by which a column must be guessed better of members than of outsiders to be named."""

MOST_WIDE = 100.0
"""How much too wide an interval may be before more patients are no way to pass: ten thousand times as many would do."""


def ways_for_verdict(subject: str, worst: str, report: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns what would change a verdict, from the metrics that stand behind it.

    Args:
        subject: Of the verdict.
        worst: Outcome that still passes.
        report: What `Report.to_dict` returns.
    """
    own = [result for result in report["results"] if result.get("family") == subject]
    if subject == "usefulness" and all(result["value"] is None for result in own):
        return (texts_of(kind_told(report)).no_task,)
    behind = behind_verdict(own, worst)
    return tuple(dict.fromkeys(way for result in behind for way in _ways(subject, result, report)))


def ways_for_limit(result: Mapping[str, Any], room: float, reach: float, report: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns what would bring a metric within a limit.

    Args:
        result: Of the metric, as the report holds it, computed.
        room: By how much the value keeps the limit; negative if it does not.
        reach: How far the end of the interval that speaks against the release is from the value.
        report: What `Report.to_dict` returns.
    """
    holdout = report["tables"]["patients"].get("holdout", 0)
    if not holdout or not 0 < room < reach <= MOST_WIDE * room or result.get("family") != "privacy":
        return tuple(_ways(result.get("family", ""), result, report))
    needed = math.ceil(round(holdout * (reach / room) ** 2, 6))  # an interval shrinks with the root of the patients
    enough = f"about {needed} patients in the holdout would do (there are {holdout})"
    return (f"{result['metric']} itself is within the limit, its interval is not: {enough}.",)


def behind_verdict(results: Iterable[Mapping[str, Any]], worst: str) -> list[Mapping[str, Any]]:
    """Returns the results that are worse than a verdict may be, the worst first.

    Args:
        results: Of one subject.
        worst: Outcome that still passes.
    """
    order = ["fail", "warning", "pass"]
    worse = order[: order.index(worst)]
    found = [result for result in results if result.get("status") in worse]
    return sorted(found, key=lambda result: order.index(result["status"]))


def figure(result: Mapping[str, Any]) -> str:
    """Returns a metric's name, value and interval, as a sentence about a verdict shows them.

    Example:
        >>> figure({"metric": "membership", "value": 0.583, "interval": [0.55, 0.61], "status": "warning"})
        'membership 0.583 (0.55 to 0.61, warning)'
    """
    low, high = result["interval"]
    return f"{result['metric']} {result['value']:.4g} ({low:.4g} to {high:.4g}, {result['status']})"


def _ways(subject: str, result: Mapping[str, Any], report: Mapping[str, Any]) -> list[str]:
    name = result["metric"]
    if subject == "privacy":
        if "too few" in result.get("reason", ""):
            holdout = report["tables"]["patients"].get("holdout", 0)
            instead = f"with {4 * holdout} patients in the holdout instead of {holdout}"
            return [f"{name} is known too roughly: {instead} its interval is half as wide."]
        said = [] if report.get("guarantee") else [texts_of(kind_told(report)).safer]
        return _columns_guessed(result) + said
    if report.get("guarantee"):
        return ["a promise costs fidelity: bring more patients, or spend a larger budget (fit --epsilon)."]
    if name == "marginals":
        return _columns_off(result)
    return [texts_of(kind_told(report)).better]


def _columns_guessed(result: Mapping[str, Any]) -> list[str]:
    """The column that gives most away, where values are guessed column by column."""
    if result["metric"] != "attributes":
        return []
    parts = [part for part in result["parts"] if part["value"] is not None and part["reference"] is not None]
    most = max(parts, key=lambda part: part["value"] - part["reference"], default=None)
    if most is None or most["value"] - most["reference"] < LEAST_EXCESS:
        return []
    shares = f"{100 * most['value']:.0f} % of members against {100 * most['reference']:.0f} % of outsiders"
    return [f"leave the column {most['names'][0]} out: its value is guessed right for {shares}."]


def _columns_off(result: Mapping[str, Any]) -> list[str]:
    """The columns that are least alike."""
    parts = sorted((part for part in result["parts"] if part["value"] is not None), key=lambda part: part["value"])
    worst = ", ".join(f"{part['names'][0]} ({100 * part['value']:.1f} % alike)" for part in parts[:3])
    return [f"look at the columns that are least alike: {worst}."] if worst else []
