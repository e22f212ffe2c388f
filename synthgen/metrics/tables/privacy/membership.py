"""Membership inference: can an attacker who holds a person's record tell whether that person was in the training rows?

Three attacks that need the synthetic table only, or that and other rows of the population. The attacker's targets are
patients: a patient counts with the most suspicious record.

- ``distance``: the closer a record is to a synthetic row, the likelier a member (Chen et al. 2020, GAN-Leaks).
- ``distance_ratio``: the same, against the distance to the closest of other real rows, which removes that common
  records are close to everything.
- ``density_ratio``: the density of all synthetic rows around a record, against that of other real rows (van Breugel et
  al. 2023, DOMIAS; see `privacy/density_ratio.py`). Stronger than the others on networks trained for too long, weaker
  on copies with noise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.metrics.attack import (
    LIMITS,
    MIN_PATIENTS,
    Attack,
    best_of,
    holdout_of,
    per_patient,
    released,
    targets,
)
from synthgen.metrics.base import CONFIDENCE, GUESSING, Measurement, Metric, NotComputed, Part
from synthgen.metrics.density_ratio import closeness, kernel_width, log_density_ratio
from synthgen.metrics.distance import nearest
from synthgen.metrics.intervals import clopper_pearson
from synthgen.metrics.limits import Limits
from synthgen.metrics.tables.features import Table
from synthgen.metrics.tables.tables import Tables, halves

RATES = (0.1, 0.01, 0.001)
"""False-positive rates at which the attack is read."""
MIN_FALSE_POSITIVES = 10
"""Expected false positives that a rate needs; with fewer, no true-positive rate is given."""
TARGETS_FACTOR = 0.25
"""Members and non-members, as a multiple of `Tables.max_rows`."""
NUM_ATTACKS = 3


@final
class Membership(Metric):
    """Area under the ROC curve of the best of three membership attacks; 0.5 is guessing.

    The interval allows for the choice of the best attack (Bonferroni).
    """

    name = "membership"
    title = "Membership attack"
    family = "privacy"
    question = "Can an attacker tell who was in the training rows?"
    headline = "Membership attack's success"
    criterion = "compliance"
    curves = "roc"
    unit = "area"
    direction = "lower"
    best = 0.5
    limits = replace(LIMITS, two_sided=True)  # far below one half: who is found was held out

    def measure(self, tables: Tables) -> Measurement:
        """Runs all attacks."""
        attacks = run_attacks(tables)
        best, measured = best_of(attacks)
        roc = {name: roc_curve(attack) for name, attack in attacks.items()}
        return replace(measured, details={**measured.details, "attack": best, "roc": roc})


@final
class ConfidentMembership(Metric):
    """Share of training patients found at a false-positive rate of 1 %, by the best of three attacks.

    The area under the curve averages over people; a few who can be named with certainty vanish in it (Carlini et al.
    2022, section II). Rates for which the sample has too few outsiders are not given.
    """

    name = "membership_confident"
    title = "Members found at few false alarms"
    family = "privacy"
    question = "Are there people whom the attacker can name with confidence?"
    direction = "lower"
    best = 0.01
    limits = Limits(warning=0.01, fail=0.05, strict=True)

    def measure(self, tables: Tables) -> Measurement:
        """Reads all attacks at low false-positive rates."""
        attacks = run_attacks(tables)
        rates = {(name, rate): _at_rate(name, attack, rate) for name, attack in attacks.items() for rate in RATES}
        candidates = [rates[name, 0.01] for name in attacks]
        worst = max(candidates, key=lambda part: -1.0 if part.value is None else part.value)
        if worst.value is None or worst.interval is None:
            raise NotComputed(worst.note)
        return Measurement(
            value=worst.value, interval=worst.interval, reference=0.01, reference_source=GUESSING,
            parts=tuple(rates.values()),
        )  # fmt: skip


def run_attacks(tables: Tables) -> dict[str, Attack]:
    """Runs the attacks, once for the two metrics of this file.

    Raises:
        NotComputed: If there is no holdout, or too few patients.
    """
    holdout = holdout_of(tables, needed=2 * MIN_PATIENTS)
    outsiders, population = (holdout.take(half) for half in halves(holdout.patients, tables.random("population")))
    return tables.once("attacks", lambda: _attack(tables, outsiders, population))


def _attack(tables: Tables, outsiders: Table, population: Table) -> dict[str, Attack]:
    synthetic = tables.features.vectors(released(tables))
    others = tables.features.vectors(tables.sample(population, tables.max_rows, purpose="population rows"))
    attacked = targets(tables, outsiders, rows=int(TARGETS_FACTOR * tables.max_rows))
    points = [tables.features.vectors(side) for side in attacked]
    common = [nearest(queries=side, to=others).distances for side in points]
    width = kernel_width(np.concatenate(common))
    scores: dict[str, list[NDArray[np.float64]]] = {"distance": [], "distance_ratio": [], "density_ratio": []}
    for side, usual, rows in zip(points, common, attacked, strict=True):
        near = nearest(queries=side, to=synthetic).distances
        closer = closeness(near, usual)
        denser = closer + log_density_ratio(side, synthetic=synthetic, population=others, squared_width=width)
        for name, score in zip(scores, (-near, closer, denser), strict=True):
            scores[name].append(per_patient(score, rows.patients))
    return {name: Attack(*sides) for name, sides in scores.items()}


def _at_rate(name: str, attack: Attack, rate: float) -> Part:
    names = (name, f"{rate:g}")
    needed = round(MIN_FALSE_POSITIVES / rate)
    if len(attack.outsiders) < needed:
        note = f"a false-positive rate of {rate:g} needs {needed} outsiders; there are {len(attack.outsiders)}."
        return Part(names=names, value=None, reference=rate, note=note)
    value = true_positive_rate(attack, rate)
    confidence = 1 - (1 - CONFIDENCE) / NUM_ATTACKS
    low, high = rate_interval(attack, rate, confidence=confidence)
    return Part(names=names, value=value, reference=rate, interval=(min(low, value), max(high, value)))


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
