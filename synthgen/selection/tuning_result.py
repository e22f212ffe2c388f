"""What `tune` found: the best settings, what else was tried, and the synthesizer."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from synthgen.selection.held_out_score import HeldOutScore
from synthgen.synthesizers.tables.base import TableSynthesizer


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One fit with settings of its own.

    Args:
        number: From 0, which has the family's defaults.
        settings: That differ from the family's defaults on purpose.
        outcome: "complete"; "pruned": given up, since others were better after as many epochs, or time was over;
            "failed": training or drawing was not possible.
        score: Of a complete trial.
        seconds: Wall time of fitting and scoring.
        note: What is worth knowing besides; "" if nothing is.
    """

    number: int
    settings: Mapping[str, Any]
    outcome: Literal["complete", "pruned", "failed"]
    score: HeldOutScore | None
    seconds: float
    note: str = ""

    @property
    def value(self) -> float:
        """What is searched for the least of; see `objective`. Infinite unless complete."""
        return math.inf if self.score is None else objective(self.score)


def objective(score: HeldOutScore) -> float:
    """Returns one number for a score: the distance of two-way tables plus the detector's area above a half.

    The distance sees every pair of columns, but pairs only; the detector sees everything, and once it tells nearly all
    rows apart says no more about which rows are better. An area below a half is chance and counts as a half.

    Args:
        score: Of held-out rows.

    Example:
        >>> [objective(HeldOutScore(detection=area, distance=0.25)) for area in (0.625, 0.4)]
        [0.375, 0.25]
    """
    return score.distance + max(score.detection - 0.5, 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class TuningResult:
    """What `tune` found.

    Args:
        family: Of the synthesizer.
        best: The best of the complete trials.
        trials: All of them, in order.
        synthesizer: Fitted, with the best settings.
        refitted: Whether it was fitted again, to all rows; else to those that were not held out.
        ended: Why the search ended.
    """

    family: str
    best: Trial
    trials: tuple[Trial, ...]
    synthesizer: TableSynthesizer
    refitted: bool
    ended: str

    @property
    def settings(self) -> dict[str, Any]:
        """The best settings, as the family's constructor takes them."""
        return dict(self.best.settings)

    @property
    def value(self) -> float:
        """The best value of the objective. As the best of many it is a little too good: judge with other rows."""
        return self.best.value

    @property
    def reason(self) -> str:
        """What was chosen and why, in two sentences."""
        first, tried = self.trials[0], len(self.trials)
        defaults = "the defaults" if first.score is None else f"the defaults, which scored {first.value:.4f}"
        if self.best.number == 0:
            chosen = f"Nothing scored better than {defaults}"
        else:
            chosen = f"Trial {self.best.number} scored {self.value:.4f}, better than {defaults}"
        rows = "all rows" if self.refitted else "the rows that were not held out"
        return f"{chosen} ({tried} {'trial' if tried == 1 else 'trials'}; {self.ended}). Fitted to {rows}."

    def to_dict(self) -> dict[str, Any]:
        """Returns everything but the synthesizer, as plain types for JSON."""
        trials = [asdict(trial) | {"value": trial.value if trial.score else None} for trial in self.trials]
        return {
            "family": self.family, "best": self.best.number, "settings": self.settings, "value": self.value,
            "refitted": self.refitted, "ended": self.ended, "trials": trials,
        }  # fmt: skip

    def __str__(self) -> str:
        lines = [line_of(trial, best=trial is self.best) for trial in self.trials]
        return "\n".join([*lines, self.reason])


def line_of(trial: Trial, *, best: bool = False) -> str:
    """Returns a trial in one line.

    Args:
        trial: Any.
        best: Whether to mark it.
    """
    if trial.score is None:
        found = f"{trial.outcome}{f': {trial.note}' if trial.note else ''}"
    else:
        found = (
            f"{trial.value:.4f} (detection {trial.score.detection:.3f}, distance {trial.score.distance:.4f})"
            f"{f', {trial.note}' if trial.note else ''}"
        )
    settings = ", ".join(f"{name}={_short(value)}" for name, value in trial.settings.items()) or "defaults"
    return f"{'*' if best else ' '} {trial.number:>3}  {trial.seconds:>6.0f} s  {found}  {settings}"


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
