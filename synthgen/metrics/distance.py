"""Distance to the closest record, on one scale for every comparison.

The scale comes from the training rows and is the same whether a row is compared with training or with holdout rows.
(SDMetrics 0.32 scales each reference set by its own range; on heavy tails the fair share 0.5 then comes out as 0.22 to
0.90 on independent data.)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

TIE = 1e-5
"""Distances closer than this are equal: single precision cannot tell them apart."""
MOST_CELLS = 2**24
"""Distances between all of many points and all of many others that are held at a time, which bounds memory."""
NUM_CURVE_POINTS = 60
"""Of a curve that is drawn."""


@dataclass(frozen=True, eq=False)
class Nearest:
    """The closest point to each query.

    Args:
        distances: (queries,).
        positions: (queries,) which point it is.
    """

    distances: NDArray[np.float64]
    positions: NDArray[np.int64]


def nearest(*, queries: NDArray[np.float32], to: NDArray[np.float32]) -> Nearest:
    """Finds the closest point to each query.

    Args:
        queries: (queries, dimensions).
        to: (points, dimensions), at least one point.

    Returns:
        Euclidean distances, exact: 0 for an equal point.

    Example:
        >>> points = np.array([[0.0], [3.0]], np.float32)
        >>> nearest(queries=np.array([[1.0], [3.0]], np.float32), to=points).distances.tolist()
        [1.0, 0.0]
    """
    index = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(to)
    positions = index.kneighbors(queries, return_distance=False)[:, 0]
    # the search subtracts large squares; measured anew, so that equal rows are exactly 0 apart
    gaps = queries.astype(np.float64) - to[positions]  # (queries, dimensions)
    return Nearest(np.sqrt((gaps**2).sum(axis=1)), positions)


def squared_distances(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns squared Euclidean distances, (rows of first, rows of second), at least 0.

    In single precision: equal rows may be some millionths apart, see `nearest`.

    Example:
        >>> squared_distances(np.array([[1.0]], np.float32), np.array([[3.0], [1.0]], np.float32)).tolist()
        [[4.0, 0.0]]
    """
    apart = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None] - 2 * first @ second.T
    return np.maximum(apart, 0)


def closer(first: NDArray[np.float64], *, than: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns 1 where the first distance is smaller, 0 where it is larger, one half where they tie.

    Example:
        >>> closer(np.array([0.0, 1.0, 2.0]), than=np.array([0.0, 2.0, 1.0])).tolist()
        [0.5, 1.0, 0.0]
    """
    tied = np.abs(first - than) <= TIE * (1 + np.maximum(first, than))
    return np.where(tied, 0.5, (first < than).astype(np.float64))


def distance_curves(distances: dict[str, np.ndarray]) -> dict[str, list[float]]:
    """Returns cumulative shares of distances on one grid that ends at the 99th percentile of all of them.

    Args:
        distances: Name to (queries,).

    Returns:
        The same names to (points,) shares, and "distance" to the grid.
    """
    together = np.concatenate(list(distances.values()))
    grid = np.linspace(0, max(float(np.quantile(together, 0.99)), 1e-6), NUM_CURVE_POINTS)
    curves = {"distance": [float(point) for point in grid]}
    for name, values in distances.items():
        ordered = np.sort(values)
        curves[name] = [float(share) for share in np.searchsorted(ordered, grid + 1e-9, side="right") / len(ordered)]
    return curves
