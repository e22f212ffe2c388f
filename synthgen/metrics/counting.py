"""Counting distinct integers by sorting.

``numpy.unique`` of numpy 2.3 and later hashes integers, which is a hundred times slower on runs of consecutive codes.
"""

import numpy as np
from numpy.typing import NDArray


def distinct(values: NDArray) -> NDArray:
    """Returns the distinct values, rising.

    Args:
        values: (values,) integers.

    Example:
        >>> distinct(np.array([3, 1, 3])).tolist()
        [1, 3]
    """
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def contained(values: NDArray, *, within: NDArray) -> NDArray[np.bool_]:
    """Returns which values occur among others.

    Args:
        values: (values,) integers.
        within: (others,) integers.

    Example:
        >>> contained(np.array([1, 2]), within=np.array([2, 5])).tolist()
        [False, True]
    """
    known = np.sort(within)
    if not len(known):
        return np.zeros(len(values), bool)
    return known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values


def count_patients(cells: NDArray[np.int64], patients: NDArray[np.int64], num_cells: int) -> NDArray[np.int64]:
    """Counts the distinct patients in each cell.

    Args:
        cells: (rows,) cell of each row; negative ones count nowhere.
        patients: (rows,) whom each row belongs to, codes from 0.
        num_cells: Cells.

    Returns:
        (cells,).

    Example:
        >>> count_patients(np.array([0, 0, 1, -1]), np.array([7, 7, 7, 8]), 2).tolist()
        [1, 1]
    """
    inside = cells >= 0
    width = int(patients.max(initial=0)) + 1
    pairs = distinct(cells[inside] * width + patients[inside])  # one number for each cell and patient
    return np.bincount(pairs // width, minlength=num_cells)
