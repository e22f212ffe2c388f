"""What every generative model is: a keras.Model that trains on a resident encoded table and draws encoded rows."""

from abc import abstractmethod

import keras
import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout


class GenerativeModel(keras.Model):
    """A model of the rows of one encoded table.

    Trains under Keras' own `fit`: one Keras step is a chunk of training steps compiled into one program. Knows the
    layout, never a frame.

    Args:
        layout: Of the rows.
        seed: Of everything random in training.

    Attributes:
        chunk_counter: Chunks of steps trained so far in the whole run, interruptions and recoveries included.
    """

    chunk_counter: keras.Variable

    def __init__(self, layout: Layout, *, seed: int) -> None:
        super().__init__()
        self.layout = layout
        self.seed = seed

    @property
    @abstractmethod
    def learns_conditions(self) -> bool:
        """Whether `draw` can be told the values of some columns."""

    @property
    @abstractmethod
    def copies_known(self) -> bool:
        """Whether known columns come back exactly as told."""

    @abstractmethod
    def release(self) -> None:
        """Lets go of the training rows."""

    @abstractmethod
    def prepare(self, table: EncodedTable) -> None:
        """Puts the training rows on the device."""

    @abstractmethod
    def chunk(self, number: int, *, batch_size: int, steps_per_chunk: int) -> tuple[np.ndarray, ...]:
        """Returns what a chunk of steps needs from the host; the same for the same number.

        Args:
            number: Of the chunk in the whole run.
            batch_size: Rows a step.
            steps_per_chunk: Steps.
        """

    @abstractmethod
    def refresh_sampler(self) -> None:
        """Brings the weights that `draw` uses up to date with training (the moving average, where there is one)."""

    @property
    @abstractmethod
    def optimizers(self) -> list[keras.Optimizer]:
        """All optimizers of the run."""

    @property
    @abstractmethod
    def sampler(self) -> keras.Model:
        """The network that `draw` uses; its weights are what a model file keeps."""

    @abstractmethod
    def draw(
        self,
        num_rows: int,
        *,
        rng: np.random.Generator,
        known: EncodedTable | None = None,
        mask: np.ndarray | None = None,
    ) -> EncodedTable:
        """Draws rows.

        Args:
            num_rows: At least 0.
            rng: Source of chance. The same generator state gives the same rows.
            known: Values of known columns, `num_rows` rows; None: nothing is known.
            mask: (num_rows, columns) booleans, True where `known` is to be believed.
        """

    def state(self) -> dict[str, np.ndarray]:
        """Returns arrays taken from the data, beside the weights, that `draw` needs."""
        return {}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Takes back what `state` returned."""
