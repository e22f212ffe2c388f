"""What a policy decides: single checks, each with what was asked and what was found."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, final

from synthgen.bundle.ways import behind_verdict, figure, ways_for_limit, ways_for_verdict
from synthgen.errors import PolicyError
from synthgen.expected import Characters, Fields, Maybe, OneOf, Quantity, refused_as

OUTCOMES = ("pass", "warning", "fail")
"""Of a verdict, from the best to the worst."""

ANY = "any"
"""What a policy says of a subject that it lets pass whatever was found, or if nothing was."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What a metric may show.

    Args:
        at_most: Largest value that passes, or None.
        at_least: Smallest value that passes, or None.
        of: Whether the wrong end of the interval decides, or the value.
    """

    at_most: float | None = None
    at_least: float | None = None
    of: Literal["interval", "value"] = "interval"

    stored: ClassVar[Fields] = Fields({}, {
        "at_most": Maybe(Quantity()), "at_least": Maybe(Quantity()), "of": OneOf(("interval", "value")),
    })  # fmt: skip
    """What a policy may say of a limit."""

    def __post_init__(self) -> None:
        with refused_as(PolicyError):
            self.stored.check(asdict(self), "limits")
        if (self.at_most is None) == (self.at_least is None):
            raise PolicyError("limits: expected either at_most or at_least for each metric.")


@dataclass(frozen=True, kw_only=True)
class Guarantee:
    """What the model that drew the rows must promise: differential privacy.

    Args:
        most_epsilon: Above 0.
        most_delta: Above 0.
        unit: Whom the promise must protect, as the ledger names it, such as "patient_id"; None: anybody.

    Raises:
        PolicyError: If a number is none, or not above 0.
    """

    most_epsilon: float
    most_delta: float = 1e-5
    unit: str | None = None

    stored: ClassVar[Fields] = Fields(
        {"most_epsilon": Quantity(above=0)}, {"most_delta": Quantity(above=0), "unit": Maybe(Characters())}
    )
    """What a policy may say of a guarantee."""

    def __post_init__(self) -> None:
        with refused_as(PolicyError):
            self.stored.check(asdict(self), "guarantee")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of a decision.

    Args:
        about: What was looked at: "holdout", "verdict privacy", "metric membership".
        passed: Whether it is as the policy asks.
        sentence: What was asked and what was found.
        ways: What would make it pass, the cheapest first; none where it passed.
    """

    about: str
    passed: bool
    sentence: str
    ways: tuple[str, ...] = ()


@final
@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a policy lets a synthetic table leave, and why.

    Args:
        checks: Everything that was looked at.
        notes: What the policy does not ask, with what the report says of it.
        report: SHA-256 of the report that was looked at, see `report_digest`; None: of none.
    """

    checks: tuple[Check, ...]
    notes: tuple[str, ...] = ()
    report: str | None = None

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What stands against the release; empty where nothing does."""
        return tuple(check.sentence for check in self.checks if not check.passed)

    @property
    def ways(self) -> tuple[str, ...]:
        """What would make the release pass, each way once, the cheapest of a check first."""
        return tuple(dict.fromkeys(way for check in self.checks for way in check.ways))

    def to_dict(self) -> dict[str, Any]:
        """Returns the decision as JSON types."""
        return {
            "decision": "PASS" if self.passed else "FAIL", "reasons": list(self.reasons), "ways": list(self.ways),
            "notes": list(self.notes), "checks": [asdict(check) | {"ways": list(check.ways)} for check in self.checks],
        }  # fmt: skip


def report_digest(report: Mapping[str, Any]) -> str:
    """Returns the SHA-256 of a report, by which a decision on another one is told from one on it.

    Args:
        report: What `Report.to_dict` returns, or its file holds.

    Example:
        >>> report_digest({"results": ()}) == report_digest({"results": []})
        True
    """
    return hashlib.sha256(json.dumps(report, sort_keys=True).encode()).hexdigest()


def verdict_check(subject: str, worst: str, report: Mapping[str, Any]) -> Check:
    """Returns whether a verdict is no worse than asked, with the metrics behind one that is.

    Args:
        subject: Of the verdict.
        worst: Outcome that still passes, or `ANY`. "not computed" passes only that.
        report: What `Report.to_dict` returns.
    """
    found = {verdict["subject"]: verdict["outcome"] for verdict in report["verdicts"]}.get(subject)
    about = f"verdict {subject}"
    if worst == ANY:
        return Check(
            about=about, passed=True, sentence=f"verdict on {subject}: any may pass; it is {found or 'missing'}."
        )
    passed = found in OUTCOMES and OUTCOMES.index(found) <= OUTCOMES.index(worst)
    said = f"verdict on {subject}: {worst} or better is asked for; it is {found or 'missing'}"
    if passed:
        return Check(about=about, passed=True, sentence=f"{said}.")
    behind = behind_verdict([result for result in report["results"] if result.get("family") == subject], worst)
    causes = f", for {'; '.join(map(figure, behind))}" if behind else ""
    return Check(about=about, passed=False, sentence=f"{said}{causes}.", ways=ways_for_verdict(subject, worst, report))


def computed_check(result: Mapping[str, Any]) -> Check:
    """Returns whether a metric has a value.

    Args:
        result: "metric", "value" and "reason" of a result.
    """
    passed = result["value"] is not None
    said = f"{result['metric']}: must be computed; " + ("it was." if passed else f"it was not: {result['reason']}")
    return Check(about=f"metric {result['metric']} required", passed=passed, sentence=said)


def guarantee_check(asked: Guarantee, found: Mapping[str, Any] | None) -> Check:
    """Returns whether a promise is as strong as asked.

    Args:
        asked: By the policy.
        found: "epsilon", "delta" and "unit" of the report's guarantee; None: nothing is promised.
    """
    whom = f" for each {asked.unit}" if asked.unit else ""
    said = f"guarantee: epsilon of at most {asked.most_epsilon:g} at a delta of at most {asked.most_delta:g}{whom}; "
    ways = (f"learn under a privacy budget: fit --epsilon {asked.most_epsilon:g}, and name the model here: --model.",)
    if found is None or found["epsilon"] is None:
        return Check(about="guarantee", passed=False, sentence=f"{said}nothing is promised.", ways=ways)
    passed = found["epsilon"] <= asked.most_epsilon and found["delta"] <= asked.most_delta
    passed = passed and asked.unit in (None, found["unit"])
    stated = f"it is {found['epsilon']:.4g} at {found['delta']:g} for each {found['unit']}."
    return Check(about="guarantee", passed=passed, sentence=said + stated, ways=() if passed else ways)


def limit_check(result: Mapping[str, Any], limit: Limit, report: Mapping[str, Any] | None = None) -> Check:
    """Returns whether a metric keeps within a limit; what was not computed does not.

    Args:
        result: "metric", "value", "interval" and "reason" of a result.
        limit: Of the policy.
        report: That the result is of, for ways to keep the limit; None: none are looked for.
    """
    name, value = result["metric"], result["value"]
    about = f"metric {name}"
    if value is None:
        said = f"{name}: has a limit and was not computed: {result['reason']}"
        return Check(about=about, passed=False, sentence=said)
    ends = result["interval"] if limit.of == "interval" else (value, value)
    what = "the end of its interval" if limit.of == "interval" else "its value"
    if limit.at_most is not None:
        room, end, bound = limit.at_most - value, ends[1], f"at most {limit.at_most:g}"
    else:
        room, end, bound = value - (limit.at_least or 0.0), ends[0], f"at least {limit.at_least:g}"
    passed = abs(end - value) <= room
    said = f"{name}: {what} {'may' if limit.at_least is None else 'must'} be {bound}; it is {end:.4g}."
    ways = () if passed or report is None else ways_for_limit(result, room, abs(end - value), report)
    return Check(about=about, passed=passed, sentence=said, ways=ways)
