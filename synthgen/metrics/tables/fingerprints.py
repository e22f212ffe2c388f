"""Rows as 64-bit codes, to count equal rows in linear time. The codes never leave this process."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.tables.features import Features, NumberFeature, Table

GRID = 100
"""Near copies: numbers are equal that fall into the same hundredth of the column's interquartile range."""


def fingerprints(table: Table, features: Features, *, near: bool = False) -> NDArray[np.uint64]:
    """Returns a code for each cell; the sum over columns is the code of the row.

    Args:
        table: The rows.
        features: The encoding of its columns.
        near: Whether numbers are compared on the grid of `GRID` rather than exactly.

    Returns:
        (rows, columns). A missing value equals a missing value; a category that the training rows do not have equals
        none of theirs.
    """
    codes = np.empty((len(table), len(features.columns)), np.uint64)
    for place, (name, feature) in enumerate(features.columns.items()):
        values = table.columns[name]
        if isinstance(feature, NumberFeature):
            steps = np.round((values - feature.centre) / feature.scale * GRID) + 0.0 if near else values
            bits = np.where(np.isnan(steps), np.inf, steps).view(np.uint64)  # no present value is infinite
        else:
            bits = values.astype(np.int64).view(np.uint64)
        codes[:, place] = _mix(bits + np.uint64((place + 1) * 0x9E3779B97F4A7C15 % 2**64))
    return codes


def rows_of(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Returns one code per row.

    Args:
        codes: (rows, columns).
    """
    return codes.sum(axis=1, dtype=np.uint64)


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scrambles 64 bits; the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    with np.errstate(over="ignore"):
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
