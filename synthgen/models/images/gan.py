"""A generative adversarial network of images: generator against critic, both told what is known of an image."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import PrivateTraining, check_lengths
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.gan.augmentation import Augmentation
from synthgen.models.gan.critic_update import update_critic
from synthgen.models.gan.losses import AdversarialLoss
from synthgen.models.gan.private import update_adversaries
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.models.images.base import ImageModel
from synthgen.models.optimised import Adversaries
from synthgen.networks.geometry import Geometry


@dataclass(frozen=True)
class ImageGANSettings:
    """The numbers of a GAN of images that are neither a network nor a loss.

    Args:
        latent_dim: Width of the noise.
        critic_steps: Critic updates for each generator update.
        num_steps: Of the run, over which penalties fall.
        end_of_penalty: Of the penalties' weight at the start, what is left at the end; 1 keeps it.
    """

    latent_dim: int = 64
    critic_steps: int = 1
    num_steps: int = 1
    end_of_penalty: float = 1.0


class ConvolutionalGAN(Adversaries, ImageModel):
    """A generative adversarial network of images (Goodfellow et al. 2014).

    A training image and the synthetic one that it is paired with share what is known of them (Huang et al. 2024).

    Args:
        geometry: Of the images.
        layout: Of what is known of them.
        generator: Maps noise and condition to images.
        critic: Maps images and conditions to (batch, 1) scores.
        loss: What both minimise.
        penalties: What the critic pays for steep slopes.
        augmentation: How images are changed before the critic sees them.
        settings: See `ImageGANSettings`.
        seed: Of noise and batches.
    """

    def __init__(  # noqa: PLR0913
        self,
        geometry: Geometry,
        layout: Layout,
        *,
        generator: keras.Model,
        critic: keras.Model,
        loss: AdversarialLoss,
        penalties: tuple[SlopePenalty, ...],
        augmentation: Augmentation,
        settings: ImageGANSettings,
        seed: int,
    ) -> None:
        super().__init__(
            geometry, layout, seed=seed, losses=("critic_loss", "generator_loss", "penalty", "critic_advantage")
        )
        self._oppose(generator, critic)
        self.adversarial_loss, self.penalties = loss, penalties
        self.augmentation, self.settings = augmentation, settings
        self.penalty_scale = self.add_weight(shape=(), initializer="ones", trainable=False, name="penalty_scale")
        self.built = True

    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        turns = 1 if self.private is not None else self.settings.critic_steps
        data = super().chunk(number, batch_size=batch_size, steps_per_chunk=steps_per_chunk * turns)
        return tuple(array.reshape(steps_per_chunk, turns, *array.shape[1:]) for array in data)

    def _step(self, data: tuple[Tensor, ...], step: Tensor, step_of_run: Tensor) -> Tensor:
        """`critic_steps` updates of the critic, then one of the generator; returns the four metrics.

        The images made for the critic's last turn serve the generator's update too: they are made once.
        """
        if self.private is not None:
            return self._private_step(self.private, data, step, step_of_run)
        variables = self.generator.trainable_variables
        for turn in range(self.settings.critic_steps):
            seed = backend.step_seed(self.seed, step_of_run, turn)
            images, condition = self.batch(data, step, turn)
            train = ops.reshape(images, (images.shape[0], -1))  # (batch, pixels), as penalties take them
            score = self._scoring(condition, seed)
            with backend.recording(variables) as tape:
                made = self._generated(self.generator, condition, seed, training=True)
                synthetic = ops.reshape(made, train.shape)
                critic_loss, penalty = update_critic(
                    score, self.critic.trainable_variables, self.critic_optimizer, loss=self.adversarial_loss,
                    penalties=self.penalties, train=train, synthetic=ops.stop_gradient(synthetic), seed=seed,
                    penalty_scale=self._penalty_scale(step_of_run),
                )  # fmt: skip
                scores = {"train_scores": ops.stop_gradient(score(train)), "synthetic_scores": score(synthetic)}
                adversarial = self.adversarial_loss.generator(**scores)
                scaled = self.optimizer.scale_loss(adversarial)
        gradients = tape.gradient(scaled, [variable.value for variable in variables])
        backend.apply_gradients(self.optimizer, gradients, variables)
        advantage = ops.mean(ops.sign(scores["train_scores"] - scores["synthetic_scores"]))
        return ops.stack([critic_loss, adversarial, penalty, advantage])

    def _private_step(
        self, private: PrivateTraining, data: tuple[Tensor, ...], step: Tensor, step_of_run: Tensor
    ) -> Tensor:
        """One step under a privacy budget; what is known of synthetic images is drawn, not taken from the data."""
        seed = backend.step_seed(self.seed, step_of_run)
        images, condition = self.batch(data, step, 0)
        places = backend.uniform((int(private.batch_size), 1), backend.step_seed(2, seed[0], seed[1]))
        places = ops.cast(places[:, 0] * self._num_told, "int32")
        told = self._condition(backend.taken(self._told_codes, places), backend.taken(self._told_scalars, places))
        own = [penalty for penalty in self.penalties if penalty.centre == 0]

        def generate() -> Tensor:
            made = self._generated(self.generator, told, seed, training=True)
            return ops.reshape(made, (made.shape[0], -1))

        update_adversaries(
            self, private, generate=generate, score=self._scoring(told, seed),
            penalty=SlopePenalty("synthetic", centre=0.0, weight=own[0].weight if own else 0.0),
            train_scores=lambda: self._scoring(condition, seed)(ops.reshape(images, (images.shape[0], -1))),
            indices=data[0][step, 0], step_of_run=step_of_run,
        )  # fmt: skip
        return ops.zeros((4,))

    def prepare_told(self, told: EncodedTable) -> None:
        """Puts what synthetic images are told under a privacy budget on the device: drawn, not taken from the data.

        Args:
            told: Some thousand rows of what is known.
        """
        self._told_codes, self._told_scalars = backend.resident(told.codes), backend.resident(told.scalars)
        self._num_told = len(told)

    def check_private(self) -> None:
        images, condition = self.made_up()
        inputs = [images, condition] if self.num_conditions else images
        check_lengths(
            lambda: ops.softplus(-ops.cast(self.critic(inputs, training=True), "float32"))[:, 0],
            self.critic.trainable_variables,
        )

    def _scoring(self, condition: Tensor, seed: Tensor) -> Callable[[Tensor], Tensor]:
        """How the critic scores a whole number of batches of images that share the batch's conditions."""
        batch = condition.shape[0]

        def score(flat: Tensor) -> Tensor:
            images = self.augmentation(ops.reshape(flat, (flat.shape[0], *self.geometry.shape)), seed)
            if not self.num_conditions:
                return ops.cast(self.critic(images, training=True), "float32")
            told = ops.tile(condition, (flat.shape[0] // batch, 1))
            return ops.cast(self.critic([images, told], training=True), "float32")  # (rows, 1)

        return score

    def _penalty_scale(self, step_of_run: Tensor) -> Tensor:
        """Falls from 1 along half a cosine, as the learning rate does."""
        done = ops.minimum(ops.cast(step_of_run, "float32") / self.settings.num_steps, 1.0)
        end = self.settings.end_of_penalty
        return ops.convert_to_tensor(self.penalty_scale) * (end + (1 - end) * 0.5 * (1 + ops.cos(np.pi * done)))

    def _generated(self, network: keras.Model, condition: Tensor, seed: Tensor, *, training: bool) -> Tensor:
        noise = backend.normal((condition.shape[0], self.settings.latent_dim), backend.step_seed(1, seed[0], seed[1]))
        images = network(ops.concatenate([noise, condition], axis=1), training=training)
        return ops.cast(images, "float32")  # whatever the networks compute in

    def generated(self, condition: Tensor, seed: Tensor) -> Tensor:
        return self._generated(self._sampler, condition, seed, training=False)

    @property
    def noise_dim(self) -> int:
        return self.settings.latent_dim

    def from_noise(self, noise: Tensor, condition: Tensor) -> Tensor:
        return ops.cast(self._sampler(ops.concatenate([noise, condition], axis=1), training=False), "float32")
