"""What a policy decides: single checks, each with what was asked and what was found."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, final

from synthgen.errors import PolicyError
from synthgen.expected import Characters, Fields, Maybe, OneOf, Quantity, refused_as

OUTCOMES = ("pass", "warning", "fail")
"""Of a verdict, from the best to the worst."""


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
    """

    about: str
    passed: bool
    sentence: str


@final
@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a policy lets a synthetic table leave, and why.

    Args:
        checks: Everything that was looked at.
    """

    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What stands against the release; empty where nothing does."""
        return tuple(check.sentence for check in self.checks if not check.passed)

    def to_dict(self) -> dict[str, Any]:
        """Returns the decision as JSON types."""
        outcome = "PASS" if self.passed else "FAIL"
        return {"decision": outcome, "reasons": list(self.reasons), "checks": [asdict(check) for check in self.checks]}


def verdict_check(subject: str, worst: str, found: str | None) -> Check:
    """Returns whether a verdict is no worse than asked.

    Args:
        subject: Of the verdict.
        worst: Outcome that still passes.
        found: Outcome in the report; None: there is no such verdict. "not computed" never passes.
    """
    passed = found in OUTCOMES and OUTCOMES.index(found) <= OUTCOMES.index(worst)
    said = f"verdict on {subject}: {worst} or better is asked for; it is {found or 'missing'}."
    return Check(about=f"verdict {subject}", passed=passed, sentence=said)


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
    if found is None or found["epsilon"] is None:
        return Check(about="guarantee", passed=False, sentence=f"{said}nothing is promised.")
    passed = found["epsilon"] <= asked.most_epsilon and found["delta"] <= asked.most_delta
    passed = passed and asked.unit in (None, found["unit"])
    stated = f"it is {found['epsilon']:.4g} at {found['delta']:g} for each {found['unit']}."
    return Check(about="guarantee", passed=passed, sentence=said + stated)


def limit_check(result: Mapping[str, Any], limit: Limit) -> Check:
    """Returns whether a metric keeps within a limit; what was not computed does not.

    Args:
        result: "metric", "value", "interval" and "reason" of a result.
        limit: Of the policy.
    """
    name, value = result["metric"], result["value"]
    about = f"metric {name}"
    if value is None:
        said = f"{name}: has a limit and was not computed: {result['reason']}"
        return Check(about=about, passed=False, sentence=said)
    low, high = result["interval"] if limit.of == "interval" else (value, value)
    what = "the end of its interval" if limit.of == "interval" else "its value"
    if limit.at_most is not None:
        said = f"{name}: {what} may be at most {limit.at_most:g}; it is {high:.4g}."
        return Check(about=about, passed=high <= limit.at_most, sentence=said)
    said = f"{name}: {what} must be at least {limit.at_least:g}; it is {low:.4g}."
    return Check(about=about, passed=low >= (limit.at_least or 0.0), sentence=said)
