"""How far from real data a figure may be: what turns a result into pass, warning or fail."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["pass", "warning", "fail", "not computed", "shown"]
Direction = Literal["higher", "lower"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much worse than real data a value may be.

    The shortfall is the distance by which the value is worse than the reference (than `best` where there is none).
    A verdict needs both size and evidence: the shortfall must exceed the limit, and the interval must not hold the
    reference. Where `strict`, "pass" also needs proof: an interval so wide that `fail` lies inside it is a warning.

    Args:
        warning: Largest shortfall that passes, in the metric's unit.
        fail: Largest shortfall that is a warning.
        strict: Whether too few rows forbid a pass; set for privacy.

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

    def judge(
        self, *, value: float, interval: tuple[float, float], anchor: float, direction: Direction, unit: str = "score"
    ) -> tuple[Status, str]:
        """Returns the status and the reason for it.

        Args:
            value: The value that compares with `anchor`.
            interval: Its interval.
            anchor: The reference, or the best value.
            direction: Which way is better.
            unit: How differences are worded.
        """
        sign = 1 if direction == "lower" else -1
        shortfall = sign * (value - anchor)
        evident = min(sign * (end - anchor) for end in interval) > 0
        possible = max(sign * (end - anchor) for end in interval)
        size = f"worse than real data by {amount(shortfall, unit)}"
        if shortfall > self.fail and evident:
            return "fail", f"{size}; more than {amount(self.fail, unit)} fails."
        if shortfall > self.warning and evident:
            return "warning", f"{size}; up to {amount(self.warning, unit)} passes."
        if self.strict and possible > self.fail:
            return "warning", f"too few rows: a difference of {amount(possible, unit)} cannot be excluded."
        return "pass", f"within {amount(self.warning, unit)} of real data, or not distinguishable from it."


def amount(difference: float, unit: str) -> str:
    """Returns a difference as people read it.

    Example:
        >>> amount(0.135, "share"), amount(0.05, "area")
        ('13.5 percentage points', '0.05')
    """
    if unit == "share":
        return f"{100 * difference:.3g} percentage point{'s' * (difference != 0.01)}"
    return f"{difference:.2g}"
