"""How far from real data a figure may be: what turns a result into pass, warning or fail."""

import math
from dataclasses import dataclass
from typing import Literal

Status = Literal["pass", "warning", "fail", "not computed", "shown"]
Direction = Literal["higher", "lower"]

VERDICTS: tuple[Status, ...] = ("pass", "warning", "fail")
"""From the best to the worst."""

FEW = "too few"
"""How a reason begins where a warning is for want of evidence, not for what was found."""

TURNED = "the holdout was seen, or is denser"
"""How a reason begins where a value is on the wrong side of the reference, where `two_sided`."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much worse than real data a value may be.

    The shortfall is the distance by which the value is worse than the reference (than `best` where there is none).
    A verdict needs both size and evidence: the shortfall must exceed the limit, and the interval must not hold the
    reference. Where `strict`, "pass" also needs proof: an interval so wide that `fail` lies inside it is a warning.

    Args:
        warning: Largest shortfall that passes, in the metric's unit.
        fail: Largest shortfall that is a warning.
        strict: Whether too few rows forbid a pass; set for attacks.
        both_sampled: Whether the reference is a count like the value, so that the evidence must be in the difference of
            the two; where the reference is known to no more than a factor of two, what it leaves open is a warning.
        two_sided: Whether a value that is better than the reference by as much is as bad: set for attacks on training
            rows with the holdout beside, where it means that the maker has seen the holdout.
        most: Value that real data is no excuse for: one beyond it, in the wrong direction, is a warning at least; None:
            there is none.

    Example:
        >>> limits = Limits(warning=0.02, fail=0.10)
        >>> limits.judge(value=0.97, interval=(0.96, 0.98), anchor=0.98, direction="higher")[0]
        'pass'
        >>> limits.judge(value=0.80, interval=(0.79, 0.81), anchor=0.98, direction="higher")[0]
        'fail'
    """

    warning: float
    fail: float
    strict: bool = False
    both_sampled: bool = False
    two_sided: bool = False
    most: float | None = None

    def judge(
        self,
        *,
        value: float,
        interval: tuple[float, float],
        anchor: float,
        direction: Direction,
        unit: str = "score",
        anchor_interval: tuple[float, float] | None = None,
        things: str = "data",
    ) -> tuple[Status, str]:
        """Returns the status and the reason for it.

        Args:
            value: The value that compares with `anchor`.
            interval: Its interval.
            anchor: The reference, or the best value.
            direction: Which way is better.
            things: What is judged is called: "rows".
            unit: How differences are worded.
            anchor_interval: That of `anchor`; used where `both_sampled`.
        """
        sign = 1 if direction == "lower" else -1
        turned = self.two_sided and sign * (value - anchor) < 0
        sign = -sign if turned else sign
        shortfall = sign * (value - anchor)
        alone = min(sign * (end - anchor) for end in interval) > 0
        vague = False
        if self.both_sampled and anchor_interval is not None:
            interval = shifted_ends(value, interval, anchor, anchor_interval)
            vague = anchor_interval[1] > 2 * anchor
        evident = min(sign * (end - anchor) for end in interval) > 0
        possible = max(sign * (end - anchor) for end in interval)
        better = f"{TURNED} where the {things} are: better than real data"
        size = f"{better if turned else 'worse than real data'} by {amount(shortfall, unit)}"
        if shortfall > self.fail and evident:
            return "fail", f"{size}; more than {amount(self.fail, unit)} fails."
        if shortfall > self.warning and evident:
            return "warning", f"{size}; up to {amount(self.warning, unit)} passes."
        if shortfall > self.warning and alone and vague:
            return "warning", f"{size}; too few real {things} to tell whether that is chance."
        if self.strict and possible > self.fail:
            return "warning", f"{FEW} {things}: a difference of {amount(possible, unit)} cannot be excluded."
        if self.most is not None and sign * (value - self.most) > 0:
            return "warning", f"beyond {amount(self.most, unit)}, which nothing excuses; real data does about as badly."
        return "pass", f"within {amount(self.warning, unit)} of real data, or not distinguishable from it."


def shifted_ends(
    value: float, interval: tuple[float, float], anchor: float, anchor_interval: tuple[float, float]
) -> tuple[float, float]:
    """Returns the ends of the interval of `value - anchor`, plus `anchor`, where both are estimates.

    The square-and-add method (Newcombe 1998, "Interval estimation for the difference between independent proportions",
    method 10).

    Example:
        >>> [round(end, 3) for end in shifted_ends(0.42, (0.39, 0.45), 0.40, (0.36, 0.44))]
        [0.37, 0.47]
    """
    low = math.hypot(value - interval[0], anchor_interval[1] - anchor)
    high = math.hypot(interval[1] - value, anchor - anchor_interval[0])
    return value - low, value + high


def amount(difference: float, unit: str) -> str:
    """Returns a difference as people read it.

    Example:
        >>> amount(0.135, "share"), amount(0.05, "area")
        ('13.5 percentage points', '0.05')
    """
    if unit == "share":
        return f"{100 * difference:.3g} percentage point{'s' * (difference != 0.01)}"
    return f"{difference:.2g}"
