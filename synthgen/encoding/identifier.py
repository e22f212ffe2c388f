"""Identifiers made anew: in the column's pattern, each once, none remembered."""

import bisect
import math

import numpy as np
import pandas as pd

from synthgen.data.columns import Identifier
from synthgen.data.dtypes import sort_of
from synthgen.data.patterns import DIGITS, alphabet
from synthgen.errors import SchemaError


def identifiers(column: Identifier, *, first: int, num_rows: int, seed: int) -> pd.Series:
    """Returns new identifiers: rows `first`, `first + 1`, ... of an endless list without repetition.

    Row i gets the number (a * i + b) modulo the size of the pattern's space, spelled in the pattern, with a and b drawn
    from the seed: distinct without remembering what was given out. Real identifiers are not known here; a new one can
    equal a real one only by the chance that any random number has. Where the pattern has too little room, its last run
    of digits grows; where the column's type ends before the pattern does, so do identifiers.

    Args:
        column: What the schema says.
        first: Position of the first row, at least 0.
        num_rows: At least 0.
        seed: Of the whole list.

    Raises:
        SchemaError: If the column's type has too few numbers for so many.
    """
    positions = alphabet(column.pattern)
    while math.prod(map(len, positions)) < 1_000 * (first + num_rows):
        positions.append(DIGITS)
    space = _room(column.dtype, positions)
    if space < first + num_rows:
        raise SchemaError(
            f"An identifier column of type {column.dtype} has room for {space} identifiers. Asked for "
            f"{first + num_rows}. Declare a wider dtype, such as int64 or object."
        )
    rng = np.random.default_rng(seed)
    factor, shift = (int.from_bytes(rng.bytes(32), "big") % space for _ in range(2))
    while math.gcd(factor, space) != 1:
        factor += 1
    made = [_spell((factor * row + shift) % space, positions) for row in range(first, first + num_rows)]
    dtype = pd.api.types.pandas_dtype(column.dtype)
    if sort_of(dtype) == "number":
        return pd.Series(made, dtype=object).map(int).astype(dtype)
    return pd.Series(made, dtype=column.dtype if column.dtype != "category" else object)


def _room(dtype: str, positions: list[str]) -> int:
    """How many identifiers there are that a column of this type can hold: the first ones, where they are numbers."""
    space = math.prod(map(len, positions))
    known = pd.api.types.pandas_dtype(dtype)
    if sort_of(known) != "number":
        return space
    plain: np.dtype = getattr(known, "numpy_dtype", known)  # type: ignore[arg-type]
    # floats tell whole numbers apart up to two to the power of their digits
    largest = 2 ** (np.finfo(plain).nmant + 1) if plain.kind == "f" else int(np.iinfo(plain).max)
    return bisect.bisect_right(range(space), largest, key=lambda number: int(_spell(number, positions)))


def _spell(number: int, positions: list[str]) -> str:
    letters = []
    for characters in reversed(positions):
        number, place = divmod(number, len(characters))
        letters.append(characters[place])
    return "".join(reversed(letters))
