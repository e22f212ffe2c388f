"""Translation of images learned from pairs: what came in, and what was to come out."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.models.gan.critic_update import update_critic
from synthgen.models.gan.losses import AdversarialLoss, Relativistic
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.models.images.base import images_of_a_call
from synthgen.models.images.encoding import in_parts, pixels_of
from synthgen.models.optimised import Adversaries
from synthgen.training.batches import shuffled

FIGURES = ("critic_loss", "generator_loss", "penalty", "critic_advantage")
"""What the game of generator and critic returns, in order."""


@dataclass(frozen=True)
class Shares:
    """What the parts of a translator's loss count, beside the mean absolute error of pixels from -1 to 1, which is 1.

    Args:
        adversarial: What the critic says; 0: there is no critic.
        penalty: Of the critic's slopes.
        identity: Of what changes in an image that needs no change; of unpaired images.
    """

    adversarial: float
    penalty: float
    identity: float = 0.0


class Translation(Adversaries):
    """A network that turns images into others.

    Args:
        generator: Makes what is trained, and what translates, of the same weights.
        critic: Of patches.
        whites: The largest value a pixel can have, of images that come in and that go out.
        shares: Of the loss.
        seed: Of batches.
    """

    adversarial_loss: ClassVar[AdversarialLoss]
    """What generator and critic play for."""

    def __init__(
        self,
        generator: Callable[[], keras.Model],
        critic: keras.Model,
        *,
        whites: tuple[int, int],
        shares: Shares,
        seed: int,
    ) -> None:
        super().__init__(seed=seed, losses=(*self.figures(shares), *FIGURES))
        self.generator, self.critic, self._sampler = generator(), critic, generator()
        self.whites, self.shares = whites, shares
        # gradients are of the sum over patches, which there are the more of the larger an image is
        self._penalty = SlopePenalty("both", 0.0, shares.penalty / critic.output_shape[-1])
        self._translate = backend.compiled(self._translated, jit_compile=backend.has_gpu())
        self.built = True

    @abstractmethod
    def figures(self, shares: Shares) -> tuple[str, ...]:
        """Returns the names of what `_made` returns last.

        Args:
            shares: Of the loss.
        """

    def prepare(self, source: np.ndarray, target: np.ndarray) -> None:
        """Puts training images on the device.

        Args:
            source: (images, *sides, channels) whole numbers, that come in.
            target: The same, that go out.
        """
        self._source, self._target = backend.resident(source), backend.resident(target)
        self._counts = len(source), len(target)

    def release(self) -> None:
        """Lets go of the training images."""
        self._source = self._target = None

    @abstractmethod
    def _made(self, source: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        """Returns what was made and real images to set it beside, each (batch, pixels), the generator's own loss, and
        its figures.
        """

    @abstractmethod
    def _scoring(self, source: Tensor, target: Tensor) -> Callable[[Tensor], Tensor]:
        """How the critic scores a whole number of batches of flat images, (images, patches)."""

    def _batch(self, data: tuple[Tensor, ...], step: Tensor) -> tuple[Tensor, Tensor]:
        """Images that come in and images that go out, (batch, *sides, channels), black is -1."""
        taken = (backend.taken(self._source, data[0][step]), backend.taken(self._target, data[-1][step]))
        source, target = (_shown(pixels, white) for pixels, white in zip(taken, self.whites, strict=True))
        return source, target

    def _step(self, data: tuple[Tensor, ...], step: Tensor, step_of_run: Tensor) -> Tensor:
        source, target = self._batch(data, step)
        variables = self.generator.trainable_variables
        with backend.recording(variables) as tape:
            made, real, own, figures = self._made(source, target)
            loss, game = own, [ops.zeros(())] * len(FIGURES)
            if self.shares.adversarial:
                score, seed = self._scoring(source, target), backend.step_seed(self.seed, step_of_run)
                critic_loss, penalty = update_critic(
                    score, self.critic.trainable_variables, self.critic_optimizer, loss=self.adversarial_loss,
                    penalties=(self._penalty,), train=real, synthetic=ops.stop_gradient(made), seed=seed,
                )  # fmt: skip
                scores = {"train_scores": ops.stop_gradient(score(real)), "synthetic_scores": score(made)}
                adversarial = self.adversarial_loss.generator(**scores)
                advantage = ops.mean(ops.sign(scores["train_scores"] - scores["synthetic_scores"]))
                loss, game = (
                    own + self.shares.adversarial * adversarial,
                    [critic_loss, adversarial, penalty, advantage],
                )
            scaled = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, [variable.value for variable in variables])
        backend.apply_gradients(self.optimizer, gradients, variables)
        return ops.stack([*figures, *game])

    def translate(self, pixels: np.ndarray) -> np.ndarray:
        """Returns translated images, (images, *sides, channels) uint8 or uint16.

        Args:
            pixels: (images, *sides, channels) whole numbers, that come in.
        """
        shape, white = self.sampler.output_shape[1:], self.whites[1]
        none = np.zeros((0, *shape), np.uint8 if white < 256 else np.uint16)
        made = in_parts(self._translate, pixels, at_once=images_of_a_call(shape))
        return np.concatenate([none, *(pixels_of(images, sides=shape[:-1], white=white) for images in made)])

    def _translated(self, pixels: Tensor) -> Tensor:
        return called(self.sampler, _shown(pixels, self.whites[0]), training=False)


class PairedTranslation(Translation):
    """A network that learned from pairs: absolute error, and a critic of patches that sees both (Isola et al. 2017).

    The critic scores a made patch against the real one in its place (relativistic; Huang et al. 2024), under R1 and R2.

    Args:
        generator: Makes a network from images that come in to images that go out; called twice.
        critic: Of images, told what they were made from.
        whites: The largest value a pixel can have, of images that come in and that go out.
        shares: Of the loss.
        seed: Of batches.
    """

    adversarial_loss: ClassVar[AdversarialLoss] = Relativistic()

    def figures(self, shares: Shares) -> tuple[str, ...]:
        return ("error",)

    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        return (numbered(self._counts[0], number, (steps_per_chunk, batch_size), seed=self.seed),)

    def _made(self, source: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        made = called(self.generator, source)
        error = ops.mean(ops.abs(made - target))
        return flat(made), flat(target), error, [error]

    def _scoring(self, source: Tensor, target: Tensor) -> Callable[[Tensor], Tensor]:
        def score(images: Tensor) -> Tensor:
            times = images.shape[0] // source.shape[0]
            told = ops.tile(source, (times, *[1] * (len(source.shape) - 1)))
            return called(self.critic, [ops.reshape(images, (-1, *target.shape[1:])), told])

        return score


def _shown(pixels: Tensor, white: int) -> Tensor:
    """Whole numbers as networks see them: black is -1, white 1."""
    return ops.cast(pixels, "float32") * (2 / white) - 1


def called(network: keras.Model, images: Tensor, *, training: bool = True) -> Tensor:
    """Returns what a network says, as single precision whatever it computes in.

    Args:
        network: Any.
        images: As it takes them.
        training: As Keras knows it.
    """
    said = network(images, training=training)
    return [ops.cast(one, "float32") for one in said] if isinstance(said, (list, tuple)) else ops.cast(said, "float32")


def flat(images: Tensor) -> Tensor:
    """Returns images as rows, (batch, pixels), as losses and penalties take them."""
    return ops.reshape(images, (images.shape[0], -1))


def numbered(images: int, number: int, shape: tuple[int, int], *, seed: int) -> np.ndarray:
    """Returns which images a chunk of steps sees, (steps, batch) int32.

    Args:
        images: How many there are.
        number: Of the chunk in the whole run.
        shape: Steps, and images a step.
        seed: Of their order.
    """
    size = shape[0] * shape[1]
    return shuffled(images, num_drawn=size, first=number * size, seed=seed).reshape(shape)
