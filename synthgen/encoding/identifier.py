"""Identifiers made anew: in the column's pattern, each once, none remembered."""

import math
import re
import string

import numpy as np
import pandas as pd

from synthgen.data.columns import Identifier
from synthgen.errors import SchemaError

_CLASSES = {
    "[0-9]": string.digits,
    "[1-9]": string.digits[1:],
    "[A-Z]": string.ascii_uppercase,
    "[a-z]": string.ascii_lowercase,
    "[0-9a-f]": string.hexdigits[:16],
    "[A-Za-z0-9]": string.ascii_letters + string.digits,
}
_TOKEN = re.compile(r"(\[[^\]]+\])(?:\{(\d+)(?:,(\d+))?\})?|\\(.)|(.)")


def alphabet(pattern: str) -> list[str]:
    """Returns what may stand at each position of an identifier; a run of variable length takes its longest.

    Args:
        pattern: Literal characters and classes with counts.

    Raises:
        SchemaError: If the pattern holds a class that is not supported.

    Example:
        >>> alphabet("P-[0-9]{2}")
        ['P', '-', '0123456789', '0123456789']
    """
    positions = []
    for found in _TOKEN.finditer(pattern):
        group, low, high, escaped, literal = found.groups()
        if group is None:
            positions.append(escaped or literal)
        elif group in _CLASSES:
            positions += [_CLASSES[group]] * int(high or low or 1)
        else:
            raise SchemaError(f"Identifier pattern {pattern!r}: expected classes {list(_CLASSES)}. Received {group!r}.")
    return positions


def identifiers(column: Identifier, *, first: int, num_rows: int, seed: int) -> pd.Series:
    """Returns new identifiers: rows `first`, `first + 1`, ... of an endless list without repetition.

    Row i gets the number (a * i + b) modulo the size of the pattern's space, spelled in the pattern, with a and b drawn
    from the seed: distinct without remembering what was given out. Real identifiers are not known here; a new one can
    equal a real one only by the chance that any random number has. Where the pattern has too little room, its last run
    of digits grows.

    Args:
        column: What the schema says.
        first: Position of the first row, at least 0.
        num_rows: At least 0.
        seed: Of the whole list.
    """
    positions = alphabet(column.pattern)
    while math.prod(map(len, positions)) < 1_000 * (first + num_rows):
        positions.append(string.digits)
    space = math.prod(map(len, positions))
    rng = np.random.default_rng(seed)
    factor, shift = (int.from_bytes(rng.bytes(32), "big") % space for _ in range(2))
    while math.gcd(factor, space) != 1:
        factor += 1
    made = [_spell((factor * row + shift) % space, positions) for row in range(first, first + num_rows)]
    if column.dtype.lower().startswith(("int", "uint", "float")):
        return pd.Series(made, dtype=object).map(int).astype(pd.api.types.pandas_dtype(column.dtype))
    return pd.Series(made, dtype=column.dtype if column.dtype != "category" else object)


def _spell(number: int, positions: list[str]) -> str:
    letters = []
    for characters in reversed(positions):
        number, place = divmod(number, len(characters))
        letters.append(characters[place])
    return "".join(reversed(letters))
