"""The release gate: a policy, written before training, decides on a report."""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, final

import yaml

from synthgen.bundle.decision import (
    ANY,
    OUTCOMES,
    Check,
    Decision,
    Guarantee,
    Limit,
    computed_check,
    guarantee_check,
    limit_check,
    report_digest,
    verdict_check,
)
from synthgen.bundle.report_file import kind_told
from synthgen.bundle.texts import TEXTS, texts_of
from synthgen.data.yaml_files import read_yaml
from synthgen.errors import PolicyError, did_you_mean
from synthgen.expected import (
    Anything,
    ByName,
    Characters,
    Each,
    Expected,
    Fields,
    Maybe,
    OneOf,
    Quantity,
    Unexpected,
    agree,
    refused_as,
    said,
)
from synthgen.files.writing import replacing

FORMAT, VERSION = "synthgen-policy", 1
SUBJECTS = ("fidelity", "usefulness", "privacy")


@final
@dataclass(frozen=True, kw_only=True)
class Policy:
    """What a report must say before synthetic data may be released.

    Args:
        least_holdout_patients: Patients kept from the maker, at least; None: a report without any may pass.
        verdicts: The worst outcome that passes, by subject, or "any". Of a subject that is not named the decision
            notes what the report says.
        guarantee: What the model must promise; None: nothing.
        required: Names of metrics that must have been computed.
        limits: By name of the metric.
        subgroups: Columns whose groups of patients must be in the report.
        subgroup_limits: By name of the metric, for every group in the report, of which there must be one.

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
    guarantee: Guarantee | None = None
    required: tuple[str, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    subgroups: tuple[str, ...] = ()
    subgroup_limits: Mapping[str, Limit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with refused_as(PolicyError):
            for name, expected in _EXPECTED.items():
                value = expected.check(getattr(self, name), name)
                object.__setattr__(self, name, tuple(value) if isinstance(value, list) else value)
            for name in ("limits", "subgroup_limits"):
                for metric, limit in getattr(self, name).items():
                    agree(isinstance(limit, Limit), f"{name}: {metric}: expected a Limit. Received {said(limit)}.")
            agree(self.guarantee is None or isinstance(self.guarantee, Guarantee),
                  f"guarantee: expected a Guarantee. Received {said(self.guarantee)}.")  # fmt: skip

    @classmethod
    def for_kind(cls, kind: str) -> Self:
        """Returns the policy to begin with for a kind of data, which ``synthgen policy --for`` writes with comments.

        Args:
            kind: Such as "tables".

        Raises:
            BundleError: If there is no such kind.

        Example:
            >>> sorted(Policy.for_kind("images").limits)
            ['image_copies', 'image_duplicates', 'image_membership']
        """
        return cls.from_dict(yaml.safe_load(texts_of(kind).policy))

    @classmethod
    def for_tables(cls) -> Self:
        """Deprecated: returns ``Policy.for_kind("tables")``."""
        return cls._renamed("for_tables", "tables")

    @classmethod
    def for_images(cls) -> Self:
        """Deprecated: returns ``Policy.for_kind("images")``."""
        return cls._renamed("for_images", "images")

    @classmethod
    def _renamed(cls, old: str, kind: str) -> Self:
        warnings.warn(f"Policy.{old}() is now Policy.for_kind({kind!r}).", DeprecationWarning, stacklevel=3)
        return cls.for_kind(kind)

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """Returns the policy that a file holds.

        Raises:
            PolicyError: If it is none of this version, or has a key that is not known.
        """
        if not isinstance(stored, dict) or stored.get("format") != FORMAT or stored.get("version") != VERSION:
            raise PolicyError(f"Expected a policy with format: {FORMAT} and version: {VERSION}. "
                              "`synthgen policy` writes one to begin with.")  # fmt: skip
        with refused_as(PolicyError):
            known = _STORED.check(stored, "the policy")
        groups = known.get("subgroups") or {}
        guarantee = known.get("guarantee")
        return cls(
            least_holdout_patients=known.get("least_holdout_patients"), verdicts=known.get("verdicts") or {},
            guarantee=None if guarantee is None else Guarantee(**guarantee),
            required=tuple(known.get("required") or ()), limits=_limits(known.get("limits")),
            subgroups=tuple(groups.get("columns") or ()), subgroup_limits=_limits(groups.get("limits")),
        )  # fmt: skip

    @classmethod
    def from_yaml(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a policy; a file names all three verdicts, if only as "any".

        Raises:
            PolicyError: If the file is absent, no YAML, or no policy, or leaves a verdict out.

        Example:
            >>> import tempfile
            >>> path = Path(tempfile.mkdtemp()) / "policy.yaml"
            >>> write_template(path, kind="tables")
            >>> Policy.from_yaml(path).verdicts["privacy"]
            'pass'
        """
        try:
            policy = cls.from_dict(read_yaml(path))
            if left_out := [subject for subject in SUBJECTS if subject not in policy.verdicts]:
                raise PolicyError(f"verdicts: expected the worst that passes for each of {list(SUBJECTS)}; {left_out} "
                                  "are left out. Write any where nothing is asked; a file that ends too early lets "
                                  "nothing pass.")  # fmt: skip
            return policy
        except Unexpected as error:
            raise PolicyError(f"{error} `synthgen policy` writes a policy to begin with.") from error
        except PolicyError as error:
            raise PolicyError(f"{path}: {error}") from error

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
                raise PolicyError(f"The report has no metric {name!r}.{_other_kind(name, report, results)}")
        checks = [] if self.least_holdout_patients is None else [self._holdout(report, self.least_holdout_patients)]
        checks += [verdict_check(subject, worst, report) for subject, worst in self.verdicts.items()]
        if self.guarantee is not None:
            checks.append(guarantee_check(self.guarantee, report.get("guarantee")))
        checks += [computed_check(results[name]) for name in self.required]
        checks += [limit_check(results[name], limit, report) for name, limit in self.limits.items()]
        checks += self._groups(report)
        return Decision(checks=tuple(checks), notes=self._left_out(report), report=report_digest(report))

    def _left_out(self, report: Mapping[str, Any]) -> tuple[str, ...]:
        """What the report says of the subjects that the policy does not name."""
        return tuple(
            f"The policy says nothing of {verdict['subject']}; the report says {verdict['outcome']}."
            for verdict in report["verdicts"]
            if verdict["subject"] not in self.verdicts
        )

    def _groups(self, report: Mapping[str, Any]) -> list[Check]:
        groups = report.get("subgroups", [])
        there = {group["column"] for group in groups}
        checks = []
        for column in self.subgroups:
            said = f"groups by {column}: must be in the report; they {'are' if column in there else 'are not'}."
            checks.append(Check(about=f"groups {column}", passed=column in there, sentence=said))
        if self.subgroup_limits and not (self.subgroups or groups):
            said = "groups: there are limits for them; no group is in the report."
            checks.append(
                Check(about="groups", passed=False, sentence=said, ways=("judge groups apart: --by COLUMN.",))
            )
        for group in groups:
            figures = {figure["metric"]: figure["part"] for figure in group["figures"]}
            for name, limit in self.subgroup_limits.items():
                if name not in figures:
                    raise PolicyError(f"Groups have no metric {name!r}.{did_you_mean(name, figures)}")
                part = figures[name]
                about = f"{name} of {group['column']} {group['level']}"
                checks.append(limit_check({**part, "metric": about, "reason": part["note"]}, limit))
        return checks

    @staticmethod
    def _holdout(report: Mapping[str, Any], least: int) -> Check:
        found = report["tables"]["patients"].get("holdout", 0)
        said = f"holdout: at least {least} patients are asked for; there are {found or 'none'}."
        ways = (
            () if found >= least else (f"keep at least {least} patients aside: fit --holdout-share, before training.",)
        )
        return Check(about="holdout", passed=found >= least, sentence=said, ways=ways)


def write_template(path: str | os.PathLike[str], *, kind: str) -> None:
    """Writes the policy to begin with.

    Args:
        path: Of the file.
        kind: Of the data that is to be released.

    Raises:
        WriteError: If the path cannot be written.
    """
    with replacing(Path(path)) as beside:
        beside.write_text(texts_of(kind).policy, encoding="utf-8")


def _other_kind(name: str, report: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    """The way out where a policy names a metric that a report lacks."""
    kind = kind_told(report)
    for other in TEXTS:
        policy = Policy.for_kind(other)
        if other != kind and name in (*policy.required, *policy.limits):
            return f" The policy is not one for {kind}; `synthgen policy --for {kind}` writes one to begin with."
    return did_you_mean(name, results)


def _limits(stored: Mapping[str, Any] | None) -> dict[str, Limit]:
    """The limits that a file holds, by metric."""
    return {metric: Limit(**limit) for metric, limit in (stored or {}).items()}


_WORST = OneOf((*OUTCOMES, ANY))
_EXPECTED: dict[str, Expected] = {
    "least_holdout_patients": Maybe(Quantity(whole=True, least=1)),
    "verdicts": Fields({}, dict.fromkeys(SUBJECTS, _WORST)), "required": Each(of=Characters()),
    "limits": ByName(Anything()), "subgroups": Each(of=Characters()), "subgroup_limits": ByName(Anything()),
}  # fmt: skip
_LIMITS = Maybe(ByName(Limit.stored))
_STORED = Fields(
    {"format": OneOf((FORMAT,)), "version": Quantity(whole=True, least=VERSION, most=VERSION)},
    {
        "least_holdout_patients": _EXPECTED["least_holdout_patients"], "verdicts": Maybe(_EXPECTED["verdicts"]),
        "guarantee": Maybe(Guarantee.stored), "required": Maybe(_EXPECTED["required"]), "limits": _LIMITS,
        "subgroups": Maybe(Fields({}, {"columns": Maybe(_EXPECTED["subgroups"]), "limits": _LIMITS})),
    },
)  # fmt: skip
