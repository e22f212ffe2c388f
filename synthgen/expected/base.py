"""What every declaration can do, and what is raised where a value is something else."""

import reprlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from synthgen.errors import SynthgenError


class Unexpected(ValueError):
    """A value is not what was declared. Whoever knows what was read makes an error of it (`refused_as`)."""


@contextmanager
def refused_as(error: type[SynthgenError], before: str = "", after: str = "") -> Iterator[None]:
    """Turns what was not expected into an error of the package.

    Args:
        error: What to raise instead.
        before: First words of its message, such as the file's name.
        after: Last words: the way out.
    """
    try:
        yield
    except Unexpected as unexpected:
        raise error(f"{before}{unexpected}{after}") from unexpected


def agree(condition: bool, message: str) -> None:
    """Makes sure that values which are right one by one agree with each other.

    Args:
        condition: Whether they do.
        message: Where they stand and what was expected.

    Raises:
        Unexpected: If they do not.
    """
    if not condition:
        raise Unexpected(message)


def said(value: Any) -> str:
    """Returns a value in a few words, whatever it is and however large.

    Example:
        >>> said({"a": 1}), said([1, 2]), said("x" * 99), said(None)
        ('a mapping', 'a list of 2', "'xxxxxxxxxxxx...xxxxxxxxxxxxx'", 'None')
    """
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return reprlib.repr(value)


class Expected(ABC):
    """What a value must be; written out, it says so."""

    @abstractmethod
    def check(self, value: Any, where: str) -> Any:
        """Returns the value, as a plain type or an array.

        Args:
            value: What was read.
            where: Where it stands, for messages.

        Raises:
            Unexpected: If it is something else.
        """

    def holds(self, value: Any) -> bool:
        """Returns whether a value is as expected.

        Example:
            >>> from synthgen.expected import Quantity
            >>> Quantity(least=0).holds(2), Quantity(least=0).holds("2"), Quantity().holds(True)
            (True, False, False)
        """
        try:
            self.check(value, "")
        except Unexpected:
            return False
        return True

    def refusal(self, value: Any, where: str) -> Unexpected:
        """Returns what to raise for a value that is something else; arguments as for `check`."""
        return Unexpected(f"{where}: expected {self}. Received {said(value)}.")
