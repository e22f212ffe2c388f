"""The three tables side by side: checked, read in one way, with seeded samples of them."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from synthgen.data.schema import Schema
from synthgen.errors import EvaluationError, did_you_mean
from synthgen.metrics.tables.features import Features, Integers, Table
from synthgen.metrics.tables.holdout import check_apart

Answer = TypeVar("Answer")

MAX_ROWS = 20_000
"""Rows on each side in metrics that train a model or search neighbours; evaluate() can change it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Tables:
    """What a metric is given.

    Args:
        train: Rows that the synthetic data was made from.
        synthetic: Rows to judge.
        holdout: Real rows that the maker never saw, or None.
        features: The encoding, fitted on the training rows.
        target: Column to predict, or None.
        seed: For every sample.
        max_rows: Rows on each side in costly metrics.
    """

    train: Table
    synthetic: Table
    holdout: Table | None
    features: Features
    target: str | None = None
    seed: int = 0
    max_rows: int = MAX_ROWS
    frames: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False)
    _answers: dict[str, Any] = field(default_factory=dict, repr=False)

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
    def schema(self) -> Schema:
        """What the columns mean."""
        return self.features.schema

    def random(self, purpose: str) -> np.random.Generator:
        """Returns the generator for one purpose, so that no metric's chance depends on which others run."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])

    def sample(self, table: Table, rows: int, *, purpose: str) -> Table:
        """Returns at most `rows` rows, drawn without replacement, or the table itself where it has no more."""
        if len(table) <= rows:
            return table
        return table.take(np.sort(self.random(purpose).choice(len(table), rows, replace=False)))

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

    def once(self, name: str, answer: Callable[[], Answer]) -> Answer:
        """Returns `answer()`, computed once for all metrics that share it under `name`."""
        if name not in self._answers:
            self._answers[name] = answer()
        return self._answers[name]


def halves(patients: Integers, random: np.random.Generator) -> tuple[Integers, Integers]:
    """Returns the positions of two halves of the patients' rows.

    Example:
        >>> first, second = halves(np.array([0, 0, 1, 1]), np.random.default_rng(0))
        >>> sorted([first.tolist(), second.tolist()])
        [[0, 1], [2, 3]]
    """
    known, codes = np.unique(patients, return_inverse=True)
    chosen = np.isin(codes, random.permutation(len(known))[: (len(known) + 1) // 2])
    return np.flatnonzero(chosen), np.flatnonzero(~chosen)


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
