"""What every generative model is: it draws encoded rows, and keeps what it needs for that as arrays."""

from abc import ABC, abstractmethod

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout


class GenerativeModel(ABC):
    """A model of the rows of one encoded table. Knows the layout, never a frame.

    Attributes:
        layout: Of the rows.
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
        """Takes back what `weights_to_keep` returned."""

    def state(self) -> dict[str, np.ndarray]:
        """Returns arrays taken from the data, beside the weights, that `draw` needs."""
        return {}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Takes back what `state` returned."""
