"""Singling out: does a description taken from the synthetic table fit exactly one person of the training rows?

The attacker is assumed to hold the synthetic table only. Every synthetic record that stands alone becomes a predicate:
the same categories, and every number nearer than half the way to the next synthetic record. A record is looked at whole
(multivariate), and in each number or date by itself (univariate). A predicate that fits exactly one of n people
isolates that person (Cohen and Nissim 2020, definition 2.1; "singling out" in the sense of Article 29 Working Party
2014, opinion 05/2014, section 3.1). Narrow predicates isolate somebody by chance, at a rate that depends on n: people
who were never seen, in groups of the same size, say how often.

Not the procedure of the package anonymeter, whose predicates are values that occur once, ends of ranges, and
combinations of some columns; here they are boxes that reach half way to the nearest other record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.metrics.attack import holdout_of, num_patients, released
from synthgen.metrics.base import CONFIDENCE, GUESSING, Measurement, Metric, NotComputed, Part
from synthgen.metrics.counting import distinct
from synthgen.metrics.limits import Limits
from synthgen.metrics.matching import row_counts, some_patients
from synthgen.metrics.tables.features import Features, Integers, NumberFeature, Table
from synthgen.metrics.tables.tables import Tables

WHOLE = "whole records"
SINGLE = "single columns"
FACTORS = {WHOLE: 0.5, SINGLE: 0.25}
"""Predicates of either kind, as a multiple of `Tables.max_rows`."""
MIN_PREDICATES = {WHOLE: 50, SINGLE: 400}
"""Predicates without which a kind is not scored: few of single columns would drown the others in their chance."""
MOST_GROUPS = 8
"""Groups of training patients, each as large as the holdout."""


@final
class SinglingOut(Metric):
    """Share of predicates that isolate a patient of the training rows, beyond what isolates patients never seen.

    The training patients are divided into groups as large as the holdout. A predicate counts once for every group in
    which it isolates somebody, less the number of groups if it isolates somebody of the holdout. An exact copy of
    different records scores 1, independent rows 0 up to chance, which may be below 0. The value is that of the worse of
    the two kinds of predicates, and its interval allows for the choice (Bonferroni).
    """

    name = "singling_out"
    title = "Singling out one person"
    family = "privacy"
    question = "Do descriptions taken from synthetic records fit exactly one person of the training rows?"
    criterion = "compliance"
    range = (-1.0, 1.0)
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.02, fail=0.10, strict=True)

    def measure(self, tables: Tables) -> Measurement:
        """Looks the predicates of both kinds up in groups of training patients and in the holdout."""
        holdout = holdout_of(tables)
        members = num_patients(tables.train)
        size = min(members, num_patients(holdout))
        groups = _groups(tables.train, size, tables.random("groups"))
        sides = [released(tables), *groups, some_patients(holdout, size, tables.random("unseen"))]
        covered = len(groups) * size / members
        kinds = kinds_of_predicates(tables.features)
        parts = [_part(kind, _isolations(tables, sides, columns=columns, limit=int(FACTORS[kind] * tables.max_rows)),
                       covered=covered, kinds=len(kinds)) for kind, columns in kinds.items()]  # fmt: skip
        scored = [part for part in parts if part.value is not None]
        if not scored:
            raise NotComputed(parts[0].note)
        worst = max(scored, key=lambda part: part.value or 0.0)
        return Measurement(
            value=worst.value or 0.0, interval=worst.interval or (-1.0, 1.0), reference=0.0,
            reference_source=GUESSING, parts=tuple(parts), details={"patients_each": size, "groups": len(groups)},
            notes=tuple(f"{part.names[0].capitalize()}: {part.note}" for part in parts),
        )  # fmt: skip


def kinds_of_predicates(features: Features) -> dict[str, list[list[str]]]:
    """Returns, by the name of a kind, the sets of columns that its predicates speak of.

    Args:
        features: The judge's encoding; with one column the two kinds are one.
    """
    names = list(features.columns)
    numbers = [[name] for name, feature in features.columns.items() if isinstance(feature, NumberFeature)]
    return {WHOLE: [names]} | ({SINGLE: numbers} if numbers and len(names) > 1 else {})


def _isolations(tables: Tables, sides: list[Table], *, columns: list[list[str]], limit: int) -> Integers:
    """Whom each predicate isolates, (sides but the first, predicates), -1 for nobody; the first side is synthetic."""
    alone = [len(Points.of(tables.features, sides[:1], names=names)[0].alone()) for names in columns]
    share = min(limit / max(sum(alone), 1), 1.0)
    found = [np.empty((len(sides) - 1, 0), np.int64)]
    for names, count in zip(columns, alone, strict=True):
        if count:
            points = Points.of(tables.features, sides, names=names)
            random = tables.random(f"predicates {names}")
            predicates = Predicates.standing_alone(points[0], limit=math.ceil(share * count), random=random)
            found.append(np.array([predicates.isolated(side) for side in points[1:]]))
    return np.concatenate(found, axis=1)


def _part(kind: str, isolated: Integers, *, covered: float, kinds: int) -> Part:
    """One kind of predicates: how much oftener they isolate members than people never seen."""
    seen, control = isolated[:-1], isolated[-1]  # (groups, predicates), (predicates,)
    count = len(control)
    if count < MIN_PREDICATES[kind]:
        note = f"at least {MIN_PREDICATES[kind]} synthetic records must stand alone; {count} do."
        return Part(names=(kind,), value=None, note=note)
    scores = ((seen >= 0).sum(axis=0) - len(seen) * (control >= 0)) / covered
    clusters = np.where(control >= 0, control, -2 - np.arange(count))
    value, interval = _mean(scores, clusters, confidence=1 - (1 - CONFIDENCE) / kinds)
    rates = [float((side >= 0).mean()) for side in (seen, control)]
    note = (
        f"{count} predicates isolate a training patient in {100 * rates[0]:.1f} % of cases, and one of as many who "
        f"were never seen in {100 * rates[1]:.1f} %."
    )
    numbers = {"predicates": float(count), "isolated_members": rates[0], "isolated_outsiders": rates[1]}
    return Part(names=(kind,), value=value, reference=0.0, interval=interval, numbers=numbers, note=note)


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
    def of(cls, features: Features, tables: list[Table], *, names: list[str]) -> list[Points]:
        """Returns the points of several tables in some columns; the same combination is the same cell in all."""
        kinds, numbers = [], []
        for name in names:
            feature = features.columns[name]
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

    def alone(self) -> Integers:
        """Returns the places of rows that equal no other row."""
        rows = np.column_stack([self.cells, self.numbers])
        _, codes, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
        return np.flatnonzero(counts[codes] == 1)

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
            limit: Most predicates.
            random: Chooses among more.
        """
        chosen = np.sort(random.permutation(synthetic.alone())[:limit])
        gaps = np.array([_gap(synthetic, place) for place in chosen], np.float64)  # (chosen,), infinite alone in a cell
        finite = gaps[np.isfinite(gaps)]
        gaps = np.where(np.isfinite(gaps), gaps, np.median(finite) if len(finite) else 0.0)
        return cls(synthetic.cells[chosen], synthetic.numbers[chosen], gaps / 2)

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


def _mean(scores: NDArray[np.float64], clusters: Integers, *, confidence: float) -> tuple[float, tuple[float, float]]:
    """Mean and its interval, where scores of a cluster stand or fall together; never quite a point."""
    mean = float(np.clip(scores.mean(), -1, 1))
    _, codes = np.unique(clusters, return_inverse=True)
    sums = np.bincount(codes, weights=scores - scores.mean())
    error = math.sqrt(float((sums**2).sum()) + 1) / len(scores)
    half = float(stats.norm.ppf((1 + confidence) / 2)) * error
    return mean, (max(-1.0, mean - half), min(1.0, mean + half))
