"""What networks are told about the row they deal with, and how training rows are drawn to match.

| conditioning | generator gets | rows are drawn | a sampled row holds the condition |
|---|---|---|---|
| Unconditional | nothing | uniformly | always, where rows are linked: candidates are weighed by what is known |
| TrainingBySampling (CTGAN) | one category of one column | to match, categories by log-frequency | as far as learned |
| MaskedRows (synthgen) | any subset of a row's columns | uniformly | always: known columns are copied through |
"""

import itertools
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from keras import ops

from synthgen.backend import Tensor, uniform
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.expected import SUM_TOLERANCE, Array, Fields, agree
from synthgen.networks.heads import expand


class Conditioning(ABC):
    """How rows are drawn for training and what is known of them.

    Attributes:
        num_features: Width of the condition, appended to the generator's noise.
        num_critic_features: Width of what the critic is told, appended to its rows.
        learns_conditions: Whether the model can be asked for rows with known columns.
        copies_known: Whether known columns come back exactly as told.
    """

    num_features: int = 0
    num_critic_features: int = 0
    learns_conditions: bool = True
    copies_known: bool = False

    @abstractmethod
    def draw(self, rng: np.random.Generator, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """Returns what one step needs from the host: row indices first, all (n,) int32.

        Args:
            rng: Source of chance.
            rows: (n,) int32, indices drawn by shuffling; may be replaced by rows that match a drawn condition.
        """

    @abstractmethod
    def condition(self, train: Tensor, drawn: tuple[Tensor, ...], seed: Tensor) -> Tensor:
        """Returns the conditions of a batch, (batch, num_features).

        Args:
            train: (batch, features), the drawn rows.
            drawn: What `draw` returned beside the rows, each (batch,).
            seed: (2,) int32.
        """

    @abstractmethod
    def asked(self, table: EncodedTable, mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """Returns what `told` needs of rows of which some columns are known, compact, (rows, ...) each.

        Args:
            table: Values of the known columns; anything elsewhere.
            mask: (rows, columns) booleans, True where known; columns as in `Layout.columns`.
            rng: Draws what the model wants to be told although nobody asked (CTGAN's own condition).
        """

    @abstractmethod
    def told(self, asked: tuple[Tensor, ...]) -> Tensor:
        """Returns on the device the conditions that `asked` stands for, (rows, num_features)."""

    def for_critic(self, condition: Tensor) -> Tensor:
        """Returns what the critic is told, (batch, num_critic_features), out of a condition (batch, num_features)."""
        return condition

    def enforce(self, synthetic: Tensor, condition: Tensor, *, start: int = 0) -> Tensor:
        """Returns generated features with known columns copied through, where the strategy does that.

        Args:
            synthetic: (batch, some features in a row).
            condition: (batch, num_features).
            start: First of the features.
        """
        return synthetic

    def loss(self, logits: Tensor, condition: Tensor) -> Tensor | float:
        """Returns what the generator pays for ignoring its condition, a scalar.

        Args:
            logits: (batch, features), raw outputs of the generator.
            condition: (batch, num_features).
        """
        return 0.0

    def state(self) -> dict[str, np.ndarray]:
        """Returns arrays taken from the data that sampling needs; they go into the model file."""
        return {}

    def restore(self, state: Any) -> None:
        """Takes back what `state` returned.

        Args:
            state: What was read from a file; may be anything.

        Raises:
            Unexpected: If it is not what is needed.
        """
        Fields().check(state, "arrays of the model")


class Unconditional(Conditioning):
    """Nothing is known in training: the plain GAN.

    Args:
        weighed: Whether rows are linked, so that drawing can choose among candidates by what is known of them
            (`models.gan.drawing`).
    """

    def __init__(self, *, weighed: bool = False) -> None:
        self.learns_conditions = self.copies_known = weighed

    def draw(self, rng: np.random.Generator, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        return (rows,)

    def condition(self, train: Tensor, drawn: tuple[Tensor, ...], seed: Tensor) -> Tensor:
        return ops.zeros((ops.shape(train)[0], 0))

    def asked(self, table: EncodedTable, mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return (np.zeros(len(mask), np.int32),)

    def told(self, asked: tuple[Tensor, ...]) -> Tensor:
        return ops.zeros((ops.shape(asked[0])[0], 0))


class MaskedRows(Conditioning):
    """Any subset of a row's columns is known: the generator completes the row, the critic sees what was known.

    In training the known columns come from the very row that the critic compares with, so that a relativistic pair
    differs only in what was generated. Conditions on several columns, and the completion of partial rows, need no
    model of their own; at generation known columns are copied through, so a condition always holds.

    Args:
        layout: Of the table.
        share: Share of training rows of which something is known; the rest trains plain generation.
    """

    copies_known = True

    def __init__(self, layout: Layout, *, share: float = 0.25) -> None:
        columns = layout.columns
        self._layout = layout
        self._share = share
        owners = [columns.index(block.column) for block in layout.blocks for _ in range(block.size)]
        self._spread = np.eye(len(columns), dtype="float32")[:, owners]  # (columns, features)
        self.num_features = layout.num_features + len(columns)
        self.num_critic_features = len(columns)

    def draw(self, rng: np.random.Generator, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        return (rows,)

    def condition(self, train: Tensor, drawn: tuple[Tensor, ...], seed: Tensor) -> Tensor:
        rows, columns = ops.shape(train)[0], self._spread.shape[0]
        chance = uniform((rows, columns + 2), seed)
        # how much is known varies from row to row, so that one known column is as usual as all but one
        known = ops.logical_and(chance[:, :columns] < chance[:, -1:], chance[:, -2:-1] < self._share)
        return self._join(train, ops.cast(known, "float32"))

    def asked(self, table: EncodedTable, mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return table.codes, table.scalars, mask

    def told(self, asked: tuple[Tensor, ...]) -> Tensor:
        codes, scalars, mask = asked
        return self._join(expand(self._layout, codes, scalars), ops.cast(mask, "float32"))

    def for_critic(self, condition: Tensor) -> Tensor:
        return condition[:, self._spread.shape[1] :]  # which columns were known; their values stand in the row

    def known_features(self, condition: Tensor) -> Tensor:
        """Returns 1 for the features of known columns, (batch, features).

        Args:
            condition: (batch, num_features).
        """
        return ops.matmul(condition[:, self._spread.shape[1] :], self._spread)

    def enforce(self, synthetic: Tensor, condition: Tensor, *, start: int = 0) -> Tensor:
        width, end = self._spread.shape[1], start + synthetic.shape[1]
        known = ops.matmul(condition[:, width:], self._spread[:, start:end])  # (batch, those features)
        return condition[:, start:end] + (1 - known) * synthetic

    def _join(self, train: Tensor, bits: Tensor) -> Tensor:
        return ops.concatenate([train * ops.matmul(bits, self._spread), bits], axis=1)


class TrainingBySampling(Conditioning):
    """One category of one categorical column is known (Xu et al. 2019, sections 4.3 and 4.4).

    For training, the column is drawn uniformly, the category by the logarithm of its frequency, and the row among those
    that hold it, so that rare categories are seen often. The generator pays the cross-entropy between the condition
    and what it made of that column. For sampling, categories come by their true frequency.

    Args:
        layout: Of the table; blocks with `condition` take part.
    """

    def __init__(self, layout: Layout) -> None:
        self._blocks = [
            i for i in layout.code_blocks if layout.blocks[i].condition and layout.blocks[i].form == "one_hot"
        ]
        self._columns = [layout.columns.index(layout.blocks[i].column) for i in self._blocks]
        self._held = [layout.code_blocks.index(i) for i in self._blocks]  # where they stand in EncodedTable.codes
        self._sizes = np.array([layout.blocks[i].size for i in self._blocks], np.int32)
        self._offsets = np.concatenate([[0], np.cumsum(self._sizes)]).astype(np.int32)
        self._spans = [(layout.starts[i], layout.blocks[i].size) for i in self._blocks]
        self.num_features = self.num_critic_features = int(self._offsets[-1])
        self.learns_conditions = bool(self._blocks)
        self._shares = np.zeros(self.num_features)
        self._rows_by_code: list[np.ndarray] = []
        self._counts: list[np.ndarray] = []

    def prepare(self, table: EncodedTable) -> None:
        """Sorts the training rows by category, once.

        Args:
            table: The training rows.
        """
        columns = [table.codes[:, held] for held in self._held]
        self._rows_by_code = [np.argsort(codes, kind="stable").astype(np.int32) for codes in columns]
        self._counts = [np.bincount(codes, minlength=size) for codes, size in zip(columns, self._sizes, strict=True)]
        self._shares = np.concatenate([counts / len(table) for counts in self._counts] or [np.zeros(0)])

    def draw(self, rng: np.random.Generator, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        slots = np.full(len(rows), -1, np.int32)
        if not self._blocks:
            return rows, slots
        matching = rows.copy()
        columns = rng.integers(len(self._blocks), size=len(rows))
        for column, counts in enumerate(self._counts):
            asked = np.flatnonzero(columns == column)
            weights = np.log(counts + 1.0)
            codes = rng.choice(len(counts), size=len(asked), p=weights / weights.sum())
            first = np.cumsum(counts) - counts
            place = first[codes] + (rng.random(len(asked)) * counts[codes]).astype(np.int64)
            matching[asked] = self._rows_by_code[column][place]
            slots[asked] = self._offsets[column] + codes
        return matching, slots

    def condition(self, train: Tensor, drawn: tuple[Tensor, ...], seed: Tensor) -> Tensor:
        return self.told(drawn)

    def loss(self, logits: Tensor, condition: Tensor) -> Tensor | float:
        total: Any = 0.0
        for (start, size), offset in zip(self._spans, self._offsets, strict=False):
            asked = condition[:, offset : offset + size]
            log_probabilities = ops.log_softmax(ops.cast(logits[:, start : start + size], "float32"))
            total = total - ops.sum(asked * log_probabilities)
        return total / ops.cast(ops.shape(condition)[0], "float32")

    def asked(self, table: EncodedTable, mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        chosen = np.full(len(mask), -1, np.int64)
        free = ~mask[:, self._columns].any(1)
        if not free.all():
            slots = self._slots(table)  # (rows, blocks)
            rarity = np.where(mask[:, self._columns], self._shares[slots], np.inf)
            # told the rarest of the known categories, the one that a plain draw would miss most
            chosen = slots[np.arange(len(mask)), rarity.argmin(1)]
        if self._blocks:
            chosen[free] = self._draw_true(rng, int(free.sum()))
        return (chosen.astype(np.int32),)

    def told(self, asked: tuple[Tensor, ...]) -> Tensor:
        return ops.one_hot(asked[0], self.num_features, dtype="float32")

    def _slots(self, table: EncodedTable) -> np.ndarray:
        return np.clip(table.codes[:, self._held], 0, self._sizes - 1) + self._offsets[:-1]

    def _draw_true(self, rng: np.random.Generator, num_rows: int) -> np.ndarray:
        columns = rng.integers(len(self._blocks), size=num_rows)
        slots = np.empty(num_rows, np.int64)
        for column, (low, high) in enumerate(zip(self._offsets[:-1], self._offsets[1:], strict=True)):
            asked = columns == column
            shares = self._shares[low:high]
            slots[asked] = low + rng.choice(high - low, size=asked.sum(), p=shares / shares.sum())
        return slots

    def state(self) -> dict[str, np.ndarray]:
        return {"category_shares": self._shares}

    def restore(self, state: Any) -> None:
        expected = Fields({"category_shares": Array(self.num_features, least=0, most=1)})
        shares = expected.check(state, "arrays of the model")["category_shares"]
        for low, high in itertools.pairwise(self._offsets):
            agree(abs(shares[low:high].sum() - 1) < SUM_TOLERANCE, "category_shares: expected shares that sum to one.")
        self._shares = shares
