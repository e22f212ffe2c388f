"""Drawing many rows in calls of one shape, compiled once."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout

BARRED = np.float32(-1e9)
"""Added to the raw output of a category that must not be drawn."""

MOST_ROWS = 8192
"""Rows of a call: large enough to keep cores busy, small enough for their caches."""

ROUNDED_TO = 1024
"""Rows of a call that draws fewer are a multiple of this: of very few, a product is summed in an order of its own."""

Asked = tuple[np.ndarray, ...]
"""What is asked of rows: at least one array (rows, ...)."""

Call = Callable[[Asked, np.ndarray], tuple[Any, Any]]
"""Given what is asked of each row of a call and a seed (2,) int32, returns their codes and scalars as tensors."""


def rows_per_call(layout: Layout, *, most_cells: int) -> int:
    """Returns how many rows to draw in a call.

    Args:
        layout: Layout of the encoded rows.
        most_cells: Rows times features, which bounds the memory that wide tables take.
    """
    return int(np.clip(most_cells // max(layout.num_features, 1), 256, MOST_ROWS))


def what_is_known(
    layout: Layout, num_rows: int, *, known: EncodedTable | None, mask: np.ndarray | None
) -> tuple[EncodedTable, np.ndarray]:
    """Returns known cells and where they are, as `GenerativeModel.draw` got them; nothing is known unless both came.

    Args:
        layout: Layout of the encoded rows.
        num_rows: At least 0.
        known: `num_rows` rows, or None.
        mask: (num_rows, columns) booleans, or None.
    """
    if known is None or mask is None:
        return layout.zeros(num_rows), np.zeros((num_rows, len(layout.columns)), bool)
    return known, mask


def in_calls(
    call: Call,
    asked: Asked,
    *,
    layout: Layout,
    num_rows: int,
    batch: int,
    rng: np.random.Generator,
) -> EncodedTable:
    """Returns rows drawn in as many calls as it takes.

    Args:
        call: Draws as many rows as it is asked for; of fewer, the first of those that it draws of more.
        asked: (num_rows, ...) each, what rows are asked for; a call gets its part, padded with zeros.
        layout: Layout of the encoded rows.
        num_rows: At least 0.
        batch: Most rows of a call.
        rng: Of the seeds.
    """
    starts = range(0, num_rows, batch)
    seeds = rng.integers(2**31, size=(len(starts), 2), dtype=np.int32)

    def drawn(number: int) -> EncodedTable:
        start = starts[number]
        wanted = min(batch, num_rows - start)
        rows = min(-(-wanted // ROUNDED_TO) * ROUNDED_TO, batch)
        part = tuple(_padded(array[start : start + wanted], rows) for array in asked)
        codes, scalars = call(part, seeds[number])
        return EncodedTable(codes.numpy()[:wanted], scalars.numpy()[:wanted])

    # several calls at a time: what one does on a single core, another fills the rest with
    with ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as pool:
        return EncodedTable.concatenate([layout.zeros(0), *pool.map(drawn, range(len(starts)))])


def _padded(array: np.ndarray, num_rows: int) -> np.ndarray:
    missing = num_rows - len(array)
    return array if not missing else np.pad(array, [(0, missing)] + [(0, 0)] * (array.ndim - 1))


def nothing_asked(num_rows: int) -> Asked:
    """Returns what is asked of rows of which nothing is known: how many they are.

    Args:
        num_rows: At least 0.
    """
    return (np.zeros((num_rows, 0), np.float32),)


def barred(layout: Layout, excluded: np.ndarray | None) -> np.ndarray:
    """Returns what to add to raw outputs so that excluded categories are not drawn, (features,) float32.

    Args:
        layout: Layout of the encoded rows.
        excluded: (features,) booleans, or None.
    """
    return np.zeros(layout.num_features, np.float32) if excluded is None else BARRED * excluded
