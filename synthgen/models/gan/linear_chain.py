"""Where a linked generator starts: the most likely linear chain of columns.

A generator whose blocks are linked is, but for its noise, a chain of logistic regressions: each block given those
before it. Their best weights are a convex problem, solved in seconds, which leaves to the adversarial game what is not
linear.
"""

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.networks import heads
from synthgen.networks.numbers import smooth_map

STEPS = 50
"""Steps of one call of `LinearChain.train`."""

RIDGE = 1e-7
"""Weight of the squared links, for each feature: keeps those of rare categories small."""


class LinearChain:
    """Logistic regressions of every block on all blocks before it, trained together by maximum likelihood.

    Bins of numbers speak and listen by smooth features of their rank (`networks.numbers`). Places inside bins are no
    part of it.

    Args:
        layout: Of the rows.
        table: The training rows.
        num_steps: Over which the learning rate falls, to nothing.
        batch_size: Rows a step.
        learning_rate: At the start.
        seed: Of the batches.
    """

    def __init__(
        self,
        layout: Layout,
        table: EncodedTable,
        *,
        num_steps: int = 800,
        batch_size: int = 2_000,
        learning_rate: float = 0.02,
        seed: int,
    ) -> None:
        self._layout = layout
        self._codes, self._scalars = backend.resident(table.codes), backend.resident(table.scalars)
        self._num_rows, self._batch_size, self._seed = len(table), min(batch_size, len(table)), seed
        self._before = _before(layout)
        self._map = smooth_map(layout)
        size = self._map.shape[1]
        self._weights = keras.Variable(np.zeros((size, size), np.float32), name="weights")
        self._biases = keras.Variable(_log_shares(layout, table), name="biases")
        self._optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, num_steps))
        self._optimizer.build([self._weights, self._biases])
        self._train = backend.compiled(self._steps, jit_compile=False)
        self._score = backend.compiled(self._log_loss, jit_compile=False)

    @property
    def links(self) -> np.ndarray:
        """(features, features) as `networks.links` wants them."""
        return np.array(self._between())

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
        return float(self._score(heads.expand(self._layout, table.codes, table.scalars)))

    def _steps(self, first: Tensor) -> Tensor:
        return backend.repeat(STEPS, lambda step, _: self._step(first + step), ops.zeros(()))

    def _step(self, number: Tensor) -> Tensor:
        chance = backend.uniform((self._batch_size,), backend.step_seed(self._seed, number))
        rows = ops.cast(chance * self._num_rows, "int32")
        features = heads.expand(
            self._layout, ops.take(self._codes, rows, axis=0), ops.take(self._scalars, rows, axis=0)
        )

        def loss() -> tuple[Tensor, Tensor]:
            value = self._log_loss(features)
            return value + RIDGE * self._layout.num_features * ops.sum(ops.square(self._weights)), value

        variables = [self._weights, self._biases]
        value, gradients = backend.value_and_gradients(loss, variables)
        self._optimizer.apply(gradients, variables)
        return value

    def _between(self) -> Tensor:
        """The links, (features, features)."""
        return self._before * ops.matmul(ops.matmul(self._map, self._weights), self._map.T)

    def _log_loss(self, features: Tensor) -> Tensor:
        logits = ops.matmul(features, self._between()) + self._biases
        total = ops.zeros(())
        for block, start in zip(self._layout.blocks, self._layout.starts, strict=True):
            drawn, said = features[:, start : start + block.size], logits[:, start : start + block.size]
            if block.form == "one_hot":
                total -= ops.mean(ops.sum(drawn * ops.log_softmax(said), axis=1))
            elif block.form == "bits":
                total += ops.mean(ops.sum(ops.softplus(said) - drawn * said, axis=1))
        return total


def _before(layout: Layout) -> np.ndarray:
    """1 where a feature's block comes before the block that listens, (features, features)."""
    before = np.zeros((layout.num_features, layout.num_features), np.float32)
    for block, start in zip(layout.blocks, layout.starts, strict=True):
        before[:start, start : start + block.size] = 1
    return before


def _log_shares(layout: Layout, table: EncodedTable) -> np.ndarray:
    """Raw outputs under which every one-hot block has the training rows' shares, (features,)."""
    outputs = np.zeros(layout.num_features, np.float32)
    for held, position in enumerate(layout.code_blocks):
        block, start = layout.blocks[position], layout.starts[position]
        if block.form == "one_hot":
            counts = np.bincount(table.codes[:, held], minlength=block.size)
            outputs[start : start + block.size] = np.log((counts + 0.5) / len(table))
    return outputs
