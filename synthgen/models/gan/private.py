"""The adversarial step under a privacy budget: only the critic reads training rows, and only through noise."""

from collections.abc import Callable

from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.dp.training import PrivateTraining
from synthgen.models.gan.losses import NonSaturating
from synthgen.models.gan.regularizers import SlopePenalty
from synthgen.models.optimised import Adversaries

PENALTY = SlopePenalty("synthetic", centre=0.0, weight=1.0)
"""R2, which reads no training row: R1 would need gradients of gradients of single rows."""

LOSS = NonSaturating()
"""Not relativistic: there what is paid for a synthetic row depends on a training row too, and had to be shortened."""


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
