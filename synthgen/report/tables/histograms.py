"""Each column's law in all tables, as counts in cells that may be shown."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthgen.data.columns import Datetime, Numerical
from synthgen.metrics.counting import count_patients, distinct
from synthgen.metrics.tables.extent import extent
from synthgen.metrics.tables.features import SPIKE_SHARE, CategoryFeature, NumberFeature, Table
from synthgen.metrics.tables.reading import MISSING
from synthgen.metrics.tables.tables import Tables
from synthgen.report.protection import merge_neighbours, shown_labels

MAX_BARS = 20
MAX_LABELS = 10
MAX_SPIKES = 3
MAX_COLUMNS = 60
"""Columns drawn; of more, those that differ most from the training rows."""


def histograms(tables: Tables, scores: dict[str, float]) -> list[dict[str, Any]]:
    """Returns the drawn columns' laws as JSON types.

    Args:
        tables: The rows.
        scores: How well each column fits; the worst are drawn where there are too many.

    Returns:
        For each column: name, kind, cells (label, or low and high where null means open), shares of the present values
        per table, and share of missing values per table (None where few rows stand behind it).
    """
    names = list(tables.features.columns)
    if len(names) > MAX_COLUMNS:
        worst = set(sorted(names, key=lambda name: scores.get(name, 1.0))[:MAX_COLUMNS])
        names = [name for name in names if name in worst]
    return [_histogram(tables, name) for name in names]


def real_roles(tables: Tables) -> list[str]:
    """Returns the real tables that are large enough to be shown at all."""
    return tables.once("real roles", lambda: _real_roles(tables))


def _real_roles(tables: Tables) -> list[str]:
    rare = tables.schema.rare_below
    known = {"train": tables.train, "holdout": tables.holdout}
    return [role for role, table in known.items() if table is not None and len(distinct(table.patients)) >= rare]


def by_role(tables: Tables) -> dict[str, Table]:
    """Returns the tables by name, those too small to be shown left out."""
    known = {"train": tables.train, "synthetic": tables.synthetic, "holdout": tables.holdout}
    shown = [*real_roles(tables), "synthetic"]
    return {role: table for role, table in known.items() if table is not None and role in shown}


def _histogram(tables: Tables, name: str) -> dict[str, Any]:
    feature = tables.features.columns[name]
    drawn = _categories(tables, feature) if isinstance(feature, CategoryFeature) else _numbers(tables, feature)
    missing = {role: _missing_share(table, name, tables.schema.rare_below) for role, table in by_role(tables).items()}
    return {"column": name, "kind": feature.kind, **drawn, "missing": missing}


def _missing_share(table: Table, name: str, rare_below: int) -> float | None:
    values = table.columns[name]
    count = int((np.isnan(values) if values.dtype.kind == "f" else values == MISSING).sum())
    return count / len(values) if len(values) and (count == 0 or count >= rare_below) else None


def _shares(cells: NDArray[np.int64], num_cells: int) -> list[float]:
    counts = np.bincount(cells[cells >= 0], minlength=num_cells)
    return [float(share) for share in counts / max(counts.sum(), 1)]


def _categories(tables: Tables, feature: CategoryFeature) -> dict[str, Any]:
    rare = tables.schema.rare_below
    num_labels = len(feature.labels)
    counts = []
    for role in real_roles(tables):
        table = by_role(tables)[role]
        counts.append(count_patients(table.columns[feature.name], table.patients, num_labels + 1))
    shown = [label for label in shown_labels(counts, rare, MAX_LABELS) if label < num_labels] if counts else []
    place = np.full(num_labels + 1, len(shown), np.int64)
    place[shown] = np.arange(len(shown))
    pooled = num_labels - len(shown)
    shares = {}
    for role, table in by_role(tables).items():
        codes = table.columns[feature.name]
        shares[role] = _shares(np.where(codes == MISSING, -1, place[codes]), len(shown) + 1)
    drawn: list[dict[str, Any]] = [{"label": feature.labels[label]} for label in shown]
    drawn.append({"label": f"other ({pooled} categories)", "pooled": pooled})
    if all(share[-1] == 0 for share in shares.values()):
        drawn.pop()
        shares = {role: share[:-1] for role, share in shares.items()}
    return {"cells": drawn, "shares": shares}


def _numbers(tables: Tables, feature: NumberFeature) -> dict[str, Any]:
    roles = real_roles(tables)
    edges = _edges(tables, feature) if roles else np.zeros(0)
    if not len(edges):
        return {"cells": [], "shares": {}}
    inner = edges[1:-1]
    cells = {}
    for role, table in by_role(tables).items():
        values = table.columns[feature.name]
        cells[role] = np.where(np.isnan(values), -1, np.searchsorted(inner, values, side="right"))
    counts = [count_patients(cells[role], by_role(tables)[role].patients, len(inner) + 1) for role in roles]
    joined = merge_neighbours(counts, tables.schema.rare_below)
    if any(side.sum() < tables.schema.rare_below for side in counts):
        return {"cells": [], "shares": {}}
    num_cells = int(joined.max()) + 1
    shares = {role: _shares(np.where(side < 0, -1, joined[side]), num_cells) for role, side in cells.items()}
    bounds = [(edges[np.flatnonzero(joined == cell)[0]], edges[np.flatnonzero(joined == cell)[-1] + 1])
              for cell in range(num_cells)]  # fmt: skip
    shown = [{"low": float(low), "high": float(high)} for low, high in bounds]
    return {"cells": shown, "shares": shares, "spikes": _spikes(tables, feature)}


def _spikes(tables: Tables, feature: NumberFeature) -> list[dict[str, Any]]:
    """Single values that many patients share in every real table, the most frequent first."""
    values = tables.train.columns[feature.name]
    known, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MAX_SPIKES]
    shown = []
    for value in known[order[counts[order] > SPIKE_SHARE * counts.sum()]]:
        roles = by_role(tables)
        hits = {role: table.columns[feature.name] == value for role, table in roles.items()}
        held = [len(distinct(roles[role].patients[hits[role]])) for role in real_roles(tables)]
        if min(held) >= tables.schema.rare_below:
            shares = {role: float(hit.sum() / max((~np.isnan(roles[role].columns[feature.name])).sum(), 1))
                      for role, hit in hits.items()}  # fmt: skip
            shown.append({"value": float(value), "shares": shares})
    return shown


def _edges(tables: Tables, feature: NumberFeature) -> NDArray[np.float64]:
    """Edges on a round grid between protected bounds; what lies beyond belongs to the outermost cells."""
    values, patients = tables.train.columns[feature.name], tables.train.patients
    present = ~np.isnan(values)
    values, patients = values[present], patients[present]
    rare = tables.schema.rare_below
    if len(distinct(patients)) < rare:
        return np.zeros(0)
    ends = extent(values, rare, patients)
    if ends is None:
        return np.zeros(0)
    low, high = ends
    near_low, near_high = np.quantile(values, [0.01, 0.99])
    # a long tail would press everything else into one bar: it goes into the last, open cell
    if near_high > near_low:
        low = max(low, near_low - (near_high - near_low))
        high = min(high, near_high + 0.5 * (near_high - near_low))
    column = tables.schema.columns[feature.name]
    smallest = 0.0
    if isinstance(column, Numerical) and column.decimals is not None:
        smallest = 10.0**-column.decimals
    if isinstance(column, Datetime):
        smallest = 86_400.0
    step = round_step((high - low) / MAX_BARS, smallest)
    first, last = math.floor(low / step), math.floor(high / step) + 1
    return np.arange(first, last + 1).astype(np.float64) * step


def round_step(width: float, smallest: float) -> float:
    """Returns the next round number: 1, 2, 2.5 or 5 times a power of ten, a multiple of `smallest`.

    Example:
        >>> round_step(3.4, 1.0), round_step(0.013, 0.0), round_step(0.0, 1.0)
        (5.0, 0.02, 1.0)
    """
    if not width > 0:
        return smallest or 1.0
    if smallest >= width:
        return smallest
    power = 10.0 ** math.floor(math.log10(width))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0):
        step = factor * power
        whole = smallest == 0 or abs(step / smallest - round(step / smallest)) < 1e-9
        if step >= width * (1 - 1e-9) and whole:
            return float(f"{step:.6g}")
    return float(f"{10 * power:.6g}")
