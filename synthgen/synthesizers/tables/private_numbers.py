"""Bins of a number under a privacy budget: where values lie, and which many rows hold, is read with noise."""

import math
from dataclasses import dataclass

import numpy as np

from synthgen.data.columns import Numerical
from synthgen.dp.histograms import MOST_CELLS, SURE, Cells, private_cells, private_range
from synthgen.dp.reader import Reader
from synthgen.encoding.numerical import QuantileBins
from synthgen.encoding.quantiles import ProtectedQuantiles
from synthgen.synthesizers.tables.private_table import PrivateTable, column_share, declared

FULL_PRECISION = 2.0**-20
"""Step on which numbers of full precision are counted when their range is sought."""

FINE_STEPS = 4**8
"""Most steps that a range is cut into where numbers have full precision, or more decimals than can be counted."""

RANGE_SHARE = 0.2
"""Of what a column may cost: its range, where the schema does not declare it."""

EXACT_SHARE = 0.1
"""Of what a column may cost whose steps are many numbers each: which of them many rows hold exactly."""

SPIKE_SHARE = 1 / 50
"""A value that more of the rows hold gets a code of its own."""

BIN_DEVIATIONS = 3.0
"""Deviations of the noise that a bin must hold."""


@dataclass(frozen=True)
class Grid:
    """What the numbers of a column are counted on.

    Args:
        low: Where the first step begins.
        high: Highest value that there may be.
        step: A power of two unless each number has its step, so that whole numbers and zero begin one.
        rounded: Whether each number has its step.
    """

    low: float
    high: float
    step: float
    rounded: bool

    @property
    def num_steps(self) -> int:
        """Possible places."""
        return math.floor((self.high - self.low) / self.step + 0.5 * self.rounded) + 1

    def places(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the step of each number, (n,) in [0, num_steps)."""
        steps = np.floor((numbers - self.low) / self.step + 0.5 * self.rounded)
        return np.clip(steps, 0, self.num_steps - 1).astype(int)

    def edges(self, places: np.ndarray) -> np.ndarray:
        """Returns where steps begin; rounded numbers reach half a step below their first."""
        return self.low + self.step * (places - 0.5 * self.rounded)


def private_bins(
    name: str,
    column: Numerical,
    numbers: np.ndarray,
    table: PrivateTable,
    *,
    num_bins: int,
    within: tuple[float, float] = (-math.inf, math.inf),
) -> QuantileBins:
    """Returns the encoder of a number, or of dates counted as numbers, that knows only what was read with noise.

    Args:
        name: Of the column, for the ledger.
        column: As declared.
        numbers: (patients,) with nan for missing.
        table: That pays.
        num_bins: At most.
        within: Where numbers can lie at all, as far as their type goes: noise alone may say anything.
    """
    share, held = column_share(table.schema, table.reader.budget), numbers[~np.isnan(numbers)]
    grid, share = _grid(name, column, held, table.reader, share=share, within=within)
    exact = 0.0 if grid.rounded else EXACT_SHARE * share
    cells = private_cells(
        grid.places(held), num_steps=grid.num_steps, num_missing=len(numbers) - len(held),
        finest=table.num_patients / (2 * num_bins), reader=table.reader, share=share - exact,
        purpose=f"values of {name}",
    )  # fmt: skip
    spike = _spikes(cells, grid, table.num_patients)
    if not grid.rounded and spike.any():
        spike[spike] = _held_exactly(cells, spike, grid, held, reader=table.reader, share=exact,
                                     purpose=f"values of {name} that many hold")  # fmt: skip
    rest = ~spike & (cells.counts > 0)
    mass = float(cells.counts[rest].sum())
    quantiles, bins = None, 0
    if mass > 0:
        quantiles = _quantiles(cells, rest, grid)
        # few rows beside a heavy value may say much: they get finer bins than their share of all rows would
        part = min(mass / table.num_patients, 1.0)
        least = max(BIN_DEVIATIONS * cells.deviation, table.num_patients / num_bins * math.sqrt(part))
        bins = int(np.clip(mass // least, 1, num_bins))
    spikes = grid.low + grid.step * cells.starts[spike]
    if column.decimals is not None:
        spikes = np.round(spikes, column.decimals)
    missing = column.missing or not (len(spikes) or bins)
    least_missing = 1e-6 * max(float(cells.counts.sum()), 1e-9)
    masses = np.concatenate([cells.counts[spike], np.full(bins, mass / max(bins, 1)),
                             [max(cells.missing, least_missing)] * missing])  # fmt: skip
    return QuantileBins(name, column, spikes=spikes, quantiles=quantiles, num_bins=bins, missing=missing,
                        shares=shares_of(masses), fine=True)  # fmt: skip


def shares_of(masses: np.ndarray) -> np.ndarray:
    """Returns counts as parts of their sum; equal parts where nothing was counted.

    Example:
        >>> shares_of(np.array([1.0, 3.0])).tolist()
        [0.25, 0.75]
    """
    total = masses.sum()
    return masses / total if total > 0 else np.full(len(masses), 1 / len(masses))


def _grid(
    name: str, column: Numerical, held: np.ndarray, reader: Reader, *, share: float, within: tuple[float, float]
) -> tuple[Grid, float]:
    """What a column is counted on, as declared or read, and the share that is left."""
    unit = FULL_PRECISION if column.decimals is None else 10.0**-column.decimals
    low, high = column.minimum, column.maximum
    if declared(column):
        reader.free(f"range of {name}")
    else:
        found = private_range(held, step=unit, reader=reader, share=RANGE_SHARE * share, purpose=f"range of {name}")
        lowest, highest = np.clip(np.array(found) * unit, *within).tolist()
        low = lowest if low is None else low
        high = max(highest, low) if high is None else high
        share *= 1 - RANGE_SHARE
    low, high = float(low or 0), float(high or 0)
    if column.decimals is not None and high - low < unit * MOST_CELLS:
        return Grid(low, high, unit, rounded=True), share
    step = 2.0 ** math.ceil(math.log2((high - low) / (FINE_STEPS - 2))) if high > low else 1.0
    return Grid(math.floor(low / step) * step, high, step, rounded=False), share


def _spikes(cells: Cells, grid: Grid, num_patients: float) -> np.ndarray:
    """(cells,) which hold one value alone that many rows share, or every value of a column of few."""
    single = cells.ends - cells.starts == 1
    if grid.rounded and single.all():
        return cells.counts > 0
    return single & (cells.counts > max(SPIKE_SHARE * num_patients, SURE * cells.deviation))


def _held_exactly(
    cells: Cells, asked: np.ndarray, grid: Grid, numbers: np.ndarray, *, reader: Reader, share: float, purpose: str
) -> np.ndarray:
    """(asked cells,) which hold hardly another value than the one that they begin with."""
    values = grid.low + grid.step * cells.starts[asked]
    nearest = np.clip(np.searchsorted(values, numbers), 0, len(values) - 1)
    true = np.bincount(nearest[values[nearest] == numbers], minlength=len(values))
    counts = reader.counts(true, share=share, purpose=purpose)
    return counts > np.maximum(cells.counts[asked] / 2, SURE * reader.noise(share))


def _quantiles(cells: Cells, rest: np.ndarray, grid: Grid) -> ProtectedQuantiles:
    """The quantile function of what lies in some of the cells, spread evenly over each."""
    edges = np.stack([grid.edges(cells.starts[rest]), grid.edges(cells.ends[rest])], 1).ravel()
    mass = cells.counts[rest]
    upper = np.cumsum(mass) / mass.sum()
    lower = np.concatenate([[0.0], upper[:-1]])
    upper[-1] = 1.0
    return ProtectedQuantiles(np.stack([lower, upper], 1).ravel(), edges)
