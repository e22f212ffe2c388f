"""Synthesizer: fitted to data, sampled, saved. What all synthesizers share, whatever kind of data they draw.

A draw is cut into parts, and a part is a function of model, seed and itself. So parts can be drawn in any order, and
written as they come: what is drawn does not depend on how.
"""

import os
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from synthgen.data.kinds import kind_of
from synthgen.errors import ConditionError
from synthgen.progress import progress
from synthgen.provenance.digests import digest_of
from synthgen.provenance.receipt import Draw
from synthgen.synthesizers.learner import Learner
from synthgen.synthesizers.sharing import SharedModel
from synthgen.workers.asked import workers_of
from synthgen.workers.workers import Workers

Data = TypeVar("Data")
Asked = TypeVar("Asked")
Taken_contra = TypeVar("Taken_contra", contravariant=True)


@dataclass(frozen=True, eq=False)
class Part(Generic[Asked]):
    """Of what is drawn.

    Args:
        start: Where in the whole it begins.
        size: How many of it.
        asked: What of the request falls into it.
    """

    start: int
    size: int
    asked: Asked


class Writer(Protocol[Taken_contra]):
    """Writes what is drawn as it comes, and knows its digest."""

    def expect(self, parts: Sequence[Part[Any]]) -> None:
        """Is told, before the first comes, which parts will come."""

    def write(self, data: Taken_contra) -> None:
        """Appends a part."""

    def hexdigest(self) -> str:
        """Returns the digest of all parts so far; as `provenance.digests.digest_of` of the whole."""


class Synthesizer(Learner, Generic[Data, Asked]):
    """Learns data and draws synthetic data of the same kind.

    A kind of data fills in how a part is drawn and parts are joined; and, where it can be asked for something or its
    draws are too many for memory, `sample` and `sample_to` with the arguments that mean something to it, `parts`, and
    what receipts say of them.

    Settings are fields of the family, a dataclass; see `Parameters`.
    """

    counted: ClassVar[str]
    """Argument of `sample` that says how many, for messages: "num_rows"."""

    most: ClassVar[int] = 1_000
    """Size of a part, unless the kind cuts in a way of its own."""

    _samples_drawn = 0

    def sample(self, number: int, *args: Any, **asked: Any) -> Data:
        """Draws synthetic data.

        Args:
            number: How many, at least 0.
            args: None.
            asked: What the kind of data takes, and seed, workers and verbose.

        Raises:
            NotFittedError: Before `fit`.
            ConditionError: If it cannot be asked for, or not of several workers.
        """
        return self._sample(number, *args, **{"seed": None, "verbose": True} | asked)

    def sample_to(self, path: str | os.PathLike[str], number: int, *args: Any, **asked: Any) -> str:
        """Draws synthetic data into a file or folder, and returns its digest.

        In constant memory, where the kind writes part by part; here at once.

        Args:
            path: Appears when all is written.
            number: How many, at least 0.
            args: None.
            asked: See `sample`.

        Raises:
            WriteError: If the path cannot be written; before anything is drawn, where the kind has a writer.
        """
        drawn = self.sample(number, *args, **asked)
        kind_of(drawn).write(drawn, path)
        return digest_of(drawn)

    def parts(self, number: int, seed: int, *args: Any, **asked: Any) -> Sequence[Part[Asked]]:
        """Returns the parts of a draw, in their order; at least one, each as large as memory should hold at a time.

        Args:
            number: How many are drawn.
            seed: Of the draw.
            args: None.
            asked: Arguments of `sample` beside number and seed; checked here.

        Raises:
            ConditionError: If it cannot be asked for.
        """
        self._require_nothing(asked)
        return [Part(start, min(self.most, number - start), asked) for start in range(0, max(number, 1), self.most)]  # type: ignore[arg-type]

    @abstractmethod
    def draw(self, part: Part[Asked], seed: int, memory: Any = None) -> Data:
        """Draws a part: a function of model, seed and part.

        Args:
            part: From `parts`.
            seed: Of the draw.
            memory: Where parts depend on each other, what `memory` returned, told of all earlier parts.
        """

    @abstractmethod
    def join(self, drawn: Sequence[Data]) -> Data:
        """Returns parts as one whole.

        Args:
            drawn: All parts, in their order.
        """

    def categories(self) -> dict[str, list[Any]]:
        """Returns the values that can be asked for, of each column that has such."""
        return {}

    def asked_by(self, draw: Draw) -> dict[str, Any]:
        """Returns the arguments of `sample`, beside number and seed, by which a receipt's draw is drawn again.

        Args:
            draw: Of a receipt.
        """
        del draw
        return {}

    def as_draw(self, number: int, seed: int, *args: Any, **asked: Any) -> Draw:
        """Returns what a receipt says of a draw.

        Args:
            number: How many.
            seed: Of the draw.
            args: None.
            asked: Arguments of `sample`.

        Raises:
            ConditionError: If a receipt cannot say it.
        """
        self._require_nothing(asked)
        return Draw(rows=number, seed=seed)

    def written_as(self, path: Any) -> dict[str, Any]:
        """Returns the arguments of `sample_to` that make a file or folder like one that is there.

        Args:
            path: Of what is there.
        """
        del path
        return {}

    def memory(self) -> Any:
        """Returns what a part must know of those before it, nothing told yet; None: parts are independent."""
        return None

    @property
    def independent_parts(self) -> bool:
        """Whether parts can be drawn in any order, by anybody, with the same result."""
        return self.memory() is None

    def _require_nothing(self, asked: Mapping[str, Any]) -> None:
        named = [name for name, value in asked.items() if value]
        if named:
            raise ConditionError(f"{self.family} draws what it has learned and nothing else. Leave out: {named}.")

    def next_seed(self) -> int:
        """Returns the seed of the next sample that is given none; another each time, all of them from `seed`."""
        return int(np.random.default_rng([self.seed, 4, self._samples_drawn]).integers(2**31))

    def note_settings(self) -> None:
        super().note_settings()
        self._samples_drawn = 0

    def _cut(self, number: int, *, seed: int | None, asked: Mapping[str, Any]) -> tuple[Sequence[Part[Asked]], int]:
        """Parts of what is asked for, and the seed that they are drawn with."""
        self.fitted()
        self.check_draw(number, seed, name=self.counted)
        seed = self.next_seed() if seed is None else seed
        parts = self.parts(number, seed, **asked)
        self._samples_drawn += 1
        return parts, seed

    def _asked_of(self, workers: int | Workers) -> Workers:
        """Who draws, where that can be: before anything is drawn or written."""
        who = workers_of(workers)
        if who.apart and not self.independent_parts:
            raise ConditionError(
                f"What this {self.family} draws depends on what it drew before, as where a constraint forbids that "
                "something comes again. So one process draws all of it: leave workers out."
            )
        return who

    def _drawn(self, parts: Sequence[Part[Asked]], who: Workers, *, seed: int, verbose: bool) -> Iterator[Data]:
        """Parts in their order, drawn by who is to."""
        memory = self.memory()
        tasks = [(part, seed, memory) for part in parts]
        with closing(who.map(_draw, tasks, shared=SharedModel(self))) as drawn:
            yield from progress(drawn, "Sampling", verbose and len(parts) > 1, total=len(parts))

    def _sample(
        self, number: int, *, seed: int | None, verbose: bool, workers: int | Workers = 1, **asked: Any
    ) -> Data:
        """Draws as many as memory holds."""
        who = self._asked_of(workers)
        parts, seed = self._cut(number, seed=seed, asked=asked)
        return self.join(list(self._drawn(parts, who, seed=seed, verbose=verbose)))

    def _sample_to(
        self,
        writer: AbstractContextManager[Writer[Data]],
        number: int,
        *,
        seed: int | None,
        verbose: bool,
        workers: int | Workers,
        **asked: Any,
    ) -> str:
        """Draws into a writer, in constant memory; returns the digest of what was drawn."""
        who = self._asked_of(workers)
        with writer as opened:
            parts, seed = self._cut(number, seed=seed, asked=asked)
            opened.expect(parts)
            for drawn in self._drawn(parts, who, seed=seed, verbose=verbose):
                opened.write(drawn)
        return opened.hexdigest()


def _draw(synthesizer: Synthesizer[Data, Asked], task: tuple[Part[Asked], int, Any]) -> Data:
    return synthesizer.draw(*task)
