"""Training sets with synthetic rows added, so that the classes of a target come equally often.

Whether that helps is another question: `augmentation_verdict` answers it with rows that nobody has seen.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from synthgen.augmentation.rows import balanced_rows, plain_rows, stacked
from synthgen.data.columns import Boolean, Categorical
from synthgen.data.schema import Schema
from synthgen.data.target import holds_numbered_classes, infer_schema_for
from synthgen.errors import ConditionError, did_you_mean
from synthgen.synthesizers.tables.base import TableSynthesizer
from synthgen.synthesizers.tables.gan import TabularGAN

MOST_TIMES = 10
"""Synthetic rows, as a multiple of the training rows, beyond which balancing must be asked for with a number."""


class AugmentationWarning(UserWarning):
    """Some classes stay as they are; the message says how many, why, and what would change that."""


@dataclass(frozen=True, eq=False)
class Classes:
    """The classes of a target that synthetic rows can have.

    Args:
        values: (classes,) each of `rare_below` patients at least, by falling number of rows.
        rows: (classes,) training rows of each.
        largest: Rows of the largest class, whether or not it can be drawn.
    """

    values: list[Any]
    rows: np.ndarray
    largest: int


def augment(  # noqa: PLR0913
    train: pd.DataFrame,
    *,
    target: str,
    num_rows: int | None = None,
    balance: bool = True,
    synthesizer: TableSynthesizer | None = None,
    schema: Schema | None = None,
    indicator: str | None = None,
    seed: int = 0,
    verbose: bool = True,
) -> pd.DataFrame:
    """Returns the real rows, and synthetic ones behind them.

    Augment training rows only, after the division into train and holdout: a synthetic row made from a holdout row
    would tell the model what it is tested on.

    Args:
        train: (rows, columns).
        target: The column that a model will predict. Synthetic rows always have a value there.
        num_rows: Synthetic rows. None: as many as make all classes as frequent as the largest; where there is nothing
            to balance, as many as there are real rows with a target.
        balance: Whether classes are filled up, the smallest first. False: synthetic rows come as the synthesizer draws
            them, which for classes means about as often as in `train`. A target of numbers or dates has no classes,
            so that its rows come so in either case.
        synthesizer: None fits a `TabularGAN`. One that is not fitted is fitted to `train`; a fitted one is used as it
            is, and must not have seen the holdout.
        schema: What the columns mean. None: that of a fitted synthesizer, else a guess, in which a target of at most
            20 distinct whole numbers counts as classes.
        indicator: Name of a boolean column to add, true for synthetic rows.
        seed: Of fitting and drawing.
        verbose: Whether to show progress on a terminal.

    Returns:
        (rows + synthetic rows, columns), numbered anew, columns in the order of `train`. Identifiers of synthetic rows
        occur nowhere in `train`; Text columns without a replacement are missing there.

    Raises:
        ConditionError: If the target cannot be augmented so; says why and what can be done.
        SchemaError: If the table does not fit the schema.

    Warns:
        AugmentationWarning: If classes have fewer patients than `schema.rare_below`: they are left as they are.

    Example:
        >>> visits = pd.DataFrame({"age": [*range(20, 80)] * 2, "ill": ([True] + [False] * 4) * 24})
        >>> small = TabularGAN(num_steps=5, width=8)  # in earnest: None
        >>> both = augment(visits, target="ill", synthesizer=small, indicator="synthetic", verbose=False)
        >>> both.groupby("synthetic")["ill"].sum().tolist(), both["ill"].mean().item()
        ([24, 72], 0.5)
    """
    schema = _meaning(train, target, synthesizer, schema)
    _check(train, target, schema, num_rows=num_rows, indicator=indicator)
    if isinstance(schema.columns[target], Categorical | Boolean):
        classes = _classes(train[target], target, schema, schema.patients(train), balance=balance)
        wanted = _wanted(classes, target, num_rows, len(train)) if balance else None
    else:
        classes, wanted = None, None
        if balance and holds_numbered_classes(train[target], schema.columns[target]):
            warnings.warn(
                f"The schema declares the target {target!r} numerical, so that plain rows are added. If its few whole "
                "numbers are classes, declare it categorical in the schema.",
                AugmentationWarning,
                stacklevel=2,
            )
    total = _total(wanted, num_rows, train[target])
    synthetic = pd.DataFrame(columns=train.columns)
    if total:
        synthesizer = _fitted(synthesizer, train, schema, seed=seed, verbose=verbose)
        if wanted is not None and classes is not None:
            synthetic = balanced_rows(
                synthesizer, target, values=classes.values, counts=wanted, seed=seed, verbose=verbose
            )
        else:
            synthetic = plain_rows(
                synthesizer, target, train[target], num_rows=total, named=classes is not None, seed=seed,
                verbose=verbose,
            )  # fmt: skip
    return stacked(train, synthetic, schema, num_rows=total, indicator=indicator, seed=seed)


def _meaning(train: pd.DataFrame, target: str, synthesizer: TableSynthesizer | None, schema: Schema | None) -> Schema:
    """The schema to go by; the training rows must fit it, and that of a fitted synthesizer."""
    own = None if synthesizer is None else synthesizer.schema
    meaning = schema or own or infer_schema_for(train, target=target)
    for each in (meaning, own):
        if each is not None:
            each.validate(train)
    return meaning


def _check(train: pd.DataFrame, target: str, schema: Schema, *, num_rows: int | None, indicator: str | None) -> None:
    if target not in schema.columns:
        raise ConditionError(f"target names {target!r}, which is not a column.{did_you_mean(target, schema.columns)}")
    if not schema.columns[target].learned:
        raise ConditionError(
            f"target names {target!r}, which is {schema.columns[target].kind}: it is never learned. If it holds "
            "classes, declare it categorical in the schema."
        )
    if num_rows is not None and num_rows < 0:
        raise ConditionError(f"Expected num_rows >= 0, or None. Received {num_rows}.")
    if indicator is not None and indicator in train:
        raise ConditionError(f"indicator names {indicator!r}, which is a column of train. Choose another name.")
    if train[target].isna().all():
        raise ConditionError(f"The target {target!r} is missing in all {len(train)} rows.")


def _classes(series: pd.Series, target: str, schema: Schema, patients: np.ndarray, *, balance: bool) -> Classes:
    """Counts the classes, and warns of those that too few patients have."""
    known = series.notna().to_numpy()
    counts = series[known].value_counts(sort=True)
    counts = counts[counts > 0]  # declared categories that do not occur
    owners = pd.Series(patients[known]).groupby(series[known].astype(object).to_numpy()).nunique()
    enough = owners.reindex(counts.index.astype(object)).to_numpy() >= schema.rare_below
    if not enough.any():
        raise ConditionError(
            f"target {target!r}: none of its {len(counts)} classes has {schema.rare_below} patients (rare_below). "
            "Merge classes, or name a coarser target."
        )
    if balance and len(counts) < 2:
        raise ConditionError(
            f"target {target!r} has one class only: there is nothing to balance. balance=False adds plain rows."
        )
    if not enough.all():
        warnings.warn(
            f"target {target!r}: {int((~enough).sum())} of {len(counts)} classes have fewer than {schema.rare_below} "
            f"patients (rare_below), {int(counts[~enough].sum())} rows in all. They cannot be synthesised and stay as "
            "they are. Merge them with others to change that.",
            AugmentationWarning,
            stacklevel=3,
        )
    kept = counts[enough]
    return Classes(kept.index.tolist(), kept.to_numpy(), int(counts.max()))


def _wanted(classes: Classes, target: str, num_rows: int | None, num_real: int) -> np.ndarray:
    """Synthetic rows of each class."""
    if num_rows is not None:
        return fill_up(classes.rows, num_rows)
    wanted = classes.largest - classes.rows
    if wanted.sum() > MOST_TIMES * num_real:
        raise ConditionError(
            f"target {target!r}: to make {len(classes.values)} classes as frequent as the largest would take "
            f"{int(wanted.sum())} synthetic rows, {wanted.sum() / num_real:.0f} times the real ones. Give num_rows "
            "(the smallest classes are filled first), or balance=False."
        )
    return wanted


def fill_up(rows: np.ndarray, num_rows: int) -> np.ndarray:
    """Returns how many rows to add to each class, so that the smallest come out as large as can be.

    Args:
        rows: (classes,) that are there.
        num_rows: To add, all of them.

    Example:
        >>> fill_up(np.array([10, 3, 1]), 6).tolist()
        [0, 2, 4]
    """
    order = np.argsort(rows, kind="stable")
    rising = rows[order]
    there = np.cumsum(rising)
    cost = np.arange(1, len(rows) + 1) * rising - there  # of lifting the classes before to each class's number
    lifted = int((cost <= num_rows).sum())
    level, rest = divmod(num_rows + int(there[lifted - 1]), lifted)
    added = np.zeros(len(rows), dtype=np.int64)
    added[order[:lifted]] = level - rising[:lifted]
    added[order[:rest]] += 1
    return added


def _total(wanted: np.ndarray | None, num_rows: int | None, series: pd.Series) -> int:
    if wanted is not None:
        return int(wanted.sum())
    return int(series.notna().sum()) if num_rows is None else num_rows


def _fitted(
    synthesizer: TableSynthesizer | None, train: pd.DataFrame, schema: Schema, *, seed: int, verbose: bool
) -> TableSynthesizer:
    if synthesizer is None:
        synthesizer = TabularGAN(seed=seed)
    return synthesizer if synthesizer.schema is not None else synthesizer.fit(train, schema=schema, verbose=verbose)
