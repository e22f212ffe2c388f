"""What every column encoder can do."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
import pandas as pd

from synthgen.data.columns import Column
from synthgen.encoding.layout import Block
from synthgen.encoding.reach import Reach
from synthgen.expected import Expected

Kind = TypeVar("Kind", bound=Column)


class ColumnEncoder(ABC, Generic[Kind]):
    """Turns one column into codes and scalars, and back. Stores nothing behind which too few patients stand.

    Args:
        name: The column's name.
        column: What the schema says of it.

    Attributes:
        missing: Whether there is a code for missing values; it is the last one.
    """

    method: ClassVar[str]
    stored: ClassVar[Expected]
    """What `state` returns, as a file must hold it."""
    missing: bool

    def __init__(self, name: str, column: Kind) -> None:
        self.name = name
        self.column = column

    @property
    @abstractmethod
    def blocks(self) -> tuple[Block, ...]:
        """Blocks of the layout: one code block, then at most one scalar."""

    @property
    @abstractmethod
    def shares(self) -> np.ndarray:
        """Share of the training rows at each code, (codes,)."""

    @abstractmethod
    def encode(self, series: pd.Series, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Returns codes (rows,) int32 and scalars (rows, 0 or 1) float32.

        Args:
            series: (rows,); may hold values that were not there in training.
            rng: For values that stand for a whole range; each draw is for all rows, in their order, so that a row has
                its own whatever the others hold.
        """

    @abstractmethod
    def decode(self, codes: np.ndarray, scalars: np.ndarray, rng: np.random.Generator) -> pd.Series:
        """Returns values of the schema's type, (rows,).

        Args:
            codes: (rows,) integers in [0, codes).
            scalars: (rows, 0 or 1) in [-1, 1].
            rng: For codes that stand for more than one value.
        """

    @property
    def reach(self) -> Reach | None:
        """Where decoded values can lie; None where they have no order."""
        return None

    def line(self, series: pd.Series) -> np.ndarray:
        """Returns values of an ordered column as numbers, as `reach` counts them; NaN where missing, (rows,)."""
        return pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)

    def written(self, number: float) -> str:
        """Returns a number of `reach` as people write it."""
        return f"{number:.10g}"

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Returns every value taken from the data: arrays, lists, numbers and strings."""

    @classmethod
    @abstractmethod
    def from_state(cls, name: str, column: Kind, state: dict[str, Any]) -> Self:
        """Returns the encoder that `state` described.

        Args:
            name: The column's name.
            column: What the schema says of it.
            state: What was read from a file; may be anything.

        Raises:
            Unexpected: If it is not what such an encoder holds, or cannot be shown in a column of this type.
        """
