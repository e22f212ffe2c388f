"""How much likelier each drawn row is among training rows than among drawn ones.

Boosted trees learn to tell drawn rows from training rows. Their odds are the ratio of the two densities (Sugiyama et
al. 2012, section 4), and drawn rows weighted by it have the training rows' law as far as the trees can tell (Grover et
al. 2019; Azadi et al. 2019 reject rows by it). Several rounds, each against fresh rows weighted by those before it,
find what the first one missed. Each round ends when rows that the trees did not see say so; the
model may have seen them, so that a model that repeats its training rows is not found out here, but by `evaluate`.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from synthgen.calibration.levels import Levels
from synthgen.calibration.trees import MOST_LEAVES, MOST_TREES, LevelTrees, few_threads
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.expected import Array, Expected, Fields, Quantity
from synthgen.progress import progress

Draw = Callable[[int], EncodedTable]
"""Draws so many rows."""

MOST_ROUNDS = 4
"""Of trees, each against what those before it left."""

LEAST_ROWS = 1_000
"""Of a training table, below which the trees would learn its rows rather than its law."""

MOST_ROWS = 50_000
"""Training rows looked at."""

DRAWN_PER_ROW = 3
"""Rows drawn for each training row looked at."""

HELD_OUT = 0.1
"""Share of patients, and of drawn rows, that say when a round ends."""

LEAST_GAIN = 5e-4
"""Nats that a round must gain on held-out rows to be kept."""

MOST_LOG_RATIO = 3.0
LEAST_LOG_RATIO = -6.0
"""A single row is never kept for many, but may well be dropped for good."""

LEAST_LEAF_ROWS = 60
"""Behind every leaf, training and drawn rows together."""


class DensityRatio:
    """The logarithm of the ratio of densities, training over drawn, of encoded rows.

    Args:
        levels: How rows are put to the trees.
        rounds: The trees of each round.
    """

    stored: ClassVar[Expected] = Fields({
        "levels": Levels.stored, "num_rounds": Quantity(whole=True, least=0, most=MOST_ROUNDS)
    })  # fmt: skip
    """What `state` returns, as a file must hold it."""

    def __init__(self, levels: Levels, rounds: list[LevelTrees]) -> None:
        self.levels = levels
        self.rounds = rounds

    @classmethod
    def fit(
        cls, layout: Layout, table: EncodedTable, patients: np.ndarray, *, draw: Draw, seed: int, verbose: bool = False
    ) -> Self:
        """Learns to tell drawn rows from training rows.

        Args:
            layout: Layout of the encoded rows.
            table: The training rows.
            patients: (rows,) whom each belongs to.
            draw: Draws rows to compare them with.
            seed: Of the choice of rows.
            verbose: Whether to show progress.
        """
        rng = np.random.default_rng([seed, 6])
        ratio = cls(Levels.fit(layout, table), [])
        if len(table) < LEAST_ROWS:
            return ratio
        chosen = np.sort(rng.choice(len(table), min(len(table), MOST_ROWS), replace=False))
        train = ratio.levels(table.take(chosen))
        owners = np.unique(patients)
        held = np.isin(patients[chosen], owners[rng.random(len(owners)) < HELD_OUT])
        if not held.any() or held.all():
            return ratio
        for number in progress(range(MOST_ROUNDS), "Learning what to keep of what is drawn", verbose):
            drawn = ratio.levels(draw(DRAWN_PER_ROW * len(train)))
            trees = _round(train, drawn, weight=np.exp(ratio.of_levels(drawn)), held=held,
                           categorical=ratio.levels.categorical, seed=seed + number)  # fmt: skip
            if trees is None:
                break
            ratio.rounds.append(trees)
        return ratio

    def __call__(self, table: EncodedTable) -> np.ndarray:
        """Returns the log ratio of each row, (rows,) in [LEAST_LOG_RATIO, MOST_LOG_RATIO]; 0 where nothing was learned.

        Args:
            table: Encoded rows.
        """
        return self.of_levels(self.levels(table))

    def of_levels(self, levels: np.ndarray) -> np.ndarray:
        """Returns the same for rows that already are levels.

        Args:
            levels: (rows, code blocks), as `levels` returns them.
        """
        total = np.zeros(len(levels), np.float32)
        for trees in self.rounds:
            total += trees(levels)
        return np.clip(total, LEAST_LOG_RATIO, MOST_LOG_RATIO)

    def state(self) -> dict[str, Any]:
        """Returns what is no array of a tree, as plain types and arrays."""
        return {"levels": self.levels.state(), "num_rounds": len(self.rounds)}

    def arrays(self) -> list[np.ndarray]:
        """Returns the trees as arrays."""
        return [array for trees in self.rounds for array in trees.arrays()]

    @classmethod
    def from_state(cls, state: Any, arrays: list[np.ndarray], layout: Layout) -> Self:
        """Takes back what `state` and `arrays` returned.

        Args:
            state: What was read from a file; may be anything.
            arrays: Each as `expected_arrays` says.
            layout: Layout of the encoded rows.

        Raises:
            Unexpected: If they are of no such rows.
        """
        rounds, width = state["num_rounds"], len(arrays) // max(state["num_rounds"], 1)
        trees = [LevelTrees.from_arrays(arrays[number * width : (number + 1) * width]) for number in range(rounds)]
        return cls(Levels.from_state(state["levels"], layout), trees)

    @classmethod
    def expected_arrays(cls, state: Any, layout: Layout) -> list[Array]:
        """Returns what the trees in a file must be, array by array; arguments and error as for `from_state`."""
        num_rounds = cls.stored.check(state, "ratio")["num_rounds"]
        return LevelTrees.expected_arrays(len(layout.code_blocks)) * num_rounds


def _round(
    train: np.ndarray,
    drawn: np.ndarray,
    *,
    weight: np.ndarray,
    held: np.ndarray,
    categorical: list[bool],
    seed: int,
) -> LevelTrees | None:
    """Trees that tell training rows from weighted drawn rows; None if held-out rows say that they cannot."""
    drawn_held = np.random.default_rng([seed, 7]).random(len(drawn)) < HELD_OUT
    seen, weight_seen = _both(train[~held], drawn[~drawn_held], weight[~drawn_held])
    unseen, weight_unseen = _both(train[held], drawn[drawn_held], weight[drawn_held])
    boosting = HistGradientBoostingClassifier(
        learning_rate=0.08, max_iter=MOST_TREES, max_leaf_nodes=MOST_LEAVES, min_samples_leaf=LEAST_LEAF_ROWS,
        l2_regularization=10.0, early_stopping=True, n_iter_no_change=15, categorical_features=categorical,
        random_state=seed,
    )  # fmt: skip
    with few_threads():
        boosting.fit(
            seen, np.repeat([1, 0], [(~held).sum(), (~drawn_held).sum()]), sample_weight=weight_seen,
            X_val=unseen, y_val=np.repeat([1, 0], [held.sum(), drawn_held.sum()]), sample_weight_val=weight_unseen,
        )  # fmt: skip
    gains = boosting.validation_score_ - boosting.validation_score_[0]  # (trees + 1,) nats
    best = int(gains.argmax())
    return LevelTrees.of(boosting, seen, num_trees=best) if gains[best] >= LEAST_GAIN else None


def _both(train: np.ndarray, drawn: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Training and drawn rows, and weights under which both sides count alike, 1 on average over the former."""
    return np.concatenate([train, drawn]), np.concatenate([np.ones(len(train)), weight * len(train) / weight.sum()])
