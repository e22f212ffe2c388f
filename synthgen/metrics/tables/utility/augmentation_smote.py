"""SMOTE as imbalanced-learn has it, on tables with categories and missing values."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from synthgen.metrics.tables.utility.augmentation_task import Rows

NEIGHBOURS = 5
"""Of Chawla et al. 2002, and imbalanced-learn's."""


def smote_available() -> bool:
    """Returns whether imbalanced-learn is installed."""
    return importlib.util.find_spec("imblearn") is not None


def smote_rows(real: Rows, *, categorical: list[bool], seed: int) -> Rows:
    """Returns rows that make all classes as frequent as the largest, each between two real ones of its class.

    SMOTE for tables of numbers, SMOTEN for categories, SMOTENC for both (Chawla et al. 2002, section 6). It knows no
    missing values: for finding neighbours a missing number is the median and a missing category one of its own, while
    the real rows keep their gaps. Numbers are put on one scale first, since SMOTE goes by distances. A class of one row
    has nothing to interpolate between and stays.

    Args:
        real: Rows with classes.
        categorical: Which columns are categories.
        seed: Of the neighbours and places between.
    """
    names = np.array(categorical, dtype=bool)
    filled, scale = _filled(real.values, names)
    counts = np.bincount(real.target)
    grown = {int(label): int(counts.max()) for label in np.flatnonzero((counts > 1) & (counts < counts.max()))}
    if not grown:
        return real.take(np.zeros(0, np.int64))
    neighbours = min(NEIGHBOURS, *(int(counts[label]) - 1 for label in grown))
    sampler = _sampler(names, sampling_strategy=grown, random_state=seed, k_neighbors=neighbours)
    with threadpool_limits(limits=1):
        values, target = sampler.fit_resample(filled, real.target)
    made = np.asarray(values, dtype=np.float64)[len(real) :] * scale
    made[:, names] = np.where(made[:, names] < 0, np.nan, made[:, names])
    return Rows(made, np.asarray(target)[len(real) :])


def _filled(values: NDArray[np.float64], names: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values without gaps, numbers divided by the returned scale, (columns,); a missing category is -1."""
    known = ~np.isnan(values)
    scale, fill = np.ones(values.shape[1]), np.full(values.shape[1], -1.0)
    for column in np.flatnonzero(~names):
        held = values[known[:, column], column]
        fill[column] = np.median(held) if len(held) else 0.0
        scale[column] = held.std() if len(held) and held.std() > 0 else 1.0
    return np.where(known, values, fill) / scale, scale


def _sampler(names: NDArray[np.bool_], **settings: object) -> Any:
    from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC

    if names.all():
        return SMOTEN(**settings)
    return (
        SMOTENC(categorical_features=np.flatnonzero(names).tolist(), **settings) if names.any() else SMOTE(**settings)
    )
