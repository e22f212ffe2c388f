"""Train on synthetic, test on real (TSTR), beside train on real, test on real (TRTR).

The question behind it is a user's: may I build my model on the synthetic rows? (Esteban, Hyland and Rätsch 2017,
section 3.2.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.base import CONFIDENCE, Measurement, Metric, NotComputed, Part
from synthgen.metrics.judged import halves
from synthgen.metrics.limits import Limits
from synthgen.metrics.resampling import bootstrap_weights, weighted_areas
from synthgen.metrics.tables.features import CategoryFeature, Table
from synthgen.metrics.tables.reading import MISSING
from synthgen.metrics.tables.tables import Tables
from synthgen.metrics.tables.trees import Inputs, predict_classes, predict_numbers

MIN_TEST = 30
"""Test rows below which no score is given."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is predicted from what.

    Args:
        inputs: Names of the other columns.
        target: The column to predict.
        labels: Codes of the classes that are scored; empty for a number.
    """

    inputs: list[str]
    target: str
    labels: tuple[int, ...]


@final
class TrainOnSynthetic(Metric):
    """Score of a gradient-boosted model trained on synthetic rows and tested on real ones.

    Area under the ROC curve for categories (mean over classes, one against the rest, classes with at least `rare_below`
    test rows), R2 for numbers and dates. The reference is the same model trained on as many training rows and tested on
    the same rows. The interval is a bootstrap over test patients.
    """

    name = "tstr"
    title = "Train on synthetic, test on real"
    family = "usefulness"
    question = "Does a model trained on synthetic rows predict real rows as well as one trained on real rows?"
    headline = "Trained on synthetic rows"
    headline_reference = "Trained on real rows"
    unit = "score"
    range = (None, 1.0)
    limits = Limits(warning=0.02, fail=0.10, strict=True)

    def measure(self, tables: Tables) -> Measurement:
        """Trains both models and scores them on the same real rows."""
        found = predictions(tables)
        task, test = found.task, found.test
        weights = bootstrap_weights(test.patients, tables.random(self.name))
        scores = [score(task, said, test.columns[task.target], weights) for said in (found.synthetic, found.real)]
        low, high = _percentiles(scores[0])
        gap = scores[0] - scores[1]
        part = Part(names=("gap",), value=float(gap[0]), interval=_percentiles(gap),
                    note="Trained on synthetic minus trained on real, on the same test rows.")  # fmt: skip
        return Measurement(
            value=float(scores[0][0]), interval=(low, high), reference=float(scores[1][0]),
            reference_interval=_percentiles(scores[1]),
            reference_source="trained on the training rows", parts=(part,), difference=part.interval,
            details={
                "target": task.target, "score": "ROC AUC" if task.labels else "R2", "trained_on": found.trained_on,
                "tested_on": len(test), "classes": len(task.labels),
            },
            notes=(found.note,) if found.note else (),
        )  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class Predictions:
    """What both models say of the same real rows.

    Args:
        task: What is predicted.
        test: (rows) real, with a target.
        synthetic: (rows, classes) or (rows, 1), by the model of synthetic rows.
        real: The same by the model of real rows.
        trained_on: Rows that either model was trained on.
        note: What to know about the test rows.
    """

    task: Task
    test: Table
    synthetic: NDArray[np.float64]
    real: NDArray[np.float64]
    trained_on: int
    note: str


def predictions(tables: Tables) -> Predictions:
    """Trains a model on synthetic and one on real rows, once for all who ask, and returns what they say of test rows.

    Raises:
        NotComputed: If there is no target, or it cannot be learned.
    """
    return tables.once("predictions", lambda: _trained(tables))


def gap_where(tables: Tables, chosen: Callable[[Table], NDArray[np.bool_]]) -> Part:
    """Returns the scores of both models on some of the test rows; the interval is that of the difference, put at them.

    Args:
        tables: See `predictions`.
        chosen: Given the test rows, says which ones, (rows,).

    Raises:
        NotComputed: See `predictions`; or if too few of the chosen rows are in a class or outside it.
    """
    found = predictions(tables)
    rows = np.flatnonzero(chosen(found.test))
    test = found.test.take(rows)
    truth = test.columns[found.task.target]
    least = tables.schema.rare_below
    labels = tuple(label for label in found.task.labels if least <= (truth == label).sum() <= len(truth) - least)
    if len(rows) < MIN_TEST or (found.task.labels and not labels):
        raise NotComputed(f"at least {MIN_TEST} test rows are needed, {least} in a class and {least} outside it.")
    task = replace(found.task, labels=labels)
    kept = [found.task.labels.index(label) for label in labels] or [0]
    weights = bootstrap_weights(test.patients, tables.random("gap"))
    scores = [score(task, said[rows][:, kept], truth, weights) for said in (found.synthetic, found.real)]
    low, high = _percentiles(scores[0] - scores[1])
    value, reference = (float(side[0]) for side in scores)
    return Part(names=("gap",), value=value, reference=reference, interval=(reference + low, reference + high))


def _trained(tables: Tables) -> Predictions:
    real, test, note = _real_tables(tables)
    task = _task(tables, real, test)
    rows = tables.max_rows
    real = present(tables.sample(real, rows, purpose="real"), task)
    synthetic = present(tables.sample(tables.synthetic, rows, purpose="synthetic"), task)
    test = present(tables.sample(test, rows, purpose="test"), task)
    fewest = min(len(real), len(synthetic))
    real, synthetic = (tables.sample(side, fewest, purpose="equal") for side in (real, synthetic))
    said = [_predict(tables, task, side, test) for side in (synthetic, real)]
    return Predictions(task=task, test=test, synthetic=said[0], real=said[1], trained_on=fewest, note=note)


def _real_tables(tables: Tables) -> tuple[Table, Table, str]:
    if tables.target is None:
        raise NotComputed("no target column was named; pass target= to evaluate.")
    if tables.holdout is not None:
        return tables.train, tables.holdout, ""
    first, second = halves(tables.train.patients, tables.random(TrainOnSynthetic.name))
    note = "No holdout: tested on half of the training rows, which the maker has seen; the value may flatter."
    return tables.train.take(first), tables.train.take(second), note


def _task(tables: Tables, real: Table, test: Table) -> Task:
    target = str(tables.target)
    inputs = [name for name in tables.features.columns if name != target]
    if not inputs:
        raise NotComputed("there is no column besides the target to predict it from.")
    feature = tables.features.columns[target]
    labels: tuple[int, ...] = ()
    values = [table.columns[target] for table in (real, tables.synthetic, test)]
    if isinstance(feature, CategoryFeature):
        counts = [np.bincount(side[side >= 0], minlength=len(feature.labels) + 1) for side in values]
        enough = (counts[0] >= 2) & (counts[2] >= tables.schema.rare_below)
        enough &= len(test) - counts[2] >= tables.schema.rare_below
        labels = tuple(int(code) for code in np.flatnonzero(enough[:-1]))
        if not labels:
            raise NotComputed("the target has one class only among the real rows, or too few rows per class.")
        if (counts[1][:-1] > 0).sum() < 2:
            raise NotComputed("the target has fewer than two known classes among the synthetic rows.")
    usable = [int((side >= 0).sum() if labels else (~np.isnan(side)).sum()) for side in values]
    if usable[2] < MIN_TEST or min(usable[:2]) < 2:
        raise NotComputed(
            f"the target is present in {usable[0]} training, {usable[1]} synthetic and {usable[2]} test rows; "
            f"at least 2, 2 and {MIN_TEST} are needed."
        )
    if not labels and (np.nanvar(values[0]) == 0 or np.nanvar(values[2]) == 0):
        raise NotComputed("the target has one value only among the real rows.")
    return Task(inputs, target, labels)


def present(table: Table, task: Task) -> Table:
    """Returns the rows whose target is not missing."""
    values = table.columns[task.target]
    return table.take(np.flatnonzero(values != MISSING if task.labels else ~np.isnan(values)))


def _predict(tables: Tables, task: Task, train: Table, test: Table) -> NDArray[np.float64]:
    """Returns (test rows, classes) probabilities of `task.labels`, or (test rows, 1) numbers."""
    inputs = Inputs(
        train=tables.features.ordinals(train, task.inputs),
        unseen=tables.features.ordinals(test, task.inputs),
        categorical=tables.features.categorical(task.inputs),
        seed=tables.seed,
        iterations=100 if len(task.labels) < 10 else 30,
    )
    target = train.columns[task.target]
    if not task.labels:
        return predict_numbers(inputs, target)[:, None]
    # classes that are not scored train as one, so that a target with many labels stays quick
    merged = np.where(np.isin(target, task.labels), target, max(task.labels) + 1)
    answer = np.zeros((len(test), len(task.labels)))
    if len(np.unique(merged)) < 2:
        return answer
    probabilities, classes = predict_classes(inputs, merged)
    known = {int(label): place for place, label in enumerate(classes)}
    for place, label in enumerate(task.labels):  # a class that was never seen gets one score for all rows: AUC 0.5
        answer[:, place] = probabilities[:, known[label]] if label in known else 0.0
    return answer


def score(
    task: Task, predictions: NDArray[np.float64], truth: NDArray, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns ROC AUC or R2 for every set of weights.

    Args:
        task: What was predicted.
        predictions: (rows, classes) or (rows, 1).
        truth: (rows,) codes or numbers.
        weights: (draws, rows).

    Returns:
        (draws,).
    """
    if task.labels:
        areas = [
            weighted_areas(predictions[:, place], truth == label, weights) for place, label in enumerate(task.labels)
        ]
        return np.nanmean(areas, axis=0)
    total = weights.sum(axis=1)  # (draws,)
    mean = weights @ truth / total
    spread = weights @ truth**2 / total - mean**2
    error = weights @ (truth - predictions[:, 0]) ** 2 / total
    return 1 - error / np.maximum(spread, 1e-300)


def _percentiles(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(values[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(min(low, values[0])), float(max(high, values[0]))
