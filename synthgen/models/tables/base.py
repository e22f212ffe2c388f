"""What every generative model is: it draws encoded rows, and keeps what it needs for that as arrays."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.expected import Array, Fields


class GenerativeModel(ABC):
    """A model of the rows of one encoded table. Knows the layout, never a frame.

    Attributes:
        layout: Layout of the encoded rows.
    """

    layout: Layout

    @property
    @abstractmethod
    def learns_conditions(self) -> bool:
        """Whether `draw` can be told the values of some columns."""

    @property
    @abstractmethod
    def copies_known(self) -> bool:
        """Whether known columns come back exactly as told."""

    @abstractmethod
    def draw(
        self,
        num_rows: int,
        *,
        rng: np.random.Generator,
        known: EncodedTable | None = None,
        mask: np.ndarray | None = None,
        excluded: np.ndarray | None = None,
    ) -> EncodedTable:
        """Draws rows.

        Args:
            num_rows: At least 0.
            rng: Source of chance. The same generator state gives the same rows.
            known: Values of known columns, `num_rows` rows; None: nothing is known.
            mask: (num_rows, columns) booleans, True where `known` is to be believed.
            excluded: (features,) booleans, True where a category must not be drawn; known ones stay. Only for models
                that copy known columns.
        """

    @abstractmethod
    def weights_to_keep(self) -> list[np.ndarray]:
        """Returns the weights of the network that draws; none where a model has no network."""

    @abstractmethod
    def take_weights(self, weights: list[np.ndarray]) -> None:
        """Takes back what `weights_to_keep` returned.

        Args:
            weights: Each as `expected_weights` says.

        Raises:
            Unexpected: If they do not agree with each other.
        """

    @abstractmethod
    def expected_weights(self) -> list[Array]:
        """Returns what the weights in a file must be, one by one."""

    def state(self) -> dict[str, np.ndarray]:
        """Returns arrays taken from the data, beside the weights, that `draw` needs."""
        return {}

    def restore(self, state: Any) -> None:
        """Takes back what `state` returned.

        Args:
            state: What was read from a file; may be anything.

        Raises:
            Unexpected: If it is not what such a model holds.
        """
        Fields().check(state, "arrays of the model")
