"""What arrays must be, as nested lists of JSON or as arrays of a file whose header is looked at first."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from synthgen.expected.base import Expected, Unexpected
from synthgen.expected.plain import MOST_NUMBER

MOST_WEIGHT = 1e6
"""Of a network, in absolute terms: beyond, a few layers leave the range of single precision."""

SUM_TOLERANCE = 1e-4
"""By which shares may miss one: they were divided, rounded and kept in single precision."""

Axis = int | Sequence[int] | None
"""A length, several allowed ones, or None for any."""


class Array(Expected):
    """Finite numbers in so many rows and columns.

    Args:
        axes: Length of each axis.
        least: Smallest number.
        most: Largest number.
        dtype: Type as it stands in a file of arrays; None: of JSON, where whole numbers count as numbers.
        whole: Whether numbers have no digits behind the point.
        rising: Whether each is at least the one before it.
        distinct: Whether they are all different.
        sums_to_one: Whether they are shares of a whole.
    """

    def __init__(
        self, *axes: Axis, least: float = -MOST_NUMBER, most: float = MOST_NUMBER, dtype: str | None = None,
        whole: bool = False, rising: bool = False, distinct: bool = False, sums_to_one: bool = False,
    ) -> None:  # fmt: skip
        self.axes = axes
        self.least, self.most = least, most
        self.dtype = dtype
        self.whole, self.rising, self.distinct, self.sums_to_one = whole, rising, distinct, sums_to_one

    @property
    def longest(self) -> tuple[int, ...]:
        """Most that each axis can be; for axes that may be of any length, nothing is said."""
        return tuple(axis if isinstance(axis, int) else max(axis) for axis in self.axes if axis is not None)

    def check(self, value: Any, where: str) -> np.ndarray:
        array = value if isinstance(value, np.ndarray) else _of_lists(value, len(self.axes))
        if array is None:
            raise self.refusal(value, where)
        read = array is value
        self.check_header(array.shape, array.dtype if read or not self.dtype else np.dtype(self.dtype), where)
        self._check_numbers(array, where)
        return array.astype(self.dtype or (np.int64 if self.whole else np.float64))

    def check_header(self, shape: tuple[int, ...], dtype: np.dtype, where: str) -> None:
        """Checks what can be known before any number is read.

        Args:
            shape: Of the array.
            dtype: Of its numbers.
            where: Where it stands, for messages.

        Raises:
            Unexpected: If it is another than expected.
        """
        right = dtype == self.dtype if self.dtype else dtype.kind in ("iu" if self.whole else "iuf")
        fits = len(shape) == len(self.axes) and all(map(_fits, shape, self.axes))
        if not (right or (self.dtype is None and 0 in shape)) or not fits:
            raise Unexpected(f"{where}: expected {self}. Received {dtype} numbers of shape {shape}.")

    def _check_numbers(self, array: np.ndarray, where: str) -> None:
        if not array.size:
            problem = "none" if self.sums_to_one else ""
        elif not (self.least <= array.min() and array.max() <= self.most):  # false for not-a-number too
            problem = "some that are not"
        elif self.rising and (np.diff(array) < 0).any():
            problem = "some that fall"
        elif self.distinct and len(np.unique(array)) < array.size:
            problem = "some twice"
        elif self.sums_to_one and abs(array.sum() - 1) > SUM_TOLERANCE:
            problem = "another sum"
        else:
            problem = ""
        if problem:
            raise Unexpected(f"{where}: expected {self}. Received {problem}.")

    def __str__(self) -> str:
        of = "whole numbers" if self.whole else f"{self.dtype} numbers" if self.dtype else "numbers"
        ends = [f"{words} {end:g}" for words, end in (("at least", self.least), ("at most", self.most))
                if abs(end) < MOST_NUMBER]  # fmt: skip
        shape = ", ".join("any" if axis is None else str(axis) for axis in self.axes)
        sizes = "" if set(self.axes) == {None} else f" of shape ({shape})"
        said = {"rising": self.rising, "distinct": self.distinct, "that sum to one": self.sums_to_one}
        return " ".join([f"{of}{sizes}", *[word for word, is_said in said.items() if is_said], *ends])


def _fits(length: int, axis: Axis) -> bool:
    return axis is None or (length == axis if isinstance(axis, int) else length in axis)


def _of_lists(value: Any, rank: int) -> np.ndarray | None:
    """Nested lists of numbers as an array; None where they are something else, or of unequal lengths."""
    if rank == 0:
        return np.array(value) if type(value) in (int, float) else None
    if not isinstance(value, list | tuple):
        return None
    rows = [value] if rank == 1 else value
    if rank > 2 or any(not isinstance(row, list | tuple) or len(row) != len(rows[0]) for row in rows):
        return None
    if any(set(map(type, row)) - {int, float} for row in rows):  # a truth value is no number, nor is one in quotes
        return None
    try:
        array = np.array(value)
    except OverflowError:
        return None
    if rank == 2 and not len(value):
        array = np.zeros((0, 0))
    return array if array.dtype.kind in "if" else None  # whole numbers beyond 63 bits have no sign, or are objects
