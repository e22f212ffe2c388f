"""Whether the holdout of a table can be a yardstick: it is apart from train, and has values where train has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthgen.data.columns import Text
from synthgen.data.schema import Schema
from synthgen.errors import EvaluationError
from synthgen.metrics.overlap import LEVEL, Sides, by_patient, shared_units
from synthgen.metrics.tables.features import CategoryFeature, Features, Table
from synthgen.metrics.tables.fingerprints import fingerprints, rows_of
from synthgen.metrics.tables.reading import MISSING, labels_of

MOST_LEFT_OUT = 32
"""Blocks of columns that are left out one at a time, so that one changed column does not hide a copy."""

WAY_OUT = (
    "Real rows that the maker never saw are the yardstick, or copies count as private. Split first (sg.split, or "
    "synthgen fit with --holdout and --train) and pass as train only what was learned; or drop the shared rows here."
)


def check_apart(
    *, train: pd.DataFrame, holdout: pd.DataFrame, schema: Schema, tables: tuple[Table, Table], features: Features
) -> None:
    """Checks that holdout and train have no patients in common, and no more equal rows than honest samples have.

    With a patient key no patient may be on both sides, and histories are compared as a whole. Rows are compared without
    identifiers, exactly and with numbers to a hundredth of their spread, without any one column, and by free text.

    Args:
        train: (rows, columns).
        holdout: (rows, columns).
        schema: What the columns mean.
        tables: Both as the judge reads them.
        features: Their encoding.

    Raises:
        EvaluationError: Names the argument and the counts.
    """
    key = schema.patient_key
    if key is not None and key in train and key in holdout:
        _check_keys(key, train[key], holdout[key])
    found = shared_units(_comparisons(tables, features) + _texts(tables, schema))
    if found is not None:
        things = "rows" if key is None else "patients"
        raise EvaluationError(f"holdout: {found.sentence(things)} {WAY_OUT}")


def _check_keys(name: str, train: pd.Series, holdout: pd.Series) -> None:
    known, asked = (set(labels_of(key.dropna().unique())) for key in (train, holdout))
    if shared := len(known & asked):
        raise EvaluationError(
            f"holdout: {shared} of its {len(asked)} patients are also in train, by the patient key {name!r}. Expected "
            f"none. {WAY_OUT} Split by patient: by={name!r}. If other people have the same numbers, such as those of "
            "another site, make the numbers distinct."
        )


def _comparisons(tables: tuple[Table, Table], features: Features) -> list[Sides]:
    """All ways to compare the learned columns, whole histories where patients have several rows."""
    number = len(features.columns)
    if not number:
        return []
    whole = f"in all {number} columns that are compared" if number > 1 else "in the one column that is compared"
    grid = "with numbers to a hundredth of their spread"
    exact, near = ([fingerprints(table, features, near=near) for table in tables] for near in (False, True))
    rows = [rows_of(codes) for codes in near]
    ways = {whole: [rows_of(codes) for codes in exact], f"{whole}, {grid}": rows}
    names = list(features.columns)
    for places in np.array_split(np.arange(number), min(number, MOST_LEFT_OUT)) if number > 2 else ():
        fewer = [row - codes[:, places].sum(axis=1, dtype=np.uint64) for row, codes in zip(rows, near, strict=True)]
        but = " and ".join(repr(names[place]) for place in places[:2]) + (", and more" if len(places) > 2 else "")
        ways[f"in all columns that are compared but {but}, {grid}"] = fewer
    patients = [table.patients for table in tables]
    return [sides for how, codes in ways.items() for sides in by_patient(codes, patients, how=how)]


def _texts(tables: tuple[Table, Table], schema: Schema) -> list[Sides]:
    """Columns of free text: what is written twice was mostly written once."""
    found = []
    for name, column in schema.columns.items():
        if isinstance(column, Text) and all(name in table.unlearned for table in tables):
            sides = [pd.util.hash_array(np.array([str(value) for value in table.unlearned[name] if value is not None],
                                                 dtype=object)) for table in tables]  # fmt: skip
            found.append(Sides(train=sides[0], holdout=sides[1], how=f"in the text of {name!r}"))
    return found


def check_filled(*, train: Table, holdout: Table, features: Features) -> None:
    """Checks that neither real table lacks what the other has throughout, beyond what chance does.

    Args:
        train: Training rows.
        holdout: Holdout rows.
        features: Their encoding.

    Raises:
        EvaluationError: If a column is missing in all rows of one, or has no category of the other.
    """
    for name, feature in features.columns.items():
        sides = {"train": train.columns[name], "holdout": holdout.columns[name]}
        present = {role: _present(values) for role, values in sides.items()}
        for role, other in (("holdout", "train"), ("train", "holdout")):
            share = float(present[other].mean()) if len(present[other]) else 0.0
            if not present[role].any() and (1 - share) ** len(present[role]) < LEVEL:
                raise EvaluationError(
                    f"{role}: column {name!r} is missing in all {len(present[role])} rows, and has values in "
                    f"{present[other].sum()} rows of {other}. Expected real rows of one kind. Read it anew, or "
                    "leave the column out of all tables."
                )
        if isinstance(feature, CategoryFeature):
            _check_known(name, feature, sides["holdout"][present["holdout"]])


def _present(values: np.ndarray) -> np.ndarray:
    return ~np.isnan(values) if values.dtype.kind == "f" else values != MISSING


def _check_known(name: str, feature: CategoryFeature, codes: np.ndarray) -> None:
    """Refuses a holdout that has none of the training rows' categories, where these are of several patients."""
    alone = float(feature.patients[feature.patients == 1].sum()) / max(float(feature.patients.sum()), 1.0)
    if len(codes) and (codes >= len(feature.labels)).all() and alone ** len(codes) < LEVEL:
        raise EvaluationError(
            f"holdout: none of the {len(codes)} values of column {name!r} is among the {len(feature.labels)} "
            "categories of train. Expected one coding. Rename the categories, or leave the column out of all tables."
        )
