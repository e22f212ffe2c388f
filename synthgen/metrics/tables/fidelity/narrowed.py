"""Is a part of the law absent altogether, as in rows that were drawn under conditions?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthgen.metrics.counting import distinct
from synthgen.metrics.narrowed import BY_CHANCE, LEAST_ABSENT
from synthgen.metrics.tables.features import CategoryFeature, Feature
from synthgen.metrics.tables.reading import MISSING
from synthgen.metrics.tables.tables import Tables


def narrowed_columns(tables: Tables) -> list[str]:
    """Returns a sentence for each column of which synthetic rows lack what many training patients have.

    Args:
        tables: What is judged.

    Example:
        >>> import pandas as pd
        >>> from synthgen.data.schema import Schema
        >>> train = pd.DataFrame({"sex": ["f", "m"] * 50, "age": range(100)})
        >>> only = train[train.sex == "f"]
        >>> narrowed_columns(Tables.read(train=train, synthetic=only, holdout=None, schema=Schema.infer(train)))
        ["Column 'sex' lacks 1 of 2 categories, those of 50 % of the training rows."]
    """
    found = []
    for name, feature in tables.features.columns.items():
        real, made = (table.columns[name] for table in (tables.train, tables.synthetic))
        absent, what = _absent(feature, real, made)
        patients = len(distinct(tables.train.patients[absent]))
        share = float(absent.mean())
        if share >= LEAST_ABSENT and patients >= tables.schema.rare_below and (1 - share) ** len(made) < BY_CHANCE:
            found.append(f"Column {name!r} {what} {100 * share:.0f} % of the training rows.")
    return found


def _absent(feature: Feature, real: NDArray, made: NDArray) -> tuple[NDArray[np.bool_], str]:
    """Which training rows hold what no synthetic row does, (rows,), and how to say it."""
    if isinstance(feature, CategoryFeature):
        absent = (real != MISSING) & ~np.isin(real, made)
        if not (made != MISSING).any():
            return absent, "is missing in all synthetic rows, and has values in"
        return absent, f"lacks {len(distinct(real[absent]))} of {len(feature.labels)} categories, those of"
    present = made[~np.isnan(made)]
    if not len(present):
        return ~np.isnan(real), "is missing in all synthetic rows, and has values in"
    return (real < present.min()) | (real > present.max()), "has no value in the range of"
