"""Singling out: does a description taken from the synthetic table fit exactly one person of the training rows?

The attacker is assumed to hold the synthetic table only. Every synthetic record that stands alone becomes a predicate:
the same categories, and every number nearer than half the way to the next synthetic record. A predicate that fits
exactly one of n people isolates that person (Cohen and Nissim 2020, definition 2.1; "singling out" in the sense of
Article 29 Working Party 2014, opinion 05/2014, section 3.1). Narrow predicates isolate somebody by chance, at a rate
that depends on n: people who were never seen, in groups of the same size, say how often.

Not the procedure of the package anonymeter, which draws predicates of some columns; here one predicate describes a
whole synthetic record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.metrics.base import CONFIDENCE, Measurement, Metric, NotComputed
from synthgen.metrics.counting import distinct
from synthgen.metrics.features import Features, Integers, NumberFeature, Table
from synthgen.metrics.limits import Limits
from synthgen.metrics.privacy.attack import holdout_of, num_patients, released
from synthgen.metrics.privacy.matching import row_counts, some_patients
from synthgen.metrics.tables import Tables

PREDICATES_FACTOR = 0.5
"""Predicates, as a multiple of `Tables.max_rows`."""
MIN_PREDICATES = 50
"""Synthetic records that must stand alone."""
MOST_GROUPS = 8
"""Groups of training patients, each as large as the holdout."""


@final
class SinglingOut(Metric):
    """Share of predicates that isolate a patient of the training rows, beyond what isolates patients never seen.

    The training patients are divided into groups as large as the holdout. A predicate counts once for every group in
    which it isolates somebody, less the number of groups if it isolates somebody of the holdout. An exact copy of
    different records scores 1, independent rows 0 up to chance, which may be below 0.
    """

    name = "singling_out"
    title = "Singling out one person"
    family = "privacy"
    question = "Do descriptions taken from synthetic records fit exactly one person of the training rows?"
    range = (-1.0, 1.0)
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.02, fail=0.10, strict=True)

    def measure(self, tables: Tables) -> Measurement:
        """Looks every predicate up in groups of training patients and in the holdout."""
        holdout = holdout_of(tables)
        members, outsiders = num_patients(tables.train), num_patients(holdout)
        size = min(members, outsiders)
        groups = _groups(tables.train, size, tables.random("groups"))
        unseen = some_patients(holdout, size, tables.random("unseen"))
        points = Points.of(tables.features, [released(tables), *groups, unseen])
        predicates = Predicates.standing_alone(points[0], limit=int(PREDICATES_FACTOR * tables.max_rows),
                                               random=tables.random("predicates"))  # fmt: skip
        if len(predicates) < MIN_PREDICATES:
            raise NotComputed(f"at least {MIN_PREDICATES} synthetic records must stand alone; {len(predicates)} do.")
        isolated = [predicates.isolated(side) for side in points[1:]]
        seen, control = np.array(isolated[:-1]), isolated[-1]  # (groups, predicates), (predicates,)
        covered = len(groups) * size / members
        scores = ((seen >= 0).sum(axis=0) - len(groups) * (control >= 0)) / covered
        value, interval = _mean(scores, np.where(control >= 0, control, -2 - np.arange(len(control))))
        rates = [float((side >= 0).mean()) for side in (seen, control)]
        note = (
            f"{len(predicates)} predicates isolate one of {size} training patients in {100 * rates[0]:.1f} % of cases, "
            f"and one of as many who were never seen in {100 * rates[1]:.1f} %."
        )
        return Measurement(
            value=value, interval=interval, reference=0.0, reference_source="guessing",
            details={"predicates": len(predicates), "patients_each": size, "groups": len(groups),
                     "isolated_members": rates[0], "isolated_outsiders": rates[1]},
            notes=(note,),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Points:
    """Rows as predicates see them, those of a cell together.

    Args:
        cells: (rows,) rising: which combination of categories and gaps a row has.
        numbers: (rows, numbers), standardised, 0 where missing.
        patients: (rows,).
    """

    cells: Integers
    numbers: NDArray[np.float64]
    patients: Integers

    @classmethod
    def of(cls, features: Features, tables: list[Table]) -> list[Points]:
        """Returns the points of several tables; the same combination is the same cell in all of them."""
        kinds, numbers = [], []
        for name, feature in features.columns.items():
            values = np.concatenate([table.columns[name] for table in tables])
            if isinstance(feature, NumberFeature):
                numbers.append(feature.standardised(values))
                values = np.isnan(values)
            kinds.append(values)
        _, cells = np.unique(np.column_stack(kinds), axis=0, return_inverse=True)
        held = np.column_stack(numbers) if numbers else np.zeros((len(cells), 0))
        starts = np.cumsum([0, *map(len, tables)])
        return [cls._sorted(cells[start : start + len(table)], held[start : start + len(table)], table.patients)
                for table, start in zip(tables, starts, strict=False)]  # fmt: skip

    @classmethod
    def _sorted(cls, cells: Integers, numbers: NDArray[np.float64], patients: Integers) -> Points:
        order = np.argsort(cells, kind="stable")
        return cls(cells[order], numbers[order], patients[order])

    def of_cell(self, cell: int) -> slice:
        """Returns where the rows of a cell are."""
        return slice(*np.searchsorted(self.cells, [cell, cell + 1]).tolist())


@dataclass(frozen=True, eq=False)
class Predicates:
    """Descriptions: a cell, and a box of numbers around a synthetic record.

    Args:
        cells: (predicates,).
        centres: (predicates, numbers).
        reaches: (predicates,) how far from the centre any number of a row that fits may lie.
    """

    cells: Integers
    centres: NDArray[np.float64]
    reaches: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.cells)

    @classmethod
    def standing_alone(cls, synthetic: Points, *, limit: int, random: np.random.Generator) -> Predicates:
        """Returns predicates of synthetic records that differ from all others.

        A record that is alone in its cell reaches as far as the others do in the middle.

        Args:
            synthetic: All that were released.
            limit: Records that are looked at.
            random: Chooses them.
        """
        chosen = np.sort(random.permutation(len(synthetic.cells))[:limit])
        gaps = np.array([_gap(synthetic, place) for place in chosen])  # (chosen,), infinite where alone
        alone = gaps > 0
        finite = gaps[alone & np.isfinite(gaps)]
        gaps = np.where(np.isfinite(gaps), gaps, np.median(finite) if len(finite) else 0.0)
        chosen = chosen[alone]
        return cls(synthetic.cells[chosen], synthetic.numbers[chosen], gaps[alone] / 2)

    def isolated(self, points: Points) -> Integers:
        """Returns the one patient whom each predicate fits, -1 where it fits nobody or several, (predicates,)."""
        found = np.full(len(self), -1)
        for place, cell in enumerate(self.cells):
            rows = points.of_cell(cell)
            near = np.abs(points.numbers[rows] - self.centres[place]).max(axis=1, initial=0.0)
            patients = distinct(points.patients[rows][near <= self.reaches[place]])
            found[place] = patients[0] if len(patients) == 1 else -1
        return found


def _gap(points: Points, place: int) -> float:
    """Farthest distance of any number to the closest other row of the cell; infinite where there is none."""
    rows = points.of_cell(points.cells[place])
    apart = np.abs(points.numbers[rows] - points.numbers[place]).max(axis=1, initial=0.0)
    apart[place - rows.start] = np.inf
    return float(apart.min())


def _groups(table: Table, size: int, random: np.random.Generator) -> list[Table]:
    """Disjoint groups of so many patients each, at least one and at most `MOST_GROUPS`."""
    codes, counts = row_counts(table)
    order = random.permutation(len(counts))
    number = min(len(counts) // size, MOST_GROUPS)
    return [table.take(np.flatnonzero(np.isin(codes, order[group * size :][:size]))) for group in range(number)]


def _mean(scores: NDArray[np.float64], clusters: Integers) -> tuple[float, tuple[float, float]]:
    """Mean and its interval, where scores of a cluster stand or fall together; never quite a point."""
    mean = float(np.clip(scores.mean(), -1, 1))
    _, codes = np.unique(clusters, return_inverse=True)
    sums = np.bincount(codes, weights=scores - scores.mean())
    error = math.sqrt(float((sums**2).sum()) + 1) / len(scores)
    half = float(stats.norm.ppf((1 + CONFIDENCE) / 2)) * error
    return mean, (max(-1.0, mean - half), min(1.0, mean + half))
