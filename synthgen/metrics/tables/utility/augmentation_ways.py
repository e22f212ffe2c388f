"""The ways to train that the augmentation verdict compares, and the training rows of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.tables.utility.augmentation_result import Kind
from synthgen.metrics.tables.utility.augmentation_smote import smote_available, smote_rows
from synthgen.metrics.tables.utility.augmentation_task import Rows, Task

Random = np.random.Generator


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """What one model is trained on.

    Args:
        rows: Real ones first.
        weights: (rows,) or None.
    """

    rows: Rows
    weights: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Recipe:
    """One way to train.

    Args:
        name: For people.
        kind: Whose method it is.
        share: Synthetic rows as a multiple of the real ones, where that is the recipe.
        build: Makes a training set of real rows, by chance.
    """

    name: str
    kind: Kind
    share: float | None
    build: Callable[[Rows, Random], TrainingSet]


@dataclass
class Recipes:
    """All ways that can be tried, and why others cannot.

    Args:
        tried: "real only" first.
        not_compared: Reason by name.
        notes: What to know about those that are tried.
    """

    tried: list[Recipe] = field(default_factory=list)
    not_compared: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def recipes(task: Task, *, synthetic: Rows, balanced: Rows, shares: Sequence[float]) -> Recipes:
    """Returns the ways to train on the task's real rows.

    Args:
        task: With its training rows.
        synthetic: Rows for shares.
        balanced: Rows for filling up classes.
        shares: Multiples of the real rows; 0 is there anyway.
    """
    real = task.train
    ways = Recipes([Recipe("real only", "real", None, lambda rows, _: TrainingSet(rows))])
    for share in sorted({share for share in shares if share > 0}):
        name, size = f"share {share:g}", round(share * len(real))
        if size > len(synthetic):
            ways.not_compared[name] = (
                f"it takes {size} synthetic rows with a usable target; there are {len(synthetic)}."
            )
        elif size:
            ways.tried.append(Recipe(name, "synthetic", share, _adding(synthetic, size)))
    if task.num_classes:
        _add_balancing(ways, task, balanced)
    return ways


def _add_balancing(ways: Recipes, task: Task, balanced: Rows) -> None:
    """Adds the ways that treat rare classes better."""
    real = task.train
    counts = np.bincount(real.target, minlength=task.num_classes)
    if counts.min() == counts.max():
        ways.not_compared |= dict.fromkeys(("balance", "class weights", "SMOTE"), "all classes have as many rows.")
        return
    wanted = counts.max() - counts
    there = np.minimum(wanted, np.bincount(balanced.target, minlength=task.num_classes))
    if there.sum():
        ways.tried.append(Recipe("balance", "synthetic", None, _filling(balanced, there)))
    else:
        ways.not_compared["balance"] = "there is no synthetic row of a smaller class."
    if 0 < there.sum() < wanted.sum():
        ways.notes.append(
            f"balance: {there.sum()} of the {wanted.sum()} rows that would fill up the smaller classes were there."
        )
    ways.tried.append(Recipe("class weights", "weights", None, _weighting))
    if not smote_available():
        ways.not_compared["SMOTE"] = "imbalanced-learn is not installed: pip install 'synthgen[augment]'."
    elif not ((counts > 1) & (counts < counts.max())).any():
        ways.not_compared["SMOTE"] = "no smaller class has two rows to interpolate between."
    else:
        ways.tried.append(Recipe("SMOTE", "smote", None, _interpolating(task)))


def _adding(synthetic: Rows, size: int) -> Callable[[Rows, Random], TrainingSet]:
    return lambda real, random: TrainingSet(
        real.followed_by(synthetic.take(random.choice(len(synthetic), size, replace=False)))
    )


def _filling(synthetic: Rows, counts: NDArray[np.int64]) -> Callable[[Rows, Random], TrainingSet]:
    def build(real: Rows, random: Random) -> TrainingSet:
        picked = [
            random.choice(np.flatnonzero(synthetic.target == label), count, replace=False)
            for label, count in enumerate(counts)
            if count
        ]
        return TrainingSet(real.followed_by(synthetic.take(np.concatenate(picked))))

    return build


def _weighting(real: Rows, _: Random) -> TrainingSet:
    counts = np.bincount(real.target)
    weights = len(real) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    return TrainingSet(real, weights[real.target])


def _interpolating(task: Task) -> Callable[[Rows, Random], TrainingSet]:
    return lambda real, random: TrainingSet(
        real.followed_by(smote_rows(real, categorical=task.categorical, seed=int(random.integers(2**31))))
    )
