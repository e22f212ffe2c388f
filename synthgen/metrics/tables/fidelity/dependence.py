"""Columns two by two, all pairs: are they related as in the training rows?

Every column is cut once, at the deciles and spikes of the training rows, and both tables are counted on that grid. A
single outlier moves one row to another cell and nothing else. (SDMetrics 0.32 cuts either table over its own range: one
outlier in 5 000 rows takes a pair from 1.0 to 0.008; and it leaves out pairs that are not strongly related.)
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Measurement, NotComputed, Part
from synthgen.metrics.intervals import jackknife_groups, jackknife_interval, left_out_counts
from synthgen.metrics.limits import Limits
from synthgen.metrics.tables.comparison import Comparison
from synthgen.metrics.tables.features import Feature, Table
from synthgen.metrics.tables.tables import Tables

MAX_PAIRS = 3_000
"""Pairs that are counted; of more, a seeded sample."""
ROWS_FACTOR = 2.5
"""Rows on each side, as a multiple of `Tables.max_rows`."""
ORDERED_KINDS = ("numerical", "datetime", "boolean")


@dataclass(frozen=True, eq=False)
class PairScores:
    """What one pair of columns scores, first with all rows, then without each group.

    Args:
        tables: (1 + groups,) 1 minus the total variation of the two-way tables.
        associations: (1 + groups,) 1 minus the difference of the associations.
        base: Association in the one table.
        other: Association in the other.
    """

    tables: NDArray[np.float64]
    associations: NDArray[np.float64]
    base: float
    other: float


@final
class PairTables(Comparison):
    """Mean over all pairs of 1 minus the total variation between the two-way tables.

    Holds everything two columns can have in common, the marginal laws included. With few rows even two samples of one
    law lie apart, the more so the more cells the tables have: compare with the reference.
    """

    name = "pair_tables"
    title = "Pairs"
    family = "fidelity"
    question = "Does each pair of columns have the joint distribution it has in the training rows?"
    headline = "Pairs of columns alike"
    criterion = "congruence"
    limits = Limits(warning=0.03, fail=0.15, strict=True)

    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Compares the two-way tables of `other` with those of `base`."""
        scores = pair_scores(tables, base=base, other=other)
        whole = np.mean([score.tables for score in scores.values()], axis=0)
        parts = tuple(
            Part(names=pair, value=float(score.tables[0]),
                 interval=jackknife_interval(float(score.tables[0]), score.tables[1:]))
            for pair, score in scores.items()
        )  # fmt: skip
        return Measurement(
            value=float(whole[0]), interval=jackknife_interval(float(whole[0]), whole[1:]), parts=parts,
            notes=pairs_note(tables),
        )  # fmt: skip


@final
class Associations(Comparison):
    """Mean over all pairs of 1 minus the difference between the two associations.

    The association is Spearman's rank correlation where both columns are ordered (numbers, dates, booleans), else
    Cramér's V, corrected for bias (Bergsma 2013), both of the binned two-way table. No pair is left out, however weak.
    """

    name = "associations"
    title = "Associations"
    family = "fidelity"
    question = "Are the columns as strongly related to each other as in the training rows?"
    criterion = "congruence"
    limits = Limits(warning=0.02, fail=0.10, strict=True)

    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Compares the associations in `other` with those in `base`."""
        scores = pair_scores(tables, base=base, other=other)
        whole = np.mean([score.associations for score in scores.values()], axis=0)
        parts = tuple(
            Part(names=pair, value=float(score.associations[0]),
                 interval=jackknife_interval(float(score.associations[0]), score.associations[1:]),
                 numbers={"train": score.base, "synthetic": score.other})
            for pair, score in scores.items()
        )  # fmt: skip
        return Measurement(
            value=float(whole[0]), interval=jackknife_interval(float(whole[0]), whole[1:]), parts=parts,
            notes=pairs_note(tables),
        )  # fmt: skip


def pairs_note(tables: Tables) -> tuple[str, ...]:
    """Returns a sentence where only a sample of the pairs was counted."""
    columns = len(tables.features.columns)
    pairs = columns * (columns - 1) // 2
    return (f"{MAX_PAIRS} of {pairs} pairs, drawn at random.",) if pairs > MAX_PAIRS else ()


def pair_scores(tables: Tables, *, base: Table, other: Table) -> dict[tuple[str, ...], PairScores]:
    """Scores every pair of columns; counted once for the two metrics of this file.

    Raises:
        NotComputed: If there are fewer than two columns.
    """
    if len(tables.features.columns) < 2:
        raise NotComputed("a pair needs two columns, the table has one.")
    return tables.once(f"pairs {id(base)} {id(other)}", lambda: _pair_scores(tables, base, other))


def _pair_scores(tables: Tables, base: Table, other: Table) -> dict[tuple[str, ...], PairScores]:
    rows = int(ROWS_FACTOR * tables.max_rows)
    both = [tables.sample(table, rows, purpose="pairs") for table in (base, other)]
    random = tables.random("pairs")
    base_groups, other_groups, num_groups = jackknife_groups(both[0].patients, both[1].patients, random)
    bins = [
        {name: feature.bins(table.columns[name]) for name, feature in tables.features.columns.items()} for table in both
    ]
    pairs = list(itertools.combinations(tables.features.columns, 2))
    if len(pairs) > MAX_PAIRS:
        pairs = [pairs[place] for place in np.sort(random.choice(len(pairs), MAX_PAIRS, replace=False))]
    scores: dict[tuple[str, ...], PairScores] = {}
    for pair in pairs:
        first, second = (tables.features.columns[name] for name in pair)
        counts = [
            left_out_counts(
                side[pair[0]] * second.num_bins + side[pair[1]], groups,
                num_cells=first.num_bins * second.num_bins, num_groups=num_groups,
            ).reshape(-1, first.num_bins, second.num_bins)
            for side, groups in zip(bins, (base_groups, other_groups), strict=True)
        ]  # fmt: skip
        scores[pair] = _score(counts[0], counts[1], first, second)
    return scores


def _score(base: NDArray[np.float64], other: NDArray[np.float64], first: Feature, second: Feature) -> PairScores:
    shares = [counts / counts.sum(axis=(1, 2), keepdims=True) for counts in (base, other)]
    apart = np.abs(shares[0] - shares[1]).sum(axis=(1, 2)) / 2
    ordered = first.kind in ORDERED_KINDS and second.kind in ORDERED_KINDS
    measure = rank_correlation if ordered else cramers_v
    one, two = measure(base), measure(other)
    return PairScores(
        tables=1 - np.clip(apart, 0, 1),
        associations=1 - np.minimum(np.abs(one - two), 1),
        base=float(one[0]),
        other=float(two[0]),
    )


def rank_correlation(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns Spearman's correlation of two binned columns, rows with a missing value left out.

    Args:
        counts: (variants, bins, bins); the last bin of either side is for missing values.

    Returns:
        (variants,) in [-1, 1]; 0 where a column is constant.

    Example:
        >>> rank_correlation(np.array([[[5.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]])).tolist()
        [1.0]
    """
    present = counts[:, :-1, :-1]
    total = np.maximum(present.sum(axis=(1, 2), keepdims=True), 1)
    shares = present / total  # (variants, bins, bins)
    first, second = shares.sum(axis=2), shares.sum(axis=1)  # (variants, bins)
    ranks = [np.cumsum(side, axis=1) - side / 2 - 0.5 for side in (first, second)]
    together = np.einsum("vab,va,vb->v", shares, ranks[0], ranks[1])
    spread = np.sqrt((first * ranks[0] ** 2).sum(axis=1) * (second * ranks[1] ** 2).sum(axis=1))
    return np.clip(np.divide(together, spread, out=np.zeros_like(together), where=spread > 1e-12), -1, 1)


def cramers_v(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns Cramér's V with the correction of Bergsma (2013), which is 0 on average where nothing is related.

    Args:
        counts: (variants, bins, bins); missing values are a category like others.

    Returns:
        (variants,) in [0, 1]; 0 where a column is constant.

    Example:
        >>> cramers_v(np.array([[[50.0, 0.0], [0.0, 50.0]], [[25.0, 25.0], [25.0, 25.0]]])).round(2).tolist()
        [1.0, 0.0]
    """
    total = np.maximum(counts.sum(axis=(1, 2)), 2)  # (variants,)
    shares = counts / total[:, None, None]
    first, second = shares.sum(axis=2), shares.sum(axis=1)
    expected = first[:, :, None] * second[:, None, :]
    ratio = np.divide(shares**2, expected, out=np.zeros_like(shares), where=expected > 0)
    rows, columns = (first > 0).sum(axis=1), (second > 0).sum(axis=1)
    chance = (rows - 1) * (columns - 1) / (total - 1)
    phi = np.maximum(ratio.sum(axis=(1, 2)) - 1 - chance, 0)
    sides = [side - (side - 1) ** 2 / (total - 1) for side in (rows, columns)]
    most = np.minimum(*sides) - 1
    return np.sqrt(np.clip(np.divide(phi, most, out=np.zeros_like(phi), where=most > 1e-12), 0, 1))
