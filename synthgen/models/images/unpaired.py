"""Translation of images learned from two piles that are no pairs: there and back again must be where one began."""

from collections.abc import Callable
from typing import Any, ClassVar

import keras
import numpy as np
from keras import ops

from synthgen.backend import Tensor
from synthgen.models.gan.losses import AdversarialLoss, NonSaturating
from synthgen.models.images.translation import Shares, Translation, called, flat, numbered

THERE = "there"
"""Name of the network that is wanted; the other one leads back."""


def both(there: keras.Model, back: keras.Model) -> keras.Model:
    """Returns two networks as one, so that one optimizer trains them: [images, others] to what each makes of its own.

    Args:
        there: Takes the first images.
        back: Takes the second.
    """
    inputs = [keras.Input(network.input_shape[1:]) for network in (there, back)]
    return keras.Model(inputs, [there(inputs[0]), back(inputs[1])], name="both")


def both_critics(of_target: keras.Model, of_source: keras.Model) -> keras.Model:
    """Returns two critics of patches as one: [images, others] to the scores of all patches.

    Args:
        of_target: Scores the first images.
        of_source: Scores the second.
    """
    inputs = [keras.Input(network.input_shape[1:]) for network in (of_target, of_source)]
    scores = keras.layers.Concatenate()([of_target(inputs[0]), of_source(inputs[1])])
    return keras.Model(inputs, scores, name="critics")


class UnpairedTranslation(Translation):
    """Two networks, there and back, with a critic at either end (Zhu et al. 2017, section 3).

    An image that went there and back must be itself (equation 2), which counts 1; one that is there already should stay
    (section 5.2). Nothing here asks that a finding stays what it is: a network can hide it in faint patterns, and
    bring it back from them.

    Args:
        generator: Makes networks from `both`, the first named `THERE`; called twice.
        critic: From `both_critics`.
        whites: The largest value a pixel can have, of images that come in and that go out.
        shares: Of the loss.
        seed: Of batches.
    """

    adversarial_loss: ClassVar[AdversarialLoss] = NonSaturating()

    def figures(self, shares: Shares) -> tuple[str, ...]:
        return ("cycle", "identity") if shares.identity else ("cycle",)

    @property
    def sampler(self) -> keras.Model:
        """The network that leads there alone: the way back is needed for nothing but training."""
        return self._sampler.get_layer(THERE)

    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        shape = steps_per_chunk, batch_size
        source, target = (
            numbered(count, number, shape, seed=2 * self.seed + pile) for pile, count in enumerate(self._counts)
        )
        return source, target

    def _made(self, source: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        made_target, made_source = called(self.generator, [source, target])
        target_again, source_again = called(self.generator, [made_source, made_target])
        cycle = _apart(source_again, source) + _apart(target_again, target)
        loss, figures = cycle, [cycle]
        if self.shares.identity:
            same_target, same_source = called(self.generator, [target, source])
            identity = _apart(same_target, target) + _apart(same_source, source)
            loss, figures = cycle + self.shares.identity * identity, [cycle, identity]
        made = ops.concatenate([flat(made_target), flat(made_source)], axis=1)
        return made, ops.concatenate([flat(target), flat(source)], axis=1), loss, figures

    def _scoring(self, source: Tensor, target: Tensor) -> Callable[[Tensor], Tensor]:
        size = int(np.prod(target.shape[1:]))

        def score(images: Tensor) -> Tensor:
            targets, sources = images[:, :size], images[:, size:]
            shaped: list[Any] = [ops.reshape(part, (-1, *like.shape[1:]))
                                 for part, like in ((targets, target), (sources, source))]  # fmt: skip
            return called(self.critic, shaped)

        return score


def _apart(images: Tensor, others: Tensor) -> Tensor:
    return ops.mean(ops.abs(images - others))
