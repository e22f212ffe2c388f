"""Trains and scores every way of an augmentation verdict under every seed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from synthgen.metrics.tables.trees import Inputs, loss_curve, predict_classes, predict_numbers
from synthgen.metrics.tables.utility.augmentation_result import Measure
from synthgen.metrics.tables.utility.augmentation_scores import Test
from synthgen.metrics.tables.utility.augmentation_task import Rows, Task
from synthgen.metrics.tables.utility.augmentation_ways import Recipe, TrainingSet

NUM_FOLDS = 3
"""Folds of the real rows in which each way's number of trees is chosen."""
MAX_FEATURES = 0.8
"""Share of the columns each split may use: lets seeds differ, so that no single tree's luck decides."""


def sweep(
    task: Task, ways: list[Recipe], test_rows: Rows, test: Test, seeds: Sequence[int], *, verbose: bool
) -> tuple[dict[Measure, NDArray[np.float64]], list[int]]:
    """Returns by measure (ways, seeds, 1 + draws) scores, and how many rows each way added.

    Args:
        task: With the training rows.
        ways: What to train on.
        test_rows: What to score on.
        test: How.
        seeds: Of what is added and of the trees.
        verbose: Whether to show progress on a terminal.
    """
    console = Console(stderr=True)
    scores = {name: np.zeros((len(ways), len(seeds), len(test.weights))) for name in test.measures}
    sizes = [0] * len(ways)
    trees = [0] * len(ways)
    runs = [(place, turn) for turn in range(-1, len(seeds)) for place in range(len(ways))]
    hidden = not (verbose and console.is_terminal)
    for place, turn in track(runs, "Training", console=console, transient=True, disable=hidden):
        way = ways[place]
        if turn < 0:
            trees[place] = best_iterations(task, way, seeds[0])
            continue
        training = way.build(task.train, _random(way, seeds[turn]))
        sizes[place] = len(training.rows) - len(task.train)
        inputs = _inputs(task, training, test_rows, seeds[turn], iterations=trees[place])
        for name, values in test.scores(_predictions(task, inputs, training.rows.target)).items():
            scores[name][place, turn] = values
    return scores, sizes


def best_iterations(task: Task, way: Recipe, seed: int) -> int:
    """Returns the number of trees with which one way predicts left-out real rows best.

    With one number for all, the way that it happened to suit would win: real rows alone, grown into too many trees,
    gain from anything that holds them back. Patients are left out in folds; a left-out row counts by how much more
    often its class comes in the way's training set than among real rows, since log loss knows nothing of ranks.

    Args:
        task: With the training rows.
        way: What to train on.
        seed: Of the folds and all else.
    """
    _, codes = np.unique(task.patients, return_inverse=True)
    folds = (np.random.default_rng([seed, 3]).permutation(int(codes.max()) + 1) % NUM_FOLDS)[codes]
    losses = np.zeros(100 if task.num_classes < 10 else 30)
    for fold in range(NUM_FOLDS):
        real, unseen = (task.train.take(np.flatnonzero(side)) for side in (folds != fold, folds == fold))
        if not len(unseen) or len(np.unique(real.target)) < 2:
            continue
        training = way.build(real, _random(way, seed))
        inputs = _inputs(task, training, unseen, seed, iterations=len(losses))
        importance = _importance(task, training, real)[unseen.target] if task.num_classes else np.ones(len(unseen))
        losses += loss_curve(inputs, training.rows.target, truth=unseen.target, importance=importance)
    return int(losses.argmin()) + 1


def _random(way: Recipe, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(way.name.encode())])


def _importance(task: Task, training: TrainingSet, real: Rows) -> NDArray[np.float64]:
    """How much more of a training set each class is than of the real rows, (classes,)."""
    trained = np.bincount(training.rows.target, weights=training.weights, minlength=task.num_classes)
    counts = np.bincount(real.target, minlength=task.num_classes)
    return (trained / trained.sum()) / np.maximum(counts / counts.sum(), 1 / len(real))


def _inputs(task: Task, training: TrainingSet, unseen: Rows, seed: int, *, iterations: int) -> Inputs:
    return Inputs(
        train=training.rows.values, unseen=unseen.values, categorical=task.categorical, seed=seed,
        iterations=iterations, weights=training.weights, max_features=MAX_FEATURES,
    )  # fmt: skip


def _predictions(task: Task, inputs: Inputs, target: NDArray) -> NDArray[np.float64]:
    """(test rows, classes) probabilities, or (test rows, 1) numbers."""
    if not task.num_classes:
        return predict_numbers(inputs, target)[:, None]
    probabilities, classes = predict_classes(inputs, target)
    answer = np.zeros((len(inputs.unseen), task.num_classes))
    answer[:, classes.astype(int)] = probabilities
    return answer
