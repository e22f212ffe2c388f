"""SDMetrics' quality score beside ours, computed by that library.

SDMetrics is an extra (``pip install 'synthgen[sdmetrics]'``): it imports copulas, whose licence is BUSL-1.1. Where it
is not installed the result says so.
"""

from __future__ import annotations

import importlib.util
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, final

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Datetime, Numerical
from synthgen.data.moments import from_steps
from synthgen.metrics.base import Measurement, Metric, NotComputed, Part
from synthgen.metrics.intervals import wilson
from synthgen.metrics.tables.features import CategoryFeature, Table
from synthgen.metrics.tables.tables import Tables

LEAVES_OUT = (
    "SDMetrics leaves out pairs of columns that are not strongly related in the training rows (recent versions).",
    "SDMetrics cuts each table into bins over its own range, so that one outlier can spoil a pair.",
    "The score is the mean of column shapes and pair trends; missing values do not count in it.",
    "Its interval is that of a share of as many rows; SDMetrics gives none.",
)
ROWS_FACTOR = 0.5
"""Rows on each side, as a multiple of `Tables.max_rows`."""


@final
class SDMetricsQuality(Metric):
    """The overall score of ``sdmetrics.reports.single_table.QualityReport``; carries no verdict here."""

    name = "sdmetrics_quality"
    title = "SDMetrics quality score"
    family = "fidelity"
    question = "What does the SDMetrics library say, which many users know?"

    def measure(self, tables: Tables) -> Measurement:
        """Returns the score, with that of the holdout as reference."""
        if importlib.util.find_spec("sdmetrics") is None:
            raise NotComputed("SDMetrics is not installed: pip install 'synthgen[sdmetrics]'.")
        measured = self._score(tables, tables.train, tables.synthetic)
        base, other, fewer, source = tables.real_pair
        if len(other) < 2 or len(base) < 2:
            return measured
        reference = self._score(tables, base, other)
        matched = self._score(tables, base, fewer).value if len(fewer) < len(tables.synthetic) else measured.value
        return replace(
            measured, reference=reference.value, reference_interval=reference.interval, reference_source=source,
            matched=matched,
        )  # fmt: skip

    def _score(self, tables: Tables, base: Table, other: Table) -> Measurement:
        rows = int(ROWS_FACTOR * tables.max_rows)
        pair = [as_frame(tables, tables.sample(table, rows, purpose=self.name)) for table in (base, other)]
        with chance_restored(), warnings.catch_warnings():
            # SDMetrics warns of constant columns, and that this report moves to another module one day
            warnings.simplefilter("ignore")
            from sdmetrics.reports.single_table import QualityReport

            report = QualityReport()
            report.generate(pair[0], pair[1], {"columns": sdtypes(tables)}, verbose=False)
        score = float(report.get_score())
        if np.isnan(score):
            raise NotComputed("SDMetrics gives no score for these tables.")
        properties = report.get_properties()
        parts = tuple(_part(str(row.Property), row.Score) for row in properties.itertuples())
        interval = wilson(min(max(score, 0.0), 1.0), min(len(pair[0]), len(pair[1])))
        return Measurement(value=score, interval=interval, parts=parts, notes=LEAVES_OUT)


def _part(name: str, score: Any) -> Part:
    if pd.isna(score):
        return Part(names=(name,), value=None, note="SDMetrics gives no score for these tables.")
    return Part(names=(name,), value=float(score))


@contextmanager
def chance_restored() -> Iterator[None]:
    """Gives the global random generators back as they were; SDMetrics draws from them."""
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002 - restored, not used
    np.random.seed(0)  # noqa: NPY002 - SDMetrics draws from the global generator; the same draws each time
    try:
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


def as_frame(tables: Tables, table: Table) -> pd.DataFrame:
    """Returns the learned columns in the types that SDMetrics expects."""
    columns: dict[str, Any] = {}
    for name, feature in tables.features.columns.items():
        values = table.columns[name]
        if isinstance(feature, CategoryFeature):
            labels = np.array([*feature.labels, "(not in the training rows)", None], dtype=object)
            columns[name] = labels[values]  # the code of a missing value, -1, is the last label
        elif isinstance(tables.schema.columns[name], Datetime):
            columns[name] = from_steps(np.round(values * 1e6), "us")
        else:
            columns[name] = values
    return pd.DataFrame(columns)


def sdtypes(tables: Tables) -> dict[str, dict[str, str]]:
    """Returns the metadata that SDMetrics asks for."""
    kinds: dict[str, dict[str, str]] = {}
    for name in tables.features.columns:
        column = tables.schema.columns[name]
        numbers = "numerical" if isinstance(column, Numerical) else "datetime"
        labels = "boolean" if isinstance(column, Boolean) else "categorical"
        kinds[name] = {"sdtype": numbers if isinstance(column, Numerical | Datetime) else labels}
    return kinds
