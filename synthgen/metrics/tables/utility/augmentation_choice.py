"""From the scores of all ways to one of four answers."""

from __future__ import annotations

import numpy as np

from synthgen.metrics.base import CONFIDENCE
from synthgen.metrics.tables.utility.augmentation_result import MEASURES, Kind, Measure, Outcome, Way
from synthgen.metrics.tables.utility.augmentation_scores import Spread

LEAST_GAIN = 0.005
"""A smaller gain than this is not worth making, keeping and explaining made-up rows, however certain it is."""

OUTCOMES: dict[Kind, Outcome] = {
    "real": "do not", "weights": "use class weights", "smote": "use SMOTE", "synthetic": "augment",
}  # fmt: skip
"""What is answered where a way of that kind is chosen."""

COST: tuple[Kind, ...] = ("weights", "smote", "synthetic")
"""From the way that takes least effort and explanation to the one that takes most."""


def choose(ways: tuple[Way, ...], spread: Spread, measure: Measure, target: str) -> tuple[Outcome, str, str]:
    """Returns the outcome, the way it means, and the sentence that says why.

    A way helps if its gain is at least `LEAST_GAIN` and the simultaneous interval of its gain lies above 0. Of those
    that help, the one with the largest gain is chosen, unless a cheaper kind of way that helps too is not worse by
    `LEAST_GAIN` and beyond chance (the 95 % interval of their difference).

    Args:
        ways: "real only" first.
        spread: Of the same ways.
        measure: What decides.
        target: For the sentence.
    """
    helpful = [place for place in range(1, len(ways)) if _helps(ways[place], measure)]
    if not helpful:
        return "do not", ways[0].name, _refusal(ways, measure, target)
    best = max(helpful, key=lambda place: spread.values[place])
    chosen = best
    for kind in COST[: COST.index(ways[best].kind)]:
        cheaper = [place for place in helpful if ways[place].kind == kind and not _worse(place, best, spread)]
        if cheaper:
            chosen = cheaper[0]
            break
    return OUTCOMES[ways[chosen].kind], ways[chosen].name, _approval(ways, chosen, best, measure, target)


def _helps(way: Way, measure: Measure) -> bool:
    score = way.scores[measure]
    return score.gain is not None and score.gain_interval is not None and (
        score.gain >= LEAST_GAIN and score.gain_interval[0] > 0
    )  # fmt: skip


def _worse(place: int, best: int, spread: Spread) -> bool:
    """Whether one way is worse than the best by what matters, beyond chance."""
    lead = spread.draws[:, best] - spread.draws[:, place]
    certain = float(np.quantile(lead, (1 - CONFIDENCE) / 2)) > 0
    return certain and bool(spread.values[best] - spread.values[place] >= LEAST_GAIN)


def _refusal(ways: tuple[Way, ...], measure: Measure, target: str) -> str:
    word = MEASURES[measure]
    synthetic = [way for way in ways if way.kind == "synthetic"]
    best = max(ways[1:], key=lambda way: way.scores[measure].gain or 0.0)
    said = f"nothing tried predicts {target!r} better than the real rows alone by {LEAST_GAIN} of {word} and beyond "
    said += f"chance; the best, {best.name!r}, changes it by {_gain(best, measure)}."
    harmful = [way for way in synthetic if _gain_end(way, measure) < 0]
    if harmful:
        worst = min(harmful, key=lambda way: way.scores[measure].gain or 0.0)
        said += f" Synthetic rows do harm: {worst.name!r} changes it by {_gain(worst, measure)}."
    return said


def _approval(ways: tuple[Way, ...], chosen: int, best: int, measure: Measure, target: str) -> str:
    way, word = ways[chosen], MEASURES[measure]
    rows = f" ({way.rows_added} rows added)" if way.rows_added else ""
    said = f"{way.name!r}{rows} changes the {word} of predicting {target!r} by {_gain(way, measure)}"
    if chosen != best:
        return f"{said}; {ways[best].name!r}, with {_gain(ways[best], measure)}, is not better beyond chance."
    others = [other for other in ways[1:] if other.kind != way.kind]
    if not others:
        return f"{said}."
    beside = ", ".join(f"{other.name!r} by {_gain(other, measure)}" for other in others if other.kind != "synthetic")
    return f"{said}{f'; {beside}' if beside else ''}."


def _gain(way: Way, measure: Measure) -> str:
    score = way.scores[measure]
    low, high = score.gain_interval or (0.0, 0.0)
    return f"{score.gain or 0.0:+.3f} ({low:+.3f} to {high:+.3f})"


def _gain_end(way: Way, measure: Measure) -> float:
    interval = way.scores[measure].gain_interval
    return 0.0 if interval is None else interval[1]
