"""Pairs of columns that say when a row begins and when it ends."""

from collections.abc import Sequence

import pandas as pd

from synthgen.data.records.inference.names import plain

PAIRS = (("start", "end"), ("start", "stop"), ("begin", "end"), ("begin", "finish"), ("admit", "disch"),
         ("admit", "discharge"), ("opened", "closed"),
         ("admission", "discharge"), ("admitted", "discharged"), ("in", "out"), ("from", "to"), ("st", "en"),
         ("first", "last"), ("reg", "out"), ("onset", "resolution"), ("stdtc", "endtc"))  # fmt: skip
"""Words in which the names of beginning and end differ."""

OFTEN = 0.95
"""Share of the rows in which the end is not before the beginning."""


def find_intervals(times: dict[str, pd.Series]) -> list[tuple[str, str]]:
    """Returns pairs of beginning and end, in the order of the columns.

    Args:
        times: Columns of time as numbers that can be compared: (rows,) each.
    """
    return [(start, end) for start in times for end in times
            if start != end and _are_named_so(start, end) and _follow(times[start], times[end])]  # fmt: skip


def _are_named_so(start: str, end: str) -> bool:
    one, other = plain(start), plain(end)
    return any(first in one and _swapped(one, first, last, other) for first, last in PAIRS)


def _swapped(one: str, first: str, last: str, other: str) -> bool:
    """Whether a name becomes the other where one word is put for another."""
    places = [place for place in range(len(one)) if one.startswith(first, place)]
    return any(one[:place] + last + one[place + len(first) :] == other for place in places)


def _follow(start: pd.Series, end: pd.Series) -> bool:
    known = start.notna() & end.notna()
    return bool(known.any()) and float((end[known] >= start[known]).mean()) >= OFTEN


def interval_of(order: Sequence[str], intervals: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Returns the pair that rows last: the one that begins when they are ordered by, or else the first.

    Args:
        order: Columns by which rows follow each other.
        intervals: All pairs.
    """
    of_order = [pair for pair in intervals if pair[0] in order]
    return next(iter([*of_order, *intervals]), ())
