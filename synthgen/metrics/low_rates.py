"""Attacks read at low false-positive rates, where an area under a curve hides the few who are found for certain.

After Carlini et al. 2022, "Membership Inference Attacks From First Principles", section II.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np
from scipy import stats

from synthgen.metrics.attack import Attack
from synthgen.metrics.base import CONFIDENCE, GUESSING, JudgedData, Measurement, Metric, NotComputed, Part
from synthgen.metrics.intervals import clopper_pearson
from synthgen.metrics.limits import Limits

RATES = (0.1, 0.01, 0.001)
"""False-positive rates at which the attack is read."""
MIN_FALSE_POSITIVES = 10
"""Expected false positives that a rate needs; with fewer, no true-positive rate is given."""


def rate_part(name: str, attack: Attack, rate: float, *, attacks: int) -> Part:
    """Returns the share of members found at a false-positive rate; no value where outsiders are too few to tell.

    Args:
        name: Of the attack.
        attack: Its scores.
        rate: False-positive rate.
        attacks: How many there are to choose the best from; the interval allows for it (Bonferroni).
    """
    names = (name, f"{rate:g}")
    needed = round(MIN_FALSE_POSITIVES / rate)
    if len(attack.outsiders) < needed:
        note = f"a false-positive rate of {rate:g} needs {needed} outsiders; there are {len(attack.outsiders)}."
        return Part(names=names, value=None, reference=rate, note=note)
    value = true_positive_rate(attack, rate)
    low, high = rate_interval(attack, rate, confidence=1 - (1 - CONFIDENCE) / attacks)
    return Part(names=names, value=value, reference=rate, interval=(min(low, value), max(high, value)))


class MembersFound(Metric[JudgedData]):
    """Share of training patients found at a false-positive rate of 1 %, by the best of several attacks.

    The area under the curve averages over people; a few who can be named with certainty vanish in it (Carlini et al.
    2022, section II). Rates for which the sample has too few outsiders are not given. A kind says which attacks.
    """

    title = "Members found at few false alarms"
    family = "privacy"
    direction = "lower"
    best = 0.01
    limits = Limits(warning=0.01, fail=0.05, strict=True)

    @abstractmethod
    def attacks(self, judged: JudgedData) -> dict[str, Attack]:
        """Returns the attacks by name, at least one.

        Args:
            judged: What is judged.

        Raises:
            NotComputed: If there is nobody to attack, or nobody to compare with.
        """

    def measure(self, judged: JudgedData) -> Measurement:
        """Reads all attacks at low false-positive rates."""
        return at_few_false_alarms(self.attacks(judged))


def at_few_false_alarms(attacks: Mapping[str, Attack]) -> Measurement:
    """Returns the share of members found at a false-positive rate of 1 % by the best attack; all rates as its parts.

    Args:
        attacks: By name, at least one.

    Raises:
        NotComputed: If there are too few outsiders.
    """
    parts = tuple(
        rate_part(name, attack, rate, attacks=len(attacks)) for name, attack in attacks.items() for rate in RATES
    )
    candidates = [part for part in parts if part.names[1] == "0.01"]
    worst = max(candidates, key=lambda part: -1.0 if part.value is None else part.value)
    if worst.value is None or worst.interval is None:
        raise NotComputed(worst.note)
    return Measurement(
        value=worst.value, interval=worst.interval, reference=0.01, reference_source=GUESSING, parts=parts
    )


def true_positive_rate(attack: Attack, rate: float) -> float:
    """Returns the share of members found where the share `rate` of outsiders is wrongly accused.

    Of people with tied scores as many are accused as the rate allows, drawn by chance.

    Example:
        >>> true_positive_rate(Attack(np.array([3.0, 1.0]), np.array([2.0, 1.0, 0.0, 0.0])), 0.25)
        0.5
        >>> true_positive_rate(Attack(np.array([1.0, 1.0]), np.array([1.0, 0.0])), 0.25)
        0.5
    """
    thresholds = np.append(np.unique(np.concatenate([attack.members, attack.outsiders])), np.inf)  # inf accuses nobody
    found = [1 - np.searchsorted(np.sort(side), thresholds, side="left") / len(side)
             for side in (attack.outsiders, attack.members)]  # fmt: skip
    return float(np.interp(rate, np.append(found[0][::-1], 1.0), np.append(found[1][::-1], 1.0)))


def rate_interval(attack: Attack, rate: float, *, confidence: float) -> tuple[float, float]:
    """Interval of the true-positive rate that allows for the threshold, too, being taken from a sample.

    The low end is Clopper and Pearson's at a threshold whose false-positive rate is certainly not above `rate`, the
    high end at one whose rate is certainly not below it; half of the error goes to the threshold.

    Args:
        attack: The scores.
        rate: False-positive rate.
        confidence: In (0, 1).

    Returns:
        Lower and upper end.
    """
    each = 1 - (1 - confidence) / 2
    falsely = np.sort(attack.outsiders)[::-1]
    count = len(falsely)
    bounds = np.arange(count + 1)
    tail = (1 - each) / 2
    highest = np.where(bounds < count, stats.beta.ppf(1 - tail, bounds + 1, np.maximum(count - bounds, 1)), 1.0)
    lowest = np.where(bounds > 0, stats.beta.ppf(tail, np.maximum(bounds, 1), count - bounds + 1), 0.0)
    few = int(np.flatnonzero(highest <= rate).max(initial=-1))
    many = int(np.flatnonzero(lowest >= rate).min(initial=count))
    members = len(attack.members)
    low = 0.0
    if few >= 0:
        low = clopper_pearson(int((attack.members > falsely[few]).sum()), members, confidence=each)[0]
    accused = int((attack.members >= falsely[many - 1]).sum()) if many < count else members
    return low, clopper_pearson(accused, members, confidence=each)[1]


def roc_curve(attack: Attack, points: int = 101) -> dict[str, list[float]]:
    """Returns the ROC curve at fixed false-positive rates, dense where they are low."""
    rates = np.unique(np.concatenate([np.linspace(0, 1, points // 2), np.geomspace(1e-3, 1, points // 2)]))
    found = [true_positive_rate(attack, float(rate)) for rate in rates]
    return {"false_positive_rate": [float(rate) for rate in rates], "true_positive_rate": found}
