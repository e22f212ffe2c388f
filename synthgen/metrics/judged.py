"""What every kind's metrics are given: train, synthetic, holdout, with seeded samples and answers computed once."""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from synthgen.data.kind import Kind, Words

Integers = NDArray[np.int64]


class Whose(Protocol):
    """Rows, images or whatever is judged: so many of them, each a patient's."""

    @property
    def patients(self) -> Integers:
        """Whose each is, (things,) as numbers."""

    def __len__(self) -> int: ...

    def take(self, places: Integers, /) -> Self:
        """Returns those at the given positions."""


Held = TypeVar("Held", bound=Whose)
Answer = TypeVar("Answer")


@dataclass(frozen=True, eq=False, kw_only=True)
class Judged(ABC, Generic[Held]):
    """What a metric is given; a kind of data adds what its metrics need.

    Args:
        train: What the synthetic data was made from.
        synthetic: What is judged.
        holdout: Real data that the maker never saw, or None.
        seed: For every sample.
    """

    kind: ClassVar[type[Kind[Any]]]
    """Of data."""

    train: Held
    synthetic: Held
    holdout: Held | None
    seed: int = 0
    _answers: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def words(self) -> Words:
        """What sentences call it."""
        return self.kind.words

    @property
    @abstractmethod
    def most(self) -> int:
        """Things on each side in metrics that train a model or search neighbours."""

    def random(self, purpose: str) -> np.random.Generator:
        """Returns the generator for one purpose, so that no metric's chance depends on which others run."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    def sample(self, held: Held, most: int, *, purpose: str) -> Held:
        """Returns at most so many, drawn without replacement, or all where there are no more."""
        if len(held) <= most:
            return held
        return held.take(np.sort(self.random(purpose).choice(len(held), most, replace=False)))

    def once(self, name: str, answer: Callable[[], Answer]) -> Answer:
        """Returns `answer()`, computed once for all metrics that share it under `name`."""
        if name not in self._answers:
            self._answers[name] = answer()
        return self._answers[name]


def halves(patients: Integers, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Returns the positions of two halves of the patients' rows.

    Example:
        >>> first, second = halves(np.array([0, 0, 1, 1]), np.random.default_rng(0))
        >>> sorted([first.tolist(), second.tolist()])
        [[0, 1], [2, 3]]
    """
    known, codes = np.unique(patients, return_inverse=True)
    chosen = np.isin(codes, random.permutation(len(known))[: (len(known) + 1) // 2])
    return np.flatnonzero(chosen), np.flatnonzero(~chosen)
