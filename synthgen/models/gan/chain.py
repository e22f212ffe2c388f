"""Where a linked generator starts: as the most likely chain of columns.

Without its noise a generator whose blocks are linked is an autoregressive model: the law of each block given those
before it. Trained by maximum likelihood for some seconds, it knows most of what columns have to do with each other
before the adversarial game begins, which goes on from there.
"""

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.networks import heads
from synthgen.networks.links import Links

STEPS = 50
"""Steps of one call of `ChainStart.train`."""

RIDGE = 1e-7
"""Weight of the squared direct links, for each feature: keeps those of rare categories small."""


class ChainStart:
    """The laws of every block given all blocks before it, trained together by maximum likelihood.

    Places inside bins are no part of it.

    Args:
        layout: Of the rows.
        table: The training rows.
        hidden_width: Of the links.
        num_steps: Over which the learning rate falls, to nothing.
        batch_size: Rows a step.
        learning_rate: At the start.
        seed: Of the batches and of the starting weights.
    """

    def __init__(
        self,
        layout: Layout,
        table: EncodedTable,
        *,
        hidden_width: int,
        num_steps: int,
        batch_size: int = 1_000,
        learning_rate: float = 0.01,
        seed: int,
    ) -> None:
        self._layout = layout
        self._codes, self._scalars = backend.resident(table.codes), backend.resident(table.scalars)
        self._num_rows, self._batch_size, self._seed = len(table), min(batch_size, len(table)), seed
        self._links = Links(hidden_width=hidden_width, seed=seed)
        self._links.build((None, layout.num_features))
        self._biases = keras.Variable(_log_shares(layout, table), name="biases")
        self._variables = [*self._links.trainable_variables, self._biases]
        self._optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(learning_rate, num_steps))
        self._optimizer.build(self._variables)
        self._train = backend.compiled(self._steps, jit_compile=False)
        self._score = backend.compiled(self._log_loss, jit_compile=False)

    def weights(self) -> tuple[list[np.ndarray], np.ndarray]:
        """Returns the weights of the links, and the raw outputs of blocks before which nothing came, (features,)."""
        return self._links.get_weights(), np.array(self._biases.numpy())

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
        codes, scalars = ops.take(self._codes, rows, axis=0), ops.take(self._scalars, rows, axis=0)
        features = heads.expand(self._layout, codes, scalars)

        def loss() -> tuple[Tensor, Tensor]:
            value = self._log_loss(features)
            return value + RIDGE * self._layout.num_features * ops.sum(ops.square(self._links.direct)), value

        value, gradients = backend.value_and_gradients(loss, self._variables)
        self._optimizer.apply(gradients, self._variables)
        return value

    def _log_loss(self, features: Tensor) -> Tensor:
        row, total = self._links.begin(), ops.zeros(())
        for block, start in zip(self._layout.blocks, self._layout.starts, strict=True):
            end = start + block.size
            drawn, said = features[:, start:end], self._biases[start:end] + row.says(start, block.size)
            if block.form == "one_hot" and block.size > 1:
                total -= ops.mean(ops.sum(drawn * ops.log_softmax(said), axis=-1))
            elif block.form == "bits":
                total += ops.mean(ops.sum(ops.softplus(said) - drawn * said, axis=-1))
            row.add(drawn, start)
        return total


def _log_shares(layout: Layout, table: EncodedTable) -> np.ndarray:
    """Raw outputs under which every one-hot block has the training rows' shares, (features,)."""
    outputs = np.zeros(layout.num_features, np.float32)
    for held, position in enumerate(layout.code_blocks):
        block, start = layout.blocks[position], layout.starts[position]
        if block.form == "one_hot":
            counts = np.bincount(table.codes[:, held], minlength=block.size)
            outputs[start : start + block.size] = np.log((counts + 0.5) / len(table))
    return outputs
