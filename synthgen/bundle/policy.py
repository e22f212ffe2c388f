"""The release gate: a policy, written before training, decides on a report."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, final

import yaml

from synthgen.data.writers import replacing
from synthgen.errors import PolicyError, did_you_mean

FORMAT, VERSION = "synthgen-policy", 1
OUTCOMES = ("pass", "warning", "fail")
"""Of a verdict, from the best to the worst."""
SUBJECTS = ("fidelity", "usefulness", "privacy")

TEMPLATE = """\
# What a synthetic table must show before it may leave. Write it before training, and sign off changes:
# whoever fits the policy to the report decides nothing.
format: synthgen-policy
version: 1

# Patients kept from the maker. Without a holdout no attack can be run; null allows that.
least_holdout_patients: 100

# The worst verdict that passes, by subject: pass, warning or fail. "not computed" is worse than all of them; a subject
# that is not named may be missing.
verdicts:
  fidelity: warning
  privacy: pass

# Metrics that must have been computed, whatever they say.
required: [exact_copies, membership, attributes, linkability, singling_out]

# Limits of single metrics: at_most or at_least. The end of the 95 % interval on the wrong side decides, so that few
# patients are no excuse; of: value lets the value itself decide.
limits:
  membership: {at_most: 0.6}
  reemitted_values: {at_most: 0.0, of: value}
"""
"""The policy to begin with, as a file with comments."""


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

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.at_least is None):
            raise PolicyError("limits: expected either at_most or at_least for each metric.")
        if self.of not in ("interval", "value"):
            raise PolicyError(f"limits: of: expected interval or value. Received {self.of!r}.")


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


@final
@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a report must say before a synthetic table may be released.

    Args:
        least_holdout_patients: Patients kept from the maker, at least; None: a report without any may pass.
        verdicts: The worst outcome that passes, by subject.
        required: Names of metrics that must have been computed.
        limits: By name of the metric.

    Raises:
        PolicyError: If a subject, outcome or number is none.

    Example:
        >>> report = {"tables": {"patients": {"train": 900, "holdout": 60}}, "verdicts": [], "results": []}
        >>> decision = Policy(least_holdout_patients=100).decide(report)
        >>> decision.passed, decision.reasons
        (False, ('holdout: at least 100 patients are asked for; there are 60.',))
    """

    least_holdout_patients: int | None = 100
    verdicts: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        least = self.least_holdout_patients
        if least is not None and (not isinstance(least, int) or least < 1):
            raise PolicyError(f"least_holdout_patients: expected a whole number above 0, or null. Received {least!r}.")
        for subject, worst in self.verdicts.items():
            if subject not in SUBJECTS:
                raise PolicyError(f"verdicts: expected {', '.join(SUBJECTS)}. Received {subject!r}."
                                  f"{did_you_mean(subject, SUBJECTS)}")  # fmt: skip
            if worst not in OUTCOMES:
                raise PolicyError(f"verdicts: {subject}: expected {', '.join(OUTCOMES)}. Received {worst!r}.")

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """Returns the policy that a file holds.

        Raises:
            PolicyError: If it is none of this version, or has a key that is not known.
        """
        if not isinstance(stored, dict) or stored.get("format") != FORMAT or stored.get("version") != VERSION:
            raise PolicyError(f"Expected a policy with format: {FORMAT} and version: {VERSION}. "
                              "`synthgen policy` writes one to begin with.")  # fmt: skip
        known = {"format", "version", *cls.__dataclass_fields__}
        for name in stored:
            if name not in known:
                raise PolicyError(f"The policy has an unknown key {name!r}.{did_you_mean(str(name), known)}")
        limits = {}
        for metric, limit in (stored.get("limits") or {}).items():
            if not isinstance(limit, dict) or not set(limit) <= set(Limit.__dataclass_fields__):
                raise PolicyError(f"limits: {metric}: expected at_most or at_least, and of. Received {limit!r}.")
            limits[metric] = Limit(**limit)
        return cls(
            least_holdout_patients=stored.get("least_holdout_patients"), verdicts=stored.get("verdicts") or {},
            required=tuple(stored.get("required") or ()), limits=limits,
        )  # fmt: skip

    @classmethod
    def from_yaml(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a policy.

        Raises:
            PolicyError: If the file is absent, no YAML, or no policy.

        Example:
            >>> import tempfile
            >>> path = Path(tempfile.mkdtemp()) / "policy.yaml"
            >>> write_template(path)
            >>> Policy.from_yaml(path).verdicts["privacy"]
            'pass'
        """
        try:
            stored = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise PolicyError(f"{path} cannot be read: {os.strerror(error.errno or 0)}.") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise PolicyError(f"{path} is no YAML. `synthgen policy` writes a policy to begin with.") from error
        return cls.from_dict(stored)

    def decide(self, report: Mapping[str, Any]) -> Decision:
        """Holds a report against the policy.

        Args:
            report: What `Report.to_dict` returns, or its file holds.

        Raises:
            PolicyError: If the policy names a metric that the report does not have.
        """
        results = {result["metric"]: result for result in report["results"]}
        for name in (*self.required, *self.limits):
            if name not in results:
                raise PolicyError(f"The report has no metric {name!r}.{did_you_mean(name, results)}")
        outcomes = {verdict["subject"]: verdict["outcome"] for verdict in report["verdicts"]}
        checks = [] if self.least_holdout_patients is None else [self._holdout(report, self.least_holdout_patients)]
        checks += [_verdict(subject, worst, outcomes.get(subject)) for subject, worst in self.verdicts.items()]
        checks += [_computed(results[name]) for name in self.required]
        checks += [_within(results[name], limit) for name, limit in self.limits.items()]
        return Decision(checks=tuple(checks))

    @staticmethod
    def _holdout(report: Mapping[str, Any], least: int) -> Check:
        found = report["tables"]["patients"].get("holdout", 0)
        said = f"holdout: at least {least} patients are asked for; there are {found or 'none'}."
        return Check(about="holdout", passed=found >= least, sentence=said)


def write_template(path: str | os.PathLike[str]) -> None:
    """Writes the policy to begin with.

    Raises:
        WriteError: If the path cannot be written.
    """
    with replacing(Path(path)) as beside:
        beside.write_text(TEMPLATE, encoding="utf-8")


def _verdict(subject: str, worst: str, found: str | None) -> Check:
    passed = found in OUTCOMES and OUTCOMES.index(found) <= OUTCOMES.index(worst)
    said = f"verdict on {subject}: {worst} or better is asked for; it is {found or 'missing'}."
    return Check(about=f"verdict {subject}", passed=passed, sentence=said)


def _computed(result: Mapping[str, Any]) -> Check:
    passed = result["value"] is not None
    said = f"{result['metric']}: must be computed; " + ("it was." if passed else f"it was not: {result['reason']}")
    return Check(about=f"metric {result['metric']} required", passed=passed, sentence=said)


def _within(result: Mapping[str, Any], limit: Limit) -> Check:
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
