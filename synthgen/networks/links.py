"""Links: what the blocks drawn so far say about the next.

A generator that draws its blocks apart must put everything that columns have to do with each other into its noise, and
near-certain raw outputs at that: where two columns say the same thing twice, each is drawn by chance of its own. With
links a block's raw outputs are its own plus a linear function of the blocks drawn before it, so that the row comes
together as in an autoregressive model, whose terms are pairs of columns.
"""

from typing import Any

from keras import layers

from synthgen.backend import Tensor


class Links(layers.Layer):
    """Holds the weights; passes raw outputs through. The heads that draw from the outputs apply them.

    Goes behind the last layer of a generator, so that they train, are averaged and saved with it.
    """

    def build(self, input_shape: Any) -> None:
        """Makes the weights, zero at first: row by feature that speaks, column by feature that listens.

        Args:
            input_shape: (batch, features).
        """
        size = input_shape[-1]
        self.kernel = self.add_weight(shape=(size, size), initializer="zeros", name="links")

    def call(self, inputs: Tensor) -> Tensor:
        """Returns raw outputs as they came.

        Args:
            inputs: (batch, features).
        """
        return inputs
