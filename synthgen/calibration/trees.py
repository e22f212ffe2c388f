"""Boosted trees over levels as plain arrays: to be kept in a model file, and fast to ask.

scikit-learn fits the trees; its objects can only be kept as pickles. Here a tree is what its splits say: which levels
of which column go left. Asking follows QuickScorer (Lucchese et al. 2015): every split that a row fails rules out the
leaves to its left, and the first leaf that is left is the row's.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_info, threadpool_limits  # type: ignore[import-untyped]

from synthgen.expected import Array, agree

MOST_LEAVES = 31
"""Of a tree; leaves are bits of an integer of 32."""

MOST_TREES = 300
"""Of a round."""

MOST_SCORE = 1e4
"""Of a leaf: scores are logarithms of odds."""

NUM_WORDS = 8
"""Integers of 32 bits that hold one bit for each of 256 levels."""

BLOCK_ROWS = 16_384
"""Rows asked about together: their levels should stay in the processor's cache."""

_SEQUENCE = np.uint32(0x077CB531)
"""A de Bruijn sequence: times a power of two, its five highest bits tell which power (Leiserson et al. 1998)."""


def few_threads() -> threadpool_limits:
    """Returns a context in which scikit-learn grows trees with half of the threads that it is allowed.

    Its threads wait for each other by spinning: where another program has one of their cores, all of them take many
    times as long.
    """
    allowed = [library["num_threads"] for library in threadpool_info() if library["user_api"] == "openmp"]
    return threadpool_limits(limits=max(min(allowed, default=1) // 2, 1), user_api="openmp")


@dataclass(frozen=True)
class LevelTrees:
    """Trees whose leaves add up to a score.

    Args:
        tree: (splits,) which tree each split belongs to, rising.
        column: (splits,) the column it looks at.
        left: (splits, NUM_WORDS) uint32, one bit for each level that goes left.
        kept: (splits,) uint32, the leaves that remain for a row that goes right.
        values: (trees, 32) float32, what each leaf adds.
        start: Added to all.
    """

    tree: np.ndarray
    column: np.ndarray
    left: np.ndarray
    kept: np.ndarray
    values: np.ndarray
    start: float

    @classmethod
    def of(cls, boosting: HistGradientBoostingClassifier, levels: np.ndarray, *, num_trees: int) -> Self:
        """Takes the first trees of a fitted classifier of two classes.

        Args:
            boosting: Fitted to levels, with at most `MOST_LEAVES` leaves a tree.
            levels: (rows, columns) that it was fitted to.
            num_trees: At most as many as it has.
        """
        columns, known = _columns_as_fitted(boosting, levels)
        splits: list[tuple[int, int, np.ndarray, int]] = []
        values = np.zeros((num_trees, 32), np.float32)
        for tree, (predictor,) in enumerate(boosting._predictors[:num_trees]):
            nodes, bitsets = predictor.nodes, predictor.raw_left_cat_bitsets
            leaves = _leaves(nodes)
            for leaf, node in enumerate(leaves[0]):
                values[tree, leaf] = nodes["value"][node]
            for node in nodes:
                if node["is_leaf"]:
                    continue
                feature = int(node["feature_idx"])
                if node["is_categorical"]:
                    words = bitsets[node["bitset_idx"]]
                    goes_left = np.zeros(32 * NUM_WORDS, bool)
                    goes_left[known[feature]] = _bits(words)[: len(known[feature])]
                else:
                    goes_left = np.arange(32 * NUM_WORDS) <= node["num_threshold"]
                ruled_out = [leaves[0].index(leaf) for leaf in leaves[int(node["left"])]]
                kept = 0xFFFFFFFF ^ sum(1 << leaf for leaf in ruled_out)
                splits.append((tree, columns[feature], goes_left, kept))
        left = np.packbits([split[2] for split in splits], axis=1, bitorder="little") if splits else np.zeros((0, 32))
        return cls(
            tree=np.array([split[0] for split in splits], np.int32),
            column=np.array([split[1] for split in splits], np.int32),
            left=left.astype(np.uint8).view("<u4").reshape(-1, NUM_WORDS),
            kept=np.array([split[3] for split in splits], np.uint32),
            values=values,
            start=float(boosting._baseline_prediction.item()),
        )

    def __call__(self, levels: np.ndarray) -> np.ndarray:
        """Returns the scores of rows, (rows,) float32.

        Args:
            levels: (rows, columns), see `Levels`.
        """
        tests = self._tests()
        blocks = [levels[first : first + BLOCK_ROWS] for first in range(0, len(levels), BLOCK_ROWS)]
        with ThreadPoolExecutor() as threads:
            return np.concatenate(
                [np.zeros(0, np.float32), *threads.map(lambda block: self._ask(tests, block), blocks)]
            )

    def _tests(self) -> list[list[tuple[int, np.ndarray]]]:
        """For each tree, and each column it looks at, which leaves every level leaves over, (256,) uint32."""
        passes = np.unpackbits(self.left.view(np.uint8), axis=1, bitorder="little").astype(bool)  # (splits, 256)
        remaining = np.where(passes, np.uint32(0xFFFFFFFF), self.kept[:, None])
        tests: list[list[tuple[int, np.ndarray]]] = []
        for tree in range(len(self.values)):
            here = np.flatnonzero(self.tree == tree)
            tests.append(
                [
                    (column, np.bitwise_and.reduce(remaining[here[self.column[here] == column]], axis=0))
                    for column in np.unique(self.column[here])
                ]
            )
        return tests

    def _ask(self, tests: list[list[tuple[int, np.ndarray]]], levels: np.ndarray) -> np.ndarray:
        columns = [np.ascontiguousarray(column, np.intp) for column in levels.T]
        score = np.full(len(levels), self.start, np.float32)
        order = (_SEQUENCE << np.arange(32, dtype=np.uint32)) >> np.uint32(27)  # place of each leaf's value
        for tree, own in enumerate(tests):
            remaining = np.full(len(levels), 0xFFFFFFFF, np.uint32)
            for column, by_level in own:
                remaining &= by_level.take(columns[column])
            lowest = remaining & (~remaining + np.uint32(1))
            by_place = np.empty(32, np.float32)
            by_place[order] = self.values[tree]
            score += by_place.take((lowest * _SEQUENCE) >> np.uint32(27))
        return score

    def arrays(self) -> list[np.ndarray]:
        """Returns everything as arrays."""
        return [self.tree, self.column, self.left, self.kept, self.values, np.array(self.start)]

    @staticmethod
    def expected_arrays(num_columns: int) -> list[Array]:
        """Returns what the arrays in a file must be, one by one.

        Args:
            num_columns: Of the rows that trees are asked about.
        """
        splits, bits = range(MOST_TREES * MOST_LEAVES), 2**32 - 1
        return [
            Array(splits, dtype="int32", rising=True, least=0, most=MOST_TREES - 1),
            Array(splits, dtype="int32", least=0, most=num_columns - 1),
            Array(splits, NUM_WORDS, dtype="uint32", least=0, most=bits),
            Array(splits, dtype="uint32", least=0, most=bits),
            Array(range(MOST_TREES + 1), 32, dtype="float32", least=-MOST_SCORE, most=MOST_SCORE),
            Array(dtype="float64", least=-MOST_SCORE, most=MOST_SCORE),
        ]

    @classmethod
    def from_arrays(cls, arrays: list[np.ndarray]) -> Self:
        """Takes back what `arrays` returned.

        Args:
            arrays: Each as `expected_arrays` says.

        Raises:
            Unexpected: If they do not agree with each other.
        """
        tree, column, left, kept, values, start = arrays
        agree(len(tree) == len(column) == len(left) == len(kept), "trees: expected arrays of as many splits.")
        agree(tree.max(initial=-1) < len(values), "trees: expected values for each tree.")
        return cls(tree=tree, column=column, left=left, kept=kept, values=values, start=float(start))


def _columns_as_fitted(
    boosting: HistGradientBoostingClassifier, levels: np.ndarray
) -> tuple[list[int], dict[int, np.ndarray]]:
    """The column behind each feature as the trees know it, and the levels behind each categorical one's codes.

    scikit-learn moves categorical features to the front and numbers the values that it saw.
    """
    flags = boosting.is_categorical_
    flags = np.zeros(levels.shape[1], bool) if flags is None else flags
    columns = [*np.flatnonzero(flags).tolist(), *np.flatnonzero(~flags).tolist()]
    known = {feature: np.unique(levels[:, column]) for feature, column in enumerate(columns) if flags[column]}
    return columns, known


def _leaves(nodes: np.ndarray) -> dict[int, list[int]]:
    """The leaves below every node, from left to right."""
    below: dict[int, list[int]] = {}

    def visit(node: int) -> list[int]:
        own = nodes[node]
        below[node] = [node] if own["is_leaf"] else visit(int(own["left"])) + visit(int(own["right"]))
        return below[node]

    visit(0)
    return below


def _bits(words: np.ndarray) -> np.ndarray:
    """The bits of eight integers, the lowest first, (256,) booleans."""
    return np.unpackbits(np.ascontiguousarray(words, "<u4").view(np.uint8), bitorder="little").astype(bool)
