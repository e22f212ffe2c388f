"""What is known of images, their class, age or finding: learned as a table, so that images can be asked for by it."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Identifier
from synthgen.data.images.image_set import ImageSet
from synthgen.data.schema import Schema
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.errors import ProtectionError, SchemaError, did_you_mean
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.copula import GaussianCopula

PATIENT = "patient"
"""Column of whose each image is, in the table that is learned."""

WHOSE = Identifier(dtype="int64", pattern="[1-9][0-9]{8}", unique=False)
"""What that column holds, whatever the images: not even how many patients there are."""

NOTHING = Layout(())
"""Of images of which nothing is known."""


def conditions_of(images: ImageSet, named: Sequence[str] | None) -> list[str]:
    """Returns the columns that images can be asked for by.

    Args:
        images: To learn.
        named: By the user; None: the label, where there is one.

    Raises:
        SchemaError: If a column is not there.
    """
    chosen = ([] if images.label is None else [images.label]) if named is None else list(named)
    for name in chosen:
        if name not in images.table:
            known = did_you_mean(name, map(str, images.table.columns))
            raise SchemaError(f"conditions names {name!r}, which is not a column of the images' table.{known}")
    return chosen


def learned(images: ImageSet, columns: list[str], *, schema: Schema | None, seed: int) -> GaussianCopula | None:
    """Returns the table of what is known, fitted; None where nothing is.

    Args:
        images: To learn.
        columns: Of their table.
        schema: What the columns mean; None: a guess, but for the label, which is a category.
        seed: Seed of what is random in the table's fit.

    Raises:
        SchemaError: If the schema does not fit.
        ProtectionError: If a class has fewer patients than `rare_below`, or all have.
    """
    if not columns:
        return None
    frame, schema = with_patients(images, columns, _guess(images, columns) if schema is None else schema)
    if images.label in columns:
        _check_classes(frame, str(images.label), schema)
    return GaussianCopula(seed=seed).fit(frame, schema=schema, verbose=False)


def with_patients(images: ImageSet, columns: list[str], schema: Schema) -> tuple[pd.DataFrame, Schema]:
    """Returns the table that is learned, with whose each image is where that is known, and its schema.

    Args:
        images: To learn.
        columns: Of their table.
        schema: What these mean.

    Raises:
        SchemaError: If a column has the name that patients get.
    """
    frame = images.table[columns].copy()
    if images.patients is None:
        return frame, schema
    if PATIENT in frame:
        raise SchemaError(f"conditions: {PATIENT!r} is what synthgen calls whose an image is. Rename the column.")
    frame[PATIENT] = images.patients
    if PATIENT not in schema.columns:
        schema = replace(schema, columns={**schema.columns, PATIENT: WHOSE}, patient_key=PATIENT)
    return frame, schema


def _guess(images: ImageSet, names: list[str]) -> Schema:
    frame = images.table[names]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of text: refused below
        guess = Schema.infer(frame)
    columns = dict(guess.columns)
    label = images.label
    if label in columns and not isinstance(columns[label], Categorical | Boolean):
        columns[label] = Categorical(dtype=str(frame[label].dtype), inferred=True)
    unclear = [name for name, column in columns.items() if not column.learned]
    if unclear:
        raise SchemaError(
            f"conditions: {unclear} hold a value of their own for most patients: nobody asks for one. Leave them out."
        )
    return replace(guess, columns=columns)


def _check_classes(frame: pd.DataFrame, label: str, schema: Schema) -> None:
    """Refuses classes that too few patients stand behind: a model would draw those very patients."""
    column = schema.columns[label]
    if frame[label].isna().any():
        raise SchemaError(
            f"{int(frame[label].isna().sum())} of {len(frame)} images have no {label!r}. Leave them out, or name "
            "conditions=() to learn images without their class."
        )
    whose = frame[PATIENT] if PATIENT in frame else pd.Series(np.arange(len(frame)))
    patients = whose.groupby(frame[label].to_numpy()).nunique()
    rare = int((patients < schema.rare_below).sum())
    if rare and not getattr(column, "categories", None):
        raise ProtectionError(
            f"{rare} of {len(patients)} classes of {label!r} have fewer than rare_below={schema.rare_below} patients; "
            f"the smallest has {'1' if patients.min() == 1 else 'a few'}. A generator would draw these very patients. "
            "Merge or leave out such classes, or name conditions=() to learn images without their class."
        )


def encoded(attributes: TableSynthesizer | None, frame: pd.DataFrame, *, seed: int) -> EncodedTable:
    """Returns rows of what is known as models see them.

    Args:
        attributes: From `learned`.
        frame: (images, columns).
        seed: Of draws inside bins.
    """
    if attributes is None:
        return NOTHING.zeros(len(frame))
    return attributes.fitted()[1].encode(frame, seed=seed)


def layout_of(attributes: TableSynthesizer | None) -> Layout:
    """Returns the layout of what is known."""
    return NOTHING if attributes is None else attributes.fitted()[1].layout


def drawn(
    attributes: TableSynthesizer | None,
    num_images: int,
    *,
    seed: int,
    conditions: Mapping[str, Any] | None,
    known: pd.DataFrame | None,
    balance: str | None,
) -> pd.DataFrame:
    """Draws what is known of images to be made, (num_images, columns).

    Args:
        attributes: From `learned`.
        num_images: At least 0.
        seed: Seed of the draw.
        conditions: See `GaussianCopula.sample`.
        known: See `GaussianCopula.sample`.
        balance: See `GaussianCopula.sample`.
    """
    if attributes is None:
        return pd.DataFrame(index=pd.RangeIndex(num_images))
    frame = attributes.sample(num_images, conditions=conditions, known=known, balance=balance, seed=seed, verbose=False)
    return frame.drop(columns=[PATIENT], errors="ignore")
