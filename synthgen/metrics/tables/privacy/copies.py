"""Are real rows in the synthetic table?

Some equal rows are natural. Where columns are few and coarse, many patients have one row, which is then nobody's: only
rows count that fewer than `rare_below` training patients have. And new real rows equal old ones as well, so every share
stands beside the same share among real rows, and the verdict is on the difference of the two, which both are samples.

Rows of the holdout are real patients' too: the question is asked of either side, the other is the control, and the
worse answer decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Measurement, Metric, NotComputed
from synthgen.metrics.counting import contained
from synthgen.metrics.intervals import clustered_share
from synthgen.metrics.judged import halves
from synthgen.metrics.limits import Limits
from synthgen.metrics.sides import CONFIDENCE_OF_SIDES, Asked, beside, judged, worse_side
from synthgen.metrics.tables.features import Table
from synthgen.metrics.tables.fingerprints import fingerprints, rows_of
from synthgen.metrics.tables.privacy.both_sides import asked_of, counted
from synthgen.metrics.tables.tables import Tables

Codes = NDArray[np.uint64]

CHANCE = 0.5
"""Share of real rows that nearly equal other real rows, beyond which near copies say nothing."""


@final
class ExactCopies(Metric[Tables]):
    """Share of synthetic rows that equal, in every learned column, a real row that few patients have.

    Few: fewer than `rare_below` training patients. Of training rows and of holdout rows; the worse one is the value. A
    share above one half never passes, whatever real rows do: each of these rows is somebody's.
    """

    name = "exact_copies"
    title = "Exact copies"
    family = "privacy"
    question = "How many synthetic rows are equal to the row of a real patient?"
    headline = "Exact copies of real rows"
    criterion = "compliance"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.001, fail=0.01, both_sampled=True, most=0.5)

    def measure(self, tables: Tables) -> Measurement:
        """Counts the rows on either side."""
        return worse_side([_exact(tables, asked) for asked in asked_of(tables)], self.limits)


@final
class NearCopies(Metric[Tables]):
    """Share of synthetic rows that equal a real row that few patients have in all learned columns but at most one.

    Numbers count as equal that fall into the same hundredth of the column's interquartile range. Counted with one hash
    per row and left-out column, in linear time.
    """

    name = "near_copies"
    title = "Near copies"
    family = "privacy"
    question = "How many synthetic rows differ from the row of a real patient in one column at most?"
    direction = "lower"
    best = 0.0
    limits = Limits(warning=0.01, fail=0.05, both_sampled=True)

    def measure(self, tables: Tables) -> Measurement:
        """Counts the rows on either side."""
        if len(tables.features.columns) < 3:
            raise NotComputed("with fewer than three columns every row differs from some other in one column only.")
        found = worse_side([_near(tables, asked) for asked in asked_of(tables)], self.limits)
        if (found.reference or 0.0) > CHANCE and judged(found, self.limits) != "fail":
            raise NotComputed(
                f"{100 * (found.reference or 0.0):.0f} % of real rows differ from another patient's in one column at "
                "most: in a table of so few values near copies say nothing."
            )
        return found


@dataclass(frozen=True, eq=False)
class Crowd:
    """How many training patients have a row.

    Args:
        codes: (rows,) distinct, rising.
        patients: (rows,).
    """

    codes: Codes
    patients: NDArray[np.int64]

    @classmethod
    def of(cls, table: Table, codes: Codes) -> Crowd:
        """Counts the patients of each distinct row.

        Args:
            table: The rows.
            codes: (rows,) of them.

        Example:
            >>> table = Table({}, np.array([0, 0, 1]), {}, {})
            >>> Crowd.of(table, np.array([7, 7, 7], np.uint64)).patients.tolist()
            [2]
        """
        order = np.lexsort((table.patients, codes))
        rows, whose = codes[order], table.patients[order]
        new = np.concatenate([[True], rows[1:] != rows[:-1]])
        first = new | np.concatenate([[True], whose[1:] != whose[:-1]])  # of a patient among those with the row
        return cls(rows[new], np.add.reduceat(first.astype(np.int64), np.flatnonzero(new)))

    def sizes(self, codes: Codes) -> NDArray[np.int64]:
        """Returns how many training patients have each row, (rows,)."""
        places = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.where(self.codes[places] == codes, self.patients[places], 0)


def _exact(tables: Tables, asked: Asked) -> Measurement:
    sides = {"base": asked.base, "crowd": asked.crowd, "synthetic": tables.synthetic}
    codes = {name: rows_of(fingerprints(table, tables.features)) for name, table in sides.items()}
    crowd = Crowd.of(asked.crowd, codes["crowd"])
    rare = codes["base"][crowd.sizes(codes["base"]) < asked.few]
    found = counted(contained(codes["synthetic"], within=rare), tables.synthetic, tables)
    among = _among_themselves(asked, crowd, codes["base"])
    if asked.control is None:
        return beside(found, asked, among.counted())
    control = rows_of(fingerprints(asked.control, tables.features))
    hits = contained(control, within=rare)
    real = counted(hits, asked.control, tables)
    if real.interval[0] <= among.share <= real.interval[1]:  # no sign that these repeat for other reasons
        real = among.and_further(hits, asked.control).counted()
    return beside(found, asked, real)


@dataclass(frozen=True, eq=False)
class Hits:
    """Which real rows equal a row of another patient, and which of them stand or fall together.

    Args:
        scores: (rows,) 1 or 0.
        clusters: (rows,).
    """

    scores: NDArray[np.float64]
    clusters: NDArray[np.int64]

    @property
    def share(self) -> float:
        """Of the rows that do."""
        return float(self.scores.mean())

    def and_further(self, hits: NDArray[np.bool_], rows: Table) -> Hits:
        """Returns these and further rows, which stand alone, or with others of their patient."""
        whose = rows.patients - rows.patients.min(initial=0) + 1 + self.clusters.max(initial=0)
        return Hits(np.concatenate([self.scores, hits]), np.concatenate([self.clusters, whose]))

    def counted(self) -> Measurement:
        """Returns the share and its interval."""
        interval = clustered_share(self.scores, self.clusters, confidence=CONFIDENCE_OF_SIDES)[1]
        return Measurement(value=self.share, interval=interval)


def _among_themselves(asked: Asked, crowd: Crowd, codes: Codes) -> Hits:
    """Rows of the base as if each were new: its own patient is not counted among those who have it."""
    others = Crowd.of(asked.base, codes).sizes(codes) - 1
    sizes = others if asked.crowd is asked.base else crowd.sizes(codes)
    hits = (others > 0) & (sizes < asked.few)
    return Hits(hits.astype(np.float64), np.unique(codes, return_inverse=True)[1])


def _near(tables: Tables, asked: Asked) -> Measurement:
    found = counted(_nearly(tables, asked, asked.base, tables.synthetic), tables.synthetic, tables)
    base, control = asked.base, asked.control
    if control is None:
        first, second = halves(tables.train.patients, tables.random("halves"))
        base, control = base.take(first), base.take(second)
    return beside(found, asked, counted(_nearly(tables, asked, base, control), control, tables))


def _nearly(tables: Tables, asked: Asked, base: Table, other: Table) -> NDArray[np.bool_]:
    """Which rows of `other` differ in one column at most from a row of `base` that few patients have, (rows,)."""
    crowd = Crowd.of(asked.crowd, rows_of(fingerprints(asked.crowd, tables.features)))
    rare = base.take(np.flatnonzero(crowd.sizes(rows_of(fingerprints(base, tables.features))) < asked.few))
    known, sought = (fingerprints(table, tables.features, near=True) for table in (rare, other))
    known_rows, sought_rows = rows_of(known), rows_of(sought)
    near = contained(sought_rows, within=known_rows)
    for place in range(sought.shape[1]):
        near |= contained(sought_rows - sought[:, place], within=known_rows - known[:, place])
    return near
