"""The adversarial step under a privacy budget: only the critic reads training rows, and only through noise."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import PrivateTraining, check_lengths
from synthgen.models.gan.losses import NonSaturating
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.models.optimised import Adversaries

if TYPE_CHECKING:
    from synthgen.models.gan.gan import GAN

PENALTY = SlopePenalty("synthetic", centre=0.0, weight=1.0)
"""R2, which reads no training row: R1 would need gradients of gradients of single rows."""

LOSS = NonSaturating()
"""Not relativistic: there what is paid for a synthetic row depends on a training row too, and had to be shortened."""


def private_step(gan: "GAN", private: PrivateTraining, indices: Tensor, step_of_run: Tensor) -> Tensor:
    """One update of the critic and one of the generator; returns the three metrics, all 0: they would be further looks.

    Args:
        gan: To be trained.
        private: Protects training rows.
        indices: (capacity,) int32 of training rows, -1 where there is none.
        step_of_run: Number of the step in the whole run.
    """
    seed = backend.step_seed(gan.seed, step_of_run)
    nothing = ops.zeros((int(private.batch_size), 0))
    train = gan.rows(ops.maximum(indices, 0))
    update_adversaries(
        gan, private, generate=lambda: gan.generate(nothing, seed)[0], score=gan.score, penalty=PENALTY,
        train_scores=lambda: gan.score(train), indices=indices, step_of_run=step_of_run,
    )  # fmt: skip
    return ops.zeros((3,))


def update_adversaries(  # noqa: PLR0913
    gan: Adversaries,
    private: PrivateTraining,
    *,
    generate: Callable[[], Tensor],
    score: Callable[[Tensor], Tensor],
    penalty: SlopePenalty,
    train_scores: Callable[[], Tensor],
    indices: Tensor,
    step_of_run: Tensor,
) -> None:
    """One update of the critic and one of the generator.

    What the critic learns of the data are their shortened gradients and noise. What it learns of synthetic rows, and
    all that the generator learns, follows from that and costs nothing.

    Args:
        gan: To be trained.
        private: Protects the data.
        generate: Draws (batch, features) from the generator, from nothing that depends on the data.
        score: The critic's (batch, 1) of synthetic rows.
        penalty: At synthetic rows.
        train_scores: The critic's (capacity, 1) of the data.
        indices: (capacity,) int32 of the data, -1 where there is none.
        step_of_run: Number of the step in the whole run.
    """
    variables = gan.generator.trainable_variables
    with backend.recording(variables) as tape:
        synthetic = generate()
        critics = gan.critic.trainable_variables
        paid = private.gradients(
            lambda: ops.softplus(-train_scores())[:, 0], critics, indices=indices, step=step_of_run
        )
        free = _gradients_of_synthetic(score, critics, penalty, ops.stop_gradient(synthetic), step_of_run)
        backend.apply_gradients(
            gan.critic_optimizer, [noisy + own for noisy, own in zip(paid, free, strict=True)], critics
        )
        scores = score(synthetic)
        scaled = gan.optimizer.scale_loss(LOSS.generator(train_scores=scores, synthetic_scores=scores))
    gradients = tape.gradient(scaled, [variable.value for variable in variables])
    backend.apply_gradients(gan.optimizer, gradients, variables)


def _gradients_of_synthetic(
    score: Callable[[Tensor], Tensor], variables: list, penalty: SlopePenalty, synthetic: Tensor, step: Tensor
) -> list[Tensor]:
    def loss() -> tuple[Tensor, Tensor]:
        value = ops.mean(ops.softplus(score(synthetic)))
        value += penalty(score, train=synthetic, synthetic=synthetic, seed=backend.step_seed(0, step))
        return value, value

    return backend.value_and_gradients(loss, variables)[1]


def check_critic(gan: "GAN", *, num_rows: int) -> None:
    """Makes sure, on made-up rows, that lengths of the critic's gradients are found right.

    Args:
        gan: To be trained.
        num_rows: Few.

    Raises:
        TrainingError: If they are not.
    """
    rows = np.random.default_rng(0).normal(size=(num_rows, gan.layout.num_features)).astype("float32")
    made_up = ops.convert_to_tensor(rows)
    check_lengths(lambda: ops.softplus(-gan.score(made_up))[:, 0], gan.critic.trainable_variables)
