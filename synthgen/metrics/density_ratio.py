"""Density ratio: how much likelier do synthetic rows make a record than other rows of the population do?

The membership attack of van Breugel et al. 2023 (DOMIAS, eq. 2), with densities by normal kernels. A model that has
learned a person by heart puts more of its mass around that person than the population has there; common records are
likely under both, and tell nothing. The attacker is assumed to hold the synthetic table and other rows of the same
population (a census, the patients of another year), as well as the record of the person in question.

Two widths are looked through, and their logarithms added. A wide kernel sees that a network leans towards a person, by
all synthetic rows around; one without any width, which leaves the ratio of distances to the closest rows, sees a copy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from synthgen.metrics.distance import MOST_CELLS, squared_distances

WIDTH = 0.5
"""Squared width of the wide kernel, as a multiple of the median squared distance from a record to the population."""
LEAST_WIDTH = 1e-3
"""Squared width where most records equal another one: then equal records are counted, and little else."""


def kernel_width(usual: NDArray[np.float64]) -> float:
    """Returns the squared width of the kernels.

    Args:
        usual: (records,) distance of each to the closest row of the population.

    Example:
        >>> kernel_width(np.array([1.0, 2.0, 3.0])), kernel_width(np.array([0.0, 0.0, 3.0]))
        (2.0, 0.001)
    """
    return max(WIDTH * float(np.median(usual)) ** 2, LEAST_WIDTH)


def log_density(points: NDArray[np.float32], *, rows: NDArray[np.float32], squared_width: float) -> NDArray[np.float64]:
    """Returns the logarithm of the mean kernel over the rows, (points,), but for a constant.

    Args:
        points: (points, dimensions).
        rows: (rows, dimensions), at least one.
        squared_width: Above 0.

    Example:
        >>> log_density(np.zeros((1, 1), np.float32), rows=np.zeros((7, 1), np.float32), squared_width=2.0).round(5)
        array([0.])
    """
    found = np.empty(len(points))
    block = max(MOST_CELLS // len(rows), 1)
    for start in range(0, len(points), block):
        apart = squared_distances(points[start : start + block], rows)  # (block, rows)
        found[start : start + block] = logsumexp(-apart / squared_width, axis=1)
    return found - np.log(len(rows))


def closeness(near: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns how much closer the synthetic rows are than other real rows, (records,); 0: as close.

    Args:
        near: (records,) distance to the closest synthetic row.
        usual: (records,) distance to the closest of other real rows.

    Example:
        >>> closeness(np.array([0.0, 1.0]), np.array([0.0, 2.0])).round(2).tolist()
        [0.0, 0.69]
    """
    # the small constant keeps a record that equals a synthetic and a real row from being a division 0 / 0
    return np.asarray(np.log((usual + 1e-3) / (near + 1e-3)))


def log_density_ratio(
    points: NDArray[np.float32],
    *,
    synthetic: NDArray[np.float32],
    population: NDArray[np.float32],
    squared_width: float,
) -> NDArray[np.float64]:
    """Returns how much likelier synthetic rows make each point than the population does, (points,); 0: as likely.

    Args:
        points: (points, dimensions).
        synthetic: (rows, dimensions), at least one.
        population: (rows, dimensions), at least one; other people's real rows.
        squared_width: Of the kernels, see `kernel_width`.

    Example:
        >>> rows = np.array([[0.0], [5.0]], np.float32)
        >>> ratio = log_density_ratio(rows, synthetic=rows[:1], population=rows, squared_width=1.0)
        >>> ratio.round(1).tolist()
        [0.7, -24.3]
    """
    likely = [log_density(points, rows=rows, squared_width=squared_width) for rows in (synthetic, population)]
    return likely[0] - likely[1]
