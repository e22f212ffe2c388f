"""Constraints on which values meet: Unique, FixedCombinations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self, final

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Column, Datetime, Identifier, Numerical
from synthgen.data.constraints.base import Constraint, distinct_names
from synthgen.errors import ConstraintError, ProtectionError
from synthgen.expected import Each, Expected, Maybe, Value


@final
@dataclass(frozen=True)
class Unique(Constraint):
    """No two rows agree in all of these columns.

    Of rows that agree, the first obeys the rule; missing values agree with nothing. A table made in chunks is checked
    by `keys`. There is no repair. Identifier columns are unique by themselves.

    Args:
        columns: At least one column.

    Example:
        >>> beds = pd.DataFrame({"ward": ["A", "A", "B"], "bed": [1, 1, 1]})
        >>> Unique(["ward", "bed"]).satisfied(beds)
        array([ True, False,  True])
    """

    kind: ClassVar[str] = "unique"
    reads: ClassVar[tuple[type[Column], ...]] = (Numerical, Categorical, Boolean, Datetime, Identifier)

    columns: Sequence[str]

    def _settle(self) -> None:
        object.__setattr__(self, "columns", distinct_names(self.kind, self.columns, at_least=1))

    def satisfied(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns which rows obey the rule: (rows,) bool."""
        key = frame[list(self.columns)]
        return ~(key.duplicated() & key.notna().all(axis=1)).to_numpy(dtype=bool)

    def keys(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns a hash of the columns' values, 0 where one is missing: (rows,) uint64."""
        key = frame[list(self.columns)]
        complete = key.notna().all(axis=1).to_numpy(dtype=bool)
        return np.where(complete, pd.util.hash_pandas_object(key, index=False).to_numpy(), np.uint64(0))


@final
@dataclass(frozen=True)
class FixedCombinations(Constraint):
    """Values of several columns occur only together, such as city and country.

    There is no repair. Combinations of fewer than ``rare_below`` patients are not taken from the data, so that no row
    shows them.

    Args:
        columns: At least two categorical or boolean columns.
        combinations: The allowed combinations, if they are public knowledge: one value for each column. None: they are
            taken from the data by `fit`.

    Raises:
        ConstraintError: If a combination has another number of values than there are columns.

    Example:
        >>> places = pd.DataFrame({"city": ["Rome", "Rome", "Oslo"], "country": ["Italy", "Italy", "Norway"]})
        >>> rule = FixedCombinations(["city", "country"]).fit(places, patients=np.arange(3), rare_below=2)
        >>> rule.combinations
        (('Rome', 'Italy'),)
        >>> rule.satisfied(places)
        array([ True,  True, False])
    """

    kind: ClassVar[str] = "fixed_combinations"
    reads: ClassVar[tuple[type[Column], ...]] = (Categorical, Boolean)
    expects: ClassVar[Mapping[str, Expected]] = {"combinations": Maybe(Each(of=Each(of=Value())))}

    columns: Sequence[str]
    combinations: tuple[tuple[str | int | float | bool, ...], ...] | None = None

    def _settle(self) -> None:
        object.__setattr__(self, "columns", distinct_names(self.kind, self.columns, at_least=2))
        if self.combinations is None:
            return
        object.__setattr__(self, "combinations", tuple(tuple(values) for values in self.combinations))
        odd = sum(len(values) != len(self.columns) for values in self.combinations)
        if odd or not self.combinations:
            raise ConstraintError(
                f"{self.kind}: expected combinations of {len(self.columns)} values, one for each of "
                f"{list(self.columns)}. Received {len(self.combinations)}, {odd} of them of another length."
            )

    @property
    def learns(self) -> bool:
        return self.combinations is None

    def fit(self, frame: pd.DataFrame, *, patients: np.ndarray, rare_below: int) -> Self:
        """Returns the rule with the combinations that at least `rare_below` patients share; declared ones stay.

        Args:
            frame: (rows, columns) to learn from, with rare categories pooled already, as synthetic rows show them.
            patients: (rows,) whom each row belongs to, see `Schema.patients`.
            rare_below: Combinations of fewer patients are left out.

        Raises:
            ProtectionError: If no combination is left.
        """
        if self.combinations is not None:
            return self
        names = list(self.columns)
        known = frame[names].notna().all(axis=1).to_numpy()
        rows = frame.loc[known, names].astype(object)
        sharing = pd.Series(patients[known], index=rows.index).groupby([rows[name] for name in names]).nunique()
        taken = tuple(sharing.index[sharing >= rare_below])
        if not taken:
            raise ProtectionError(
                f"{self.kind}: no combination of {names} is shared by {rare_below} patients. Declare the combinations "
                "if they are public knowledge, leave a column out of the rule, or leave out the rule."
            )
        return replace(self, combinations=taken)

    def satisfied(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns which rows obey the rule: (rows,) bool."""
        if self.combinations is None:
            raise ConstraintError(f"{self.kind}: {list(self.columns)} has no combinations. Declare them, or call fit.")
        rows = frame[list(self.columns)]
        allowed = pd.MultiIndex.from_tuples(self.combinations)
        known = rows.notna().all(axis=1).to_numpy()
        return ~known | pd.MultiIndex.from_frame(rows.astype(object)).isin(allowed)
