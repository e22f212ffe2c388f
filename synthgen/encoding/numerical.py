"""Quantile bins for numbers: spikes and bins as codes, the place inside the bin as a scalar."""

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from synthgen.data.columns import LARGEST, Numerical
from synthgen.encoding.column import ColumnEncoder
from synthgen.encoding.layout import Block
from synthgen.encoding.protection import Cohort
from synthgen.encoding.quantiles import ProtectedQuantiles, protected_quantiles
from synthgen.encoding.reach import Reach
from synthgen.encoding.smooth import NUM_SMOOTH
from synthgen.expected import Array, Expected, Fields, Flag, Quantity, agree

FEW_DISTINCT = 100
"""In a column of at most this many distinct values, each that enough patients share gets a code of its own."""

SPIKE_SHARE = 1 / 50
"""Of the rows: in any column, a value that more rows hold gets a code of its own."""

BINS_PER_ROOT = 0.3
"""Bins for each square root of a row: a few thousand rows do not say how fifty bins depend on other columns."""


class QuantileBins(ColumnEncoder[Numerical]):
    """Numbers as one code: a spike, a quantile bin, or missing; and a scalar for the place inside the bin.

    A spike is a value that many rows share (zero hours of work): it gets a code of its own and comes back exactly. All
    other values fall into bins of equal mass and come back through a protected quantile function, on the column's own
    grid. A column of few distinct values becomes spikes altogether.

    Codes are ordered: spikes by value, bins by value, then missing.

    Args:
        name: The column's name.
        column: What the schema says of it.
        spikes: (spikes,) values, rising.
        quantiles: Of the values that are no spikes; None where too few patients have one.
        num_bins: Number of bins; 0 without `quantiles`.
        missing: Whether there is a code for missing values.
        shares: Share of rows at each code.
        fine: Whether bins are many, shown to networks by smooth features, and a place inside drawn uniformly; otherwise
            they are few, and the place inside is a scalar that the model learns.
    """

    method = "quantile_bins"
    stored: ClassVar[Expected] = Fields(
        {
            "spikes": Array(None, rising=True, distinct=True), "num_bins": Quantity(whole=True, least=0),
            "missing": Flag(), "fine": Flag(), "shares": Array(None, least=0, most=1, sums_to_one=True),
        },
        {"probabilities": Array(None, least=0, most=1, rising=True), "values": Array(None, rising=True)},
    )  # fmt: skip

    def __init__(  # noqa: PLR0913
        self,
        name: str,
        column: Numerical,
        *,
        spikes: np.ndarray,
        quantiles: ProtectedQuantiles | None,
        num_bins: int,
        missing: bool,
        shares: np.ndarray,
        fine: bool,
    ) -> None:
        super().__init__(name, column)
        self.spikes = spikes
        self.quantiles = quantiles
        self.num_bins = num_bins
        self.missing = missing
        self.fine = fine
        self._learns_place = num_bins > 0 and not fine
        self._shares = shares

    @classmethod
    def fit(
        cls,
        name: str,
        column: Numerical,
        series: pd.Series,
        cohort: Cohort,
        *,
        rng: np.random.Generator,
        num_bins: int = 50,
        fine: bool = False,
    ) -> Self:
        """Takes spikes and quantiles from a column.

        Args:
            name: The column's name.
            column: What the schema says of it.
            series: (rows,).
            cohort: Whom the rows belong to.
            rng: For encoding the rows once, to count them by code.
            num_bins: Most bins; few rows make fewer.
            fine: See the class.
        """
        numbers = _numbers(series)
        held = ~np.isnan(numbers)
        values, cohort = numbers[held], cohort.part(held)
        distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        spikes = cohort.sharing(codes, len(distinct)) >= cohort.rare_below
        if len(distinct) > FEW_DISTINCT:
            spikes &= counts > len(series) * SPIKE_SHARE
        rest = ~spikes[codes]
        quantiles, bins = None, 0
        if cohort.part(rest).averages:
            quantiles = protected_quantiles(values, cohort, apart=~rest, grid=step_of(column))
            most = rest.sum() // (5 * cohort.rare_below)
            bins = int(np.clip(most if fine else min(most, BINS_PER_ROOT * rest.sum() ** 0.5), 1, num_bins))
        # values of too few patients to say anything about count as missing
        missing = bool(not held.all() or not (spikes.any() or bins))
        num_codes = int(spikes.sum()) + bins + missing
        encoder = cls(name, column, spikes=distinct[spikes], quantiles=quantiles, num_bins=bins, missing=missing,
                      shares=np.zeros(num_codes), fine=fine)  # fmt: skip
        encoder._shares = np.bincount(encoder.encode(series, rng)[0], minlength=num_codes) / len(series)
        return encoder

    @property
    def blocks(self) -> tuple[Block, ...]:
        bins = (len(self.spikes), len(self.spikes) + self.num_bins)
        if self.fine and self.num_bins > NUM_SMOOTH:
            return (Block(self.name, "number", len(self._shares) - self.num_bins + NUM_SMOOTH, bins=bins),)
        codes = Block(self.name, "one_hot", len(self._shares))
        return (codes, Block(self.name, "scalar", 1, refines=bins)) if self._learns_place else (codes,)

    @property
    def shares(self) -> np.ndarray:
        return self._shares

    def encode(self, series: pd.Series, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        numbers = _numbers(series)
        gaps = np.isnan(numbers)
        values = np.where(gaps, 0.0, numbers)
        place = np.zeros(len(values))
        if not len(self.spikes) and self.quantiles is None:
            codes = np.zeros(len(values), np.int32)
        elif self.quantiles is None:
            codes = self._nearest_spike(values)
        else:
            place = self.quantiles.probability(self._dequantise(values, rng), rng) * self.num_bins
            bins = np.minimum(place.astype(np.int32), self.num_bins - 1)
            place = place - bins
            nearest = self._nearest_spike(values)
            exact = np.zeros(len(values), bool) if not len(self.spikes) else self.spikes[nearest] == values
            codes = np.where(exact, nearest, len(self.spikes) + bins)
            place = np.where(exact, 0.5, place)
        if self.missing:
            codes = np.where(gaps, len(self._shares) - 1, codes)
        scalars = (
            (2 * np.where(gaps, 0.5, place) - 1).astype(np.float32)[:, None] if self._learns_place else _none(series)
        )
        return codes.astype(np.int32), scalars

    def decode(self, codes: np.ndarray, scalars: np.ndarray, rng: np.random.Generator) -> pd.Series:
        numbers = np.full(len(codes), np.nan)
        spike = codes < len(self.spikes)
        numbers[spike] = self.spikes[codes[spike]]
        binned = ~spike & (codes < len(self.spikes) + self.num_bins)
        if self.quantiles is not None and binned.any():
            place = (scalars[binned, 0] + 1) / 2 if self._learns_place else rng.random(int(binned.sum()))
            probability = (codes[binned] - len(self.spikes) + place) / self.num_bins
            numbers[binned] = self._to_grid(self.quantiles.value(probability))
        return to_dtype(numbers, self.column)

    @property
    def reach(self) -> Reach:
        bounds = self.column.minimum, self.column.maximum
        lows, highs = (np.zeros(0), np.zeros(0)) if self.quantiles is None else self.quantiles.intervals
        return Reach(self.spikes, within_bounds(lows, *bounds), within_bounds(highs, *bounds), step_of(self.column))

    def _nearest_spike(self, values: np.ndarray) -> np.ndarray:
        if not len(self.spikes):
            return np.zeros(len(values), np.int64)
        right = np.clip(np.searchsorted(self.spikes, values), 1, max(len(self.spikes) - 1, 1))
        right = np.minimum(right, len(self.spikes) - 1)
        left = np.maximum(right - 1, 0)
        return np.where(values - self.spikes[left] <= self.spikes[right] - values, left, right)

    def _dequantise(self, values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Spreads values over their grid cell, except those that are steps of the quantile function."""
        if self.column.decimals is None or self.quantiles is None:
            return values
        spread = values + (rng.random(len(values)) - 0.5) * 10.0**-self.column.decimals
        return np.where(np.isin(values, self.quantiles.values), values, spread)

    def _to_grid(self, numbers: np.ndarray) -> np.ndarray:
        if self.column.decimals is not None:
            numbers = np.round(numbers, self.column.decimals)
        return within_bounds(numbers, self.column.minimum, self.column.maximum)

    def state(self) -> dict[str, Any]:
        stored = {"spikes": self.spikes, "num_bins": self.num_bins, "missing": self.missing,
                  "fine": self.fine, "shares": self._shares}  # fmt: skip
        if self.quantiles is not None:
            stored |= {"probabilities": self.quantiles.probabilities, "values": self.quantiles.values}
        return stored

    @classmethod
    def from_state(cls, name: str, column: Numerical, state: dict[str, Any]) -> Self:
        known = cls.stored.check(state, name)
        probabilities, values = known.pop("probabilities", None), known.pop("values", None)
        bins, codes = known["num_bins"], len(known["spikes"]) + known["num_bins"] + known["missing"]
        agree(len(known["shares"]) == codes, f"{name}: expected {codes} shares. Received {len(known['shares'])}.")
        agree((bins > 0) == (probabilities is not None) == (values is not None),
              f"{name}: expected probabilities and values where there are bins, and nowhere else.")  # fmt: skip
        check_numbers(name, column, known["spikes"])
        if column.decimals is not None:
            on_grid = np.isclose(np.round(known["spikes"], column.decimals), known["spikes"], rtol=1e-12, atol=0).all()
            agree(bool(on_grid), f"{name}: spikes: expected numbers of {column.decimals} decimals.")
        if probabilities is None or values is None:
            return cls(name, column, quantiles=None, **known)
        agree(0 < len(probabilities) == len(values), f"{name}: expected as many probabilities as values.")
        check_numbers(name, column, values)
        return cls(name, column, quantiles=ProtectedQuantiles(probabilities, values), **known)


def _numbers(series: pd.Series) -> np.ndarray:
    return pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)


def within_bounds(numbers: np.ndarray, low: float | None, high: float | None) -> np.ndarray:
    """Returns numbers moved to the nearest within bounds; None is no bound."""
    return np.clip(numbers, -np.inf if low is None else low, np.inf if high is None else high)


def step_of(column: Numerical) -> float | None:
    """Returns the step that a column's numbers lie on, None for full precision."""
    return None if column.decimals is None else 10.0**-column.decimals


def _none(series: pd.Series) -> np.ndarray:
    return np.zeros((len(series), 0), np.float32)


def check_numbers(name: str, column: Numerical, numbers: np.ndarray) -> None:
    """Makes sure that a column's type can hold numbers that a file says.

    Args:
        name: The column's name.
        column: What the schema says of it.
        numbers: (n,) float64.

    Raises:
        Unexpected: If one is beyond the type's ends.
    """
    agree(bool((np.abs(numbers) <= LARGEST).all()), f"{name}: expected numbers within {LARGEST:g} of 0.")
    low, high = _ends(column.dtype)
    inside = bool(((numbers >= float(low)) & (numbers <= float(high))).all())
    agree(inside, f"{name}: expected numbers that a column of type {column.dtype} can hold. Received others.")


def to_dtype(numbers: np.ndarray, column: Numerical) -> pd.Series:
    """Returns numbers as the schema's type, those beyond its ends as the nearest one it has; integers that may be
    missing come as pandas' nullable integers.

    Args:
        numbers: (rows,) float64, NaN where missing.
        column: What the schema says of them.
    """
    dtype = pd.api.types.pandas_dtype(nullable(column.dtype) if np.isnan(numbers).any() else column.dtype)
    low, high = _ends(column.dtype)
    highest = numbers >= float(high)  # of 64 bits: the largest integer is no float, and the next one overflows
    shown = pd.Series(np.where(highest, 0, np.maximum(numbers, float(low)))).astype(dtype)
    if highest.any():
        shown[highest] = high
    return shown


def _ends(dtype: str) -> tuple[float, float]:
    """Lowest and highest number that a type can hold, integers as such."""
    known = pd.api.types.pandas_dtype(dtype)
    plain = getattr(known, "numpy_dtype", known)
    if not isinstance(plain, np.dtype) or plain.kind not in "iuf":
        return -np.inf, np.inf
    ends = np.finfo(plain) if plain.kind == "f" else np.iinfo(plain)
    return (float(ends.min), float(ends.max)) if plain.kind == "f" else (int(ends.min), int(ends.max))


def nullable(dtype: str) -> str:
    """Returns the pandas type nearest to `dtype` that can hold missing values.

    Example:
        >>> nullable("int64"), nullable("uint8"), nullable("bool"), nullable("float32")
        ('Int64', 'UInt8', 'boolean', 'float32')
    """
    if dtype.startswith(("int", "uint")):
        return dtype.replace("uint", "UInt").replace("int", "Int")
    return "boolean" if dtype == "bool" else dtype
