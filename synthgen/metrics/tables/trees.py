"""Gradient-boosted trees as the judges use them: scikit-learn's, on one thread, whatever the columns hold."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


@dataclass(frozen=True, eq=False, kw_only=True)
class Inputs:
    """What trees are trained on and asked about.

    Args:
        train: (rows, columns), not-a-number where missing.
        unseen: (other rows, columns).
        categorical: Which columns are categories.
        seed: For scikit-learn.
        iterations: Trees per class.
        weights: (rows,) how much each counts; None: all the same.
        max_features: Share of the columns, drawn anew, that each split may use; below 1 the seed matters.
    """

    train: NDArray[np.float64]
    unseen: NDArray[np.float64]
    categorical: list[bool]
    seed: int
    iterations: int = 100
    weights: NDArray[np.float64] | None = None
    max_features: float = 1.0


def predict_classes(inputs: Inputs, labels: NDArray) -> tuple[NDArray[np.float64], NDArray]:
    """Trains on labels.

    One thread: scikit-learn's wait for each other by spinning, and on two cores that are busy with a training run a fit
    of 1 s was seen to take 40 s. One thread never stalls, and adds up in the same order on every machine.

    Args:
        inputs: Rows.
        labels: (rows,) at least two distinct ones.

    Returns:
        (other rows, classes) probabilities and the (classes,) labels.

    Example:
        >>> rows = np.repeat([[0.0], [1.0]], 40, axis=0)
        >>> inputs = Inputs(train=rows, unseen=rows, categorical=[False], seed=0)
        >>> predict_classes(inputs, rows[:, 0] > 0)[0].round()[[0, -1], 1].tolist()
        [0.0, 1.0]
    """
    inputs = _usable(inputs)
    model = HistGradientBoostingClassifier(**_settings(inputs))
    with threadpool_limits(limits=1, user_api="openmp"):
        model.fit(inputs.train, labels, sample_weight=inputs.weights)
        return model.predict_proba(inputs.unseen), model.classes_


def predict_numbers(inputs: Inputs, numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Trains on numbers; see `predict_classes`.

    Args:
        inputs: Rows.
        numbers: (rows,).

    Returns:
        (other rows,).
    """
    inputs = _usable(inputs)
    model = HistGradientBoostingRegressor(**_settings(inputs))
    with threadpool_limits(limits=1, user_api="openmp"):
        return model.fit(inputs.train, numbers, sample_weight=inputs.weights).predict(inputs.unseen)


def loss_curve(
    inputs: Inputs, labels: NDArray, *, truth: NDArray, importance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the loss on unseen rows after each tree: where it is least, more trees begin to learn by heart.

    Args:
        inputs: Rows.
        labels: (rows,) classes as integers, or numbers as floats.
        truth: (other rows,) the same of the unseen rows.
        importance: (other rows,) how much each counts.

    Returns:
        (iterations,) sums of log losses of classes, or of squared errors of numbers. An unseen row of a class that no
        row was trained on is left out.

    Example:
        >>> random = np.random.default_rng(0)
        >>> rows, noise = random.normal(size=(400, 1)), random.integers(2, size=400)
        >>> inputs = Inputs(train=rows[:200], unseen=rows[200:], categorical=[False], seed=0)
        >>> bool(loss_curve(inputs, noise[:200], truth=noise[200:], importance=np.ones(200)).argmin() < 10)
        True
    """
    inputs = _usable(inputs)
    with threadpool_limits(limits=1, user_api="openmp"):
        if labels.dtype.kind == "f":
            regressor = HistGradientBoostingRegressor(**_settings(inputs))
            regressor.fit(inputs.train, labels, sample_weight=inputs.weights)
            return np.array([importance @ (truth - stage) ** 2 for stage in regressor.staged_predict(inputs.unseen)])
        classifier = HistGradientBoostingClassifier(**_settings(inputs))
        classifier.fit(inputs.train, labels, sample_weight=inputs.weights)
        places = np.searchsorted(classifier.classes_, truth).clip(max=len(classifier.classes_) - 1)
        seen = np.flatnonzero(classifier.classes_[places] == truth)
        stages = (stage[seen, places[seen]] for stage in classifier.staged_predict_proba(inputs.unseen))
        return np.array([-importance[seen] @ np.log(np.maximum(stage, 1e-9)) for stage in stages])


def _usable(inputs: Inputs) -> Inputs:
    """Without columns that are missing throughout, which scikit-learn refuses; a constant one if none is left."""
    known = np.flatnonzero(~np.isnan(inputs.train).all(axis=0))
    if not len(known):
        zeros = np.zeros((len(inputs.train), 1)), np.zeros((len(inputs.unseen), 1))
        return replace(inputs, train=zeros[0], unseen=zeros[1], categorical=[False])
    categorical = [inputs.categorical[place] for place in known]
    return replace(inputs, train=inputs.train[:, known], unseen=inputs.unseen[:, known], categorical=categorical)


def _settings(inputs: Inputs) -> dict[str, object]:
    return {
        "categorical_features": inputs.categorical,
        "early_stopping": False,
        "max_features": inputs.max_features,
        "max_iter": inputs.iterations,
        "random_state": inputs.seed,
    }
