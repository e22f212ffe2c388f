"""Does synthetic data reach everything the training rows reach?"""

from __future__ import annotations

from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Measurement, Part
from synthgen.metrics.intervals import jackknife_groups, jackknife_interval
from synthgen.metrics.limits import Limits
from synthgen.metrics.tables.comparison import Comparison
from synthgen.metrics.tables.extent import extent
from synthgen.metrics.tables.features import CategoryFeature, NumberFeature, Table
from synthgen.metrics.tables.tables import Tables


@final
class Coverage(Comparison):
    """Mean over columns of the share of the training values' extent that is reached.

    For categories: the share of the categories that at least `rare_below` patients have and that occur. For numbers and
    dates: the share of the training range that is covered, on the judge's scale, where either range ends where many
    rows reach (`extent`), so that neither a single training nor a single synthetic outlier counts.
    Also says per column which share of rows lies outside of what the training rows hold.
    """

    name = "coverage"
    title = "Coverage"
    family = "fidelity"
    question = "Are all common categories and the whole range of every number present?"
    criterion = "coverage"
    limits = Limits(warning=0.05, fail=0.25, strict=True)

    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Compares the extent of `other` with that of `base`."""
        base = tables.sample(base, tables.max_rows, purpose=self.name)
        other = tables.sample(other, tables.max_rows, purpose=self.name)
        base_groups, other_groups, num_groups = jackknife_groups(
            base.patients, other.patients, tables.random(self.name)
        )
        keep = [(np.ones(len(base), bool), np.ones(len(other), bool))]
        keep += [(base_groups != group, other_groups != group) for group in range(num_groups if num_groups > 1 else 0)]
        rare = tables.schema.rare_below
        parts, scores = [], []
        for name, feature in tables.features.columns.items():
            pair = base.columns[name], other.columns[name]
            score = np.array([reached(feature, pair[0][one], pair[1][two], rare) for one, two in keep])
            scores.append(score)
            interval = jackknife_interval(float(score[0]), score[1:])
            outside = {"outside": outside_share(feature, *pair)}
            parts.append(Part(names=(name,), value=float(score[0]), interval=interval, numbers=outside))
        whole = np.mean(scores, axis=0)
        return Measurement(
            value=float(whole[0]), interval=jackknife_interval(float(whole[0]), whole[1:]), parts=tuple(parts)
        )


def reached(feature: NumberFeature | CategoryFeature, base: NDArray, other: NDArray, rare_below: int) -> float:
    """Returns the share of the extent of `base` that `other` reaches; 1 where there is nothing to reach.

    Args:
        feature: The column.
        base: (rows,).
        other: (rows,).
        rare_below: Categories of fewer patients, and ranges that end at fewer values, do not count.
    """
    if isinstance(feature, CategoryFeature):
        known = np.flatnonzero(feature.patients >= rare_below)
        common = np.intersect1d(known, np.unique(base))
        return float(np.isin(common, other).mean()) if len(common) else 1.0
    ends, others = (extent(feature.standardised(side[~np.isnan(side)]), rare_below) for side in (base, other))
    if ends is None or not ends[1] > ends[0]:
        return 1.0
    if others is None:
        return 0.0
    (low, high), (other_low, other_high) = ends, others
    return float(np.clip((min(high, other_high) - max(low, other_low)) / (high - low), 0, 1))


def outside_share(feature: NumberFeature | CategoryFeature, base: NDArray, other: NDArray) -> float:
    """Returns the share of present values of `other` beyond the range, or none of the categories, of `base`."""
    if isinstance(feature, CategoryFeature):
        present = other[other >= 0]
        return float((present >= len(feature.labels)).mean()) if len(present) else 0.0
    present, known = other[~np.isnan(other)], base[~np.isnan(base)]
    if not len(present) or not len(known):
        return 0.0
    return float(((present < known.min()) | (present > known.max())).mean())
