"""Models that are networks: they train on a resident table under Keras' own fit, many steps to one compiled program."""

from abc import abstractmethod
from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import PrivateTraining, check_lengths
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.chunked import ChunkedModel
from synthgen.models.optimised import OneNetwork
from synthgen.models.tables.base import GenerativeModel
from synthgen.networks import heads
from synthgen.training.batches import shuffled

CHECKED_ROWS = 4
"""Made-up rows on which the lengths of gradients are checked."""


class NetworkModel(ChunkedModel, GenerativeModel):
    """A model of encoded rows that trains on a resident table.

    Args:
        layout: Layout of the encoded rows.
        seed: Seed of everything random in training.
        losses: Names of what a step returns, in order.

    Attributes:
        private: How gradients are protected, where there is a privacy budget; to be set before training.
    """

    def __init__(self, layout: Layout, *, seed: int, losses: tuple[str, ...]) -> None:
        ChunkedModel.__init__(self, seed=seed, losses=losses)
        self.layout = layout
        self.private: PrivateTraining | None = None

    def prepare(self, table: EncodedTable) -> None:
        """Puts the training rows on the device.

        Args:
            table: The training rows.
        """
        self._codes = backend.resident(table.codes)
        self._scalars = backend.resident(table.scalars)
        self._num_rows = len(table)

    @abstractmethod
    def check_private(self) -> None:
        """Makes sure, on made-up rows, that training under a privacy budget finds lengths of gradients right.

        Raises:
            TrainingError: If it does not.
        """

    def release(self) -> None:
        """Lets go of the training rows."""
        self._codes = self._scalars = None

    def rows(self, indices: Tensor) -> Tensor:
        """Returns training rows as features, (batch, features).

        Args:
            indices: (batch,) int32.
        """
        codes, scalars = backend.taken(self._codes, indices), backend.taken(self._scalars, indices)
        return heads.expand(self.layout, codes, scalars)

    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        """Returns indices of rows, (steps, batch) int32; under a budget drawn by chance, -1 where there is none."""
        if self.private is not None:
            return (self.private.batches(self._num_rows, num_batches=steps_per_chunk),)
        size = steps_per_chunk * batch_size
        indices = shuffled(self._num_rows, num_drawn=size, first=number * size, seed=self.seed)
        return (indices.reshape(steps_per_chunk, batch_size),)


class LossModel(OneNetwork, NetworkModel):
    """A model of one network that minimises one loss; draws with the moving average of its weights.

    Args:
        layout: Layout of the encoded rows.
        network: Makes what is trained.
        sampler: Makes what draws, of the same weights; None: as `network` does.
        seed: Seed of everything random in training.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        network: Callable[[], keras.Model],
        sampler: Callable[[], keras.Model] | None = None,
        seed: int,
    ) -> None:
        super().__init__(layout, seed=seed, losses=("loss",))
        self.network, self._sampler = network(), (sampler or network)()
        self.built = True

    @abstractmethod
    def losses_of(self, codes: Tensor, scalars: Tensor, *, seed: Tensor) -> Tensor:
        """Returns the loss of each row, (batch,).

        Args:
            codes: (batch, code blocks) int32.
            scalars: (batch, scalar blocks) float32.
            seed: (2,) int32, of this step.
        """

    def _step(self, data: tuple[Tensor, ...], step: Tensor, step_of_run: Tensor) -> Tensor:
        indices, seed = data[0][step], backend.step_seed(self.seed, step_of_run)
        some = ops.maximum(indices, 0)
        codes, scalars = backend.taken(self._codes, some), backend.taken(self._scalars, some)

        def losses() -> Tensor:
            return self.losses_of(codes, scalars, seed=seed)

        if self.private is not None:
            return self._minimise_privately(self.private, losses, indices=indices, step_of_run=step_of_run)
        return self._minimise(losses)

    def check_private(self) -> None:
        rng = np.random.default_rng(0)
        sizes = [self.layout.blocks[position].num_codes for position in self.layout.code_blocks]
        codes = ops.convert_to_tensor(rng.integers(0, sizes, (CHECKED_ROWS, len(sizes))).astype("int32"))
        scalars = rng.uniform(-1, 1, (CHECKED_ROWS, len(self.layout.scalar_blocks))).astype("float32")
        seed = backend.step_seed(self.seed, 0)
        check_lengths(
            lambda: self.losses_of(codes, ops.convert_to_tensor(scalars), seed=seed), self.network.trainable_variables
        )
