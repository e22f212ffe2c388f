"""Attribute inference: does an attacker who knows the rest of a record guess a value better if the patient is a member?

The attacker is assumed to hold the synthetic table and, of each target, every column but one; the guess is what the
closest synthetic record says ("inference" in the sense of Article 29 Working Party 2014, opinion 05/2014, section 3.1).
A guess that is as good for outsiders is what the table teaches about everybody, which is what it was made for; only
what members lose beyond that is a leak (Yeom et al. 2018, section 5).
"""

from __future__ import annotations

from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.attack import (
    LIMITS,
    Attack,
    holdout_of,
    per_patient,
    released,
    targets,
)
from synthgen.metrics.base import GUESSING, Measurement, Metric, NotComputed, Part
from synthgen.metrics.distance import MOST_CELLS, squared_distances
from synthgen.metrics.intervals import clopper_pearson
from synthgen.metrics.tables.features import Features, Table
from synthgen.metrics.tables.tables import Tables

TARGETS_FACTOR = 0.1
"""Members and outsiders, as a multiple of `Tables.max_rows`."""
MOST_SECRETS = 40
"""Columns that are guessed; of a wider table so many are chosen."""


@final
class AttributeInference(Metric):
    """Area under the ROC curve of telling members by how well their values are guessed; 0.5 is guessing.

    Every column, of at most forty, is once the secret. A right guess counts by how much it says, the negative logarithm
    of the value's share among synthetic rows, next to all that there is to say of the record: to guess what most people
    have is no feat. A number is right in the right bin (deciles, frequent values apart). The parts are the shares of
    right guesses by column, of members, beside those of outsiders.
    """

    name = "attributes"
    title = "Guessing a hidden value"
    family = "privacy"
    question = "Can an attacker who knows the rest of a record guess a value better for people in the training rows?"
    criterion = "compliance"
    unit = "area"
    direction = "lower"
    best = 0.5
    limits = LIMITS

    def measure(self, tables: Tables) -> Measurement:
        """Guesses every column of every target."""
        holdout = holdout_of(tables)
        names = list(tables.features.columns)
        if len(names) < 2:
            raise NotComputed("there is only one column: nothing is known by which the other could be guessed.")
        chosen = tables.random("secrets").permutation(len(names))[:MOST_SECRETS]
        secrets = [names[place] for place in sorted(chosen.tolist())]
        synthetic = released(tables)
        attacked = targets(tables, holdout, rows=int(TARGETS_FACTOR * tables.max_rows))
        weights = [surprise(tables.features, table, synthetic, secrets=secrets) for table in attacked]
        right = [guesses(tables.features, table, synthetic, secrets=secrets) for table in attacked]
        scores = []
        for table, weight, hits in zip(attacked, weights, right, strict=True):
            score = (weight * hits).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)  # (rows,)
            scores.append(per_patient(score, table.patients))
        attack = Attack(*scores)
        whole = attack.part("all columns")
        parts = tuple(_part(name, right[0][:, place], right[1][:, place]) for place, name in enumerate(secrets))
        return Measurement(
            value=attack.area, interval=whole.interval or (0.0, 1.0), reference=0.5, reference_source=GUESSING,
            parts=parts, details={"members": len(attack.members), "outsiders": len(attack.outsiders)},
            notes=("The value is an area; the parts are shares of right guesses, members beside outsiders.",),
        )  # fmt: skip


def guesses(features: Features, table: Table, synthetic: Table, *, secrets: list[str]) -> NDArray[np.float64]:
    """Returns which values the closest synthetic record gets right, where closeness leaves out the value's column.

    Args:
        features: The judge's encoding.
        table: (rows) targets.
        synthetic: At least one row.
        secrets: Columns that are guessed.

    Returns:
        (rows, secrets) of 0 and 1.
    """
    own, others = features.vector_parts(table), features.vector_parts(synthetic)
    points, released_points = np.hstack(list(own.values())), np.hstack(list(others.values()))
    true, said = ([features.columns[name].bins(side.columns[name]) for name in secrets] for side in (table, synthetic))
    right = np.zeros((len(table), len(secrets)))
    block = max(MOST_CELLS // len(synthetic), 1)
    for start in range(0, len(table), block):
        rows = slice(start, start + block)
        whole = squared_distances(points[rows], released_points)  # (targets, synthetic rows)
        for place, name in enumerate(secrets):
            closest = np.argmin(whole - squared_distances(own[name][rows], others[name]), axis=1)
            right[rows, place] = true[place][rows] == said[place][closest]
    return right


def surprise(features: Features, table: Table, synthetic: Table, *, secrets: list[str]) -> NDArray[np.float64]:
    """Returns the negative logarithm of the share that each value's bin has among synthetic rows, (rows, secrets)."""
    columns = []
    for name in secrets:
        feature = features.columns[name]
        counts = np.bincount(feature.bins(synthetic.columns[name]), minlength=feature.num_bins) + 0.5
        columns.append(-np.log(counts / counts.sum())[feature.bins(table.columns[name])])
    return np.column_stack(columns)


def _part(name: str, members: NDArray[np.float64], outsiders: NDArray[np.float64]) -> Part:
    interval = clopper_pearson(int(members.sum()), len(members))
    return Part(names=(name,), value=float(members.mean()), reference=float(outsiders.mean()), interval=interval)
