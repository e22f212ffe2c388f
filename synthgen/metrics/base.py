"""What a metric is and what it returns: never a number alone.

A `Result` holds the value, its interval, its range and direction, and the *reference*: what real data scores against
real data (the holdout, or one half of the training rows against the other). A metric that cannot be computed says why.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sized
from dataclasses import asdict, dataclass, field, replace
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar, final

from synthgen.data.kind import Words
from synthgen.metrics.json_types import as_json
from synthgen.metrics.limits import Direction, Limits, Status

Family = Literal["fidelity", "usefulness", "privacy"]
Unit = Literal["share", "area", "score"]
Criterion = Literal["", "congruence", "coverage", "compliance"]
"""Those of the seven Cs of `synthgen.report.scorecard` that a metric can speak to; "": to none."""
Curves = Literal["", "distances", "roc"]
"""What `Result.details` can hold for the page to draw: "curves" of distances, or "roc" curves of attacks."""

GUESSING, EXCHANGEABLE = "guessing", "exchangeable rows"
"""Sources of a reference that is known, not measured: what guessing scores, and what data does that could as well have
been the other half."""

CONFIDENCE = 0.95
"""Confidence level of every interval."""


class NotComputed(Exception):
    """Raised inside a metric that cannot be computed on these tables; becomes a `Result` that says why."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One line of a breakdown: a column, a pair of columns, or a named part of the metric.

    Args:
        names: One column name, two of a pair, or one word for another kind of part.
        value: Like `Result.value`, or None where this part could not be computed.
        reference: What real data scores against real data in this part, or None.
        interval: Lower and upper end, or None where the metric gives intervals for the whole only.
        numbers: Further figures by name.
        note: Why there is no value, or what to know about it.
    """

    names: tuple[str, ...]
    value: float | None
    reference: float | None = None
    interval: tuple[float, float] | None = None
    numbers: Mapping[str, float | None] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What a metric measured, before it is set beside its reference.

    Args:
        value: The metric's value.
        interval: Lower and upper end at confidence `CONFIDENCE`; holds `value`.
        parts: The breakdown.
        details: Curves and counts as JSON types.
        notes: Sentences on what was left out or sampled.
        reference: Real against real, where the metric measures it itself.
        reference_interval: Its interval.
        reference_source: "holdout" or "half of train".
        matched: `value` with as many synthetic rows as stand behind the reference, where the number matters.
        difference: Interval of `value` minus `reference`, where both were measured on the same rows: it decides then.
    """

    value: float
    interval: tuple[float, float]
    parts: tuple[Part, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    reference: float | None = None
    reference_interval: tuple[float, float] | None = None
    reference_source: str = ""
    matched: float | None = None
    difference: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """One metric on one synthetic table.

    Args:
        metric: Short name, e.g. ``"marginals"``.
        title: Name for people.
        family: "fidelity", "usefulness" or "privacy".
        question: What is asked, in one plain sentence.
        value: None where not computed.
        interval: Lower and upper end of the 95 % interval; holds `value`.
        unit: "share" (shown in per cent), "area" (under a ROC curve) or "score".
        range: Smallest and largest value possible; None for unbounded.
        direction: Which way is better.
        best: What perfect synthetic data would score, up to chance.
        reference: What real data scores against real data; None where that does not exist.
        reference_interval: Its 95 % interval.
        reference_source: Where the reference comes from: "holdout", "half of train" or "".
        matched: The value with as many rows as the reference has: compare this one with `reference`.
        status: "pass", "warning", "fail", "not computed", or "shown" for figures that carry no verdict.
        reason: Why that status, in one plain sentence.
        sanity_check: True for distance-only figures: they can show a leak, never exclude one.
        headline: What the first screen calls the value; "": it does not stand there.
        headline_reference: What the first screen calls the reference, where it shows that and the difference too.
        reference_label: What is said before the reference where it was measured.
        criterion: Which of the seven Cs it speaks to; "": none.
        breakdown: What each part is of, as in "class"; "": of something else, or of different things.
        curves: Which curves are in `details`; "": none.
        parts: Breakdown per column, pair or attack.
        details: Curves and counts as JSON types.
        notes: Sentences on what was left out or sampled.
    """

    metric: str
    title: str
    family: Family
    question: str
    value: float | None
    interval: tuple[float, float] | None
    unit: Unit
    range: tuple[float | None, float | None]
    direction: Direction
    best: float
    reference: float | None = None
    reference_interval: tuple[float, float] | None = None
    reference_source: str = ""
    matched: float | None = None
    status: Status = "shown"
    reason: str = ""
    sanity_check: bool = False
    headline: str = ""
    headline_reference: str = ""
    reference_label: str = "real data"
    criterion: Criterion = ""
    breakdown: str = ""
    curves: Curves = ""
    parts: tuple[Part, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def computed(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as JSON types (tuples become lists), rounded to six decimals."""
        plain: dict[str, Any] = as_json(asdict(self))
        return plain


class Sided(Protocol):
    """The least that a metric is given: what was learned from, and what is judged; see `metrics.judged` for most."""

    @property
    def words(self) -> Words:
        """What sentences call it."""

    @property
    def train(self) -> Sized:
        """What the synthetic data was made from."""

    @property
    def synthetic(self) -> Sized:
        """What is judged."""


JudgedData = TypeVar("JudgedData", bound=Sided)


class Metric(ABC, Generic[JudgedData]):
    """One question about synthetic data. A new metric is a new file with a final subclass of this.

    A subclass sets the class variables and writes `measure`. What the report says of it, it says itself: see `Result`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    family: ClassVar[Family]
    question: ClassVar[str]
    unit: ClassVar[Unit] = "share"
    range: ClassVar[tuple[float | None, float | None]] = (0.0, 1.0)
    direction: ClassVar[Direction] = "higher"
    best: ClassVar[float] = 1.0
    limits: ClassVar[Limits | None] = None
    sanity_check: ClassVar[bool] = False
    headline: ClassVar[str] = ""
    headline_reference: ClassVar[str] = ""
    reference_label: ClassVar[str] = "real data"
    criterion: ClassVar[Criterion] = ""
    breakdown: ClassVar[str] = ""
    curves: ClassVar[Curves] = ""

    @abstractmethod
    def measure(self, tables: JudgedData) -> Measurement:
        """Measures; raises `NotComputed` with the reason where that cannot be done."""

    @final
    def __call__(self, tables: JudgedData) -> Result:
        """Returns the judged result; never raises for data that merely cannot be measured.

        Args:
            tables: Training, synthetic and holdout rows, or images, as the judge sees them.
        """
        blank = Result(
            metric=self.name, title=self.title, family=self.family, question=self.question, value=None,
            interval=None, unit=self.unit, range=self.range, direction=self.direction, best=self.best,
            status="not computed", sanity_check=self.sanity_check, headline=self.headline,
            headline_reference=self.headline_reference, reference_label=self.reference_label,
            criterion=self.criterion, breakdown=self.breakdown, curves=self.curves,
        )  # fmt: skip
        try:
            if len(tables.synthetic) == 0:
                raise NotComputed(f"the synthetic {tables.words.whole} has no {tables.words.things}.")
            if len(tables.train) == 0:
                raise NotComputed(f"the training {tables.words.whole} has no {tables.words.things}.")
            measured = self.measure(tables)
        except NotComputed as reason:
            return replace(blank, reason=str(reason))
        return self.reviewed(self._judged(blank, measured, tables.words), tables)

    def reviewed(self, result: Result, tables: JudgedData) -> Result:
        """Returns the result as it stands; a metric that also judges its parts makes it worse where one of them is.

        Args:
            result: With the verdict on the value.
            tables: What was judged.
        """
        del tables
        return result

    @final
    def _judged(self, blank: Result, measured: Measurement, words: Words) -> Result:
        status: Status = "shown"
        reason = "shown for comparison; carries no verdict."
        if self.limits is not None:
            compared = measured.value if measured.matched is None else measured.matched
            low, high = (end + compared - measured.value for end in measured.interval)
            anchor = self.best if measured.reference is None else measured.reference
            if measured.difference is not None:
                low, high = (anchor + end for end in measured.difference)
            status, reason = self.limits.judge(
                value=compared,
                interval=(low, high),
                anchor=anchor,
                direction=self.direction,
                things=words.things,
                unit=self.unit,
                anchor_interval=measured.reference_interval,
            )
        fields = {name: getattr(measured, name) for name in measured.__dataclass_fields__ if name != "difference"}
        return replace(blank, status=status, reason=reason, **fields)
