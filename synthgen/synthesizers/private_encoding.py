"""The encoder of a table under a privacy budget: every range, quantile and category is read with noise or declared."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Column, Datetime, Numerical
from synthgen.data.schema import Schema
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.histograms import MOST_LEVELS, SURE, Cells, private_cells, private_range
from synthgen.dp.reader import Reader
from synthgen.encoding.categorical import CategoryCodes
from synthgen.encoding.column import ColumnEncoder
from synthgen.encoding.datetime import DatetimeBins, counted
from synthgen.encoding.numerical import QuantileBins
from synthgen.encoding.protection import ProtectedQuantiles
from synthgen.encoding.table import TableEncoder
from synthgen.errors import SchemaError, SettingsError

FULL_PRECISION = 2.0**-20
"""Step on which numbers of full precision are counted when their range is sought."""

FINE_STEPS = 4**8
"""Steps that a range of full precision is cut into."""

RANGE_SHARE = 0.2
"""Of what a column may cost: its range, where the schema does not declare it."""

SPIKE_SHARE = 1 / 50
"""A value that more of the rows hold gets a code of its own."""

ENOUGH = 2.0
"""Deviations of the noise that the number of patients must be."""

ALWAYS_BINS, PATIENTS_A_BIN = 14, 20
"""Bins of a number that are tried whatever the noise, and deviations of the noise that more of them must hold."""

ALTOGETHER = 2_000
"""Bins of all columns together, beyond which each gets the few that there are always."""

BIN_DEVIATIONS = 3.0
"""Deviations of the noise that a bin must hold."""


@dataclass(frozen=True)
class PrivateTable:
    """Rows of which each patient has one, and what reads them.

    Args:
        frame: (patients, columns).
        schema: Declared by the user.
        reader: Of the rows.
        num_patients: About how many, as read with noise.
        places: (patients,) where the rows stood.
    """

    frame: pd.DataFrame
    schema: Schema
    reader: Reader
    num_patients: float
    places: np.ndarray

    @classmethod
    def of(
        cls, frame: pd.DataFrame, schema: Schema, budget: DifferentialPrivacy, *, each: str = "row"
    ) -> "PrivateTable":
        """Draws one row of each patient, and counts the patients.

        Args:
            frame: (rows, columns), valid under the schema.
            schema: Declared by the user.
            budget: To keep to.
            each: What is protected where patients are not known.

        Raises:
            SettingsError: If the budget's unit is no column, or the schema leaves to be read what the budget has
                nothing for.
        """
        unit = budget.unit or schema.patient_key
        if unit is not None and unit not in frame:
            raise SettingsError(f"DifferentialPrivacy: unit={unit!r} is not a column of the table.")
        _check_affordable(schema, budget)
        reader = Reader(budget, unit=each if unit is None else unit)
        reader.free("kinds, types, decimals and missing values of the columns")
        places = np.arange(len(frame))
        if unit is not None:
            codes = pd.factorize(frame[unit], use_na_sentinel=False)[0]
            order = reader.rng.permutation(len(frame))
            places = order[np.unique(codes[order], return_index=True)[1]]
            frame = frame.iloc[places]
        share = column_share(schema, budget)
        count = reader.counts(np.array([len(frame)]), share=share, purpose=f"number of patients ({reader.ledger.unit})")
        return cls(frame.reset_index(drop=True), schema, reader, max(float(count[0]), 1.0), places)


def check_enough_patients(table: PrivateTable) -> None:
    """Refuses a table of which the budget says next to nothing: not even how many patients it holds.

    Args:
        table: Counted with noise; the refusal follows from that count and costs nothing more.

    Raises:
        SettingsError: With the patients, or about the epsilon, that would do.
    """
    budget = table.reader.budget
    deviation = table.reader.noise(column_share(table.schema, budget))
    needed = ENOUGH * deviation
    if table.num_patients < needed:
        raise SettingsError(
            f"DifferentialPrivacy: at epsilon={budget.epsilon:g} the table seems to hold {table.num_patients:.0f} "
            f"patients, give or take {deviation:.0f}: nothing can be learned of so few. Bring {math.ceil(2 * needed)} "
            f"patients or more, or set epsilon={_rounded_up(2 * budget.epsilon * needed / table.num_patients)}."
        )


def _rounded_up(number: float) -> float:
    """The next number of one significant digit.

    Example:
        >>> _rounded_up(0.023), _rounded_up(4.0)
        (0.03, 4.0)
    """
    power = 10.0 ** math.floor(math.log10(number))
    return float(f"{math.ceil(round(number / power, 6)) * power:.6g}")


def column_share(schema: Schema, budget: DifferentialPrivacy) -> float:
    """Returns the part of the budget's precision that reading one column may take, and counting the patients."""
    return max(budget.preparation, 1e-3) / (len(schema.learned) + 1)


def _check_affordable(schema: Schema, budget: DifferentialPrivacy) -> None:
    if schema.constraints:
        learned = [rule.kind for rule in schema.constraints if rule.learns]
        if learned:
            raise SettingsError(
                f"DifferentialPrivacy: the constraints {learned} take what they allow from the data, which no budget "
                "covers. Remove them from the schema, or state what they allow there."
            )
    if budget.preparation:
        return
    undeclared = [name for name in schema.learned if not _declared(schema.columns[name])]
    raise SettingsError(
        "DifferentialPrivacy: preparation=0 leaves nothing to read how often each value comes"
        + (f", nor what the schema does not declare of {undeclared[:5]}" if undeclared else "")
        + ". Set it to a share of the budget, e.g. 0.15."
    )


def _declared(column: Column) -> bool:
    """Whether a column's possible values are known without looking."""
    if isinstance(column, Numerical):
        return column.minimum is not None and column.maximum is not None
    return isinstance(column, Boolean) or (isinstance(column, Categorical) and column.categories is not None)


def private_encoder(table: PrivateTable, *, num_bins: int) -> TableEncoder:
    """Returns an encoder that knows of the data only what was read with noise.

    Args:
        table: To be read.
        num_bins: Most bins of a numerical or datetime column.

    Raises:
        SchemaError: If there is a column that cannot be read so.
    """
    num_bins = affordable_bins(table, num_bins)
    columns: list[ColumnEncoder] = []
    for name in table.schema.learned:
        column, series = table.schema.columns[name], table.frame[name]
        if isinstance(column, Categorical | Boolean):
            columns.append(_categories(name, column, series, table))
        elif isinstance(column, Numerical):
            numbers = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
            columns.append(_bins(name, column, numbers, table, num_bins=num_bins))
        elif isinstance(column, Datetime):
            whole = Numerical(decimals=0, missing=column.missing)
            columns.append(DatetimeBins(name, column, _bins(name, whole, counted(series, column), table,
                                                            num_bins=num_bins)))  # fmt: skip
        else:
            raise SchemaError(f"Column {name!r}: a {column.kind} column cannot be learned.")
    return TableEncoder(table.schema, columns)


def affordable_bins(table: PrivateTable, num_bins: int) -> int:
    """Returns the bins of a number that noise leaves something of.

    Args:
        table: Counted with noise.
        num_bins: At most; a few there are always.
    """
    deviation = table.reader.noise(column_share(table.schema, table.reader.budget), times=MOST_LEVELS)
    bins = int(table.num_patients / (PATIENTS_A_BIN * deviation))
    room = ALTOGETHER // len(table.schema.learned)
    return min(max(min(bins, room), ALWAYS_BINS), num_bins)


def _categories(name: str, column: Categorical | Boolean, series: pd.Series, table: PrivateTable) -> CategoryCodes:
    share, reader = column_share(table.schema, table.reader.budget), table.reader
    known: list[Any]
    declared = (False, True) if isinstance(column, Boolean) else column.categories
    if declared is not None:
        reader.free(f"categories of {name}")
        known, codes = [*declared], pd.Index(declared, dtype=object).get_indexer(pd.Index(series.astype(object)))
    else:
        codes, found = pd.factorize(series.astype(object), sort=False)
        known = found.tolist()
    gaps = series.isna().to_numpy()
    true = np.bincount(codes[~gaps], minlength=len(known))
    purpose = f"how often each value of {name} comes"
    counts = reader.counts(np.append(true, gaps.sum()), share=share, purpose=purpose)
    missing, counts = max(float(counts[-1]), 0.0) if column.missing else 0.0, np.maximum(counts[:-1], 0)
    pool = 0.0
    if declared is None:
        names = len([1 for n in table.schema.learned if isinstance(table.schema.columns[n], Categorical)])
        least = max(reader.threshold(share, times=names, purpose=f"categories of {name}"), table.schema.rare_below)
        kept = sorted(np.flatnonzero(counts >= least), key=lambda place: (str(type(known[place])), known[place]))
        known, counts = [_plain(known[place]) for place in kept], counts[kept]
        pool = table.num_patients - missing - counts.sum()
        pool = pool if not known or (pool > least and all(isinstance(value, str) for value in known)) else 0.0
    pooled = declared is None and bool(pool > 0 or not known)
    masses = np.concatenate([counts, [max(pool, 1.0)] * pooled, [missing] * column.missing])
    return CategoryCodes(name, column, categories=known, pooled=pooled, missing=column.missing, shares=_shares(masses))


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value


def _shares(masses: np.ndarray) -> np.ndarray:
    total = masses.sum()
    return masses / total if total > 0 else np.full(len(masses), 1 / len(masses))


def _bins(name: str, column: Numerical, numbers: np.ndarray, table: PrivateTable, *, num_bins: int) -> QuantileBins:
    low, step, cells = _cells(name, column, numbers, table, num_bins=num_bins)
    total = max(float(cells.counts.sum()), 1e-9)
    single = cells.ends - cells.starts == 1
    few = bool(single.all()) and column.decimals is not None
    heavy = cells.counts > max(SPIKE_SHARE * table.num_patients, SURE * cells.deviation)
    spike = single & ((cells.counts > 0) if few else heavy) & (column.decimals is not None)
    rest = ~spike & (cells.counts > 0)
    mass = float(cells.counts[rest].sum())
    quantiles, bins = None, 0
    if mass > 0:
        quantiles = _quantiles(cells, rest, low=low, step=step, grid=column.decimals is not None)
        # few rows beside a heavy value may say much: they get finer bins than their share of all rows would
        part = min(mass / table.num_patients, 1.0)
        least = max(BIN_DEVIATIONS * cells.deviation, table.num_patients / num_bins * math.sqrt(part))
        bins = int(np.clip(mass // least, 1, num_bins))
    spikes = low + step * cells.starts[spike]
    if column.decimals is not None:
        spikes = np.round(spikes, column.decimals)
    missing = column.missing or not (len(spikes) or bins)
    masses = np.concatenate([cells.counts[spike], np.full(bins, mass / max(bins, 1)),
                             [max(cells.missing, 1e-6 * total)] * missing])  # fmt: skip
    return QuantileBins(name, column, spikes=spikes, quantiles=quantiles, num_bins=bins, missing=missing,
                        shares=_shares(masses), fine=True)  # fmt: skip


def _cells(
    name: str, column: Numerical, numbers: np.ndarray, table: PrivateTable, *, num_bins: int
) -> tuple[float, float, Cells]:
    """Lowest value, step and counts of a column."""
    reader, share = table.reader, column_share(table.schema, table.reader.budget)
    held = numbers[~np.isnan(numbers)]
    grid = None if column.decimals is None else 10.0**-column.decimals
    low, high = column.minimum, column.maximum
    if _declared(column):
        reader.free(f"range of {name}")
    else:
        unit = grid or FULL_PRECISION
        found = private_range(held, step=unit, reader=reader, share=RANGE_SHARE * share, purpose=f"range of {name}")
        low = found[0] * unit if low is None else low
        high = max(found[1] * unit, low) if high is None else high
        share *= 1 - RANGE_SHARE
    low, high = float(low or 0), float(high or 0)
    num_steps = FINE_STEPS if grid is None else round((high - low) / grid) + 1
    step = max((high - low) / FINE_STEPS, 1e-300) if grid is None else grid
    steps = np.clip(np.floor((held - low) / step + (0.5 if grid else 0)), 0, num_steps - 1).astype(int)
    cells = private_cells(
        steps, num_steps=num_steps, num_missing=int(np.isnan(numbers).sum()),
        finest=table.num_patients / (2 * num_bins), reader=reader, share=share, purpose=f"values of {name}",
    )  # fmt: skip
    return low, step, cells


def _quantiles(cells: Cells, rest: np.ndarray, *, low: float, step: float, grid: bool) -> ProtectedQuantiles:
    """The quantile function of what lies in some of the cells, spread evenly over each."""
    offset = 0.5 if grid else 0.0  # on a grid, a cell reaches half a step beyond its first and last value
    starts, ends = (low + step * (edge[rest] - offset) for edge in (cells.starts, cells.ends))
    mass = cells.counts[rest]
    upper = np.cumsum(mass) / mass.sum()
    lower = np.concatenate([[0.0], upper[:-1]])
    upper[-1] = 1.0
    return ProtectedQuantiles(np.stack([lower, upper], 1).ravel(), np.stack([starts, ends], 1).ravel())
