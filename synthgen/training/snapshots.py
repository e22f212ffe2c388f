"""A copy of everything that training changes, to go back to."""

from collections.abc import Sequence

import keras
import numpy as np


class Snapshot:
    """A copy of a model's weights and optimizers as they are now.

    Not of the counter of chunks: who goes back sees other batches and other noise from there on.

    Args:
        model: A `ChunkedModel`.
        without: Variables that are left as they are, such as the scale of the learning rate.
    """

    def __init__(self, model: keras.Model, *, without: Sequence[keras.Variable]) -> None:
        left = {id(variable) for variable in (model.chunk_counter, *without)}
        own = [variable for variable in model.variables if id(variable) not in left]
        self._variables = own + [variable for optimizer in model.optimizers for variable in optimizer.variables]
        self._values = [np.array(variable.numpy()) for variable in self._variables]

    def restore(self) -> None:
        """Gives all of them their values back."""
        for variable, value in zip(self._variables, self._values, strict=True):
            variable.assign(value)
