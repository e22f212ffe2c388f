"""What plain types must be: those of JSON and YAML, and NumPy's own numbers."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any

import numpy as np

from synthgen.errors import did_you_mean
from synthgen.expected.base import Expected, Unexpected, said

MOST_NUMBER = 8e307
"""Nearly half of what a float can hold, so that the distance of any two numbers is finite."""

LONGEST_TEXT = 100_000
"""Characters of a name, a category or a note."""


@dataclass(frozen=True)
class Anything(Expected):
    """Whatever it is: somebody else checks it."""

    def check(self, value: Any, where: str) -> Any:
        return value

    def __str__(self) -> str:
        return "anything"


@dataclass(frozen=True)
class Flag(Expected):
    """True or false."""

    def check(self, value: Any, where: str) -> bool:
        if not isinstance(value, bool | np.bool_):
            raise self.refusal(value, where)
        return bool(value)

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True, kw_only=True)
class Quantity(Expected):
    """A finite number, never a truth value.

    Args:
        least: Smallest one.
        most: Largest one.
        above: Number that must be exceeded.
        whole: Whether it has no digits behind the point.
    """

    least: float = -MOST_NUMBER
    most: float = MOST_NUMBER
    above: float = -math.inf
    whole: bool = False

    def check(self, value: Any, where: str) -> Any:
        wanted = Integral if self.whole else Real
        if not isinstance(value, wanted) or isinstance(value, bool | np.bool_):
            raise self.refusal(value, where)
        if not (self.least <= value <= self.most and value > self.above):  # type: ignore[operator]
            raise self.refusal(value, where)
        return value.item() if isinstance(value, np.generic) else value

    def __str__(self) -> str:
        ends = {"of at least": self.least, "above": self.above, "of at most": self.most}
        stated = [f"{words} {end:g}" for words, end in ends.items() if abs(end) < MOST_NUMBER]
        kind = "a whole number" if self.whole else "a number" if stated else "a finite number"
        return " ".join([kind, " and ".join(stated)]).strip()


@dataclass(frozen=True)
class Characters(Expected):
    """Text, no longer than it may be.

    Args:
        longest: How many at most.
    """

    longest: int = LONGEST_TEXT

    def check(self, value: Any, where: str) -> str:
        if not isinstance(value, str) or len(value) > self.longest:
            raise self.refusal(value, where)
        return str(value)

    def __str__(self) -> str:
        return "text" if self.longest == LONGEST_TEXT else f"text of at most {self.longest} characters"


@dataclass(frozen=True)
class OneOf(Expected):
    """A word of a list.

    Args:
        words: All of them.
    """

    words: tuple[str, ...]

    def check(self, value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in self.words:
            near = did_you_mean(value[:99], self.words) if isinstance(value, str) else ""
            raise Unexpected(f"{self.refusal(value, where)}{near}")
        return str(value)

    def __str__(self) -> str:
        return f"one of {', '.join(self.words)}"


@dataclass(frozen=True)
class Value(Expected):
    """What a cell can hold: text, a finite number, true or false."""

    def check(self, value: Any, where: str) -> Any:
        plain = value.item() if isinstance(value, np.generic) else value
        known = isinstance(plain, bool | int) or Characters().holds(plain) or Quantity().holds(plain)
        if not known:
            raise self.refusal(value, where)
        return plain

    def __str__(self) -> str:
        return "text, a finite number, true or false (a date stands in quotes)"


@dataclass(frozen=True)
class Maybe(Expected):
    """Something, or nothing.

    Args:
        expected: Unless it is None.
    """

    expected: Expected

    def check(self, value: Any, where: str) -> Any:
        return None if value is None else self.expected.check(value, where)

    def __str__(self) -> str:
        return f"{self.expected}, or nothing"


@dataclass(frozen=True, kw_only=True)
class Each(Expected):
    """A list.

    Args:
        of: What each of its items must be.
        least: Items, at least.
        most: Items, at most.
    """

    of: Expected
    least: int = 0
    most: int = 10_000_000

    def check(self, value: Any, where: str) -> list[Any]:
        if not isinstance(value, list | tuple) or not self.least <= len(value) <= self.most:
            raise self.refusal(value, where)
        return [self.of.check(item, f"{where}[{place}]") for place, item in enumerate(value)]

    def __str__(self) -> str:
        count = f" of {self.least}" if self.least == self.most else f" of at least {self.least}" if self.least else ""
        return f"a list{count}, each {self.of}"


@dataclass(frozen=True)
class ByName(Expected):
    """A mapping of names that nobody knows beforehand.

    Args:
        of: What each name must stand for.
    """

    of: Expected

    def check(self, value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise self.refusal(value, where)
        for name in value:
            Characters().check(name, f"{where}: a name")
        return {name: self.of.check(item, f"{where}: {name[:60]}") for name, item in value.items()}

    def __str__(self) -> str:
        return f"a mapping, each name to {self.of}"


@dataclass(frozen=True)
class Fields(Expected):
    """A mapping of names that are known.

    Args:
        needed: What must be there.
        optional: What may be there.
        others: Whether there may be more, which is handed back as it came.
    """

    needed: Mapping[str, Expected] = field(default_factory=dict)
    optional: Mapping[str, Expected] = field(default_factory=dict)
    others: bool = False

    def check(self, value: Any, where: str) -> dict[str, Any]:
        known = {**self.needed, **self.optional}
        if not isinstance(value, Mapping):
            raise self.refusal(value, where)
        for name in value:
            if name not in known and not self.others:
                near = did_you_mean(name[:99], known) if isinstance(name, str) else ""
                there = ", ".join(known) or "none"
                raise Unexpected(f"{where}: there is no entry {said(name)}.{near} Expected {there}.")
        absent = [name for name in self.needed if name not in value]
        if absent:
            raise Unexpected(f"{where}: expected {self}. It lacks {', '.join(absent)}.")
        return {name: known[name].check(item, f"{where}: {name}") if name in known else item
                for name, item in value.items()}  # fmt: skip

    def __str__(self) -> str:
        return f"a mapping of {', '.join([*self.needed, *self.optional]) or 'nothing'}"
