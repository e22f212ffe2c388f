"""Training under Keras' own fit, many steps to one compiled program: what models of tables and of images share."""

from abc import ABC, abstractmethod

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.expected import MOST_WEIGHT, Array


class ChunkedModel(keras.Model, ABC):
    """A model that trains under Keras' own `fit`: one Keras step is a chunk of training steps.

    Args:
        seed: Seed of everything random in training.
        losses: Names of what a step returns, in order.

    Attributes:
        chunk_counter: Chunks of steps trained so far in the whole run, interruptions and recoveries included.
    """

    def __init__(self, *, seed: int, losses: tuple[str, ...]) -> None:
        keras.Model.__init__(self)
        self.seed = seed
        self._trackers = [keras.metrics.Mean(name) for name in losses]
        # batches and noise are functions of it, so that a resumed run goes on alike; int64, see `backend.resident`
        self.chunk_counter = self.add_weight(
            shape=(), dtype="int64", initializer="zeros", trainable=False, name="chunk"
        )

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """Means over the epoch of what the steps returned."""
        return self._trackers

    @property
    @abstractmethod
    def sampler(self) -> keras.Model:
        """The network that draws; its weights are what a model file keeps."""

    @property
    @abstractmethod
    def optimizers(self) -> list[keras.Optimizer]:
        """All optimizers of the run."""

    @abstractmethod
    def refresh_sampler(self) -> None:
        """Brings the weights that draw up to date with training (the moving average, where there is one)."""

    @abstractmethod
    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        """Returns what a chunk of steps needs from the host; the same for the same number.

        Args:
            number: Of the chunk in the whole run.
            batch_size: Rows, or images, a step.
            steps_per_chunk: Steps.

        Returns:
            Arrays whose first axis is the steps.
        """

    @abstractmethod
    def _step(self, data: tuple[Tensor, ...], step: Tensor, step_of_run: Tensor) -> Tensor:
        """One training step; returns the losses, (losses,).

        Args:
            data: What `chunk` returned.
            step: Which of its entries to use.
            step_of_run: Number of the step in the whole run.
        """

    def train_step(self, data: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """One Keras step: a chunk of training steps inside one compiled program.

        Args:
            data: What `chunk` returned, on the device.

        Returns:
            Running means of the losses.
        """
        num_steps = data[0].shape[0]
        first = ops.cast(self.chunk_counter, "int32") * num_steps
        totals = backend.repeat(
            num_steps,
            lambda step, totals: totals + self._step(data, step, first + step),
            ops.zeros((len(self._trackers),)),
        )
        self.chunk_counter.assign_add(1)
        for position, tracker in enumerate(self._trackers):
            tracker.update_state(totals[position] / num_steps)
        return {tracker.name: tracker.result() for tracker in self._trackers}

    def weights_to_keep(self) -> list[np.ndarray]:
        """Returns the weights of the network that draws."""
        return self.sampler.get_weights()

    def take_weights(self, weights: list[np.ndarray]) -> None:
        """Takes back what `weights_to_keep` returned."""
        self.sampler.set_weights(weights)

    def expected_weights(self) -> list[Array]:
        """Returns what the weights in a file must be, one by one: those of the network as it is built."""
        return [
            Array(*weight.shape, dtype=str(weight.dtype), most=MOST_WEIGHT,
                  least=0 if weight.name.endswith("variance") else -MOST_WEIGHT)
            for weight in self.sampler.weights
        ]  # fmt: skip


def refresh(sampler: keras.Model, network: keras.Model, optimizer: keras.Optimizer) -> None:
    """Gives a sampler the weights of the network that trains, or their moving average where the optimizer has one.

    Args:
        sampler: That draws.
        network: That trains, of the same weights.
        optimizer: Of the network.
    """
    sampler.set_weights(network.get_weights())
    if getattr(optimizer, "use_ema", False):
        optimizer.finalize_variable_values(sampler.trainable_variables)
