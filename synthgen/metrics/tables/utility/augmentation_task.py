"""What is predicted when an augmentation is judged: rows as trees take them, and the classes that count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import EvaluationError
from synthgen.metrics.tables.features import CategoryFeature, Table
from synthgen.metrics.tables.tables import Tables
from synthgen.metrics.tables.utility.tstr import MIN_TEST

MOST_CLASSES = 20
"""Classes with a score of their own; the others count as one."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as trees take them.

    Args:
        values: (rows, inputs), not-a-number where missing.
        target: (rows,) classes from 0, or numbers.
    """

    values: NDArray[np.float64]
    target: NDArray

    def __len__(self) -> int:
        return len(self.target)

    def take(self, rows: NDArray[np.int64]) -> Rows:
        """Returns the rows at the given positions."""
        return Rows(self.values[rows], self.target[rows])

    def followed_by(self, other: Rows) -> Rows:
        """Returns these rows, then the others."""
        return Rows(np.vstack([self.values, other.values]), np.concatenate([self.target, other.target]))


@dataclass(frozen=True, eq=False)
class Task:
    """What is predicted from what.

    Args:
        target: The column.
        inputs: The other columns.
        categorical: Which of them are categories.
        codes: (labels of the training rows,) class of each label; empty for numbers.
        scored: Classes with a score of their own; empty for numbers.
        train: All training rows that have a target.
        patients: (training rows,) whom they belong to.
    """

    target: str
    inputs: list[str]
    categorical: list[bool]
    codes: NDArray[np.int64]
    scored: tuple[int, ...]
    train: Rows
    patients: NDArray[np.int64]

    @property
    def num_classes(self) -> int:
        """Classes, that of all labels without a score included; 0 for numbers."""
        return int(self.codes.max()) + 1 if len(self.codes) else 0

    @property
    def rarest(self) -> int:
        """The scored class with the fewest training rows; -1 for numbers."""
        if not self.scored:
            return -1
        return min(self.scored, key=lambda label: int((self.train.target == label).sum()))

    @classmethod
    def of(cls, tables: Tables, test: Table) -> Task:
        """Returns the task of the tables' target.

        A class is scored if it has at least `rare_below` test rows, and as many are of other classes; of more than
        `MOST_CLASSES` the most frequent. All other classes are one: predicted, but without a score.

        Args:
            tables: With a target.
            test: The holdout.

        Raises:
            EvaluationError: If too few rows have a target, or too few classes can be scored.
        """
        target = str(tables.target)
        inputs = [name for name in tables.features.columns if name != target]
        if not inputs:
            raise EvaluationError("There is no column besides the target to predict it from.")
        codes, scored = _classes(tables, test) if _named(tables) else (np.zeros(0, np.int64), ())
        train = rows_of(tables, tables.train, inputs, codes)
        held = usable(tables, test, codes)
        if len(train) < 2 or len(held) < MIN_TEST:
            raise EvaluationError(
                f"target {target!r} is present in {len(train)} training and {len(held)} holdout rows; at least 2 and "
                f"{MIN_TEST} are needed."
            )
        if not scored and (train.target.var() == 0 or test.columns[target][held].var() == 0):
            raise EvaluationError(f"target {target!r} has one value only among the training or the holdout rows.")
        patients = tables.train.patients[usable(tables, tables.train, codes)]
        return cls(target, inputs, tables.features.categorical(inputs), codes, scored, train, patients)


def usable(tables: Tables, table: Table, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns the positions of the rows whose target is known, and among the labels of the training rows."""
    values = table.columns[str(tables.target)]
    return np.flatnonzero((values >= 0) & (values < len(codes)) if len(codes) else ~np.isnan(values))


def rows_of(tables: Tables, table: Table, inputs: list[str], codes: NDArray[np.int64]) -> Rows:
    """Returns the usable rows of a table as trees take them."""
    kept = table.take(usable(tables, table, codes))
    target = kept.columns[str(tables.target)]
    return Rows(tables.features.ordinals(kept, inputs), codes[target] if len(codes) else target)


def _named(tables: Tables) -> bool:
    return isinstance(tables.features.columns[str(tables.target)], CategoryFeature)


def _classes(tables: Tables, test: Table) -> tuple[NDArray[np.int64], tuple[int, ...]]:
    """Class of each label, and the scored ones: labels by falling number of training rows, then all others as one."""
    target = str(tables.target)
    feature = tables.features.columns[target]
    labels = len(feature.labels) if isinstance(feature, CategoryFeature) else 0
    trained, tested = (
        np.bincount(side[(side >= 0) & (side < labels)], minlength=labels)
        for side in (tables.train.columns[target], test.columns[target])
    )
    few = tables.schema.rare_below
    enough = np.flatnonzero((trained >= 2) & (tested >= few) & (tested.sum() - tested >= few))
    enough = enough[np.argsort(-trained[enough], kind="stable")][:MOST_CLASSES]
    if not len(enough) or (trained > 0).sum() < 2:
        raise EvaluationError(
            f"target {target!r}: a class needs at least 2 training rows, and {few} rows of the holdout (rare_below) "
            f"inside and outside of it. Of {labels} classes {len(enough)} have them. Pass a larger holdout, or merge "
            "classes."
        )
    codes = np.full(labels, len(enough), dtype=np.int64)
    codes[enough] = np.arange(len(enough))
    return codes, tuple(range(len(enough)))
