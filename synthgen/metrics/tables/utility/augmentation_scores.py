"""Scores of many ways to train, over seeds and bootstrap draws of the holdout's patients, and intervals of their gains.

What varies: which patients the holdout happens to hold (bootstrap over patients), and what a seed decides (synthetic
rows added, columns that a split may use). What does not: the training rows. They are not resampled, because the
synthetic rows were made from all of them: models trained on a resample of real rows would be short of a third of the
patients, and synthetic rows, even mere copies, would bring these back and look like a gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import CONFIDENCE
from synthgen.metrics.resampling import bootstrap_weights, weighted_areas
from synthgen.metrics.tables.utility.augmentation_result import Measure
from synthgen.metrics.tables.utility.tstr import Task, score

Floats = NDArray[np.float64]

NUM_DRAWS = 500
DRAWS_AT_ONCE = 100
"""Bounds memory: each holds a few numbers for every holdout row."""


@dataclass(frozen=True, eq=False)
class Test:
    """The rows that all models are scored on.

    Args:
        truth: (rows,) classes from 0, or numbers.
        scored: Classes with a score of their own; empty for numbers.
        rarest: The scored class with the fewest training rows; -1 for numbers.
        weights: (1 + draws, rows) all 1 first, then a draw of the patients each.
    """

    truth: NDArray
    scored: tuple[int, ...]
    rarest: int
    weights: Floats

    __test__ = False  # no test of pytest's

    @classmethod
    def draw(
        cls,
        truth: NDArray,
        patients: NDArray[np.int64],
        scored: tuple[int, ...],
        rarest: int,
        random: np.random.Generator,
    ) -> Test:
        """Returns the test with the bootstrap's draws, the same for all models."""
        return cls(truth, scored, rarest, bootstrap_weights(patients, random, num_draws=NUM_DRAWS))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is measured."""
        return self.measures_of(self.scored)

    @staticmethod
    def measures_of(scored: tuple[int, ...]) -> tuple[Measure, ...]:
        """Returns what can be measured of the given scored classes, or of a number where there are none."""
        return ("roc_auc", "average_precision", "balanced_accuracy") if scored else ("r2",)

    def scores(self, predictions: Floats) -> dict[Measure, Floats]:
        """Returns each measure for every set of weights, (1 + draws,).

        Args:
            predictions: (rows, classes) probabilities, or (rows, 1) numbers.
        """
        chunks = [
            self._scores(predictions, self.weights[start : start + DRAWS_AT_ONCE])
            for start in range(0, len(self.weights), DRAWS_AT_ONCE)
        ]
        return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in self.measures}

    def _scores(self, predictions: Floats, weights: Floats) -> dict[Measure, Floats]:
        if not self.scored:
            return {"r2": score(Task([], "", ()), predictions, self.truth, weights)}
        # of two classes the areas are the same
        ranked = self.scored if predictions.shape[1] > 2 else (self.rarest,)
        areas = [weighted_areas(predictions[:, label], self.truth == label, weights) for label in ranked]
        return {
            "roc_auc": np.mean(areas, axis=0),
            "average_precision": average_precision(predictions[:, self.rarest], self.truth == self.rarest, weights),
            "balanced_accuracy": balanced_accuracy(predictions.argmax(axis=1), self.truth, weights),
        }


def average_precision(scores: Floats, positive: NDArray[np.bool_], weights: Floats) -> Floats:
    """Returns the average precision for every set of weights: the mean precision at each positive row.

    Args:
        scores: (rows,).
        positive: (rows,).
        weights: (draws, rows) at least 0.

    Returns:
        (draws,), 0 where no positive row has weight.

    Example:
        >>> average_precision(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]), np.ones((1, 3))).tolist()
        [0.833...]
    """
    _, places = np.unique(-scores, return_inverse=True)
    order = np.argsort(places, kind="stable")
    starts = np.flatnonzero(np.diff(places[order], prepend=-1))
    gains = np.add.reduceat(weights[:, order] * positive[order], starts, axis=1)  # (draws, distinct scores)
    losses = np.add.reduceat(weights[:, order] * ~positive[order], starts, axis=1)
    found = np.cumsum(gains, axis=1)
    shown = found + np.cumsum(losses, axis=1)
    precision = np.divide(found, shown, out=np.zeros_like(found), where=shown > 0)
    total = gains.sum(axis=1)
    return np.divide((gains * precision).sum(axis=1), total, out=np.zeros(len(total)), where=total > 0)


def balanced_accuracy(predicted: NDArray, truth: NDArray, weights: Floats) -> Floats:
    """Returns the mean over classes of the share of their rows that is predicted right, for every set of weights.

    Args:
        predicted: (rows,) classes.
        truth: (rows,) classes.
        weights: (draws, rows) at least 0.

    Returns:
        (draws,).

    Example:
        >>> balanced_accuracy(np.array([0, 0, 0]), np.array([0, 0, 1]), np.ones((1, 3))).tolist()
        [0.5]
    """
    recalls = []
    for label in np.unique(truth):
        own = truth == label
        total = weights[:, own].sum(axis=1)
        right = weights[:, own] @ (predicted[own] == label).astype(float)
        recalls.append(np.divide(right, total, out=np.full(len(total), np.nan), where=total > 0))
    return np.nanmean(recalls, axis=0)


@dataclass(frozen=True, eq=False)
class Spread:
    """Values of one measure of all ways, and how they vary together.

    Args:
        values: (ways,) means over the seeds.
        draws: (draws, ways) the same under chance.
    """

    values: Floats
    draws: Floats

    @classmethod
    def of(cls, scores: Floats, random: np.random.Generator) -> Spread:
        """Joins both sources of chance: patients of the holdout, and seeds.

        The draws of patients go through the mean over seeds. To them is added what a mean over other seeds would
        differ by: that of a resample of the seeds, widened by sqrt(S / (S - 1)), since S seeds resampled vary that much
        less than S new ones. Both parts take the same draws for all ways, so that differences are paired.

        Args:
            scores: (ways, seeds, 1 + draws).
            random: Draws seeds.
        """
        num_seeds = scores.shape[1]
        values = scores[:, :, 0].mean(axis=1)
        by_seed = scores[:, :, 0] - values[:, None]  # (ways, seeds)
        picked = random.integers(num_seeds, size=(scores.shape[2] - 1, num_seeds))
        other_seeds = by_seed[:, picked].mean(axis=2) * np.sqrt(num_seeds / (num_seeds - 1))  # (ways, draws)
        return cls(values, (scores[:, :, 1:].mean(axis=1) + other_seeds).T)

    def gains(self) -> Spread:
        """Returns the differences from the first way."""
        return Spread(self.values[1:] - self.values[0], self.draws[:, 1:] - self.draws[:, :1])

    def intervals(self) -> list[tuple[float, float]]:
        """Returns the 95 % interval of each value alone."""
        ends = np.quantile(self.draws, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], axis=0)
        pairs = zip(self.values, *ends, strict=True)
        return [(float(min(low, value)), float(max(high, value))) for value, low, high in pairs]

    def simultaneous_intervals(self) -> list[tuple[float, float]]:
        """Returns intervals that with 95 % confidence hold all values at once.

        The largest studentised deviation over the ways is drawn by the bootstrap, and its 95 % quantile takes the place
        of 1.96 (Romano and Wolf 2005, "Stepwise multiple testing as formalized data snooping"). The best of many ways
        may then be picked by looking: a way that only chance made best has an interval that holds 0, in 95 of 100
        tables. Unlike Bonferroni's it costs little where ways are alike.
        """
        spread = self.draws.std(axis=0, ddof=1)  # (ways,)
        deviations = np.abs(self.draws - self.draws.mean(axis=0))
        studentised = np.divide(deviations, spread, out=np.zeros_like(deviations), where=spread > 0)
        half = np.quantile(studentised.max(axis=1), CONFIDENCE) * spread
        return [(float(value - width), float(value + width)) for value, width in zip(self.values, half, strict=True)]
