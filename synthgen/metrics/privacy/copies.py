"""Are training rows, or names and notes of them, in the synthetic table?

Some equal rows are natural: with few columns of few values, new real rows equal training rows as well. So every share
stands beside the share among holdout rows, and the verdict is on the difference of the two, which both are samples.
"""

from __future__ import annotations

from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Comparison, Measurement, NotComputed, Part
from synthgen.metrics.counting import contained
from synthgen.metrics.features import Table
from synthgen.metrics.fingerprints import fingerprints, rows_of
from synthgen.metrics.intervals import clopper_pearson, clustered_share
from synthgen.metrics.limits import Limits
from synthgen.metrics.tables import Tables


@final
class ExactCopies(Comparison):
    """Share of synthetic rows that equal a training row in every learned column."""

    name = "exact_copies"
    title = "Exact copies"
    family = "privacy"
    question = "How many synthetic rows are equal to a training row?"
    direction = "lower"
    best = 0.0
    size_matters = False
    limits = Limits(warning=0.001, fail=0.01, both_sampled=True)

    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Counts the rows of `other` that are also rows of `base`."""
        known = rows_of(fingerprints(base, tables.features))
        asked = rows_of(fingerprints(other, tables.features))
        return counted(contained(asked, within=known), other, tables)


@final
class NearCopies(Comparison):
    """Share of synthetic rows that equal a training row in all learned columns but at most one.

    Numbers count as equal that fall into the same hundredth of the column's interquartile range. Counted with one hash
    per row and left-out column, in linear time.
    """

    name = "near_copies"
    title = "Near copies"
    family = "privacy"
    question = "How many synthetic rows differ from a training row in one column at most?"
    direction = "lower"
    best = 0.0
    size_matters = False
    limits = Limits(warning=0.01, fail=0.05, both_sampled=True)

    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Counts the rows of `other` that nearly are rows of `base`."""
        if len(tables.features.columns) < 3:
            raise NotComputed("with fewer than three columns every row differs from some other in one column only.")
        known = fingerprints(base, tables.features, near=True)
        asked = fingerprints(other, tables.features, near=True)
        known_rows, asked_rows = rows_of(known), rows_of(asked)
        near = contained(asked_rows, within=known_rows)
        for place in range(known.shape[1]):
            near |= contained(asked_rows - asked[:, place], within=known_rows - known[:, place])
        return counted(near, other, tables)


@final
class ReemittedValues(Comparison):
    """Largest share, over Identifier and Text columns, of values that are a training row's value.

    Those columns are never learned, so a synthetic table has no reason to hold any of their training values. Notes that
    many patients share ("no complaints") occur in the holdout as well and are set off by it.
    """

    name = "reemitted_values"
    title = "Re-emitted names and notes"
    family = "privacy"
    question = "Do identifiers or free texts of training rows come back?"
    direction = "lower"
    best = 0.0
    size_matters = False
    limits = Limits(warning=0.001, fail=0.01, both_sampled=True)

    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Counts, per column, the values of `other` that `base` has."""
        parts = []
        for name, values in other.unlearned.items():
            if name not in base.unlearned:
                continue
            asked = [str(value) for value in values if value is not None]
            known = {str(value) for value in base.unlearned[name] if value is not None}
            if asked and known:
                hits = sum(value in known for value in asked)
                interval = clopper_pearson(hits, len(asked))
                parts.append(Part(names=(name,), value=hits / len(asked), interval=interval))
        if not parts:
            raise NotComputed("the tables share no identifier or text column with values in it.")
        worst = max(parts, key=lambda part: part.value or 0.0)
        return Measurement(value=worst.value or 0.0, interval=worst.interval or (0.0, 1.0), parts=tuple(parts))


def counted(hits: NDArray[np.bool_], other: Table, tables: Tables) -> Measurement:
    """Returns the share of hits; the interval is exact, or by patient where rows of one patient are alike."""
    count = int(hits.sum())
    interval = clopper_pearson(count, len(hits))
    if tables.schema.patient_key is not None and len(hits):
        clustered = clustered_share(hits.astype(np.float64), other.patients)[1]
        interval = min(interval[0], clustered[0]), max(interval[1], clustered[1])
    return Measurement(
        value=float(hits.mean()), interval=interval, details={"rows": len(hits), "copies": count}
    )  # fmt: skip
