"""Intervals for shares, areas under the curve and means of distances.

All are two-sided at a given confidence and hold the estimate. Where one patient stands behind several rows, the patient
is the unit.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from synthgen.metrics.base import CONFIDENCE

NUM_GROUPS = 20
"""Groups of the delete-group jackknife."""


def clopper_pearson(successes: int, trials: int, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact interval of a share.

    Never less than the stated confidence; right at 0 and at 1 too (Clopper and Pearson 1934).

    Args:
        successes: At least 0.
        trials: At least `successes`; with 0 trials the interval is (0, 1).
        confidence: In (0, 1).

    Returns:
        Lower and upper end in [0, 1].

    Example:
        >>> [round(end, 3) for end in clopper_pearson(0, 100)]
        [0.0, 0.036]
    """
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(stats.beta.ppf(tail, successes, trials - successes + 1))
    high = 1.0 if successes == trials else float(stats.beta.ppf(1 - tail, successes + 1, trials - successes))
    return low, high


def clustered_share(
    scores: NDArray[np.float64], clusters: NDArray[np.int64], *, confidence: float = CONFIDENCE
) -> tuple[float, tuple[float, float]]:
    """Standard error and interval of a mean of scores in [0, 1] that are alike within clusters.

    The variance is that of the cluster sums; the interval is Wilson's (1927) with the number of rows that independent
    scores of that variance would have, so that it stays inside [0, 1] and has a width at 0 and 1.

    Args:
        scores: (rows,) in [0, 1].
        clusters: (rows,) which rows belong together.
        confidence: In (0, 1).

    Returns:
        The standard error, and lower and upper end.

    Example:
        >>> error, (low, high) = clustered_share(np.array([0.0, 1.0] * 50), np.arange(100))
        >>> round(error, 3), round(low, 2), round(high, 2)
        (0.05, 0.4, 0.6)
    """
    mean = float(scores.mean())
    _, codes = np.unique(clusters, return_inverse=True)
    sums = np.bincount(codes, weights=scores - mean)
    error = math.sqrt(float((sums**2).sum())) / len(scores)
    spread = mean * (1 - mean)
    effective = len(sums) if error == 0 else min(max(spread / error**2, 1.0), len(scores))
    return error, wilson(mean, effective, confidence=confidence)


def wilson(share: float, trials: float, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's (1927) interval of a share; `trials` need not be whole.

    Example:
        >>> [round(end, 2) for end in wilson(0.5, 100)]
        [0.4, 0.6]
    """
    z = float(stats.norm.ppf((1 + confidence) / 2))
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def area_interval(
    area: float, *, positives: float, negatives: float, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Interval of an area under the ROC curve.

    Method 5 of Newcombe (2006, part 2): inverts the score test with the variance of Hanley and McNeil (1982), so that
    it is exact at chance level (0.5, no ties), cautious with ties, and has a width at 1.

    Args:
        area: In [0, 1].
        positives: Units in the positive class, at least 1.
        negatives: Units in the negative class, at least 1.
        confidence: In (0, 1).

    Returns:
        Lower and upper end in [0, 1].

    Example:
        >>> [round(end, 3) for end in area_interval(0.5, positives=1000, negatives=1000)]
        [0.475, 0.525]
    """
    z = float(stats.norm.ppf((1 + confidence) / 2))
    middle = (positives + negatives) / 2 - 1

    def excess(theta: float) -> float:
        spread = 1 + middle * (1 - theta) / (2 - theta) + middle * theta / (1 + theta)
        return abs(area - theta) - z * math.sqrt(max(theta * (1 - theta) * spread, 0.0) / (positives * negatives))

    inside = min(max(area, 1e-9), 1 - 1e-9)
    low = 0.0 if excess(1e-12) <= 0 else float(optimize.brentq(excess, 1e-12, inside))
    high = 1.0 if excess(1 - 1e-12) <= 0 else float(optimize.brentq(excess, inside, 1 - 1e-12))
    return min(low, area), max(high, area)


def jackknife_interval(
    value: float,
    left_out: NDArray[np.float64],
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    confidence: float = CONFIDENCE,
) -> tuple[float, float]:
    """Interval from values with one group of rows left out at a time.

    The delete-group jackknife (Kott 2001). Unlike the bootstrap it adds no noise of its own to distances, whose
    bootstrap means lie above the value they are meant to surround.

    Args:
        value: With all rows.
        left_out: (groups,) values without each group.
        bounds: The range of the metric.
        confidence: In (0, 1).

    Returns:
        Lower and upper end inside `bounds`.

    Example:
        >>> low, high = jackknife_interval(0.5, np.array([0.49, 0.51]))
        >>> low < 0.5 < high
        True
    """
    groups = len(left_out)
    if groups < 2:
        return bounds
    error = math.sqrt((groups - 1) / groups * float(((left_out - left_out.mean()) ** 2).sum()))
    half = float(stats.t.ppf((1 + confidence) / 2, groups - 1)) * error
    return max(bounds[0], min(value, value - half)), min(bounds[1], max(value, value + half))


def jackknife_groups(
    first: NDArray[np.int64], second: NDArray[np.int64], random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Divides the patients of two tables into groups to leave out together.

    Args:
        first: (rows,) patients of one table.
        second: (rows,) patients of the other.
        random: Deals the patients out.

    Returns:
        (rows,) group of each row of either table, and the number of groups (below 2: no interval can be had).

    Example:
        >>> one, other, groups = jackknife_groups(np.arange(40), np.arange(30), np.random.default_rng(0))
        >>> groups, np.bincount(one).tolist() == [2] * 20
        (20, True)
    """
    codes = [np.unique(patients, return_inverse=True)[1] for patients in (first, second)]
    groups = min(NUM_GROUPS, *(int(code.max(initial=-1)) + 1 for code in codes))
    if groups < 2:
        return np.zeros_like(first), np.zeros_like(second), 1
    dealt = [random.permutation(int(code.max()) + 1)[code] % groups for code in codes]
    return dealt[0], dealt[1], groups


def left_out_counts(
    cells: NDArray[np.int64], groups: NDArray[np.int64], *, num_cells: int, num_groups: int
) -> NDArray[np.float64]:
    """Counts rows per cell: first with all rows, then without each group.

    Args:
        cells: (rows,) cell of each row.
        groups: (rows,) group of each row.
        num_cells: Cells.
        num_groups: Groups.

    Returns:
        (1 + groups, cells); (1, cells) where there are not two groups to leave out.

    Example:
        >>> left_out_counts(np.array([0, 1, 1]), np.array([0, 0, 1]), num_cells=2, num_groups=2).tolist()
        [[1.0, 2.0], [0.0, 1.0], [1.0, 1.0]]
    """
    counts = np.bincount(groups * num_cells + cells, minlength=num_groups * num_cells)
    by_group = counts.reshape(num_groups, num_cells).astype(np.float64)
    total = by_group.sum(axis=0)
    if num_groups < 2:
        return total[None]
    return np.vstack([total, total - by_group])
