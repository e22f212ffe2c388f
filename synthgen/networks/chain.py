"""A chain of columns: for every column a small network that reads whichever other columns are known.

What one column's network is told of the others comes in as a mask, so that one set of weights serves any order of the
columns. All networks run side by side, as one batched matrix product a layer.
"""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np
from keras import ops

from synthgen.backend import Tensor, per_row
from synthgen.encoding.layout import Layout
from synthgen.encoding.smooth import MOST_SCORE, NUM_SMOOTH, bin_features
from synthgen.networks import heads
from synthgen.networks.numbers import normal_score, ranks, smooth_features
from synthgen.networks.silu import silu


class Chain(keras.Model):
    """Networks of the columns of a layout.

    Every category and every spike of a number has an embedding; a number inside a bin enters by smooth features of its
    rank, and the law of a bin, and of the place inside, leaves by them (`networks.numbers`). A column's network sees
    the embeddings of what is known, and which columns those are.

    Args:
        layout: Of the rows.
        width: Of each column's hidden layers.
        depth: Hidden layers of each column.
        embedding_dim: Width of an embedding.
        num_places: Parts of a bin that the place inside is drawn from.
        dropout: Share of hidden units dropped in training.
        seed: Of the starting weights and of the dropout.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        width: int,
        depth: int = 2,
        embedding_dim: int = 16,
        num_places: int = 16,
        dropout: float = 0.0,
        seed: int = 0,
    ) -> None:
        super().__init__(name="chain")
        self.codes = [layout.blocks[position] for position in layout.code_blocks]
        self.num_places = num_places
        self._offsets = np.cumsum([0] + [block.size for block in self.codes]).astype("int32")
        self.insides = layout.insides
        self._drop = keras.layers.Dropout(dropout, seed=seed)
        self._seed, self._made = seed, 0
        columns, total = len(self.codes), int(self._offsets[-1])
        self.embeddings = self._weight("embeddings", (total, embedding_dim), inputs=embedding_dim)
        self._curves = {
            i: self._weight(f"curves_{i}", (NUM_SMOOTH, embedding_dim), inputs=2 * embedding_dim) for i in self.insides
        }
        self._first = self._weight(
            "first", (columns, columns, embedding_dim, width), inputs=columns * embedding_dim / 2
        )
        self._of_known = self._weight("of_known", (columns, columns, width), inputs=columns)
        self._bias = self._weight("bias", (columns, width))
        self._deeper = [self._weight(f"deeper_{k}", (columns, width, width), inputs=width) for k in range(depth - 1)]
        self._biases = [self._weight(f"bias_{k}", (columns, width)) for k in range(depth - 1)]
        self._heads = [self._head(f"head_{i}", width, block.size) for i, block in enumerate(self.codes)]
        self._smooth_heads = {i: self._weight(f"smooth_{i}", (width, NUM_SMOOTH), inputs=width) for i in self.insides}
        self._of_bins = {i: self._bin_features(i) for i in self.insides}
        self._among_bits = {
            i: self._weight(f"bits_{i}", (block.size, block.size))
            for i, block in enumerate(self.codes)
            if block.form == "bits"
        }
        self._place_heads = {
            i: (
                self._head(f"place_{i}", width, width),
                self._weight(f"place_code_{i}", (embedding_dim, width), inputs=embedding_dim),
                self._head(f"place_out_{i}", width, num_places),
            )
            for i in self.insides
        }
        self.built = True

    def _weight(self, name: str, shape: tuple[int, ...], *, inputs: float | None = None) -> keras.Variable:
        """A weight that keeps the variance of `inputs` numbers, or starts at zero."""
        self._made += 1
        start = (
            keras.initializers.RandomNormal(stddev=inputs**-0.5, seed=self._seed * 10_000 + self._made)
            if inputs
            else "zeros"
        )
        return self.add_weight(shape=shape, initializer=start, name=name)

    def _head(self, name: str, inputs: int, outputs: int) -> tuple[keras.Variable, keras.Variable]:
        return self._weight(f"{name}_kernel", (inputs, outputs), inputs=inputs), self._weight(
            f"{name}_bias", (outputs,)
        )

    def embed(self, position: int, code: Tensor, scalar: Tensor | None) -> Tensor:
        """Returns the embedding of one column's values, (batch, embedding_dim).

        Args:
            position: Of the column.
            code: (batch,) int32.
            scalar: (batch,) place inside the bin; None for a column without.
        """
        block, offset = self.codes[position], int(self._offsets[position])
        if block.form == "bits":
            shown = heads.bits(code, block.size)
            embedded = ops.matmul(shown, self.embeddings[offset : offset + block.size])
            return per_row.observed(embedded, lambda: ops.sum(shown, axis=1, keepdims=True))
        embedded = per_row.observed(ops.take(self.embeddings, code + offset, axis=0), lambda: ops.ones(()))
        if position not in self.insides:
            return embedded
        first, end = self.insides[position]
        place = 0.5 if scalar is None else (scalar + 1) / 2
        rank = ops.clip((ops.cast(code - first, "float32") + place) / (end - first), 0.0, 1.0)
        curve = ops.matmul(smooth_features(rank), self._curves[position])
        return ops.where(heads.inside(code, (first, end))[:, None] > 0, curve, embedded)

    def embed_all(self, codes: Tensor, scalars: Tensor) -> Tensor:
        """Returns the embeddings of rows, (batch, columns, embedding_dim).

        Args:
            codes: (batch, columns) int32.
            scalars: (batch, scalars) float32.
        """
        order = {position: place for place, position in enumerate(self.insides)}
        return ops.stack(
            [self.embed(i, codes[:, i], scalars[:, order[i]] if i in order else None) for i in range(len(self.codes))],
            axis=1,
        )

    def hidden(self, embedded: Tensor, known: Tensor, *, training: bool) -> Tensor:
        """Returns what every column's network makes of the columns that it is told, (columns, batch, width).

        Args:
            embedded: (batch, columns, embedding_dim).
            known: (columns, columns) of 0 and 1: row, the column that listens; column, the one that is known to it.
            training: Whether units are dropped.
        """
        columns, _, dim, width = self._first.shape
        kernel = ops.reshape(self._first * known[:, :, None, None], (columns, columns * dim, width))
        bias = self._bias + ops.einsum("ts,tsw->tw", known, self._of_known)
        flat = ops.reshape(embedded, (1, -1, columns * dim))

        def squares() -> Tensor:
            told = ops.einsum("ts,bs->tb", known, ops.sum(ops.square(embedded), axis=2))  # (columns, batch)
            return told + ops.sum(known, axis=1, keepdims=True) + 1

        hidden = silu(self._seen(ops.matmul(flat, kernel) + bias[:, None], squares))
        for deeper, bias in zip(self._deeper, self._biases, strict=True):
            inner = self._drop(hidden, training=training)
            outputs = ops.matmul(inner, deeper) + bias[:, None]
            hidden += silu(self._seen(outputs, partial(_with_bias, inner)))
        return self._drop(hidden, training=training)  # (columns, batch, width)

    @staticmethod
    def _seen(outputs: Tensor, squares: Callable[[], Tensor]) -> Tensor:
        """Outputs (columns, batch, width) whose rows are observed, given squared lengths of inputs (columns, batch)."""
        return per_row.observed(outputs, lambda: squares()[:, :, None], axis=1)

    def hidden_of(self, position: int, embedded: Tensor, known: Tensor) -> Tensor:
        """The same for one column, where each row is told columns of its own, (batch, width).

        Args:
            position: Of the column.
            embedded: (batch, columns, embedding_dim), zero where unknown.
            known: (batch, columns) of 0 and 1.
        """
        columns, _, dim, width = self._first.shape
        kernel = ops.reshape(self._first[position], (columns * dim, width))
        hidden = ops.matmul(ops.reshape(embedded, (-1, columns * dim)), kernel)
        hidden = silu(hidden + ops.matmul(known, self._of_known[position]) + self._bias[position])
        for deeper, bias in zip(self._deeper, self._biases, strict=True):
            hidden += silu(ops.matmul(hidden, deeper[position]) + bias[position])
        return hidden  # (batch, width)

    def logits(self, position: int, hidden: Tensor) -> Tensor:
        """Returns a column's raw outputs, (batch, size): of its categories, or of its bits before the earlier bits.

        Args:
            position: Of the column.
            hidden: (batch, width), from `hidden_of` or `hidden`.
        """
        kernel, bias = self._heads[position]
        if position in self.insides:
            features, spike = self._of_bins[position]
            kernel = kernel * spike + ops.matmul(self._smooth_heads[position], features)
        outputs = ops.matmul(hidden, kernel) + bias
        return per_row.observed(outputs, lambda: ops.sum(ops.square(hidden), axis=1, keepdims=True) + 1)

    def among_bits(self, position: int) -> Tensor:
        """Returns what a column's earlier bits say of its later ones, (bits, bits), zero on and below the diagonal."""
        size = self.codes[position].size
        return self._among_bits[position] * np.triu(np.ones((size, size), "float32"), 1)

    def of_earlier_bits(self, position: int, shown: Tensor) -> Tensor:
        """Returns what is added to a column's raw outputs for bits that are known, (batch, bits).

        Args:
            position: Of the column.
            shown: (batch, bits) of 0 and 1.
        """
        among = self.among_bits(position)

        def squares() -> Tensor:
            return ops.matmul(shown, np.triu(np.ones(among.shape, "float32"), 1))

        return per_row.observed(ops.matmul(shown, among), squares)

    def place_logits(self, position: int, hidden: Tensor, code: Tensor) -> Tensor:
        """Returns the raw outputs of the place inside a bin, (batch, num_places).

        Args:
            position: Of the column.
            hidden: (batch, width), from `hidden_of` or `hidden`.
            code: (batch,) int32, the bin.
        """
        (own, bias), of_code, (out, out_bias) = self._place_heads[position]
        inner = ops.matmul(hidden, own) + bias + ops.matmul(self.embed(position, code, None), of_code)
        first, end = self.insides[position]
        score = normal_score(ops.reshape(ops.convert_to_tensor(ranks(end - first, self.num_places)), (-1,)))
        score = ops.reshape(ops.clip(score, -MOST_SCORE, MOST_SCORE), (end - first, self.num_places))
        here = ops.take(score, ops.clip(code - first, 0, end - first - 1), axis=0)  # (batch, num_places)
        exact = ops.matmul(hidden, self._smooth_heads[position][:, -2:])  # what the bins' law says of score and square
        return ops.matmul(silu(inner), out) + out_bias + exact[:, :1] * here + exact[:, 1:] * ops.square(here)

    def _bin_features(self, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Smooth features of a column's bins, (NUM_SMOOTH, codes), and 1 for codes that are none, (codes,)."""
        first, end = self.insides[position]
        size = self.codes[position].size
        features, spike = np.zeros((NUM_SMOOTH, size), "float32"), np.ones(size, "float32")
        features[:, first:end] = bin_features(end - first).T
        spike[first:end] = 0
        return features, spike


def _with_bias(inputs: Tensor) -> Tensor:
    """Squared lengths of what a layer and its bias are given, (columns, batch)."""
    return ops.sum(ops.square(inputs), axis=2) + 1
