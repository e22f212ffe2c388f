"""Adversarial losses: what critic and generator minimise, given their scores of training and synthetic rows.

Scores are unbounded; a high one says "training". Every loss is a pair of functions of the same two score vectors, so
that losses can be swapped without touching the rest. Row i of both vectors shares its condition.
"""

from abc import ABC, abstractmethod

from keras import ops

from synthgen.backend import Tensor


class AdversarialLoss(ABC):
    """What critic and generator minimise."""

    @abstractmethod
    def critic(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        """Returns the critic's loss, a scalar.

        Args:
            train_scores: (batch, 1), of training rows.
            synthetic_scores: (batch, 1), of generated rows.
        """

    @abstractmethod
    def generator(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        """Returns the generator's loss, a scalar; arguments as for `critic`."""


class NonSaturating(AdversarialLoss):
    """Cross-entropy; the generator maximises log D, not minimises log(1 - D) (Goodfellow et al. 2014, 3)."""

    def critic(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return ops.mean(ops.softplus(-train_scores)) + ops.mean(ops.softplus(synthetic_scores))

    def generator(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return ops.mean(ops.softplus(-synthetic_scores))


class LeastSquares(AdversarialLoss):
    """Squared distance to 1 for training rows and 0 for synthetic ones (Mao et al. 2017, eq. 9)."""

    def critic(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return 0.5 * ops.mean(ops.square(train_scores - 1)) + 0.5 * ops.mean(ops.square(synthetic_scores))

    def generator(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return 0.5 * ops.mean(ops.square(synthetic_scores - 1))


class Hinge(AdversarialLoss):
    """Margins at +1 and -1 for the critic, a linear loss for the generator (Lim and Ye 2017, eq. 5)."""

    def critic(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return ops.mean(ops.relu(1 - train_scores)) + ops.mean(ops.relu(1 + synthetic_scores))

    def generator(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return -ops.mean(synthetic_scores)


class Wasserstein(AdversarialLoss):
    """Difference of mean scores (Arjovsky et al. 2017, eq. 2); needs a penalty that bounds the critic's slope."""

    def critic(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return ops.mean(synthetic_scores) - ops.mean(train_scores)

    def generator(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return -ops.mean(synthetic_scores)


class Relativistic(AdversarialLoss):
    """Each synthetic row against the training row it is paired with (Jolicoeur-Martineau 2019; Huang et al. 2024, 2.1).

    The critic scores a pair, softplus(-(train - synthetic)), which removes the flat basins in which a generator drops
    modes. Converges locally together with R1 and R2 penalties.
    """

    def critic(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return ops.mean(ops.softplus(synthetic_scores - train_scores))

    def generator(self, *, train_scores: Tensor, synthetic_scores: Tensor) -> Tensor:
        return ops.mean(ops.softplus(train_scores - synthetic_scores))
