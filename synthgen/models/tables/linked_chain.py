"""Where a linked generator starts: the most likely chain of columns.

A generator whose blocks are linked is, but for its noise, an autoregressive model: each block given those before it.
Its most likely links are found in a minute, and leave to the adversarial game what likelihood does not see.
"""

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor, programs
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.encoding.smooth import NUM_HATS, NUM_SMOOTH
from synthgen.networks import heads
from synthgen.networks.links import LinkWeights, links_for, split
from synthgen.networks.silu import silu
from synthgen.training.adam import Adam

STEPS = 50
"""Steps of one call of `LinkedChain.train`."""

RIDGE = 2e-7
"""Weight of the squared links, for each feature and each weight that a training row stands for: few rows of many
features would be learned by heart."""

DROPPED_BLOCKS, DROPPED_UNITS = 0.2, 0.4
"""Shares of the blocks that hidden units hear, and of the units, that are dropped in training."""


class LinkedChain:
    """Every block given all blocks before it, by links alone, trained by maximum likelihood.

    Places inside bins are no part of it.

    Args:
        layout: Layout of the encoded rows.
        table: The training rows.
        num_steps: Over which the learning rate falls, to nothing.
        batch_size: Rows a step.
        learning_rate: At the start.
        seed: Of the batches, the starting weights and what is dropped.
    """

    def __init__(
        self,
        layout: Layout,
        table: EncodedTable,
        *,
        num_steps: int = 1_000,
        batch_size: int = 2_000,
        learning_rate: float = 5e-3,
        seed: int,
    ) -> None:
        self._layout = layout
        self._codes, self._scalars = backend.resident(table.codes), backend.resident(table.scalars)
        self._num_rows, self._batch_size, self._seed = len(table), min(batch_size, len(table)), seed
        size = layout.num_features
        self._ridge = RIDGE * size * (size**2 / 2) / len(table)
        self._held = links_for(layout, seed=seed)
        self._held.build((None, size))
        self._before = _before(layout, self._held.units)
        self._features_of = np.repeat(
            np.eye(len(layout.blocks), dtype=np.float32), [block.size for block in layout.blocks], axis=1
        )
        self._biases = keras.Variable(_log_shares(layout, table), name="biases")
        self._variables = [self._biases, *self._held.trainable_variables]
        self._optimizer = Adam(keras.optimizers.schedules.CosineDecay(learning_rate, num_steps))
        self._optimizer.build(self._variables)
        self._train = backend.compiled(self._steps, jit_compile=False)
        self._score = backend.compiled(self._log_loss, jit_compile=False)

    @property
    def links(self) -> list[np.ndarray]:
        """The weights of `networks.links.Links`."""
        kernel, *others = (np.array(weight) for weight in self._held.get_weights())
        return [kernel * self._before, *others]

    @property
    def biases(self) -> np.ndarray:
        """(features,) raw outputs where nothing came before."""
        return self._biases.numpy()

    def train(self, call: int) -> None:
        """Takes `STEPS` steps.

        Args:
            call: Number of the call, from 0; the same number draws the same batches.
        """
        self._train(np.int32(call * STEPS))

    def log_loss(self, table: EncodedTable) -> float:
        """Returns the mean negative logarithm of the probability of rows, in nats.

        Args:
            table: (rows) encoded.
        """
        return float(self._score(table.codes, table.scalars))

    def _steps(self, first: Tensor) -> Tensor:
        return backend.repeat(STEPS, lambda step, _: self._step(first + step), ops.zeros(()))

    def _step(self, number: Tensor) -> Tensor:
        chance = backend.uniform((self._batch_size,), backend.step_seed(self._seed, number))
        rows = ops.cast(chance * self._num_rows, "int32")
        codes, scalars = backend.taken(self._codes, rows), backend.taken(self._scalars, rows)

        def loss() -> tuple[Tensor, Tensor]:
            value = self._log_loss(codes, scalars, dropping=number)
            return value + self._ridge * ops.sum(ops.square(self._held.kernel[:, : self._layout.num_features])), value

        value, gradients = backend.value_and_gradients(loss, self._variables)
        backend.apply_gradients(self._optimizer, gradients, self._variables)
        return value

    def _log_loss(self, codes: Tensor, scalars: Tensor, *, dropping: Tensor | None = None) -> Tensor:
        features = heads.expand(self._layout, codes, scalars)
        parts = split(self._logits(features, dropping), [block.size for block in self._layout.blocks])
        total = ops.zeros(())
        for held, position in enumerate(self._layout.code_blocks):
            block, start = self._layout.blocks[position], self._layout.starts[position]
            said = parts[position]
            if block.form == "bits":
                shown = features[:, start : start + block.size]
                total += ops.mean(ops.sum(ops.softplus(said) - shown * said, axis=1))
                continue
            outputs = heads.by_code(block, said)
            total += ops.mean(keras.losses.sparse_categorical_crossentropy(codes[:, held], outputs, from_logits=True))
        return total

    def _logits(self, features: Tensor, dropping: Tensor | None) -> Tensor:
        """The raw outputs of all blocks, (batch, features)."""
        size = self._layout.num_features
        weights = LinkWeights.of(self._held)
        kernel = ops.multiply(weights.kernel, self._before)
        logits = ops.matmul(features, kernel[:, :size]) + self._biases
        heard = features if dropping is None else features * self._kept_blocks(dropping)
        hidden = silu(ops.matmul(heard, kernel[:, size:]) + weights.bias)
        if dropping is not None:
            hidden *= self._kept(hidden.shape[1], DROPPED_UNITS, backend.step_seed(self._seed, dropping, 1))
        blocks, units = self._layout.blocks, weights.outputs.shape[0]
        of_blocks = split(weights.outputs, [block.size for block in blocks])
        heard_by = split(hidden, [units] * len(blocks))
        said = [ops.matmul(heard, outputs) for heard, outputs in zip(heard_by, of_blocks, strict=True)]
        return logits + ops.concatenate(said, axis=1)

    def _kept_blocks(self, dropping: Tensor) -> Tensor:
        chance = backend.step_seed(self._seed, dropping, 2)
        return ops.matmul(self._kept(len(self._features_of), DROPPED_BLOCKS, chance), self._features_of)

    def _kept(self, size: int, share: float, seed: Tensor) -> Tensor:
        """What to multiply by so that a share is dropped and the mean stays, (batch, size)."""
        return ops.cast(programs.at_least(share, (self._batch_size, size), seed), "float32") / (1 - share)


def _before(layout: Layout, units: int) -> np.ndarray:
    """1 where a feature's block comes before the block that listens, (features, features + hidden units)."""
    of_features = np.zeros((layout.num_features, layout.num_features), np.float32)
    of_units = np.zeros((layout.num_features, len(layout.blocks), units), np.float32)
    for number, (block, start) in enumerate(zip(layout.blocks, layout.starts, strict=True)):
        of_features[:start, start : start + block.size] = 1
        of_units[:start, number] = 1
    return np.concatenate([of_features, of_units.reshape(layout.num_features, -1)], axis=1)


def _log_shares(layout: Layout, table: EncodedTable) -> np.ndarray:
    """Raw outputs under which every one-hot block has the training rows' shares, and bins one share, (features,)."""
    outputs = np.zeros(layout.num_features, np.float32)
    for held, position in enumerate(layout.code_blocks):
        block, start = layout.blocks[position], layout.starts[position]
        if block.form == "bits":
            continue
        counts = np.bincount(table.codes[:, held], minlength=block.num_codes) + 0.5
        first, end = block.bins
        counts[first:end] = counts[first:end].mean() if end > first else 0
        shares = np.log(counts / len(table))
        # of a bin the hat functions sum to one, so that they all say what is common to bins
        hats, others = shares[first:end][:1].repeat(NUM_HATS), np.zeros(NUM_SMOOTH - NUM_HATS)
        smooth = [hats, others] if end > first else []
        outputs[start : start + block.size] = np.concatenate([shares[:first], *smooth, shares[end:]])
    return outputs
