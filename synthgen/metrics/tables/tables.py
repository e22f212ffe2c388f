"""The three tables side by side: checked, read in one way, with seeded samples of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import pandas as pd

from synthgen.data.kind import Kind
from synthgen.data.schema import Schema
from synthgen.data.tables.kind import TableKind
from synthgen.errors import EvaluationError, did_you_mean
from synthgen.metrics.judged import Judged, halves
from synthgen.metrics.tables.features import Features, Table
from synthgen.metrics.tables.holdout import check_apart

MAX_ROWS = 20_000
"""Rows on each side in metrics that train a model or search neighbours; evaluate() can change it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Tables(Judged[Table]):
    """What a metric is given.

    Args:
        features: The encoding, fitted on the training rows.
        target: Column to predict, or None.
        max_rows: Rows on each side in costly metrics.
        frames: What was read, by role.
    """

    kind: ClassVar[type[Kind[Any]]] = TableKind

    features: Features
    target: str | None = None
    max_rows: int = MAX_ROWS
    frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    @classmethod
    def read(
        cls,
        *,
        train: pd.DataFrame,
        synthetic: pd.DataFrame,
        holdout: pd.DataFrame | None,
        schema: Schema,
        **settings: Any,
    ) -> Tables:
        """Checks the frames against each other and reads them.

        Args:
            train: (rows, columns).
            synthetic: (rows, columns); Identifier and Text columns may be absent.
            holdout: (rows, columns) or None.
            schema: What the columns mean.
            settings: The other fields.

        Raises:
            EvaluationError: If columns differ, no column can be compared, the target is none of them, or the holdout
                shares patients or rows with the training rows.
        """
        check_columns(train=train, synthetic=synthetic, holdout=holdout, schema=schema, target=settings.get("target"))
        features = Features.fit(train, schema)
        frames = {"train": train, "synthetic": synthetic} | ({} if holdout is None else {"holdout": holdout})
        read = {role: features.read(frame) for role, frame in frames.items()}
        if holdout is not None:
            sides = read["train"], read["holdout"]
            check_apart(train=train, holdout=holdout, schema=schema, tables=sides, features=features)
        return cls(
            train=read["train"],
            synthetic=read["synthetic"],
            holdout=read.get("holdout"),
            features=features,
            frames=frames,
            **settings,
        )

    @property
    def most(self) -> int:
        return self.max_rows

    @property
    def schema(self) -> Schema:
        """What the columns mean."""
        return self.features.schema

    @cached_property
    def real_pair(self) -> tuple[Table, Table, Table, str]:
        """Two real tables to compare, as many synthetic rows as the second has, and where the second comes from.

        Train and holdout, or, without a holdout, two halves of train, split by patient.
        """
        base, other, source = self.train, self.holdout, "holdout"
        if other is None or len(other) == 0:
            first, second = halves(self.train.patients, self.random("halves"))
            base, other, source = self.train.take(first), self.train.take(second), "half of train"
        other = self.sample(other, len(self.synthetic), purpose="reference")
        return base, other, self.sample(self.synthetic, len(other), purpose="matched"), source


def check_columns(
    *,
    train: pd.DataFrame,
    synthetic: pd.DataFrame,
    holdout: pd.DataFrame | None,
    schema: Schema,
    target: str | None,
) -> None:
    """Checks that the tables can be compared.

    Raises:
        EvaluationError: Names the argument and the columns, and what to do.
    """
    frames = {"train": train, "synthetic": synthetic} | ({} if holdout is None else {"holdout": holdout})
    for role, frame in frames.items():
        if not isinstance(frame, pd.DataFrame):
            raise EvaluationError(f"{role}: expected a pandas DataFrame. Received {type(frame).__name__}.")
        repeated = frame.columns[frame.columns.duplicated()].unique().tolist()
        if repeated:
            raise EvaluationError(f"{role}: column names must be distinct. Used more than once: {repeated}.")
        unknown = [name for name in frame if name not in schema.columns]
        required = schema.columns if role == "train" else schema.learned
        absent = [name for name in required if name not in frame]
        if unknown or absent:
            hint = did_you_mean(str(unknown[0]), absent) if unknown and absent else ""
            raise EvaluationError(
                f"{role} does not have the columns of the training table: absent {absent}, unknown {unknown}.{hint} "
                "Rename or drop them, or pass the schema that describes all tables."
            )
    if not schema.learned:
        raise EvaluationError("No column can be compared: the schema declares all of them as identifiers or text.")
    if target is not None and target not in schema.learned:
        kind = schema.columns[target].kind if target in schema.columns else None
        what = f"is {kind}, so it cannot be predicted" if kind else "is not a column of the tables"
        raise EvaluationError(
            f"target names {target!r}, which {what}.{did_you_mean(target, schema.learned)} "
            "Choose a numerical, categorical, boolean or datetime column, or leave target out."
        )
