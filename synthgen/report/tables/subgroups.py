"""The subgroup sheet: is the table as faithful, as useful and as little exposing for every group of patients?

Averages hide small groups, and small groups are where generative models fail and where people are recognised first.
Every figure is one of the report's own metrics on the rows of the group alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synthgen.errors import EvaluationError, did_you_mean
from synthgen.metrics.base import Metric, NotComputed, Part
from synthgen.metrics.counting import distinct
from synthgen.metrics.limits import Status
from synthgen.metrics.tables.features import CategoryFeature, Feature, Table
from synthgen.metrics.tables.fidelity.marginals import Marginals
from synthgen.metrics.tables.privacy.membership import Membership
from synthgen.metrics.tables.reading import MISSING
from synthgen.metrics.tables.tables import Tables
from synthgen.metrics.tables.utility.tstr import TrainOnSynthetic, gap_where
from synthgen.report.protection import shown_labels
from synthgen.report.subgroup import Figure, Subgroup

LEAST_PATIENTS = 50
"""Patients of a group in training and in holdout rows; smaller groups are not shown."""
MOST_LEVELS = 12
"""Groups of one column; the most frequent ones."""
BANDS = (0.25, 0.5, 0.75)
"""Quantiles of the training rows, rounded to two digits, that cut a number into bands."""


def check_subgroups(columns: Sequence[str], tables: Tables) -> None:
    """Raises where columns do not divide patients into groups.

    Args:
        columns: Their names.
        tables: What is judged.

    Raises:
        EvaluationError: If one is unknown, or is neither a category nor a number; or there is no holdout.
    """
    for name in columns:
        feature = tables.features.columns.get(name)
        if feature is None:
            known = did_you_mean(name, tables.features.columns)
            raise EvaluationError(f"subgroups: {name!r} is none of the learned columns.{known}")
        if feature.kind == "datetime":
            raise EvaluationError(f"subgroups: {name!r} is a date; name a category or a number.")
    if columns and tables.holdout is None:
        raise EvaluationError("subgroups: a holdout is needed to compare with. Pass holdout=, or leave subgroups out.")


def subgroup_sheet(tables: Tables, columns: Sequence[str]) -> tuple[Subgroup, ...]:
    """Returns every group of every column, those that are too small left out.

    A group is shown if at least fifty patients are in it, in training and in holdout rows, and if what is not shown
    cannot be told by subtraction. With many groups some figures are off by chance: one in twenty intervals misses.

    Args:
        tables: With a holdout.
        columns: See `check_subgroups`.
    """
    return tuple(group for name in columns for group in _groups(tables, name))


def _groups(tables: Tables, name: str) -> list[Subgroup]:
    if tables.holdout is None:
        return []
    roles = {"train": tables.train, "synthetic": tables.synthetic, "holdout": tables.holdout}
    levels = _levels(tables.features.columns[name], tables.train)
    counts = [np.array([len(distinct(roles[role].patients[level.of(roles[role])])) for level in levels])
              for role in ("train", "holdout")]  # fmt: skip
    shown = shown_labels(counts, max(LEAST_PATIENTS, tables.schema.rare_below), MOST_LEVELS)
    return [_group(tables, roles, levels[place]) for place in sorted(shown)]


def _group(tables: Tables, roles: dict[str, Table], level: _Level) -> Subgroup:
    parts = {role: table.take(np.flatnonzero(level.of(table))) for role, table in roles.items()}
    own = replace(tables, train=parts["train"], holdout=parts["holdout"], _answers={})
    figures = [
        _figure(Marginals.headline, Marginals(), replace(own, synthetic=parts["synthetic"], _answers={})),
        _figure("Membership", Membership(), own),  # by all synthetic rows: that is what an attacker holds
    ]
    if tables.target is not None:
        figures.insert(1, _usefulness(tables, level))
    return Subgroup(
        column=level.feature.name, level=level.name,
        shares={role: len(part) / max(len(roles[role]), 1) for role, part in parts.items()},
        patients={role: len(distinct(part.patients)) for role, part in parts.items()},
        figures=tuple(figures),
    )  # fmt: skip


def _figure(title: str, metric: Metric, tables: Tables) -> Figure:
    result = metric(tables)
    part = Part(names=(metric.title,), value=result.value, reference=result.reference, interval=result.interval,
                note="" if result.computed else result.reason)  # fmt: skip
    return Figure(metric=metric.name, title=title, unit=metric.unit, part=part, status=result.status)


def _usefulness(tables: Tables, level: _Level) -> Figure:
    """How much worse a model of synthetic rows does on the group's rows than one of real rows."""
    metric = TrainOnSynthetic()
    status: Status = "not computed"
    try:
        part = gap_where(tables, level.of)
        status, _ = metric.limits.judge(value=part.value or 0.0, interval=part.interval or (0.0, 0.0),
                                        anchor=part.reference or 0.0, direction=metric.direction)  # fmt: skip
    except NotComputed as reason:
        part = Part(names=(metric.title,), value=None, note=str(reason))
    return Figure(metric=metric.name, title="Usefulness", unit=metric.unit, part=part, status=status)


@dataclass(frozen=True)
class _Level:
    """One value of a category, or one band of a number.

    Args:
        feature: The column.
        name: For people.
        low: Code of the category, or the band's lower end (which belongs to it).
        high: The band's upper end; None for a category, and for what is missing.
    """

    feature: Feature
    name: str
    low: float
    high: float | None = None

    def of(self, table: Table) -> NDArray[np.bool_]:
        """Returns which rows are of it, (rows,)."""
        values = table.columns[self.feature.name]
        if isinstance(self.feature, CategoryFeature):
            return np.asarray(values == self.low)
        return np.isnan(values) if self.high is None else (values >= self.low) & (values < self.high)


def _levels(feature: Feature, train: Table) -> list[_Level]:
    """All levels of a column, those of a number in their order; every row of every table has at most one."""
    if isinstance(feature, CategoryFeature):
        known = [_Level(feature, label, code) for code, label in enumerate(feature.labels)]
        return [*known, _Level(feature, "missing", MISSING)]
    values = train.columns[feature.name]
    present = values[~np.isnan(values)]
    cuts = sorted({_rounded(float(cut)) for cut in np.quantile(present, BANDS)}) if len(present) else []
    ends = [-np.inf, *cuts, np.inf]
    names = [f"from {low:g} to {high:g}" for low, high in itertools.pairwise(cuts)]
    names = [f"below {cuts[0]:g}", *names, f"{cuts[-1]:g} and above"] if cuts else ["all"]
    bands = [_Level(feature, name, low, high) for name, low, high in zip(names, ends[:-1], ends[1:], strict=True)]
    return [*bands, _Level(feature, "missing", 0.0)]


def _rounded(number: float) -> float:
    """A number with two significant digits: nobody's own value.

    Example:
        >>> _rounded(37.6), _rounded(0.01234)
        (38.0, 0.012)
    """
    return float(f"{number:.2g}")
