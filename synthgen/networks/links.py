"""Links: what the blocks drawn so far say about the next.

A generator that draws its blocks apart must put everything that columns have to do with each other into its noise, and
near-certain raw outputs at that: where two columns say the same thing twice, each is drawn by chance of its own. With
links a block's raw outputs are its own plus a function of the blocks drawn before it, so that the row comes together as
in an autoregressive model: a linear function, whose terms are pairs of columns, and a hidden layer that all blocks
share (NADE, Larochelle and Murray 2011), whose input grows with the row.
"""

from typing import Any

import keras
from keras import layers, ops

from synthgen.backend import Tensor


class Links(layers.Layer):
    """Holds the weights; passes raw outputs through. The heads that draw from the outputs apply them.

    Goes behind the last layer of a generator, so that they train, are averaged and saved with it.

    Args:
        hidden_width: Of the hidden layer.
        seed: Of the starting weights; whatever they are, links say nothing at first.
    """

    def __init__(self, *, hidden_width: int, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hidden_width = hidden_width
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        """Makes the weights.

        Args:
            input_shape: (batch, features).
        """
        size, width = input_shape[-1], self.hidden_width
        start = keras.initializers.RandomNormal(stddev=0.3, seed=self.seed)
        # of the direct links row is the feature that speaks, column the one that listens
        self.direct = self.add_weight(shape=(size, size), initializer="zeros", name="direct")
        self.inward = self.add_weight(shape=(size, width), initializer=start, name="inward")
        self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")
        self.outward = self.add_weight(shape=(width, size), initializer="zeros", name="outward")

    def call(self, inputs: Tensor) -> Tensor:
        """Returns raw outputs as they came.

        Args:
            inputs: (batch, features).
        """
        return inputs

    def get_config(self) -> dict[str, Any]:
        """Returns the arguments, for copies of a network that holds links."""
        return super().get_config() | {"hidden_width": self.hidden_width, "seed": self.seed}

    def begin(self) -> "RowSoFar":
        """Returns rows of which nothing is drawn yet."""
        return RowSoFar(self)


class RowSoFar:
    """Rows that are being drawn, block by block, and what they say about the next block.

    Args:
        links: The weights.
    """

    def __init__(self, links: Links) -> None:
        self._links = links
        self._blocks: list[Tensor] = []
        self._hidden: Tensor = ops.convert_to_tensor(links.bias)  # (width,), later (batch, width)

    def add(self, drawn: Tensor, start: int) -> None:
        """Takes the next block.

        Args:
            drawn: (batch, size).
            start: First of its features.
        """
        self._blocks.append(drawn)
        self._hidden += ops.matmul(drawn, self._links.inward[start : start + drawn.shape[1]])

    def says(self, start: int, size: int) -> Tensor | float:
        """Returns what to add to the raw outputs of the next block, (batch, size).

        Args:
            start: First of its features.
            size: Number of features.
        """
        if not self._blocks:
            return 0.0
        told, listens = ops.concatenate(self._blocks, axis=1), slice(start, start + size)
        return ops.matmul(told, self._links.direct[:start, listens]) + ops.matmul(
            ops.silu(self._hidden), self._links.outward[:, listens]
        )
