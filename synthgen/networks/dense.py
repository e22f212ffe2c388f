"""Layers that say how much each row has to do with the gradient of their weights, for training under a privacy budget.

The gradient of a dense layer's weights for one row is the outer product of the row's input and of the slope of the loss
at its output, so that its length is the product of theirs: no gradient of a single row is ever made (Goodfellow 2015;
Li et al. 2022, section 4, "ghost clipping").
"""

import keras
from keras import ops

from synthgen.backend import Tensor, per_row


class Dense(keras.layers.Dense):
    """A dense layer whose rows are observed; arguments as Keras' own, but without an activation."""

    def call(self, inputs: Tensor) -> Tensor:
        """Returns (batch, units).

        Args:
            inputs: (batch, features).
        """

        def squares() -> Tensor:
            return ops.sum(ops.square(inputs), axis=1, keepdims=True) + float(self.use_bias)  # (batch, 1)

        return per_row.observed(super().call(inputs), squares)


class RMSNormalization(keras.layers.RMSNormalization):
    """Root-mean-square normalisation whose rows are observed; arguments as Keras' own."""

    def call(self, inputs: Tensor) -> Tensor:
        """Returns (batch, features).

        Args:
            inputs: (batch, features).
        """

        def squares() -> Tensor:
            mean = ops.mean(ops.square(inputs), axis=-1, keepdims=True)
            return ops.square(inputs) / (mean + self.epsilon)

        return per_row.observed(super().call(inputs), squares)
