"""The judge's own encoding, fitted on the training rows only and free of the makers' code.

One `Table` per frame holds the learned columns as numbers or codes; `Features` turns a table into the three forms that
the metrics need: vectors for distances and linear models, ordinals for trees, bins for two-way tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.data.columns import Boolean, Column, Datetime, Numerical
from synthgen.data.schema import Schema
from synthgen.metrics.counting import count_patients
from synthgen.metrics.tables.extent import extent
from synthgen.metrics.tables.reading import MISSING, read_labels, read_numbers

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

NUM_BINS = 10
"""Bins of a numerical column in a two-way table, besides those of its spikes."""
SPIKE_SHARE = 0.05
"""A number that more rows than this share hold gets a bin of its own."""
MAX_BINNED = 50
"""Categories with a bin of their own in a two-way table; the others share one."""
MAX_DUMMIES = 64
"""Categories with a dimension of their own in a vector; the others share `SHARED_DUMMIES`."""
SHARED_DUMMIES = 16
FAR = 10.0
"""Numbers count as they are up to so many times as far from the median as many training patients reach. Beyond, far is
far: a judge's number must not say how far off one patient lies."""
MAX_ORDINALS = 250
"""Categories that a tree tells apart (scikit-learn's limit is 255); the others count as one."""


@dataclass(frozen=True, eq=False)
class Table:
    """Rows in the judge's form.

    Args:
        columns: Learned column to (rows,): float64 with not-a-number for numbers, codes for categories (-1 missing,
            the number of training labels for one that the training rows do not have).
        patients: (rows,) whom each row belongs to, as codes.
        unlearned: Identifier or Text column to (rows,) strings, None where missing.
        unreadable: Column to the number of values that are no number or date although they should be.
    """

    columns: Mapping[str, NDArray]
    patients: Integers
    unlearned: Mapping[str, NDArray]
    unreadable: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.patients)

    def take(self, rows: Integers) -> Table:
        """Returns the rows at the given positions."""
        return Table(
            {name: values[rows] for name, values in self.columns.items()},
            self.patients[rows],
            {name: values[rows] for name, values in self.unlearned.items()},
            self.unreadable,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class NumberFeature:
    """How numbers of one column are set on a scale.

    Args:
        name: The column.
        kind: "numerical" or "datetime".
        centre: Median of the training rows.
        scale: Interquartile range, or what replaces it in a column of spikes.
        cuts: Rising; a value's bin is the number of cuts at or below it.
        gaps: Whether values are missing in the training rows.
        reach: Distance from the centre beyond which all values are read as one.
    """

    name: str
    kind: str
    centre: float
    scale: float
    cuts: Floats
    gaps: bool
    reach: float

    def within(self, values: Floats) -> Floats:
        """Returns values moved into reach, (rows,); missing ones stay so."""
        return np.clip(values, self.centre - self.reach, self.centre + self.reach)

    def standardised(self, values: Floats) -> Floats:
        """Returns asinh((value - median) / interquartile range), 0 where missing.

        Two numbers taken from the training rows are all it knows of them, so training rows get no closer to the grid
        than other rows; the inverse hyperbolic sine keeps heavy tails from ruling every distance.
        """
        return np.nan_to_num(np.arcsinh((values - self.centre) / self.scale))

    def bins(self, values: Floats) -> Integers:
        """Returns the bin of each value; the last one is for missing values."""
        return np.where(np.isnan(values), len(self.cuts) + 1, np.searchsorted(self.cuts, values, side="right"))

    @property
    def num_bins(self) -> int:
        """Bins, that for missing values included."""
        return len(self.cuts) + 2


@dataclass(frozen=True, eq=False, kw_only=True)
class CategoryFeature:
    """The labels of one column in the training rows.

    Args:
        name: The column.
        kind: "categorical" or "boolean".
        labels: From the most to the least frequent; a code is a position here. False before True for booleans.
        patients: How many patients have each label.
    """

    name: str
    kind: str
    labels: tuple[str, ...]
    patients: Integers

    def bins(self, codes: Integers) -> Integers:
        """Returns the bin of each code: the first labels, then others, unknown labels, missing."""
        own = min(len(self.labels), MAX_BINNED)
        bins = np.where(codes >= len(self.labels), own + 1, np.minimum(codes, own))
        return np.where(codes == MISSING, own + 2, bins)

    @property
    def num_bins(self) -> int:
        """Bins, those for others, unknown labels and missing values included."""
        return min(len(self.labels), MAX_BINNED) + 3


Feature: TypeAlias = NumberFeature | CategoryFeature


@dataclass(frozen=True, eq=False)
class Features:
    """The encoding of every learned column.

    Example:
        >>> frame = pd.DataFrame({"age": [30.0, 41.0] * 9, "sex": ["f", "m"] * 9})
        >>> schema = Schema.infer(frame)
        >>> features = Features.fit(frame, schema)
        >>> features.vectors(features.read(frame)).shape
        (18, 6)
    """

    schema: Schema
    columns: Mapping[str, Feature]

    @classmethod
    def fit(cls, frame: pd.DataFrame, schema: Schema) -> Features:
        """Takes scales, cuts and labels from the training rows."""
        patients, rare = np.asarray(schema.patients(frame), dtype=np.int64), schema.rare_below
        return cls(
            schema, {name: _fit(name, frame[name], schema.columns[name], patients, rare) for name in schema.learned}
        )

    def read(self, frame: pd.DataFrame) -> Table:
        """Returns a frame that has the learned columns in the judge's form."""
        columns: dict[str, NDArray] = {}
        unreadable: dict[str, int] = {}
        for name, feature in self.columns.items():
            column = self.schema.columns[name]
            if isinstance(feature, NumberFeature) and isinstance(column, Numerical | Datetime):
                values, bad = read_numbers(frame[name], column)
                columns[name] = feature.within(values)
                unreadable |= {name: bad} if bad else {}
            elif isinstance(feature, CategoryFeature):
                codes, labels = read_labels(frame[name], column)
                columns[name] = _recode(codes, labels, feature)
        others = [name for name in self.schema.columns if name not in self.columns and name in frame]
        unlearned = {name: frame[name].astype(object).where(frame[name].notna(), None).to_numpy() for name in others}
        return Table(columns, np.asarray(self.schema.patients(frame), dtype=np.int64), unlearned, unreadable)

    def vectors(self, table: Table) -> NDArray[np.float32]:
        """Returns points whose Euclidean distance is the judge's distance between rows.

        Numbers count by `NumberFeature.standardised`; two different categories are 1 apart, and so are a missing and a
        present number.

        Returns:
            (rows, dimensions).
        """
        parts = list(self.vector_parts(table).values())
        return np.hstack(parts) if parts else np.zeros((len(table), 0), np.float32)

    def vector_parts(self, table: Table) -> dict[str, NDArray[np.float32]]:
        """Returns what each column gives to `vectors`, (rows, dimensions of the column)."""
        return {name: _vector(feature, table.columns[name]) for name, feature in self.columns.items()}

    def ordinals(self, table: Table, names: list[str]) -> Floats:
        """Returns values for trees: numbers as they are, codes for categories, not-a-number where missing.

        Returns:
            (rows, names).
        """
        columns = []
        for name in names:
            values = table.columns[name].astype(np.float64)
            if isinstance(self.columns[name], CategoryFeature):
                values = np.where(values == MISSING, np.nan, np.minimum(values, MAX_ORDINALS))
            columns.append(values)
        return np.column_stack(columns) if columns else np.zeros((len(table), 0))

    def categorical(self, names: list[str]) -> list[bool]:
        """Returns which of the columns are categories."""
        return [isinstance(self.columns[name], CategoryFeature) for name in names]


def _fit(name: str, series: pd.Series, column: Column, patients: Integers, rare_below: int) -> Feature:
    if isinstance(column, Numerical | Datetime):
        values, _ = read_numbers(series, column)
        held = ~np.isnan(values)
        present = values[held]
        ends = extent(present, rare_below, patients[held])
        centre = float(np.median(present)) if len(present) else 0.0
        scale = _scale(present if ends is None else np.clip(present, *ends))
        reach = FAR * max([scale, *(abs(end - centre) for end in ends or ())])
        return NumberFeature(
            name=name, kind=column.kind, centre=centre, scale=scale, cuts=_cuts(present), gaps=not held.all(),
            reach=reach,
        )  # fmt: skip
    codes, labels = read_labels(series, column)
    held = codes != MISSING
    counts = count_patients(codes[held], patients[held], len(labels))
    order = sorted(range(len(labels)), key=lambda code: (-int(counts[code]), labels[code]))
    if isinstance(column, Boolean):
        order = sorted(range(len(labels)), key=lambda code: labels[code])
    ranked = np.array(order, dtype=np.int64)
    return CategoryFeature(
        name=name, kind=column.kind, labels=tuple(labels[code] for code in order), patients=counts[ranked]
    )


def _scale(present: Floats) -> float:
    """Interquartile range; in a column of spikes the mean distance from the median, in a constant one 1."""
    if not len(present):
        return 1.0
    low, middle, high = np.quantile(present, [0.25, 0.5, 0.75])
    spreads = [float(high - low), float(np.abs(present - middle).mean())]
    return next((spread for spread in spreads if np.isfinite(spread) and spread > 0), 1.0)


def _cuts(present: Floats) -> Floats:
    """Cuts at the deciles of what is not a spike, and on both sides of each spike."""
    if not len(present):
        return np.zeros(0)
    values, counts = np.unique(present, return_counts=True)
    spikes = values[counts > SPIKE_SHARE * len(present)]
    rest = present[~np.isin(present, spikes)]
    deciles = np.quantile(rest, np.linspace(0, 1, NUM_BINS + 1)[1:-1]) if len(rest) else np.zeros(0)
    return np.unique(np.concatenate([deciles, spikes, np.nextafter(spikes, np.inf)]))


def _recode(codes: Integers, labels: list[str], feature: CategoryFeature) -> Integers:
    known = {label: code for code, label in enumerate(feature.labels)}
    translated = np.array([known.get(label, len(feature.labels)) for label in labels] or [MISSING], dtype=np.int64)
    return np.where(codes == MISSING, MISSING, translated[codes])


def _vector(feature: Feature, values: NDArray) -> NDArray[np.float32]:
    if isinstance(feature, NumberFeature):
        return np.column_stack([feature.standardised(values), np.isnan(values)]).astype(np.float32)
    own = min(len(feature.labels), MAX_DUMMIES)
    places = np.where(values >= own, own + values % SHARED_DUMMIES, values)
    places = np.where(values == MISSING, own + SHARED_DUMMIES, places)
    width = own + SHARED_DUMMIES + 1 if len(feature.labels) > MAX_DUMMIES else own + 2
    if len(feature.labels) <= MAX_DUMMIES:  # labels, one for unknown labels, one for missing
        places = np.where(values == MISSING, own + 1, np.minimum(values, own))
    dummies = np.zeros((len(values), width), np.float32)
    dummies[np.arange(len(values)), places] = np.sqrt(0.5)
    return dummies
