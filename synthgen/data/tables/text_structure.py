"""Whether the lines of a text table are what its header says, before any value is taken from it.

A parser fills a row that is too short with missing values, ends a text at a NUL byte, and joins rows between two stray
quotation marks, all without a word. Here every byte is looked at once, by the rules of RFC 4180: a field that begins
with a quotation mark ends with one, before a separator or the end of the line, and a mark inside it is written twice.
Marks in a field that does not begin with one are signs like any other.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import final

import numpy as np

AT_ONCE = 2**18
"""Bytes that are looked at together, or one row if that is more."""

MOST_KEPT = 100
"""Lines, and cells of several lines, that are kept to be named."""

NEWLINE, QUOTE = 10, 34


@final
@dataclass
class Structure:
    """What the lines of a text table are.

    Args:
        fields: In the header.
        rows: After the header, without blank lines.
        lines: That were looked at.
        empty: Lines without a sign.
        uneven: Rows with more or fewer fields than the header.
        too_many: Of these, rows with more.
        named: Line, from 1, and number of fields of the first of these.
        nul: Line of the first NUL byte.
        stray: Line of the first quotation mark that ends a quoted field in the middle of a field.
        bare: Lines of quotation marks in fields that do not begin with one.
        quoted: Whether there are fields that do.
        unclosed: Line on which a quoted field begins that never ends.
        swallowed: Cells of several lines, each of which has as many fields as the header if it is taken as a row: the
            cell's line, and these rows.
        cut: Whether the last line has no end.
    """

    fields: int = 0
    rows: int = -1
    lines: int = 0
    empty: int = 0
    uneven: int = 0
    too_many: int = 0
    named: list[tuple[int, int]] = field(default_factory=list)
    nul: int | None = None
    stray: int | None = None
    bare: list[int] = field(default_factory=list)
    quoted: bool = False
    unclosed: int | None = None
    swallowed: list[tuple[int, list[list[str]]]] = field(default_factory=list)
    cut: bool = False

    @property
    def torn(self) -> bool:
        """Whether what follows cannot be told any more."""
        return self.nul is not None or self.stray is not None or self.unclosed is not None


def structure_of(pieces: Iterable[bytes], *, separator: str) -> Structure:
    r"""Returns what the lines of a text table are.

    Args:
        pieces: Of the file, in which the separator, quotation marks and line ends are single bytes of ASCII.
        separator: One sign of ASCII.

    Returns:
        The structure, up to where it cannot be told any more.

    Example:
        >>> found = structure_of([b"age,sex\n31,F\n4", b"2\n"], separator=",")
        >>> found.rows, found.uneven, found.named
        (2, 1, [(3, 1)])
    """
    found, held, wanted = Structure(), b"", AT_ONCE
    for piece in _with_one_line_end(pieces):
        held += piece
        if len(held) < wanted:
            continue
        used = _look(held, ord(separator), found)
        if found.torn:
            return found
        held = held[used:]
        wanted = AT_ONCE if used else 2 * len(held)  # one row so far: looked at again when there is twice as much
    found.cut = bool(held) and not held.endswith(b"\n")
    held += b"\n" if found.cut else b""
    used = _look(held, ord(separator), found)
    if used < len(held) and not found.torn:
        found.unclosed = found.lines + 1
    return found


def _with_one_line_end(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Without a byte order mark, all lines ended by a line feed."""
    first, held = True, b""
    for piece in pieces:
        text = held + (piece.removeprefix(b"\xef\xbb\xbf") if first else piece)
        first, held = False, b""
        if b"\r" in text:
            held = b"\r" if text.endswith(b"\r") else b""  # a line feed may follow in the next piece
            text = text.removesuffix(held).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        yield text
    yield held.replace(b"\r", b"\n")


def _look(held: bytes, separator: int, found: Structure) -> int:
    """Takes whole rows of a text that begins with one into account; returns how many bytes they are."""
    text = memoryview(held)[: held.rfind(b"\n") + 1]
    nul = held.find(b"\0", 0, len(text))
    if nul >= 0:
        found.nul = found.lines + held.count(b"\n", 0, nul) + 1
    if nul >= 0 or not text:
        return 0
    data = np.frombuffer(text, np.uint8)
    quotes, others, torn = _structural(data, separator)
    if torn:
        found.stray = found.lines + held.count(b"\n", 0, int(others[-1])) + 1
        return 0
    marks = _outside(np.flatnonzero((data == separator) | (data == NEWLINE)), quotes)
    ends = data[marks] == NEWLINE
    if not ends.any():
        return 0
    rows = _Rows(held, marks[: np.flatnonzero(ends)[-1] + 1], separator, found)
    rows.count()
    used, lines = rows.used, held.count(b"\n", 0, rows.used)
    if lines > np.count_nonzero(rows.is_end) and found.fields > 1:
        rows.find_swallowed(quotes)
    found.quoted |= bool(len(quotes))
    for place in others[others < used][: max(0, MOST_KEPT - len(found.bare))]:
        found.bare.append(found.lines + held.count(b"\n", 0, int(place)) + 1)
    found.lines += lines
    return used


def _structural(data: np.ndarray, separator: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Places of marks that begin and end a field, by turns; of others; whether the last of these tears a field."""
    places = np.flatnonzero(data == QUOTE)
    if not len(places):
        return places, places, False
    before = data[places - 1]
    before[0] = before[0] if places[0] else NEWLINE
    after = data[places + 1]  # there always is a line feed
    known = (separator, NEWLINE, QUOTE)
    if np.isin(before[::2], known).all() and np.isin(after[1::2], known).all():
        return places, places[:0], False  # a mark written twice ends the field and begins it again
    return _one_by_one(places, before.tolist(), after.tolist(), separator)


def _outside(marks: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """Marks that do not lie in a quoted field."""
    if not len(quotes):
        return marks
    places = np.searchsorted(marks, quotes)
    begin, end = places[::2], np.append(places[1::2], np.full(len(quotes) % 2, len(marks)))
    holding = end > begin
    begin, lengths = begin[holding], (end - begin)[holding]
    before = np.cumsum(lengths) - lengths
    return np.delete(marks, np.repeat(begin - before, lengths) + np.arange(lengths.sum()))


def _one_by_one(
    places: np.ndarray, before: list[int], after: list[int], separator: int
) -> tuple[np.ndarray, np.ndarray, bool]:
    """As `_structural`, where some marks are signs like any other."""
    kept, others, inside, number = [], [], False, 0
    while number < len(places):
        if not inside and before[number] in (separator, NEWLINE):
            kept.append(number)
            inside = True
        elif inside and after[number] == QUOTE:
            number += 1  # written twice
        elif inside and after[number] in (separator, NEWLINE):
            kept.append(number)
            inside = False
        else:
            others.append(number)
            if inside:
                break
        number += 1
    return places[kept], places[others], number < len(places)


class _Rows:
    """Whole rows of a text.

    Args:
        text: Begins with a row.
        marks: Places of the separators and line ends between fields.
        separator: As a byte.
        found: What is added to.
    """

    def __init__(self, text: bytes, marks: np.ndarray, separator: int, found: Structure) -> None:
        self.text, self.marks, self.separator, self.found = text, marks, separator, found
        self.used = int(marks[-1]) + 1
        self.data = np.frombuffer(text, np.uint8, self.used)
        self.is_end = self.data[marks] == NEWLINE

    def count(self) -> None:
        """Counts rows, and those with other fields than the header."""
        fields = self.found.fields
        if fields > 1 and len(self.marks) % fields == 0:
            table = self.is_end.reshape(-1, fields)
            if table[:, -1].all() and np.count_nonzero(self.is_end) == len(table):
                self.found.rows += len(table)
                return
        at = np.flatnonzero(self.is_end)
        ends = self.marks[at]
        starts = np.concatenate([[0], ends[:-1] + 1])
        counts = np.diff(at, prepend=-1)
        if not fields:
            lines = (held for held in range(len(ends)) if self.text[starts[held] : ends[held]].strip(b" \t"))
            self.found.fields = int(counts[next(lines, 0)])
        self.found.empty += int((starts == ends).sum())
        rows = ~self._blank(starts, ends, counts)
        self.found.rows += int(rows.sum())
        self._name_uneven(starts[rows], counts[rows])

    def _blank(self, starts: np.ndarray, ends: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """Which lines are no rows: blanks alone are none, unless they may be the value of an only column."""
        blank = starts == ends
        if self.found.fields > 1:
            for place in np.flatnonzero((counts == 1) & ~blank):
                blank[place] = not self.text[starts[place] : ends[place]].strip(b" \t")
        return blank

    def _name_uneven(self, starts: np.ndarray, counts: np.ndarray) -> None:
        other = np.flatnonzero(counts != self.found.fields)
        self.found.uneven += len(other)
        self.found.too_many += int((counts > self.found.fields).sum())
        for place in other[: max(0, MOST_KEPT - len(self.found.named))]:
            self.found.named.append((self._line(int(starts[place])), int(counts[place])))

    def _line(self, place: int) -> int:
        return self.found.lines + self.text.count(b"\n", 0, place) + 1

    def find_swallowed(self, quotes: np.ndarray) -> None:
        """Looks among rows of several lines for those of which each line could be a row.

        Args:
            quotes: Places of the marks that begin and end fields, by turns.
        """
        ends = self.marks[self.is_end]
        lines = np.flatnonzero(self.data == NEWLINE)
        separators = np.add.reduceat(self.data == self.separator, np.concatenate([[0], lines[:-1] + 1]), dtype=np.int64)
        last = np.searchsorted(lines, ends)  # line of each row
        first = np.concatenate([[0], last[:-1] + 1])
        likely = (last > first) & (np.minimum.reduceat(separators, first) >= self.found.fields - 1)
        for row in np.flatnonzero(likely)[: max(0, MOST_KEPT - len(self.found.swallowed))]:
            start = int(lines[first[row] - 1]) + 1 if first[row] else 0
            inside = quotes[np.searchsorted(quotes, start) : np.searchsorted(quotes, ends[row])] - start
            taken = _as_rows(self.text[start : ends[row]], inside.tolist(), chr(self.separator))
            if taken is not None and all(len(one) == self.found.fields for one in taken):
                self.found.swallowed.append((self._line(start), taken))


def _as_rows(row: bytes, quotes: list[int], separator: str) -> list[list[str]] | None:
    """The lines of a row taken as rows: without the quotation marks around its cells of several lines."""
    cells: list[tuple[int, int]] = []
    for begin, end in zip(quotes[::2], quotes[1::2], strict=True):
        if cells and cells[-1][1] == begin - 1:  # a mark written twice
            cells[-1] = (cells[-1][0], end)
        else:
            cells.append((begin, end))
    text = bytearray(row)
    for begin, end in reversed([cell for cell in cells if b"\n" in row[slice(*cell)]]):
        del text[end], text[begin]
    lines = text.decode("latin-1").split("\n")
    try:
        return [next(csv.reader([line], delimiter=separator, strict=True), []) for line in lines]
    except csv.Error:
        return None
