"""One update of a critic, whatever it scores: rows, packs of rows, images."""

from collections.abc import Callable

import keras
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.models.gan.losses import AdversarialLoss
from synthgen.models.gan.regularizers import SlopePenalty


def update_critic(  # noqa: PLR0913
    score: Callable[[Tensor], Tensor],
    variables: list[keras.Variable],
    optimizer: keras.Optimizer,
    *,
    loss: AdversarialLoss,
    penalties: tuple[SlopePenalty, ...],
    train: Tensor,
    synthetic: Tensor,
    seed: Tensor,
    penalty_scale: Tensor | float = 1.0,
) -> tuple[Tensor, Tensor]:
    """Takes one step of the critic; returns its adversarial loss and what it paid for slopes, scalars.

    Args:
        score: Maps (batch, features) to (batch, 1); must not mix rows.
        variables: Of the critic.
        optimizer: Of the critic.
        loss: What it minimises.
        penalties: What it pays for steep slopes.
        train: (batch, features).
        synthetic: (batch, features), paired with `train` row by row; no gradient goes through it.
        seed: (2,) int32, of this step.
        penalty_scale: Multiplies all penalties.
    """

    def total() -> tuple[Tensor, tuple[Tensor, Tensor]]:
        # scored together, as the penalty on both does, so that the compiler shares the work
        scores = score(ops.concatenate([train, synthetic]))
        num_train = ops.shape(train)[0]
        adversarial = loss.critic(train_scores=scores[:num_train], synthetic_scores=scores[num_train:])
        penalty = ops.zeros(())
        for position, slope_penalty in enumerate(penalties):
            penalty_seed = backend.step_seed(2 + position, seed[0], seed[1])
            penalty += penalty_scale * slope_penalty(score, train=train, synthetic=synthetic, seed=penalty_seed)
        return optimizer.scale_loss(adversarial + penalty), (adversarial, penalty)

    values, gradients = backend.value_and_gradients(total, variables)
    backend.apply_gradients(optimizer, gradients, variables)
    return values
