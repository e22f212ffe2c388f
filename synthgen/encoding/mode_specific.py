"""Mode-specific normalisation of numbers, as in the CTGAN paper."""

import warnings
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import BayesianGaussianMixture

from synthgen.data.columns import Numerical
from synthgen.encoding.column import ColumnEncoder
from synthgen.encoding.layout import Block
from synthgen.encoding.numerical import check_numbers, step_of, to_dtype, within_bounds
from synthgen.encoding.protection import Cohort
from synthgen.encoding.quantiles import protected_quantiles
from synthgen.encoding.reach import Reach
from synthgen.expected import Array, Expected, Fields, Flag, Quantity, agree

FITTED_ROWS = 5_000
"""The mixture is fitted to at most this many rows: more move its modes less than its own starting point does."""


class ModeSpecific(ColumnEncoder[Numerical]):
    """Numbers as a mode of a Gaussian mixture (code) and the distance to its mean in 4 deviations (scalar).

    Xu et al. 2019, section 4.2. Departures: a missing value is a mode of its own; modes of fewer than `rare_below`
    patients are left out; the mixture is fitted to values as the protected quantile function shows them; decoded ones
    end where it ends and are put on the column's grid.

    Args:
        name: The column's name.
        column: What the schema says of it.
        means: (modes,).
        deviations: (modes,), above 0.
        low: Smallest value that is ever decoded.
        high: Largest value that is ever decoded.
        missing: Whether there is a code for missing values.
        shares: Share of rows at each code.
    """

    method = "mode_specific"
    stored: ClassVar[Expected] = Fields({
        "means": Array(None), "deviations": Array(None, least=1e-300), "low": Quantity(), "high": Quantity(),
        "missing": Flag(), "shares": Array(None, least=0, most=1, sums_to_one=True),
    })  # fmt: skip

    def __init__(  # noqa: PLR0913
        self,
        name: str,
        column: Numerical,
        *,
        means: np.ndarray,
        deviations: np.ndarray,
        low: float,
        high: float,
        missing: bool,
        shares: np.ndarray,
    ) -> None:
        super().__init__(name, column)
        self.means = means
        self.deviations = deviations
        self.low = low
        self.high = high
        self.missing = missing
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
        max_modes: int = 10,
    ) -> Self:
        """Fits the mixture.

        Args:
            name: The column's name.
            column: What the schema says of it.
            series: (rows,).
            cohort: Whom the rows belong to.
            rng: Draws the rows that the mixture is fitted to.
            max_modes: Most modes of the mixture; 10 in the paper.
        """
        numbers = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
        held = ~np.isnan(numbers)
        values, cohort = numbers[held], cohort.part(held)
        none = np.zeros(0)
        means, deviations, low, high = none, none, 0.0, 0.0
        if cohort.averages:
            quantiles = protected_quantiles(values, cohort)
            low, high = float(quantiles.values[0]), float(quantiles.values[-1])
            # of the values as they may be shown: one that lies far off would be a mode's deviation
            shown = quantiles.value(quantiles.probability(values, rng))
            means, deviations = _modes(shown, max_modes, cohort.rare_below, rng)
        missing = bool(not held.all() or not cohort.averages)
        num_codes = len(means) + missing
        encoder = cls(name, column, means=means, deviations=deviations, low=low, high=high, missing=missing,
                      shares=np.zeros(num_codes))  # fmt: skip
        encoder._shares = np.bincount(encoder.encode(series, rng)[0], minlength=num_codes) / len(series)
        return encoder

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (
            Block(self.name, "one_hot", len(self._shares)),
            Block(self.name, "scalar", 1, refines=(0, len(self.means))),
        )

    @property
    def shares(self) -> np.ndarray:
        return self._shares

    def encode(self, series: pd.Series, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        numbers = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
        gaps = np.isnan(numbers)
        values = np.where(gaps, 0.0, numbers)
        if not len(self.means):
            return np.zeros(len(values), np.int32), np.zeros((len(values), 1), np.float32)
        standard = (values[:, None] - self.means) / self.deviations  # (rows, modes)
        weights = np.exp(-0.5 * np.square(np.clip(standard, -30, 30))) / self.deviations * self._weights()
        cumulative = np.cumsum(weights + 1e-300, axis=1)
        codes = (rng.random((len(values), 1)) * cumulative[:, -1:] > cumulative).sum(1)
        scalars = np.clip(standard[np.arange(len(values)), codes] / 4, -0.99, 0.99)
        if self.missing:
            codes = np.where(gaps, len(self.means), codes)
        return codes.astype(np.int32), np.where(gaps, 0, scalars).astype(np.float32)[:, None]

    def _weights(self) -> np.ndarray:
        shares = self._shares[: len(self.means)]
        return shares / shares.sum() if shares.sum() else np.ones(len(self.means))

    def decode(self, codes: np.ndarray, scalars: np.ndarray, rng: np.random.Generator) -> pd.Series:
        numbers = np.full(len(codes), np.nan)
        held = codes < len(self.means)
        mode = codes[held]
        values = np.clip(self.means[mode] + 4 * scalars[held, 0] * self.deviations[mode], self.low, self.high)
        if self.column.decimals is not None:
            values = np.round(values, self.column.decimals)
        numbers[held] = within_bounds(values, self.column.minimum, self.column.maximum)
        return to_dtype(numbers, self.column)

    @property
    def reach(self) -> Reach:
        known = len(self.means) > 0
        return Reach(np.zeros(0), np.full(int(known), self.low), np.full(int(known), self.high), step_of(self.column))

    def state(self) -> dict[str, Any]:
        return {"means": self.means, "deviations": self.deviations, "low": self.low, "high": self.high,
                "missing": self.missing, "shares": self._shares}  # fmt: skip

    @classmethod
    def from_state(cls, name: str, column: Numerical, state: dict[str, Any]) -> Self:
        known = cls.stored.check(state, name)
        modes, low, high = len(known["means"]), known["low"], known["high"]
        agree(len(known["deviations"]) == modes and len(known["shares"]) == modes + known["missing"],
              f"{name}: expected a mean, a deviation and a share for each mode.")  # fmt: skip
        agree(low <= high, f"{name}: expected low <= high. Received {low}, {high}.")
        check_numbers(name, column, np.array([low, high]))
        return cls(name, column, **known)


def _modes(
    values: np.ndarray, max_modes: int, rare_below: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    some = values if len(values) <= FITTED_ROWS else rng.choice(values, FITTED_ROWS, replace=False)
    centre, spread = some.mean(), some.std() or 1.0
    mixture = BayesianGaussianMixture(
        n_components=min(max_modes, len(some)), weight_concentration_prior=1e-3, random_state=int(rng.integers(2**31))
    )
    with warnings.catch_warnings():
        # the prior empties superfluous modes slowly; what matters, their weights below, has long settled by then
        warnings.simplefilter("ignore", ConvergenceWarning)
        mixture.fit((some[:, None] - centre) / spread)
    kept = (mixture.weights_ > 0.005) & (mixture.weights_ * len(values) >= rare_below)
    kept[mixture.weights_.argmax()] = True
    deviations = np.sqrt(mixture.covariances_[kept, 0, 0])
    return mixture.means_[kept, 0] * spread + centre, np.maximum(deviations, 1e-6) * spread
