"""Synthetic rows to add to real ones: drawn with a target, given identifiers of their own, set behind the real rows."""

import math
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.columns import Identifier
from synthgen.data.schema import Schema
from synthgen.encoding.identifier import identifiers
from synthgen.errors import ConditionError
from synthgen.synthesizers.tables.base import TableSynthesizer

MOST_DRAWS = 5
"""Times that plain rows are drawn to replace those without a target."""


def balanced_rows(
    synthesizer: TableSynthesizer, target: str, *, values: list[Any], counts: np.ndarray, seed: int, verbose: bool
) -> pd.DataFrame:
    """Returns rows of the given classes, mixed.

    Args:
        synthesizer: Fitted.
        target: The column of the classes.
        values: (classes,).
        counts: (classes,) rows of each.
        seed: Of the rows and their order.
        verbose: Whether to show progress.

    Raises:
        ConditionError: If the synthesizer cannot draw one of the classes.
    """
    asked = [value for value, count in zip(values, counts, strict=True) if count]
    synthesizer.sample(0, conditions={target: asked}, verbose=False)  # refuses classes that it was not fitted to
    places = np.random.default_rng([seed, 0]).permutation(np.repeat(np.arange(len(values)), counts))
    known = pd.DataFrame({target: pd.Series([values[place] for place in places], dtype=object).infer_objects()})
    return synthesizer.sample(len(places), known=known, seed=seed, verbose=verbose)


def plain_rows(
    synthesizer: TableSynthesizer, target: str, real: pd.Series, *, num_rows: int, named: bool, seed: int, verbose: bool
) -> pd.DataFrame:
    """Returns rows as the synthesizer draws them, but for those that a model could not be trained on.

    Args:
        synthesizer: Fitted.
        target: No row is without it.
        real: (real rows,) the target, to know what share has one.
        num_rows: At least 1.
        named: Whether the target has classes, so that a row of pooled rare ones is left out too.
        seed: Seed of drawing the rows.
        verbose: Whether to show progress.

    Raises:
        ConditionError: If too few rows have the target.
    """
    parts: list[pd.DataFrame] = []
    found, share = 0, float(real.notna().mean())
    for draw in range(MOST_DRAWS):
        size = math.ceil((num_rows - found) / share) + 10 * (share < 1)
        own_seed = seed if not draw else int(np.random.default_rng([seed, draw]).integers(2**31))
        drawn = synthesizer.sample(size, seed=own_seed, verbose=verbose)
        usable = drawn[target].isin(real.dropna().unique()) if named else drawn[target].notna()
        parts.append(drawn[usable.to_numpy()])
        found += len(parts[-1])
        if found >= num_rows:
            return pd.concat(parts, ignore_index=True).iloc[:num_rows]
        share = max(float(usable.mean()), 0.01)
    raise ConditionError(
        f"Only {found} of {num_rows} rows were drawn with a value in the target {target!r}, which is missing in "
        f"{int(real.isna().sum())} of {len(real)} real rows. Ask for fewer rows."
    )


def stacked(
    train: pd.DataFrame, synthetic: pd.DataFrame, schema: Schema, *, num_rows: int, indicator: str | None, seed: int
) -> pd.DataFrame:
    """Returns the real rows with the synthetic ones behind them, in the real rows' columns and, where it fits, types.

    Args:
        train: (real rows, columns).
        synthetic: (num_rows, columns); Text columns may be absent.
        schema: Says which columns are identifiers.
        num_rows: Of synthetic rows.
        indicator: Name of a column that is true for them, or None.
        seed: Of the identifiers.
    """
    columns: dict[str, pd.Series] = {}
    for position, name in enumerate(train.columns):
        real, column = train[name].reset_index(drop=True), schema.columns[name]
        if not num_rows:
            columns[name] = real
        elif isinstance(column, Identifier):
            drawn = new_identifiers(column, unlike=real, num_rows=num_rows, seed=seed + position)
            columns[name] = _behind(real, drawn)
        elif name in synthetic:
            columns[name] = _behind(real, synthetic[name].reset_index(drop=True))
        else:
            columns[name] = real.reindex(range(len(real) + num_rows))
    if indicator is not None:
        columns[indicator] = pd.Series(np.arange(len(train) + num_rows) >= len(train))
    return pd.DataFrame(columns)


def new_identifiers(column: Identifier, *, unlike: pd.Series, num_rows: int, seed: int) -> pd.Series:
    """Returns identifiers that no real row has: rows of a made-up patient must never pass for those of a real one.

    Where a pattern is short, as with numbers of six digits, some of those made at random are taken.

    Args:
        column: What the schema says.
        unlike: (real rows,) those that are taken.
        num_rows: At least 1.
        seed: Of the identifiers.
    """
    taken = unlike.dropna().astype(str)
    size = num_rows
    while True:
        made = identifiers(column, first=0, num_rows=size, seed=seed)
        free = made[~made.astype(str).isin(taken)]
        if len(free) >= num_rows:
            return free.iloc[:num_rows].reset_index(drop=True)
        size += num_rows - len(free)


def _behind(real: pd.Series, drawn: pd.Series) -> pd.Series:
    """One column of both, in the type of the real one unless that would change a value."""
    if isinstance(real.dtype, pd.CategoricalDtype):
        known = set(real.cat.categories)
        new = [value for value in drawn.dropna().unique().tolist() if value not in known]
        real = real.cat.add_categories(new)
        drawn = drawn.astype(object).astype(real.dtype)
    elif real.dtype == object:
        drawn = drawn.astype(object).where(drawn.notna(), np.nan)
    elif not drawn.isna().any() and not (real.dtype.kind in "iu" and drawn.dtype.kind == "f"):
        drawn = drawn.astype(real.dtype)
    return pd.concat([real, drawn], ignore_index=True)
