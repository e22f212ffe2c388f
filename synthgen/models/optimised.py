"""What is trained by whom: one network by one optimizer, or two adversaries by two; tables and images alike."""

from collections.abc import Callable

import keras
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import PrivateTraining
from synthgen.models.chunked import ChunkedModel, refresh


class OneNetwork(ChunkedModel):
    """A network that minimises one loss, and a copy that draws with the moving average of its weights.

    Attributes:
        network: What is trained; the constructor of a subclass sets it.
    """

    network: keras.Model
    _sampler: keras.Model

    @property
    def sampler(self) -> keras.Model:
        return self._sampler

    @property
    def optimizers(self) -> list[keras.Optimizer]:
        return [self.optimizer]

    def compile_loss(self, *, optimizer: keras.Optimizer, jit_compile: bool) -> None:
        """Sets the optimizer; to be called instead of `compile`.

        Args:
            optimizer: Of the network.
            jit_compile: Whether XLA compiles training.
        """
        self.compile(optimizer=optimizer, jit_compile=jit_compile)
        self.optimizer.build(self.network.trainable_variables)

    def _minimise(self, losses: Callable[[], Tensor]) -> Tensor:
        """Takes one step; returns the mean loss, (1,).

        Args:
            losses: Computes the loss of each row or image, (batch,).
        """

        def loss() -> tuple[Tensor, Tensor]:
            value = ops.mean(losses())
            return self.optimizer.scale_loss(value), value

        variables = self.network.trainable_variables
        value, gradients = backend.value_and_gradients(loss, variables)
        backend.apply_gradients(self.optimizer, gradients, variables)
        return ops.stack([value])

    def _minimise_privately(
        self, private: PrivateTraining, losses: Callable[[], Tensor], *, indices: Tensor, step_of_run: Tensor
    ) -> Tensor:
        """One step under a privacy budget; the loss would be one more look at the data, so that it says 0, (1,).

        Args:
            private: Protects the data.
            losses: Of each row or image of its own, (capacity,).
            indices: (capacity,) int32, -1 where there is none.
            step_of_run: Number of the step in the whole run.
        """
        variables = self.network.trainable_variables
        gradients = private.gradients(losses, variables, indices=indices, step=step_of_run)
        backend.apply_gradients(self.optimizer, gradients, variables)
        return ops.zeros((1,))

    def refresh_sampler(self) -> None:
        refresh(self._sampler, self.network, self.optimizer)


class Adversaries(ChunkedModel):
    """A generator against a critic, and a copy of the generator that draws with the moving average of its weights.

    Attributes:
        generator: The constructor of a subclass sets it by `_oppose`.
        critic: The constructor of a subclass sets it too.
    """

    generator: keras.Model
    critic: keras.Model
    _sampler: keras.Model

    def _oppose(self, generator: keras.Model, critic: keras.Model) -> None:
        """Sets both networks and what draws."""
        self.generator, self.critic = generator, critic
        self._sampler = keras.models.clone_model(generator)
        self._sampler.set_weights(generator.get_weights())

    @property
    def sampler(self) -> keras.Model:
        return self._sampler

    @property
    def optimizers(self) -> list[keras.Optimizer]:
        return [self.optimizer, self.critic_optimizer]

    def compile_adversaries(
        self, *, generator_optimizer: keras.Optimizer, critic_optimizer: keras.Optimizer, jit_compile: bool
    ) -> None:
        """Sets both optimizers; to be called instead of `compile`.

        Args:
            generator_optimizer: Of the generator.
            critic_optimizer: Of the critic.
            jit_compile: Whether XLA compiles training.
        """
        self.critic_optimizer = critic_optimizer
        self.compile(optimizer=generator_optimizer, jit_compile=jit_compile)
        self.optimizer.build(self.generator.trainable_variables)
        self.critic_optimizer.build(self.critic.trainable_variables)

    def refresh_sampler(self) -> None:
        refresh(self._sampler, self.generator, self.optimizer)
