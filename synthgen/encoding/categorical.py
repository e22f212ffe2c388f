"""Categories as codes, rare ones pooled; one-hot up to a cut-off, as bits above it."""

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Column
from synthgen.data.dtypes import sort_of
from synthgen.encoding.column import ColumnEncoder
from synthgen.encoding.layout import Block
from synthgen.encoding.numerical import nullable
from synthgen.encoding.protection import Cohort
from synthgen.expected import Array, Each, Expected, Fields, Flag, Value, agree

MAX_ONE_HOT = 1_000
"""Columns with more codes than this are seen by the networks as bits of the code, so that 100 000 categories fit."""


class CategoryCodes(ColumnEncoder[Column]):
    """Categories as one code each.

    A category that fewer than `rare_below` patients hold is not stored, unless the schema declares it. Rare categories
    share one code and come back as the column's `rare_label`; where they are no strings, or where fewer than
    `rare_below` patients stand behind all of them together, they come back as kept categories in proportion.

    Codes are ordered: kept categories in their order, the rare pool, missing.

    Args:
        name: The column's name.
        column: What the schema says of it; Categorical or Boolean.
        categories: Kept categories, in order.
        pooled: Whether there is a code for rare categories.
        missing: Whether there is a code for missing values.
        shares: Share of rows at each code.
    """

    method = "category_codes"
    stored: ClassVar[Expected] = Fields({
        "categories": Each(of=Value()), "pooled": Flag(), "missing": Flag(),
        "shares": Array(None, least=0, most=1, sums_to_one=True),
    })  # fmt: skip

    def __init__(
        self, name: str, column: Column, *, categories: list, pooled: bool, missing: bool, shares: np.ndarray
    ) -> None:
        super().__init__(name, column)
        self.categories = categories
        self.pooled = pooled
        self.missing = missing
        self._shares = shares

    @classmethod
    def fit(
        cls,
        name: str,
        column: Column,
        series: pd.Series,
        cohort: Cohort,
        *,
        rng: np.random.Generator,
    ) -> Self:
        """Takes the categories of a column.

        Args:
            name: The column's name.
            column: What the schema says of it.
            series: (rows,).
            cohort: Whom the rows belong to.
            rng: Spreads rows of rare categories where they are not pooled.
        """
        categories, rare = _kept(column, series, cohort)
        pooled = bool(rare.any() and (cohort.part(rare).enough or not categories) and can_pool(column, categories))
        missing = bool(series.isna().any() or not (categories or pooled))
        num_codes = len(categories) + pooled + missing
        encoder = cls(name, column, categories=categories, pooled=pooled, missing=missing, shares=np.zeros(num_codes))
        counts = np.bincount(encoder._known_codes(series)[0][~rare], minlength=num_codes).astype(float)
        encoder._shares = counts / max(counts.sum(), 1)
        encoder._shares = np.bincount(encoder.encode(series, rng)[0], minlength=num_codes) / len(series)
        return encoder

    @property
    def blocks(self) -> tuple[Block, ...]:
        num_codes = len(self._shares)
        if num_codes <= MAX_ONE_HOT:
            return (Block(self.name, "one_hot", num_codes, condition=True),)
        return (Block(self.name, "bits", int(num_codes - 1).bit_length()),)

    @property
    def shares(self) -> np.ndarray:
        return self._shares

    @property
    def shown(self) -> list[Any]:
        """What rows can hold beside missing values."""
        return [*self.categories, getattr(self.column, "rare_label", "(other)")]

    def _known_codes(self, series: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Codes, and where a value is no kept category."""
        codes = pd.Index(self.categories, dtype=object if not self.categories else None).get_indexer(
            pd.Index(series.astype(object))
        )
        gaps = series.isna().to_numpy()
        unknown = (codes < 0) & ~gaps
        codes[unknown] = len(self.categories) if self.pooled else 0
        codes[gaps] = len(self._shares) - 1 if self.missing else 0
        return codes.astype(np.int32), unknown

    def encode(self, series: pd.Series, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        codes, unknown = self._known_codes(series)
        if unknown.any() and not self.pooled:
            codes[unknown] = self._spread(rng.random(len(series))[unknown])  # a draw of each row's own
        return codes, np.zeros((len(series), 0), np.float32)

    def _spread(self, chance: np.ndarray) -> np.ndarray:
        """Kept categories in proportion, (rows,), by uniform draws, (rows,)."""
        limits = np.cumsum(self._shares[: len(self.categories)])
        if not len(limits) or not limits[-1]:
            return np.full(len(chance), len(self._shares) - 1)
        return np.searchsorted(limits[:-1] / limits[-1], chance, "right")

    def decode(self, codes: np.ndarray, scalars: np.ndarray, rng: np.random.Generator) -> pd.Series:
        codes = codes % len(self._shares)  # bits can spell codes past the last
        values = list(self.categories)
        if self.pooled:
            values.append(getattr(self.column, "rare_label", "(other)"))
        if self.column.dtype == "category":
            gaps = self.missing & (codes == len(self._shares) - 1)
            ordered = isinstance(self.column, Categorical) and self.column.ordered
            return pd.Series(
                pd.Categorical.from_codes(
                    np.where(gaps, -1, codes).tolist(), categories=pd.Index(values), ordered=ordered
                )
            )
        table = np.empty(len(self._shares), object)
        table[: len(values)] = values
        gaps = self.missing and bool((codes == len(self._shares) - 1).any())
        dtype = pd.api.types.pandas_dtype(nullable(self.column.dtype) if gaps else self.column.dtype)
        if self.missing:
            table[-1] = np.nan if isinstance(dtype, np.dtype) else pd.NA  # NumPy's types know no other
        return pd.Series(table[codes], dtype=dtype)

    def state(self) -> dict[str, Any]:
        return {"categories": self.categories, "pooled": self.pooled, "missing": self.missing, "shares": self._shares}

    @classmethod
    def from_state(cls, name: str, column: Column, state: dict[str, Any]) -> Self:
        known = cls.stored.check(state, name)
        codes = len(known["categories"]) + known["pooled"] + known["missing"]
        agree(len(known["shares"]) == codes, f"{name}: expected {codes} shares. Received {len(known['shares'])}.")
        agree(_shown_as_kept(column, known["categories"]),
              f"{name}: the categories are not those of a {column.kind} column of type {column.dtype}.")  # fmt: skip
        return cls(name, column, **known)


def can_pool(column: Column, categories: list) -> bool:
    """Returns whether a column can show the label of pooled categories: beside text, in a type that holds text.

    Args:
        column: What the schema says of it.
        categories: That are kept; without any, rare ones that cannot be pooled count as missing.
    """
    textual = sort_of(pd.api.types.pandas_dtype(column.dtype)) in ("object", "category", "text")
    return isinstance(column, Categorical) and textual and all(isinstance(category, str) for category in categories)


def _kept(column: Column, series: pd.Series, cohort: Cohort) -> tuple[list, np.ndarray]:
    """Returns the categories that may be stored, in order, and which rows hold another."""
    if isinstance(column, Boolean):
        return [False, True], np.zeros(len(series), bool)
    if isinstance(column, Categorical) and column.categories is not None:
        declared = list(column.categories)
        return declared, (series.notna() & ~series.isin(declared)).to_numpy()
    codes, found = pd.factorize(series, sort=False)
    held = codes >= 0
    frequent = cohort.part(held).sharing(codes[held], len(found)) >= cohort.rare_below
    rare = np.zeros(len(series), bool)
    rare[held] = ~frequent[codes[held]]
    in_order = series.cat.categories if isinstance(series.dtype, pd.CategoricalDtype) else _sorted(found)
    kept = set(found[frequent].tolist())
    return [_plain(value) for value in in_order if value in kept], rare


def _shown_as_kept(column: Column, categories: list) -> bool:
    """Whether a column of this kind and type can hold just these categories, each once."""
    if isinstance(column, Boolean):
        return categories == [False, True] and set(map(type, categories)) == {bool}
    if isinstance(column, Categorical) and column.categories is not None:
        declared = list(column.categories)
        return categories == declared and list(map(type, categories)) == list(map(type, declared))
    kinds = {"number" if type(value) in (int, float) else type(value).__name__ for value in categories}
    if len(kinds) > 1 or len(set(categories)) < len(categories):
        return False
    try:
        dtype = pd.api.types.pandas_dtype("object" if column.dtype == "category" else column.dtype)
        shown = pd.Series(np.array(categories, object), dtype=dtype)
    except (TypeError, ValueError, OverflowError):
        return False
    return bool(shown.tolist() == categories)


def _sorted(found: pd.Index) -> list:
    return sorted(found.tolist(), key=lambda value: (str(type(value)), value))


def _plain(value: Any) -> Any:
    """Numpy's numbers and booleans as Python's, which JSON can hold."""
    return value.item() if isinstance(value, np.generic) else value
