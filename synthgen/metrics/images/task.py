"""A network's task: learn classes from some images, be tested on real ones, several times over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.metrics.base import CONFIDENCE, NotComputed
from synthgen.metrics.images.classical import classical_augmentation
from synthgen.metrics.images.learned import known_classes, new_classifier
from synthgen.metrics.images.pools import RARE_BELOW, ImagePools, Pool
from synthgen.metrics.judged import halves
from synthgen.metrics.resampling import bootstrap_weights, weighted_areas

FEWEST_TO_TEST = 30
FEWEST_OF_CLASS = 2
"""Images to learn a class from."""
FLATTERING = "No holdout: tested on half of the training images, which the maker has seen; the value may flatter."

Doubles = NDArray[np.float64]


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """Who learns from what, and is tested on what.

    Args:
        real: Real images to learn from.
        synthetic: Synthetic images to learn from.
        test: Real images, none of which is learned from.
        labels: Codes of the classes that are scored.
        weights: (1 + draws, test) how often each test image counts: all once, then as often as its patient was drawn.
        note: What to know about the test images.
    """

    real: Pool
    synthetic: Pool
    test: Pool
    labels: tuple[int, ...]
    weights: Doubles
    note: str


def task_of(pools: ImagePools) -> Task:
    """Returns the task, the same for all who ask.

    Args:
        pools: What is judged.

    Raises:
        NotComputed: If there are no classes, or too few images to learn or test them.
    """
    return pools.once("task", lambda: _task(pools))


def _task(pools: ImagePools) -> Task:
    if len(pools.classes) < 2:
        raise NotComputed("the images have no label with two classes.")
    real, test, note = pools.train, pools.holdout, ""
    if test is None:
        first, second = halves(pools.train.patients, pools.random("tested"))
        real, test, note = pools.train.take(first), pools.train.take(second), FLATTERING
    real, synthetic, test = (
        pools.sample(known_classes(pool), pools.max_images, purpose="task") for pool in (real, pools.synthetic, test)
    )
    counts = [np.bincount(pool.codes, minlength=len(pools.classes)) for pool in (real, synthetic, test)]
    tested = (counts[0] >= FEWEST_OF_CLASS) & (counts[2] >= RARE_BELOW) & (len(test) - counts[2] >= RARE_BELOW)
    if len(test) < FEWEST_TO_TEST or not tested.any():
        raise NotComputed(f"at least {FEWEST_TO_TEST} test images are needed, {RARE_BELOW} in a class and outside it.")
    if (counts[1] > 0).sum() < 2:
        raise NotComputed("the synthetic images are of one class.")
    return Task(real=real, synthetic=synthetic, test=test, labels=tuple(np.flatnonzero(tested).tolist()), note=note,
                weights=bootstrap_weights(test.patients, pools.random("tested patients")))  # fmt: skip


def areas(
    pools: ImagePools, task: Task, learned: Pool, *, name: str, like: int | None = None, augmented: bool = False
) -> Doubles:
    """Trains a network once for each seed and returns its areas under the ROC curve on the test images.

    Mean over classes, each against the rest.

    Args:
        pools: What is judged.
        task: See `task_of`.
        learned: Images to learn from.
        name: Of this way of training; the same one is not trained twice.
        like: Trains as long as with so many images; None: with as many as there are.
        augmented: Whether images are changed at random every other time they are seen.

    Returns:
        (seeds, 1 + draws).
    """
    return pools.once(f"areas {name}", lambda: _areas(pools, task, learned, like=like, augmented=augmented))


def _areas(pools: ImagePools, task: Task, learned: Pool, *, like: int | None, augmented: bool) -> Doubles:
    def augment(pixels: NDArray, random: np.random.Generator) -> NDArray:
        # every other image as it is, as among real and synthetic ones every other is real
        changed = pixels.astype(np.float32)
        changed[::2] = classical_augmentation(pixels[::2], random, white=pools.white)
        return changed

    found = []
    for seed in range(pools.seeds):
        network = new_classifier(pools).train(
            learned.pixels, learned.codes, seed=1000 * pools.seed + seed, like=like,
            augment=augment if augmented else None,
        )  # fmt: skip
        said = network.probabilities(task.test.pixels).astype(np.float64)
        each = [weighted_areas(said[:, label], task.test.codes == label, task.weights) for label in task.labels]
        found.append(np.mean(each, axis=0))
    return np.array(found)


def over_seeds(scores: Doubles) -> tuple[float, tuple[float, float]]:
    """Returns the mean over seeds, and an interval for the choice of seeds and of test patients together.

    The squared half widths of both add up: Student's over seeds, a bootstrap over patients.

    Args:
        scores: (seeds, 1 + draws), or differences of such.

    Example:
        >>> value, (low, high) = over_seeds(np.array([[0.8, 0.7, 0.9], [0.9, 0.8, 1.0]]))
        >>> round(value, 3), low < 0.75, high > 0.95
        (0.85, True, True)
    """
    mean = scores.mean(axis=0)
    value, seeds = float(mean[0]), len(scores)
    low, high = (float(end) for end in np.quantile(mean[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]))
    of_seeds = 0.0
    if seeds > 1:
        error = float(scores[:, 0].std(ddof=1)) / np.sqrt(seeds)
        of_seeds = float(stats.t.ppf((1 + CONFIDENCE) / 2, seeds - 1)) * error
    return value, (value - float(np.hypot(max(value - low, 0), of_seeds)),
                   value + float(np.hypot(max(high - value, 0), of_seeds)))  # fmt: skip
