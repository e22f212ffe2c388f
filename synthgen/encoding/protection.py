"""What may be stored of a column, decided in one place by counting the patients behind it.

A model file outlives the consent under which its data was read. So nothing goes into it behind which fewer than
`rare_below` patients stand: rare categories are pooled, only repeated numbers are kept as they are, and every other
number is an average over enough neighbours. Extremes end at the average of the outermost patients.
"""

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np

FEW_ROWS = 1_000
"""Below this many rows a set counts patients faster than an array as long as the largest patient number."""


@dataclass(frozen=True)
class Cohort:
    """Whom each row belongs to, and how many patients must stand behind what is stored.

    Args:
        patients: (rows,) integers from 0, without large gaps; rows of one patient share a number.
        rare_below: Fewest patients behind anything stored, at least 2.

    Example:
        >>> cohort = Cohort(np.array([7, 7, 8]), rare_below=2)
        >>> cohort.size, cohort.sharing(np.array([0, 0, 1]), 3).tolist()
        (2, [1, 1, 0])
    """

    patients: np.ndarray
    rare_below: int

    @cached_property
    def size(self) -> int:
        """Number of different patients."""
        if len(self.patients) < FEW_ROWS:
            return len(set(self.patients.tolist()))
        return int(np.count_nonzero(np.bincount(self.patients)))  # np.unique would sort or hash a million rows

    @property
    def enough(self) -> bool:
        """Whether something that these patients share may be stored."""
        return self.size >= self.rare_below

    def part(self, rows: np.ndarray | slice) -> "Cohort":
        """Returns the cohort of some of the rows."""
        return Cohort(self.patients[rows], self.rare_below)

    def sharing(self, codes: np.ndarray, num_codes: int) -> np.ndarray:
        """Returns how many different patients hold each code, (num_codes,) int64.

        Args:
            codes: (rows,) integers in [0, num_codes).
            num_codes: Number of codes.
        """
        if self.size == len(self.patients):  # every row its own patient: no pairs to tell apart
            return np.bincount(codes, minlength=num_codes)
        owners = int(self.patients.max()) + 1
        pairs = np.sort(codes.astype(np.int64) * owners + self.patients)
        first = np.append(True, pairs[1:] != pairs[:-1])
        return np.bincount(pairs[first] // owners, minlength=num_codes)


@dataclass(frozen=True)
class ProtectedQuantiles:
    """A quantile function that holds no number of fewer than `rare_below` patients.

    Piecewise linear, from probability to value. A value that enough patients share stands in it as a flat step of its
    exact probability (heaps at round numbers survive). Between such steps the knots are means over windows of
    neighbouring values, each with enough patients. A gap between two steps that too few patients fill has no knot
    of its own and is interpolated. The two ends are means of the outermost patients, never the minimum or maximum.

    Args:
        probabilities: (knots,) in [0, 1], not falling.
        values: (knots,), not falling.
    """

    probabilities: np.ndarray
    values: np.ndarray

    def value(self, probability: np.ndarray) -> np.ndarray:
        """Returns the value below which that share of the column lies; same shape as `probability`."""
        return np.interp(probability, self.probabilities, self.values)

    def probability(self, value: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Returns the share of the column below each value; on a flat step, a uniform draw along it.

        Args:
            value: (n,), not missing.
            rng: For the draws.

        Returns:
            (n,) in [0, 1]. Uniform if `value` follows the column's law.
        """
        after = np.searchsorted(self.values, value, "right")
        left = np.maximum(after - 1, 0)
        probability = np.interp(value, self.values, self.probabilities)
        # a step is two knots of one value; where the value is theirs, it stands for the whole length between them
        on_step = (after >= 2) & (self.values[left] == value) & (self.values[left - 1] == value)
        start, end = self.probabilities[left[on_step] - 1], self.probabilities[left[on_step]]
        probability[on_step] = start + rng.random(int(on_step.sum())) * (end - start)
        return np.clip(probability, 0.0, 1.0)


def protected_quantiles(
    values: np.ndarray, cohort: Cohort, *, max_knots: int = 512, grid: float | None = None
) -> ProtectedQuantiles:
    """Returns the protected quantile function of a column.

    Where enough patients share a value the function is flat there; between such values a knot is the mean of a window
    of enough patients, so that none is a person's own (microaggregation; Domingo-Ferrer and Mateo-Sanz 2002).

    Args:
        values: (n,) numbers, not missing.
        cohort: Whom they belong to; enough patients.
        max_knots: Upper limit of knots outside the flat steps, about.
        grid: Step that the values lie on, if any: a mean that happens to hit a rare value is moved off it.
    """
    order = np.argsort(values, kind="stable")
    values, cohort = values[order], cohort.part(order)
    distinct, codes = np.unique(values, return_inverse=True)
    shared = cohort.sharing(codes, len(distinct)) >= cohort.rare_below
    probabilities: list[float] = []
    knots: list[float] = []
    for start, end in itertools.pairwise(_runs(shared[codes], codes).tolist()):
        if shared[codes[start]]:
            positions, means = [start, end], [values[start]] * 2
        else:
            budget = max(max_knots * (end - start) // len(values), 1)
            run = slice(start, end)
            positions, means = _window_means(values[run], cohort.part(run), budget)
            positions = [start + position for position in positions]
            means = [mean + 0.3 * grid if grid and np.isin(mean, distinct[~shared]) else mean for mean in means]
        probabilities += [position / len(values) for position in positions]
        knots += means
    return ProtectedQuantiles(np.array(probabilities), np.maximum.accumulate(np.array(knots)))


def outermost_means(values: np.ndarray, cohort: Cohort) -> tuple[float, float]:
    """Returns the means of the smallest and of the largest values, each over just enough patients.

    Args:
        values: (n,) numbers, not missing.
        cohort: Whom they belong to; enough patients.

    Example:
        >>> outermost_means(np.array([5.0, 1.0, 2.0, 9.0]), Cohort(np.arange(4), rare_below=2))
        (1.5, 7.0)
    """
    order = np.argsort(values, kind="stable")
    low, high = (_mean_of_enough(values[rows], cohort.part(rows), 0) for rows in (order, order[::-1]))
    return low, high


def _runs(shared: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Cuts sorted rows into runs: each shared value is a run of its own, unshared neighbours form one."""
    change = (shared[1:] != shared[:-1]) | (shared[1:] & (codes[1:] != codes[:-1]))
    return np.concatenate([[0], np.flatnonzero(change) + 1, [len(shared)]])


def _window_means(values: np.ndarray, cohort: Cohort, budget: int) -> tuple[list[int], list[float]]:
    """Means of windows around evenly spaced positions of a sorted run, each over enough patients.

    Returns:
        Positions in [0, n] and means; both empty where the whole run has too few patients.
    """
    if not cohort.enough:
        return [], []
    num_groups = int(np.clip(len(values) // cohort.rare_below, 1, budget))
    positions = np.linspace(0, len(values), num_groups + 1).round().astype(int)
    return positions.tolist(), [_mean_of_enough(values, cohort, position) for position in positions]


def _mean_of_enough(values: np.ndarray, cohort: Cohort, position: int) -> float:
    """Mean of the window around a position, widened until enough patients are in it."""
    reach = cohort.rare_below
    while True:  # ends, since all rows together have enough patients
        low = int(np.clip(position - reach // 2, 0, max(len(values) - reach, 0)))
        window = slice(low, low + reach)
        if cohort.part(window).enough:
            return float(values[window].mean())
        reach *= 2
