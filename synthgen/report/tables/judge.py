"""How tables are judged: what of `evaluate` only tables have."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import pandas as pd

from synthgen.data.schema import Schema, SchemaWarning
from synthgen.data.tables.kind import TableKind
from synthgen.errors import EvaluationError
from synthgen.metrics.base import Metric, Result
from synthgen.metrics.tables.catalogue import all_metrics
from synthgen.metrics.tables.privacy.worst_patients import worst_patients as exposed
from synthgen.metrics.tables.readable import check_readable
from synthgen.metrics.tables.tables import Tables
from synthgen.report.found import Found
from synthgen.report.judge import Judge
from synthgen.report.sections import Section
from synthgen.report.tables.histograms import histograms
from synthgen.report.tables.page import table_sections
from synthgen.report.tables.projection import projection
from synthgen.report.tables.subgroups import check_subgroups, subgroup_sheet


@final
@dataclass(frozen=True, kw_only=True)
class TableJudge(Judge[Tables]):
    """Judges tables, data frames of (rows, columns). Identifier and Text columns may be absent among synthetic rows.

    Args:
        target: Column that users will want to predict. Without it usefulness is not computed.
        subgroups: Columns, such as sex, age or site, whose groups of patients are judged apart: a category, or a number
            that is cut into bands. Needs a holdout.
        schema: What the columns mean. None: inferred from the training rows, each a patient of its own. With a patient
            key in the schema the patient is the unit of samples, intervals and attacks.
    """

    kind = "tables"
    words = TableKind.words
    expects = "a pandas DataFrame"
    way_out = "Read tables with sg.read."

    target: str | None = None
    subgroups: Sequence[str] = ()
    schema: Schema | None = None

    @classmethod
    def holds(cls, value: Any) -> bool:
        return isinstance(value, pd.DataFrame)

    def read(self, *, train: pd.DataFrame, synthetic: pd.DataFrame, holdout: pd.DataFrame | None, seed: int) -> Tables:
        if len(train) == 0:
            raise EvaluationError("train: the table has no rows. Pass the rows that the synthetic data was made from.")
        schema = self.schema
        if schema is None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SchemaWarning)  # the judge learns no column anyway
                schema = Schema.infer(train)
        tables = Tables.read(
            train=train, synthetic=synthetic, holdout=holdout, schema=schema, target=self.target, seed=seed
        )
        check_readable(tables)
        return tables

    def check(self, judged: Tables) -> None:
        check_subgroups(self.subgroups, judged)

    def metrics(self) -> tuple[Metric[Any], ...]:
        return all_metrics()

    def describe(self, judged: Tables) -> dict[str, Any]:
        known = {"train": judged.train, "synthetic": judged.synthetic, "holdout": judged.holdout}
        there = {role: table for role, table in known.items() if table is not None}
        return {
            "rows": {role: len(table) for role, table in there.items()},
            "columns": {name: column.kind for name, column in judged.schema.columns.items()},
            "patient_key": judged.schema.patient_key,
            "patients": {role: len(set(table.patients.tolist())) for role, table in there.items()},
            "rare_below": judged.schema.rare_below,
        }

    def settings(self, judged: Tables) -> dict[str, Any]:
        return {"seed": judged.seed, "target": judged.target, "max_rows": judged.max_rows}

    def shown(self, judged: Tables, results: Sequence[Result], *, worst_patients: int) -> dict[str, Any]:
        scores = {part.names[0]: part.value or 0.0 for result in results if result.metric == "marginals"
                  for part in result.parts}  # fmt: skip
        drawn = histograms(judged, scores) if len(judged.synthetic) else []
        return {
            "subgroups": subgroup_sheet(judged, self.subgroups),
            "pictures": {"histograms": drawn, "projection": projection(judged)},
            "exposed": exposed(judged, worst_patients) if worst_patients else None,
        }

    @classmethod
    def sections(cls, report: Found, *, internal: bool) -> list[Section]:
        return table_sections(report, internal=internal)
