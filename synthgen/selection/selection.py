"""What `fit_auto` found: every candidate with its scores, or why it was left out, and the one that was chosen."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthgen.selection.held_out_score import HeldOutScore
from synthgen.synthesizers.tables.base import TableSynthesizer

LEAST_MARGIN = 0.005
"""Areas under the ROC curve that differ by less are level, however many rows they were measured on."""

NEAR = 1.05
"""Distances of two-way tables that differ by less than this factor are level."""


@dataclass(frozen=True, kw_only=True)
class CandidateResult:
    """One candidate and how it fared.

    Args:
        family: Name of the synthesizer.
        settings: That differ from the family's own.
        steps: That it was trained for; None where there are none, or it was not trained.
        seconds: It took in all: measuring its speed, training, scoring.
        score: On the held-out rows; None where it was not scored.
        skipped: Why it was not trained or not scored; "" where it was.
    """

    family: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    steps: int | None = None
    seconds: float = 0.0
    score: HeldOutScore | None = None
    skipped: str = ""

    @property
    def name(self) -> str:
        """Family and settings, as they are called: TabularAutoregressive(width=64)."""
        settings = ", ".join(f"{name}={value}" for name, value in self.settings.items())
        return f"{self.family}({settings})" if settings else self.family

    def to_dict(self) -> dict[str, Any]:
        """Returns the result as JSON types."""
        return {
            "family": self.family,
            "settings": dict(self.settings),
            "steps": self.steps,
            "seconds": round(self.seconds, 1),
            "detection": None if self.score is None else round(self.score.detection, 4),
            "distance": None if self.score is None else round(self.score.distance, 4),
            "skipped": self.skipped,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """The synthesizer that `fit_auto` chose, and why.

    Args:
        synthesizer: Fitted. Its settings, number of steps included, repeat the fit without the choosing.
        candidates: All, in the order of their turn.
        chosen: Which of them was.
        reason: In a sentence or two.
        refitted: Whether `synthesizer` has learned all rows; else those that were not held out for choosing.
        held_out_rows: That candidates were scored on.
        seconds: That everything took.
    """

    synthesizer: TableSynthesizer
    candidates: tuple[CandidateResult, ...]
    chosen: CandidateResult
    reason: str
    refitted: bool
    held_out_rows: int
    seconds: float

    def __str__(self) -> str:
        lines = [*self._table(), *(f"{t.name}: left out, {t.skipped}" for t in self.candidates if t.skipped)]
        return "\n".join([*lines, "", self.reason])

    def __repr__(self) -> str:
        return f"<Selection {self.chosen.name} of {len(self.candidates)} candidates>"

    def to_dict(self) -> dict[str, Any]:
        """Returns all but the synthesizer as JSON types."""
        return {
            "chosen": self.chosen.to_dict(),
            "settings": self.synthesizer.settings | {"seed": self.synthesizer.seed},
            "reason": self.reason,
            "refitted": self.refitted,
            "held_out_rows": self.held_out_rows,
            "seconds": round(self.seconds, 1),
            "candidates": [result.to_dict() for result in self.candidates],
        }

    def _table(self) -> list[str]:
        rows = [["candidate", "steps", "seconds", "detection", "distance", ""]]
        for result in self.candidates:
            if result.skipped:
                continue
            scores = (
                [""] * 2 if result.score is None else [f"{result.score.detection:.3f}", f"{result.score.distance:.4f}"]
            )
            steps = "" if result.steps is None else grouped(result.steps)
            rows.append([result.name, steps, f"{result.seconds:.1f}", *scores, "chosen" * (result is self.chosen)])
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
        return [
            "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:-1], widths[1:], strict=True)),
                       row[-1]]).rstrip()
            for row in rows
        ]  # fmt: skip


def margin(num_rows: int) -> float:
    """Returns by how much areas under the ROC curve may differ by chance: one standard error of an area of 0.5.

    Args:
        num_rows: Of either kind, at least 1.

    Example:
        >>> round(margin(600), 4), margin(1_000_000)
        (0.0167, 0.005)
    """
    return max(LEAST_MARGIN, math.sqrt(1 / (6 * num_rows)))


def best_of(results: Sequence[CandidateResult], *, num_rows: int) -> CandidateResult:
    """Returns the result with the lowest detection; among those level with it the nearest, and of these the cheapest.

    Args:
        results: At least one of them scored.
        num_rows: That they were scored on.
    """
    least = min(beyond_chance(result) for result in results)
    level = [result for result in results if beyond_chance(result) <= least + margin(num_rows)]
    nearest = min(distance(result) for result in level)
    return min((t for t in level if distance(t) <= NEAR * nearest), key=lambda result: result.seconds)


def beyond_chance(result: CandidateResult) -> float:
    """Returns how far the detection is above the 0.5 of guessing; infinite for a result that was not scored."""
    return math.inf if result.score is None else max(result.score.detection - 0.5, 0.0)


def distance(result: CandidateResult) -> float:
    """Returns the distance of two-way tables; infinite for a result that was not scored."""
    return math.inf if result.score is None else result.score.distance


def why(chosen: CandidateResult, results: Sequence[CandidateResult], *, num_rows: int) -> str:
    """Returns in a sentence what spoke for the chosen result.

    Args:
        chosen: By `best_of`.
        results: All.
        num_rows: That they were scored on.
    """
    if chosen.score is None:
        return f"{chosen.name} is taken unseen: the time did not allow scoring it, or training another."
    told = (
        f"boosted trees tell its rows from {grouped(num_rows)} held-out ones with an area of "
        f"{chosen.score.detection:.3f} (0.5: they cannot)"
    )
    others = sorted((t for t in results if t.score and t is not chosen), key=beyond_chance)
    if not others or others[0].score is None:
        return f"{chosen.name} is the only candidate that the time allowed; {told}."
    rival = others[0]
    against = f"{rival.name} with {others[0].score.detection:.3f}"
    if abs(beyond_chance(rival) - beyond_chance(chosen)) > margin(num_rows):
        return f"{chosen.name} is chosen: {told}, those of the next best, {against}."
    spoke = "it took less time" if distance(rival) <= NEAR * distance(chosen) else "its pairs of columns are nearer"
    return f"{chosen.name} is chosen: {told}, those of {against}, which is level within chance; {spoke}."


def grouped(number: int) -> str:
    """Returns a whole number in groups of thousands.

    Example:
        >>> grouped(20190)
        '20 190'
    """
    return f"{number:,}".replace(",", " ")
