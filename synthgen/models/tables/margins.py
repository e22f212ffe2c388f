"""Margins of all pairs of columns: what a table says of two columns at a time, with noise or without."""

from dataclasses import dataclass

import numpy as np

from synthgen.dp.reader import Reader
from synthgen.encoding.layout import EncodedTable, Layout

MOST_ROWS = 8_192
"""Rows that are expanded at a time."""

CELLS_EXPONENT = 1 / 3
"""The precision of a pair's margin grows with its cells to this power. By 2/3 the sum of all errors would be least as
they are read; but what is fitted smooths large margins more than small ones."""

LEAST_CHANCE = 1e-4
"""Share below which a cell's own chance is taken for larger, so that empty cells do not count without end."""


@dataclass(frozen=True)
class Margins:
    """Margins of the codes of a table.

    Args:
        singles: (codes,) share of rows at each code, column after column.
        pairs: (codes, codes) share of rows at each pair of codes, float32; 0 within a column.
        deviations: (codes, codes) of each pair's share, by noise and by chance, float32; infinite within a column.
        misfit: What the noise is expected to add to the sum of weighted squared errors; 0 without noise.
    """

    singles: np.ndarray
    pairs: np.ndarray
    deviations: np.ndarray
    misfit: float = 0.0

    @property
    def weights(self) -> np.ndarray:
        """What an error of each pair counts, at most 1, (codes, codes) float32; 0 within a column."""
        return _weights(self.deviations)


def measured_margins(
    layout: Layout,
    table: EncodedTable,
    singles: np.ndarray,
    *,
    num_rows: float,
    reader: Reader | None,
    share: float | None = None,
) -> Margins:
    """Returns the margins of all pairs of columns.

    Under a budget, each patient's row adds one to a cell of every pair at once: noise that fits the length of that
    change is added once, to all cells, and takes what is left of the budget.

    Args:
        layout: Layout of the encoded rows.
        table: One row a patient.
        singles: (codes,) share of rows at each code, as the encoder knows it.
        num_rows: About how many rows, as publicly known.
        reader: Of the rows under a budget; None: exact.
        share: Of the budget's precision that the read gets; None: all that is left.
    """
    sizes = np.array([layout.blocks[position].num_codes for position in layout.code_blocks])
    owners = np.repeat(np.arange(len(sizes)), sizes)
    counts = _counts(table, sizes)
    across = owners[:, None] != owners[None]
    noise = np.zeros_like(counts)
    if reader is not None and len(sizes) > 1:
        share, scales = reader.left if share is None else share, _scales(sizes)
        noise = reader.noise(share) * scales[owners][:, owners]
        _hide(counts, np.triu(across), scales, owners, reader=reader, share=share)
    expected = np.maximum(np.outer(singles, singles), LEAST_CHANCE) / num_rows
    deviations = np.where(across, np.sqrt(expected + (noise / num_rows) ** 2), np.inf).astype(np.float32)
    pairs = np.where(across, counts / num_rows, 0).astype(np.float32)
    misfit = float((_weights(deviations) * (noise / num_rows) ** 2).sum())
    return Margins(singles, pairs, deviations, misfit=misfit)


def _weights(deviations: np.ndarray) -> np.ndarray:
    return (deviations.min() / deviations) ** 2 if np.isfinite(deviations).any() else np.zeros_like(deviations)


def distance(margins: Margins, layout: Layout, table: EncodedTable) -> float:
    """Returns how far rows are from margins: the weighted sum of squared errors, at least 0.

    Args:
        margins: Noisy or exact.
        layout: Layout of the encoded rows.
        table: (rows,).
    """
    sizes = np.array([layout.blocks[position].num_codes for position in layout.code_blocks])
    shares = _counts(table, sizes) / len(table)
    return float((margins.weights * (shares - margins.pairs) ** 2).sum())


def _counts(table: EncodedTable, sizes: np.ndarray) -> np.ndarray:
    """Rows at each pair of codes, (codes, codes) float32."""
    offsets = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(int)
    counts = np.zeros((int(sizes.sum()),) * 2, np.float32)
    for start in range(0, len(table), MOST_ROWS):
        codes = table.codes[start : start + MOST_ROWS] + offsets
        shown = np.zeros((len(codes), len(counts)), np.float32)
        shown[np.arange(len(codes))[:, None], codes] = 1
        counts += shown.T @ shown
    return counts


def _scales(sizes: np.ndarray) -> np.ndarray:
    """Noise of a cell of each pair of columns over that of the whole read, (columns, columns) float32; 0 for none.

    A patient adds one to a cell of each pair. One over the squares of these scales adds up to one over all pairs, so
    that this is a change of length one where each cell is measured by its scale.
    """
    precision = np.triu(np.outer(sizes, sizes).astype(float) ** CELLS_EXPONENT, 1)
    share = (precision + precision.T) / precision.sum()  # of each pair of columns
    return (1 / np.sqrt(np.where(share > 0, share, np.inf))).astype(np.float32)


def _hide(
    counts: np.ndarray, asked: np.ndarray, scales: np.ndarray, owners: np.ndarray, *, reader: Reader, share: float
) -> None:
    """Puts noise on the margins, in place, each cell once; enters the read in the ledger.

    Args:
        counts: (codes, codes), symmetric.
        asked: (codes, codes) booleans, the half of it that is read.
        scales: (columns, columns), from `_scales`.
        owners: (codes,) column of each code.
        reader: What reads the rows under a privacy budget.
        share: Of the budget's precision.
    """
    rows, columns = np.nonzero(asked)
    purpose = f"margins of {len(scales) * (len(scales) - 1) // 2} pairs of columns"
    noisy = reader.weighted(counts[rows, columns], scales[owners[rows], owners[columns]], share=share, purpose=purpose)
    counts[rows, columns] = counts[columns, rows] = noisy
