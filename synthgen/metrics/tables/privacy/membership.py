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
from synthgen.metrics.base import Measurement, Metric
from synthgen.metrics.density_ratio import closeness, kernel_width, log_density_ratio
from synthgen.metrics.distance import nearest
from synthgen.metrics.judged import halves
from synthgen.metrics.low_rates import MembersFound, roc_curve
from synthgen.metrics.tables.features import Table
from synthgen.metrics.tables.tables import Tables

TARGETS_FACTOR = 0.25
"""Members and non-members, as a multiple of `Tables.max_rows`."""


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
class ConfidentMembership(MembersFound[Tables]):
    """Share of training patients found at few false alarms, by the best of three attacks; see `MembersFound`."""

    name = "membership_confident"
    question = "Are there people whom the attacker can name with confidence?"

    def attacks(self, judged: Tables) -> dict[str, Attack]:
        return run_attacks(judged)


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
