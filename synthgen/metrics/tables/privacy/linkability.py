"""Linkability: can an attacker who holds two halves of people's records put them together, with the synthetic table?

The attacker is assumed to hold two files on the same people, each with half of the columns and neither with names, say
of a hospital and of an insurer ("linkability" in the sense of Article 29 Working Party 2014, opinion 05/2014, section
3.1). Two halves fit together as well as some synthetic record fits both: the sum of squared distances of the halves to
it, least over all synthetic records. What dependence between columns does for outsiders too is no leak.

Not the procedure of the package anonymeter, which asks whether both halves have a close synthetic record in common;
here halves compete with those of other people.
"""

from __future__ import annotations

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
from synthgen.metrics.base import GUESSING, Measurement, Metric, NotComputed
from synthgen.metrics.distance import squared_distances
from synthgen.metrics.tables.features import Features, Table
from synthgen.metrics.tables.tables import Tables

TARGETS_FACTOR = 0.05
"""Members and outsiders, as a multiple of `Tables.max_rows`."""
POOL = 50
"""People among whose halves the other half of each is looked for."""
NUM_DIVISIONS = 3
"""Random divisions of the columns into halves."""
TIE = 1e-3
"""Added to squared distances, so that a pair that equals a synthetic record is not infinitely likely."""


@final
class Linkability(Metric):
    """Area under the ROC curve of telling members by how well the halves of their records are put together.

    A person's score is how much better the true pair of halves fits than the best wrong one among fifty people. Three
    divisions of the columns are tried; the value is that of the worst one, and its interval allows for the choice.
    """

    name = "linkability"
    title = "Linking two halves of a record"
    family = "privacy"
    question = "Can an attacker link two halves of a record better for people in the training rows?"
    criterion = "compliance"
    unit = "area"
    direction = "lower"
    best = 0.5
    limits = LIMITS

    def measure(self, tables: Tables) -> Measurement:
        """Links members' and outsiders' halves."""
        holdout = holdout_of(tables)
        if len(tables.features.columns) < 2:
            raise NotComputed("there is only one column, which has no halves.")
        synthetic = released(tables)
        attacked = targets(tables, holdout, rows=max(int(TARGETS_FACTOR * tables.max_rows), MIN_PATIENTS))
        attacks, found = {}, {}
        for name, halves in divisions(tables.features, tables.random("divisions")).items():
            scores = [scores_of(tables.features, side, synthetic, halves=halves) for side in attacked]
            attacks[name] = Attack(
                *(per_patient(score, side.patients) for score, side in zip(scores, attacked, strict=True))
            )
            shares = [float((score > 0).mean()) for score in scores]
            found[name] = dict(zip(("members", "outsiders"), shares, strict=True))
        best, measured = best_of(attacks)
        linked = [f"{100 * share:.1f} %" for share in found[best].values()]
        note = (
            f"The right half was the best of {POOL} for {linked[0]} of members' records and for {linked[1]} of "
            f"outsiders'; guessing finds {100 / POOL:g} %."
        )
        return Measurement(
            value=measured.value, interval=measured.interval, reference=0.5, reference_source=GUESSING,
            parts=measured.parts, details={**measured.details, "linked": found, "pool": POOL},
            notes=(note,),
        )  # fmt: skip


def divisions(features: Features, random: np.random.Generator) -> dict[str, tuple[list[str], list[str]]]:
    """Returns random divisions of the columns into halves, by name.

    Args:
        features: With at least two columns.
        random: Divides them.
    """
    names = list(features.columns)
    found = {}
    for number in range(NUM_DIVISIONS):
        order = random.permutation(len(names))
        first, second = (sorted(part.tolist()) for part in np.array_split(order, 2))
        found[f"division {number + 1}"] = ([names[place] for place in first], [names[place] for place in second])
    return found


def scores_of(
    features: Features, table: Table, synthetic: Table, *, halves: tuple[list[str], list[str]]
) -> NDArray[np.float64]:
    """Returns how much better each record's own halves fit than the best wrong pair, (rows,); above 0: linked.

    Args:
        features: The judge's encoding.
        table: (rows) whose halves are put together, fifty after fifty.
        synthetic: At least one row.
        halves: Columns of either half.
    """
    own, others = features.vector_parts(table), features.vector_parts(synthetic)
    sides = [(np.hstack([own[name] for name in half]), np.hstack([others[name] for name in half])) for half in halves]
    scores = np.zeros(len(table))
    for start in range(0, len(table), POOL):
        # the last people of all are linked among the fifty that end the list, so that every pool is as large
        first = max(min(start, len(table) - POOL), 0)
        rows = slice(first, first + POOL)
        left, right = (squared_distances(points[rows], synthetic_points) for points, synthetic_points in sides)
        fits = np.array([(row + right).min(axis=1) for row in left])  # (left halves, right halves)
        scores[rows] = _margins(fits)
    return scores


def _margins(fits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Logarithm of the best wrong pair's misfit over the true pair's, (rows,)."""
    true = np.diag(fits).astype(np.float64)
    wrong = np.where(np.eye(len(fits), dtype=bool), np.inf, fits).min(axis=1)
    return np.log((wrong + TIE) / (true + TIE))
