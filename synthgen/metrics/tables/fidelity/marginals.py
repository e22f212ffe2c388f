"""Columns one by one: does each have the law it has in the training rows?"""

from __future__ import annotations

from dataclasses import replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import Measurement, Part, Result
from synthgen.metrics.intervals import jackknife_groups, jackknife_interval, left_out_counts
from synthgen.metrics.limits import VERDICTS, Limits
from synthgen.metrics.narrowed import ADVICE
from synthgen.metrics.tables.comparison import Comparison
from synthgen.metrics.tables.features import CategoryFeature, Feature, Table
from synthgen.metrics.tables.fidelity.narrowed import narrowed_columns
from synthgen.metrics.tables.reading import MISSING
from synthgen.metrics.tables.tables import Tables

ROWS_FACTOR = 5
"""Rows on each side, as a multiple of `Tables.max_rows`: counting is cheap."""

COLUMN = Limits(warning=0.15, fail=0.35)
"""Of a single column: only what is broken, as some column is always the worst."""


@final
class Marginals(Comparison):
    """Mean over columns of 1 minus the distance between the two laws of the column.

    The distance is Kolmogorov and Smirnov's for numbers and dates (largest gap between the two cumulative shares), and
    total variation for categories (half the sum of gaps between shares). Missing values count in both: for numbers as
    one more value beyond all others, for categories as one more category.
    """

    name = "marginals"
    title = "Columns"
    family = "fidelity"
    question = "Does each column have the distribution it has in the training rows?"
    headline = "Columns alike"
    criterion = "congruence"
    limits = Limits(warning=0.02, fail=0.10, strict=True)

    def compare(self, tables: Tables, *, base: Table, other: Table) -> Measurement:
        """Compares the columns of `other` with those of `base`."""
        rows = ROWS_FACTOR * tables.max_rows
        base = tables.sample(base, rows, purpose=self.name)
        other = tables.sample(other, rows, purpose=self.name)
        base_groups, other_groups, num_groups = jackknife_groups(
            base.patients, other.patients, tables.random(self.name)
        )
        scores = {}
        for name, feature in tables.features.columns.items():
            base_cells, other_cells, num_cells = cells(feature, base.columns[name], other.columns[name])
            counts = (
                left_out_counts(base_cells, base_groups, num_cells=num_cells, num_groups=num_groups),
                left_out_counts(other_cells, other_groups, num_cells=num_cells, num_groups=num_groups),
            )
            scores[name] = 1 - distances(*counts, ordered=not isinstance(feature, CategoryFeature))
        whole = np.mean(list(scores.values()), axis=0)  # (1 + groups,)
        parts = tuple(
            Part(
                names=(name,), value=float(score[0]), interval=jackknife_interval(float(score[0]), score[1:]),
                note=unreadable_note(name, other), numbers=missing_shares(name, base, other, tables.schema.rare_below),
            )
            for name, score in scores.items()
        )  # fmt: skip
        return Measurement(
            value=float(whole[0]), interval=jackknife_interval(float(whole[0]), whole[1:]), parts=parts,
            details={"rows": {"base": len(base), "other": len(other)}},
        )  # fmt: skip

    def reviewed(self, result: Result, tables: Tables) -> Result:
        """Returns the result with the verdict of the worst column: a mean over many hides one that is broken."""
        for part in result.parts:
            if part.value is None or part.interval is None:
                continue
            status, reason = COLUMN.judge(value=part.value, interval=part.interval, direction="higher", unit=self.unit,
                                          anchor=1.0 if part.reference is None else part.reference,
                                          things=tables.words.things)  # fmt: skip
            if VERDICTS.index(status) > VERDICTS.index(result.status):
                result = replace(result, status=status, reason=f"column {part.names[0]!r}: {reason}")
        if narrowed := narrowed_columns(tables):
            said = f"{' '.join(narrowed)} {ADVICE}"
            if result.status == "pass":
                result = replace(result, status="warning", reason=said)
            result = replace(result, notes=(*result.notes, said), details={**result.details, "sentence": said})
        return result


def cells(feature: Feature, base: NDArray, other: NDArray) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Returns the cell of each row of both tables, in rising order for numbers, missing values last; and how many.

    Args:
        feature: The column.
        base: (rows,) numbers or codes.
        other: (rows,) numbers or codes.
    """
    if isinstance(feature, CategoryFeature):
        last = len(feature.labels) + 1
        return np.where(base == MISSING, last, base), np.where(other == MISSING, last, other), last + 1
    both = np.concatenate([base, other])
    known, places = np.unique(both, return_inverse=True)  # not-a-number sorts last and counts as one value
    places = np.where(np.isnan(both), len(known), places).astype(np.int64)
    return places[: len(base)], places[len(base) :], len(known) + 1


def distances(base: NDArray[np.float64], other: NDArray[np.float64], *, ordered: bool) -> NDArray[np.float64]:
    """Returns the distance between the laws behind two sets of counts.

    Args:
        base: (variants, cells) counts; no variant is empty.
        other: (variants, cells) counts.
        ordered: Kolmogorov-Smirnov over the cells if true, else total variation.

    Returns:
        (variants,) in [0, 1].

    Example:
        >>> distances(np.array([[1.0, 1.0, 2.0]]), np.array([[0.0, 2.0, 2.0]]), ordered=True).tolist()
        [0.25]
    """
    gaps = base / base.sum(axis=1, keepdims=True) - other / other.sum(axis=1, keepdims=True)  # (variants, cells)
    if ordered:
        return np.clip(np.abs(np.cumsum(gaps, axis=1)).max(axis=1), 0, 1)
    return np.clip(np.abs(gaps).sum(axis=1) / 2, 0, 1)


def missing_shares(name: str, base: Table, other: Table, rare_below: int) -> dict[str, float | None]:
    """Returns the share of missing values in either table; None where it stands for fewer than `rare_below` rows."""

    def share(values: NDArray) -> float | None:
        count = int((np.isnan(values) if values.dtype.kind == "f" else values == MISSING).sum())
        return count / len(values) if count == 0 or count >= rare_below else None

    return {"missing_train": share(base.columns[name]), "missing_synthetic": share(other.columns[name])}


def unreadable_note(name: str, other: Table) -> str:
    """Returns a sentence where values could not be read as the numbers or dates they should be, else ""."""
    count = other.unreadable.get(name, 0)
    return f"{count} values could not be read as a number or date and count as missing." if count else ""
