"""The seven Cs: the report once more, in the words of the scorecard for synthetic medical data.

After Zamzmi et al. 2025, "Scorecard for synthetic medical data evaluation", Communications Engineering 4,
doi 10.1038/s44172-025-00450-1. What no metric of ours speaks to is marked as not measured, not left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, final

from synthgen.metrics.base import Result
from synthgen.metrics.json_types import as_json
from synthgen.report.found import Found
from synthgen.report.verdicts import value_text

NOT_MEASURED = "not measured"

ORDER = ("fail", "warning", "pass", "shown")
"""Outcomes, the worst first."""

QUESTIONS = {
    "congruence": "Do synthetic and real {things} follow the same laws?",
    "coverage": "Is the variety of the real {things} there, rare kinds included?",
    "constraint": "Do {things} obey the rules of the field, such as anatomy and order in time?",
    "completeness": "Does the {whole} hold what its task needs, details and metadata included?",
    "compliance": "Does it keep to privacy, law and standards?",
    "comprehension": "Can users tell how it was made and what it is for?",
    "consistency": "Is it as good for every group of patients?",
}

UNMEASURED = {
    "constraint": "Rules that the schema declares are enforced when {things} are drawn; they are not measured here.",
    "completeness": "Somebody who knows the task has to say.",
    "comprehension": "A release's card says how {things} were made; whether that is understood, readers have to say.",
    "consistency": "No groups were judged apart; name columns with subgroups=.",
}
"""Why a C is not measured, where the kind's judge has no words of its own; with the kind's words in them."""


@final
@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One of the seven Cs.

    Args:
        name: Such as "congruence".
        question: What is asked.
        outcome: The worst of what was measured: "pass", "warning", "fail" or "shown"; or "not measured".
        evidence: What was measured, or why nothing was; sentences or "title: value".
    """

    name: str
    question: str
    outcome: str
    evidence: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns the criterion as JSON types."""
        plain: dict[str, Any] = as_json(asdict(self))
        return plain


def scorecard(report: Found) -> tuple[Criterion, ...]:
    """Returns the seven Cs in the order of the paper.

    Args:
        report: What was found.
    """
    return tuple(_criterion(report, name) for name in QUESTIONS)


def _criterion(report: Found, name: str) -> Criterion:
    called = asdict(report.words)
    found = [result for result in report.results if result.computed and result.criterion == name]
    outcomes, evidence = [result.status for result in found], [_line(result) for result in found]
    if name == "compliance":
        evidence.append(report.promise())
    if name == "consistency" and report.subgroups:
        figures = [figure for group in report.subgroups for figure in group.figures if figure.part.value is not None]
        outcomes = [figure.status for figure in figures]
        counted = {outcome: sum(status == outcome for status in outcomes) for outcome in ORDER}
        said = ", ".join(f"{count} {outcome}" for outcome, count in counted.items() if count)
        evidence.append(f"{len(figures)} figures of {len(report.subgroups)} groups: {said or 'none could be computed'}")
    if not outcomes and name in UNMEASURED:
        evidence.append(report.unmeasured.get(name) or UNMEASURED[name].format(**called))
    question = QUESTIONS[name].format(**called)
    return Criterion(name=name, question=question, outcome=_worst(outcomes), evidence=tuple(evidence))


def _line(result: Result) -> str:
    return f"{result.title}: {value_text(result)}"


def _worst(outcomes: Iterable[str]) -> str:
    held = set(outcomes)
    return next((outcome for outcome in ORDER if outcome in held), NOT_MEASURED)
