"""The adversarial step: a generator against a critic, put together from parts that know nothing of each other."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import PrivateTraining, check_lengths
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.gan.critic_update import update_critic
from synthgen.models.gan.losses import AdversarialLoss
from synthgen.models.gan.private import PENALTY, update_adversaries
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.models.optimised import Adversaries
from synthgen.models.tables.conditioning import Conditioning, TrainingBySampling
from synthgen.models.tables.drawing import Drawing
from synthgen.models.tables.network import CHECKED_ROWS, NetworkModel
from synthgen.networks import heads
from synthgen.networks.links import Links, LinkWeights
from synthgen.training.batches import shuffled

SMALL = 0.1
"""Scale of the last layer of a generator that starts as a chain."""


@dataclass(frozen=True)
class GANSettings:
    """The numbers of a GAN that are neither a network nor a loss.

    Args:
        latent_dim: Width of the noise.
        packing: Rows that the critic scores together (Lin et al. 2018); 1 scores each alone.
        critic_steps: Critic updates for each generator update.
        temperature: Of the Gumbel-softmax.
        hard: Whether the critic sees exact one-hot rows (straight-through) or soft ones.
    """

    latent_dim: int = 128
    packing: int = 1
    critic_steps: int = 1
    temperature: float = 0.5
    hard: bool = True


class GAN(Adversaries, NetworkModel):
    """A generative adversarial network on encoded tables (Goodfellow et al. 2014).

    Args:
        layout: Layout of the encoded rows.
        generator: Maps noise and condition to (batch, features) raw outputs.
        critic: Maps `packing` rows with their conditions to (batch / packing, 1) scores.
        loss: What both minimise.
        penalties: What the critic pays for steep slopes.
        conditioning: What is known of a row.
        settings: See `GANSettings`.
        seed: Of noise, batches and conditions.
    """

    def __init__(  # noqa: PLR0913
        self,
        layout: Layout,
        *,
        generator: keras.Model,
        critic: keras.Model,
        loss: AdversarialLoss,
        penalties: tuple[SlopePenalty, ...],
        conditioning: Conditioning,
        settings: GANSettings,
        seed: int,
    ) -> None:
        super().__init__(layout, seed=seed, losses=("critic_loss", "generator_loss", "penalty"))
        self._oppose(generator, critic)
        self.adversarial_loss = loss
        self.penalties = penalties
        self.conditioning = conditioning
        self.settings = settings
        self.built = True
        self._drawing = Drawing(
            layout,
            self._sampler,
            conditioning,
            latent_dim=settings.latent_dim,
        )

    @property
    def copies_known(self) -> bool:
        return self.conditioning.copies_known

    @property
    def learns_conditions(self) -> bool:
        return self.conditioning.learns_conditions

    def check_private(self) -> None:
        rows = np.random.default_rng(0).normal(size=(CHECKED_ROWS, self.layout.num_features)).astype("float32")
        made_up = ops.convert_to_tensor(rows)
        check_lengths(lambda: ops.softplus(-self.score(made_up))[:, 0], self.critic.trainable_variables)

    def start_as(self, links: list[np.ndarray], biases: np.ndarray) -> None:
        """Starts a linked generator as a given chain: the network's own part of the raw outputs begins small.

        Args:
            links: The weights of `networks.links.Links`.
            biases: (features,).
        """
        *_, last, held = self.generator.layers
        kernel, _ = last.get_weights()
        last.set_weights([SMALL * kernel, biases])
        held.set_weights(links)
        self._sampler.set_weights(self.generator.get_weights())

    def prepare(self, table: EncodedTable) -> None:
        super().prepare(table)
        if isinstance(self.conditioning, TrainingBySampling):
            self.conditioning.prepare(table)

    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        if self.private is not None:
            return super().chunk(number, batch_size=batch_size, steps_per_chunk=steps_per_chunk)
        shape = (steps_per_chunk, self.settings.critic_steps, batch_size)
        size = int(np.prod(shape))
        rows = shuffled(self._num_rows, num_drawn=size, first=number * size, seed=self.seed)
        drawn = self.conditioning.draw(np.random.default_rng([self.seed, 1, number]), rows)
        return tuple(array.reshape(shape) for array in drawn)

    def _step(self, data: tuple[Tensor, ...], step: Tensor, step_of_run: Tensor) -> Tensor:
        """`critic_steps` updates of the critic, then one of the generator; returns the three metrics.

        The rows made for the critic's last turn serve the generator's update too: they are made once.
        """
        if self.private is not None:
            return self._private_step(self.private, data[0][step], step_of_run)
        variables = self.generator.trainable_variables
        for turn in range(self.settings.critic_steps):
            seed = backend.step_seed(self.seed, step_of_run, turn)
            train, condition = self._batch(tuple(array[step, turn] for array in data), seed)
            with backend.recording(variables) as tape:
                synthetic, logits = self.generate(condition, seed)
                critic_loss, penalty = self._update_critic(train, synthetic, condition, seed)
                adversarial = self.adversarial_loss.generator(
                    train_scores=ops.stop_gradient(self.score(self._pack(train, condition))),
                    synthetic_scores=self.score(self._pack(synthetic, condition)),
                )
                total = adversarial + self.conditioning.loss(logits, condition)
                scaled = self.optimizer.scale_loss(total)
        gradients = tape.gradient(scaled, [variable.value for variable in variables])
        backend.apply_gradients(self.optimizer, gradients, variables)
        return ops.stack([critic_loss, adversarial, penalty])

    def _private_step(self, private: PrivateTraining, indices: Tensor, step_of_run: Tensor) -> Tensor:
        """One update each under a privacy budget; the three metrics are 0: they would be further looks."""
        seed = backend.step_seed(self.seed, step_of_run)
        nothing = ops.zeros((int(private.batch_size), 0))
        train = self.rows(ops.maximum(indices, 0))  # (capacity, features)
        update_adversaries(
            self, private, generate=lambda: self.generate(nothing, seed)[0], score=self.score, penalty=PENALTY,
            train_scores=lambda: self.score(train), indices=indices, step_of_run=step_of_run,
        )  # fmt: skip
        return ops.zeros((3,))

    def _batch(self, drawn: tuple[Tensor, ...], seed: Tensor) -> tuple[Tensor, Tensor]:
        train = self.rows(drawn[0])
        return train, self.conditioning.condition(train, drawn[1:], backend.step_seed(0, seed[0], seed[1]))

    def _update_critic(
        self, train: Tensor, synthetic: Tensor, condition: Tensor, seed: Tensor
    ) -> tuple[Tensor, Tensor]:
        train_packs = self._pack(train, condition)
        synthetic_packs = ops.stop_gradient(self._pack(synthetic, condition))

        return update_critic(
            self.score, self.critic.trainable_variables, self.critic_optimizer, loss=self.adversarial_loss,
            penalties=self.penalties, train=train_packs, synthetic=synthetic_packs, seed=seed,
        )  # fmt: skip

    def generate(self, condition: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
        """Returns rows (batch, features) as the critic sees them, and the raw outputs behind them.

        Args:
            condition: (batch, num_features).
            seed: (2,) int32.
        """
        rows = ops.shape(condition)[0]
        noise = backend.normal((rows, self.settings.latent_dim), backend.step_seed(1, seed[0], seed[1]))
        logits = self.generator(ops.concatenate([noise, condition], axis=1), training=True)
        chance = backend.uniform((rows, heads.num_chances(self.layout)), backend.step_seed(3, seed[0], seed[1]))
        last = self.generator.layers[-1]
        drawn = heads.gumbel_rows(
            self.layout,
            logits,
            chance,
            temperature=self.settings.temperature,
            hard=self.settings.hard,
            enforce=lambda block, start: self.conditioning.enforce(block, condition, start=start),
            links=LinkWeights.of(last) if isinstance(last, Links) else None,
        )
        return drawn, logits

    def _pack(self, rows: Tensor, condition: Tensor) -> Tensor:
        told = ops.concatenate([rows, self.conditioning.for_critic(condition)], axis=1)
        return ops.reshape(told, (-1, self.settings.packing * told.shape[1]))

    def score(self, packs: Tensor) -> Tensor:
        """Returns the critic's scores, (packs, 1).

        Args:
            packs: (packs, features of `packing` rows and of what the critic is told).
        """
        return ops.cast(self.critic(packs, training=True), "float32")  # (packs, 1)

    def draw(
        self,
        num_rows: int,
        *,
        rng: np.random.Generator,
        known: EncodedTable | None = None,
        mask: np.ndarray | None = None,
        excluded: np.ndarray | None = None,
    ) -> EncodedTable:
        return self._drawing.rows(num_rows, rng=rng, known=known, mask=mask, excluded=excluded)

    def state(self) -> dict[str, np.ndarray]:
        return self.conditioning.state()

    def restore(self, state: Any) -> None:
        self.conditioning.restore(state)
