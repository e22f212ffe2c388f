"""Trees as arrays against scikit-learn's own answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier

from synthgen.calibration.trees import MOST_LEAVES, LevelTrees


def fitted(levels, labels, categorical, **settings):
    boosting = HistGradientBoostingClassifier(
        max_leaf_nodes=MOST_LEAVES, categorical_features=categorical, random_state=0, early_stopping=False, **settings
    )
    return boosting.fit(levels, labels)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    categorical=st.lists(st.booleans(), min_size=1, max_size=4),
    most=st.sampled_from([2, 17, 255]),
)
def test_they_score_as_scikit_learn_does(seed, categorical, most):
    rng = np.random.default_rng(seed)
    levels = rng.integers(0, most, (700, len(categorical)))
    levels *= rng.integers(1, 255 // most + 1)  # gaps between the levels that occur
    labels = (np.sin(levels.sum(1)) + rng.normal(size=700) > 0).astype(int)
    boosting = fitted(levels, labels, categorical, max_iter=12, min_samples_leaf=3)
    trees = LevelTrees.of(boosting, levels, num_trees=12)
    assert trees(levels) == pytest.approx(boosting.decision_function(levels), abs=1e-4)
    again = LevelTrees.from_arrays(trees.arrays())
    assert again(levels).tolist() == trees(levels).tolist()


def test_of_many_trees_the_first_can_be_kept():
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 40, (500, 2))
    boosting = fitted(levels, (levels[:, 0] > levels[:, 1]).astype(int), [False, False], max_iter=9)
    trees = LevelTrees.of(boosting, levels, num_trees=4)
    *_, fourth = (score for score, _ in zip(boosting.staged_decision_function(levels), range(4), strict=False))
    assert trees(levels) == pytest.approx(fourth.ravel(), abs=1e-4)


def test_a_tree_of_one_leaf_and_no_rows():
    levels = np.zeros((100, 1), int)
    trees = LevelTrees.of(fitted(levels, np.arange(100) % 2, [False], max_iter=2), levels, num_trees=2)
    assert trees(levels) == pytest.approx(0, abs=1e-6)
    assert trees(levels[:0]).shape == (0,)
