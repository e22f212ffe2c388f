"""The adversarial step under a privacy budget: only the critic reads training rows, and only through noise."""

from typing import TYPE_CHECKING

import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import PrivateTraining, check_lengths
from synthgen.models.gan.losses import NonSaturating
from synthgen.models.gan.regularizers import SlopePenalty

if TYPE_CHECKING:
    from synthgen.models.gan.gan import GAN

PENALTY = SlopePenalty("synthetic", centre=0.0, weight=1.0)
"""R2, which reads no training row: R1 would need gradients of gradients of single rows."""

LOSS = NonSaturating()
"""Not relativistic: there what is paid for a synthetic row depends on a training row too, and had to be shortened."""


def private_step(gan: "GAN", private: PrivateTraining, indices: Tensor, step_of_run: Tensor) -> Tensor:
    """One update of the critic and one of the generator; returns the three metrics, all 0: they would be further looks.

    What the critic learns of training rows are their shortened gradients and noise. What it learns of synthetic rows,
    and all that the generator learns, follows from that and costs nothing.

    Args:
        gan: To be trained.
        private: Protects training rows.
        indices: (capacity,) int32 of training rows, -1 where there is none.
        step_of_run: Number of the step in the whole run.
    """
    seed = backend.step_seed(gan.seed, step_of_run)
    nothing = ops.zeros((int(private.batch_size), 0))
    variables = gan.generator.trainable_variables
    with backend.recording(variables) as tape:
        synthetic, _ = gan.generate(nothing, seed)
        _update_critic(gan, private, indices, ops.stop_gradient(synthetic), step_of_run)
        scores = gan.score(synthetic)
        scaled = gan.optimizer.scale_loss(LOSS.generator(train_scores=scores, synthetic_scores=scores))
    gan.optimizer.apply(tape.gradient(scaled, [variable.value for variable in variables]), variables)
    return ops.zeros((3,))


def _update_critic(gan: "GAN", private: PrivateTraining, indices: Tensor, synthetic: Tensor, step: Tensor) -> None:
    train = gan.rows(ops.maximum(indices, 0))
    variables = gan.critic.trainable_variables
    paid = private.gradients(lambda: ops.softplus(-gan.score(train))[:, 0], variables, indices=indices, step=step)

    def of_synthetic() -> tuple[Tensor, Tensor]:
        value = ops.mean(ops.softplus(gan.score(synthetic)))
        value += PENALTY(gan.score, train=synthetic, synthetic=synthetic, seed=backend.step_seed(0, step))
        return value, value

    _, free = backend.value_and_gradients(of_synthetic, variables)
    gan.critic_optimizer.apply([noisy + own for noisy, own in zip(paid, free, strict=True)], variables)


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
    check_lengths(lambda: ops.softplus(-gan.score(made_up))[:, 0], gan.critic.trainable_variables, num_rows=num_rows)
