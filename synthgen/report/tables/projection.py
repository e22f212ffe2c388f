"""All columns at once: the two directions in which the training rows vary most, as counts on a grid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from synthgen.metrics.counting import count_patients
from synthgen.metrics.tables.tables import Tables
from synthgen.report.tables.histograms import by_role, real_roles

GRIDS = (32, 24, 18, 14, 10, 7, 5)
MOST_HIDDEN = 0.15
"""The finest grid is taken that hides at most this share of the training rows."""


def projection(tables: Tables) -> dict[str, Any]:
    """Returns the grid as JSON types.

    No row is drawn: a cell is shown where at least `rare_below` patients lie in it (rows, for synthetic data).

    Returns:
        The number of cells along each side, the share of variance of both axes, and for each table a list of
        [column, row, share of rows]; empty where the training rows are too few.
    """
    if "train" not in real_roles(tables) or len(tables.synthetic) == 0:
        return {}
    roles = by_role(tables)
    sampled = {role: tables.sample(table, tables.max_rows, purpose=role) for role, table in roles.items()}
    vectors = {role: tables.features.vectors(table) for role, table in sampled.items()}
    if min(vectors["train"].shape) < 2:
        return {}
    axes = PCA(n_components=2, svd_solver="covariance_eigh").fit(vectors["train"])
    points = {role: axes.transform(side) for role, side in vectors.items()}
    low, high = np.quantile(points["train"], [0.005, 0.995], axis=0)
    if not (high > low).all():
        return {}
    rare = tables.schema.rare_below
    for size in GRIDS:
        cells = {role: _cells(side, low, high, size) for role, side in points.items()}
        counts = {role: count_patients(cells[role], sampled[role].patients, size * size) for role in cells}
        hidden = np.isin(cells["train"], np.flatnonzero(counts["train"] < rare)).mean()
        if hidden <= MOST_HIDDEN:
            break
    shown = {role: _shown(cells[role], counts[role], rare, size) for role in cells}
    return {"size": size, "variance": [float(share) for share in axes.explained_variance_ratio_], "cells": shown}


def _cells(points: NDArray[np.float64], low: NDArray, high: NDArray, size: int) -> NDArray[np.int64]:
    """Cell of each point; -1 outside, where the outermost rows of the table are."""
    places = np.floor((points - low) / (high - low) * size).astype(np.int64)  # (rows, 2)
    inside = ((places >= 0) & (places < size)).all(axis=1)
    return np.where(inside, places[:, 0] * size + places[:, 1], -1)


def _shown(cells: NDArray[np.int64], patients: NDArray[np.int64], rare_below: int, size: int) -> list[list[float]]:
    rows = np.bincount(cells[cells >= 0], minlength=size * size)
    return [
        [int(cell // size), int(cell % size), round(float(rows[cell]) / len(cells), 5)]
        for cell in np.flatnonzero(patients >= rare_below)
    ]
