"""What the augmentation verdict says: one of four answers, and the numbers of every way that was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from synthgen.metrics.json_types import as_json

Outcome = Literal["augment", "use class weights", "use SMOTE", "do not"]
Kind = Literal["real", "weights", "smote", "synthetic"]
Measure = Literal["roc_auc", "average_precision", "balanced_accuracy", "r2"]

MEASURES: dict[Measure, str] = {
    "roc_auc": "ROC AUC",
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "r2": "R2",
}
"""Measures by name, as people call them."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """One measure of models that were trained in one way.

    Args:
        value: Mean over the seeds, on the holdout.
        interval: Its 95 % interval.
        gain: `value` minus that of the real rows alone; None for these.
        gain_interval: Its 95 % interval, at once for all ways (so that the best of them may be picked); None for the
            real rows alone.
    """

    value: float
    interval: tuple[float, float]
    gain: float | None = None
    gain_interval: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to train, and how well it did.

    Args:
        name: "real only", "class weights", "SMOTE", "share 0.5" or "balance".
        kind: Whose method it is.
        share: Synthetic rows as a multiple of the real ones, or None where that was not the recipe.
        rows_added: Rows beside the real ones.
        scores: By measure.
    """

    name: str
    kind: Kind
    share: float | None
    rows_added: int
    scores: Mapping[Measure, Score]


@dataclass(frozen=True, kw_only=True, eq=False)
class AugmentationVerdict:
    """Whether synthetic rows should be added to a training set.

    Args:
        outcome: "augment", "use class weights", "use SMOTE" or "do not".
        best: Name of the way that the outcome means; "real only" for "do not".
        sentence: The outcome in words, with its numbers.
        measure: What decided.
        target: What was predicted.
        ways: All that were tried, "real only" first.
        not_compared: Ways that were not tried, and why.
        notes: What to know about the numbers.
        details: Rows, classes and settings as JSON types.
    """

    outcome: Outcome
    best: str
    sentence: str
    measure: Measure
    target: str
    ways: tuple[Way, ...]
    not_compared: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Way:
        """Returns one way by its name."""
        for way in self.ways:
            if way.name == name:
                return way
        raise KeyError(f"The verdict has no way {name!r}; it has {[way.name for way in self.ways]}.")

    def __str__(self) -> str:
        lines = [f"{self.outcome.upper()}: {self.sentence}", "", *self._table()]
        lines += [f"{name}: not compared, {reason}" for name, reason in self.not_compared.items()]
        return "\n".join([*lines, *self.notes])

    def __repr__(self) -> str:
        return f"<AugmentationVerdict {self.outcome}, best: {self.best}>"

    def to_dict(self) -> dict[str, Any]:
        """Returns the verdict as JSON types, rounded to six decimals."""
        plain: dict[str, Any] = as_json(asdict(self))
        return plain

    def _table(self) -> list[str]:
        measures = list(self.ways[0].scores)
        rows = [["", "rows added", *(MEASURES[measure] for measure in measures), f"gain in {MEASURES[self.measure]}"]]
        for way in self.ways:
            values = [f"{way.scores[measure].value:.3f}" for measure in measures]
            rows.append([way.name, f"{way.rows_added}", *values, gain_text(way.scores[self.measure])])
        widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
        return [
            "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
            for row in rows
        ]


def gain_text(score: Score) -> str:
    """Returns a gain with its interval, "" where there is none.

    Example:
        >>> gain_text(Score(value=0.8, interval=(0.7, 0.9), gain=0.02, gain_interval=(-0.01, 0.05)))
        '+0.020 (-0.010 to +0.050)'
    """
    if score.gain is None or score.gain_interval is None:
        return ""
    low, high = score.gain_interval
    return f"{score.gain:+.3f} ({low:+.3f} to {high:+.3f})"
