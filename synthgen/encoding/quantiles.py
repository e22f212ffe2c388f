"""The protected quantile function of a column: what is stored of numbers, and what one patient can change of it.

Three things hold of every number stored here:

- it is a value that `rare_below` patients share, or an average over so many in which each counts once;
- whatever one patient's cells become, it stays within the range of the other patients' values, and moves by no more
  than any other patient of the same average could move it: averages at an end leave the outermost patient out;
- what fewer than `rare_below` patients hold beyond a gap is the same wherever beyond it that is: they count as the
  values of many that lie next (winsorising; Dixon 1960).

A mean over the outermost patients alone has none of the last two: in a mean of ten a single outlier is the outlier.
"""

from dataclasses import dataclass

import numpy as np

from synthgen.encoding.protection import Cohort
from synthgen.encoding.stretches import Stretch, stretches


@dataclass(frozen=True)
class ProtectedQuantiles:
    """A quantile function that holds no number of fewer than `rare_below` patients.

    Piecewise linear, from probability to value. A value that enough patients share stands in it as a flat step of its
    exact probability (heaps at round numbers survive). Between such steps the knots are means over windows of
    neighbouring values, each with enough patients. Where too few patients lie between two shared values it is
    interpolated; at a gap it jumps. At either side of a gap, and at both ends, it ends at the mean of the `rare_below`
    patients next to the outermost one.

    Args:
        probabilities: (knots,) in [0, 1], not falling.
        values: (knots,), not falling.
    """

    probabilities: np.ndarray
    values: np.ndarray

    def value(self, probability: np.ndarray) -> np.ndarray:
        """Returns the value below which that share of the column lies; same shape as `probability`."""
        return np.interp(probability, self.probabilities, self.values)

    @property
    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """Where values lie, rising: between two neighbouring knots, unless the function jumps from one to the other."""
        drawn = self.probabilities[1:] > self.probabilities[:-1]
        return self.values[:-1][drawn], self.values[1:][drawn]

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
        probability[on_step] = start + rng.random(len(value))[on_step] * (end - start)  # a draw of each row's own
        return np.clip(probability, 0.0, 1.0)


@dataclass(frozen=True)
class _Knots:
    """Part of a quantile function: rows in order, and the value there."""

    rows: list[int]
    values: list[float]


def protected_quantiles(
    values: np.ndarray,
    cohort: Cohort,
    *,
    apart: np.ndarray | None = None,
    max_knots: int = 512,
    grid: float | None = None,
) -> ProtectedQuantiles:
    """Returns the protected quantile function of a column.

    Where enough patients share a value the function is flat there; between such values a knot is the mean of a window
    of enough patients, so that none is a person's own (microaggregation; Domingo-Ferrer and Mateo-Sanz 2002).

    Args:
        values: (n,) numbers, not missing.
        cohort: Whom they belong to; enough patients.
        apart: (n,) which rows hold a shared value that has a place of its own elsewhere: they bound others, but the
            function is that of the others alone. None: no rows.
        max_knots: Upper limit of knots outside the flat steps, about.
        grid: Step that the values lie on, if any: a mean that happens to hit a rare value is moved off it.
    """
    order = np.argsort(values, kind="stable")
    values, cohort = values[order], cohort.part(order)
    counted = np.ones(len(values), bool) if apart is None else ~apart[order]
    place = np.append(0, np.cumsum(counted)) / counted.sum()  # share of the counted rows before each row
    parts = stretches(values, cohort)
    knots = [_knots(values, cohort, part, max_knots) for part in parts]
    knots = [own or _taken_in(knots, parts, i, values) for i, own in enumerate(knots)]
    if not any(knots):
        knots = [_Knots([0, len(values)], [_winsorised_mean(values, cohort)] * 2)]
    held = [own for own in knots if own is not None and place[own.rows[0]] < place[own.rows[-1]]]
    numbers = np.concatenate([own.values for own in held])
    if grid:
        numbers = numbers + 0.3 * grid * np.isin(numbers, _unshared(values, parts))
    numbers, shares = np.maximum.accumulate(numbers), place[np.concatenate([own.rows for own in held])]
    within = np.append(False, (numbers[1:-1] == numbers[:-2]) & (numbers[1:-1] == numbers[2:]))
    step_ends = ~np.append(within, False)[: len(numbers)]  # of a flat step, two knots: `probability` knows it by them
    return ProtectedQuantiles(shares[step_ends], numbers[step_ends])


def _unshared(values: np.ndarray, parts: list[Stretch]) -> np.ndarray:
    return np.concatenate([np.zeros(0), *(values[part.start : part.end] for part in parts if not part.shared)])


def _knots(values: np.ndarray, cohort: Cohort, part: Stretch, max_knots: int) -> _Knots | None:
    """Knots of one stretch; None where too few patients are in it."""
    own, ends = values[part.start : part.end], [part.start, part.end]
    if part.shared:
        return _Knots(ends, [float(own[0])] * 2)
    cohort = cohort.part(slice(part.start, part.end))
    if not cohort.averages:
        return None
    low, high = _without_outermost(cohort, below=part.open_below, above=part.open_above)
    if high <= low or not cohort.part(slice(low, high)).enough:
        return _Knots(ends, [_winsorised_mean(own, cohort)] * 2)
    most = max(max_knots * len(own) // len(values), 1)
    positions = np.linspace(0, len(own), int(np.clip(len(own) // cohort.rare_below, 1, most)) + 1).round().astype(int)
    rows, means = [], []
    for position in positions.tolist():
        mean, centred = _mean_of_enough(own, cohort, position, within=(low, high))
        # next to an end without its outermost patients the function is a line: no knot that stands for others' rows
        if centred or position in (0, len(own)) or not (part.open_below or part.open_above):
            rows.append(part.start + position)
            means.append(mean)
    return _Knots(rows, means)


def _without_outermost(cohort: Cohort, *, below: bool, above: bool) -> tuple[int, int]:
    """Rows that averages are taken of: at an open end from the first that is not the outermost patient's."""
    others = np.flatnonzero(cohort.patients != cohort.patients[0]) if below else np.zeros(1, int)
    inner = np.flatnonzero(cohort.patients != cohort.patients[-1]) if above else np.array([len(cohort.patients) - 1])
    return int(others[0]), int(inner[-1]) + 1


def _mean_of_enough(
    values: np.ndarray, cohort: Cohort, position: int, *, within: tuple[int, int]
) -> tuple[float, bool]:
    """Mean of the window around a position, widened until enough patients are in it; each of them counts once.

    Returns:
        The mean, and whether the window lies around the position and has not been moved to stay `within`.
    """
    reach = cohort.rare_below
    while True:  # ends, since all rows within have enough patients
        wanted = position - reach // 2
        low = int(np.clip(wanted, within[0], max(within[1] - reach, within[0])))
        window = slice(low, min(low + reach, within[1]))
        if cohort.part(window).enough:
            return float(_of_each(values[window], cohort.part(window)).mean()), low == wanted
        reach *= 2


def _of_each(values: np.ndarray, cohort: Cohort) -> np.ndarray:
    """Mean of each patient's values, (patients,) in no order."""
    if cohort.size == len(values):
        return values
    _, owners = np.unique(cohort.patients, return_inverse=True)
    return np.bincount(owners, weights=values) / np.bincount(owners)


def _winsorised_mean(values: np.ndarray, cohort: Cohort) -> float:
    """Mean over all patients, the outermost quarter at either side (at least one) counting as the next one does."""
    each = np.sort(_of_each(values, cohort))
    outer = min(max(len(each) // 4, 1), (len(each) - 1) // 2)
    return float(np.clip(each, each[outer], each[-1 - outer]).mean())


def _taken_in(knots: list[_Knots | None], parts: list[Stretch], i: int, values: np.ndarray) -> _Knots | None:
    """What stands for a stretch of too few patients: the values of many next to it; None where there are none.

    Between two of them without a gap, a line from one to the other; otherwise the one without a gap, or the nearer one.
    """
    below = next((own.values[-1] for own in reversed(knots[:i]) if own is not None), None)
    above = next((own.values[0] for own in knots[i + 1 :] if own is not None), None)
    part = parts[i]
    rows = [part.start, part.end]
    if below is None or above is None:
        nearest = above if below is None else below
        return None if nearest is None else _Knots(rows, [nearest] * 2)
    if not part.open_below and not part.open_above:
        return _Knots(rows, [below, above])
    if part.open_below == part.open_above:
        nearer = values[part.start] - below <= above - values[part.end - 1]
        return _Knots(rows, [below if nearer else above] * 2)
    return _Knots(rows, [above if part.open_below else below] * 2)
