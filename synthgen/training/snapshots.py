"""A copy of everything that training changes, to go back to."""

from collections.abc import Sequence

import keras
import numpy as np


def variables_of(model: keras.Model) -> list[keras.Variable]:
    """Returns all that a run changes: weights, what the optimizers know, seeds, the counter of chunks.

    Args:
        model: A `ChunkedModel`, compiled.
    """
    return [*model.variables, *(variable for optimizer in model.optimizers for variable in optimizer.variables)]


class Snapshot:
    """A copy of a model's weights and optimizers as they are now.

    Not of the counter of chunks: who goes back sees other batches and other noise from there on.

    Args:
        model: A `ChunkedModel`.
        without: Variables that are left as they are, such as the scale of the learning rate.
    """

    def __init__(self, model: keras.Model, *, without: Sequence[keras.Variable]) -> None:
        left = {id(variable) for variable in (model.chunk_counter, *without)}
        self._variables = [variable for variable in variables_of(model) if id(variable) not in left]
        self._values = [np.array(variable.numpy()) for variable in self._variables]

    def restore(self) -> None:
        """Gives all of them their values back."""
        for variable, value in zip(self._variables, self._values, strict=True):
            variable.assign(value)
