"""What all constraints share: predicate, optional repair, check against the columns, plain types."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self, final

import numpy as np
import pandas as pd

from synthgen.data.columns import Column
from synthgen.errors import ConstraintError, did_you_mean
from synthgen.expected import Characters, Each, Expected, refused_as


@dataclass(frozen=True)
class Constraint(ABC):
    """What all rules share."""

    kind: ClassVar[str]
    reads: ClassVar[tuple[type[Column], ...]]

    columns: Sequence[str] = field(init=False, repr=False, compare=False)
    """Names of the columns that the rule reads."""

    expects: ClassVar[Mapping[str, Expected]] = {}
    """What the fields must be."""

    def __post_init__(self) -> None:
        with refused_as(ConstraintError, f"{self.kind}: "):
            for name, expected in self.expects.items():
                object.__setattr__(self, name, expected.check(getattr(self, name), name))
        self._settle()

    def _settle(self) -> None:
        """Checks that fields agree, and says which columns the rule reads."""

    @property
    def learns(self) -> bool:
        """Whether `fit` takes something from the data."""
        return False

    @abstractmethod
    def satisfied(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns which rows obey the rule: (rows,) bool."""

    def repair(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Returns the frame with values moved to the nearest that obey the rule, or as it is where none is honest."""
        return frame

    def fit(self, frame: pd.DataFrame, *, patients: np.ndarray, rare_below: int) -> Self:
        """Returns the rule with what it has to take from the data; most take nothing and return themselves.

        Args:
            frame: (rows, columns) to learn from, with rare categories pooled already, as synthetic rows show them.
            patients: (rows,) whom each row belongs to, see `Schema.patients`.
            rare_below: What fewer patients than this share is not taken.
        """
        return self

    @final
    def validate(self, columns: Mapping[str, Column]) -> None:
        """Checks the rule against what the columns mean.

        Raises:
            ConstraintError: If a column is unknown or of a kind that the rule cannot read, or contradicts the rule.
        """
        for name in self.columns:
            if name not in columns:
                hint = did_you_mean(name, columns)
                raise ConstraintError(f"{self.kind}: {name!r} is not a column of the schema.{hint}")
            if not isinstance(columns[name], self.reads):
                kinds = " or ".join(kind.kind for kind in self.reads)
                raise ConstraintError(f"{self.kind}: expected a {kinds} column. {name!r} is {columns[name].kind}.")
        self._validate({name: columns[name] for name in self.columns})

    def _validate(self, columns: dict[str, Column]) -> None:
        """Checks what a kind of rule asks besides; `columns` are those that it reads."""

    @final
    def to_dict(self) -> dict[str, Any]:
        """Returns the rule as plain types for YAML or JSON; fields at their default are left out.

        Example:
            >>> from synthgen import Range
            >>> Range("age", minimum=0).to_dict()
            {'kind': 'range', 'column': 'age', 'minimum': 0}
        """
        stored = {f.name: getattr(self, f.name) for f in fields(self) if f.init and getattr(self, f.name) != f.default}
        return {"kind": self.kind} | {name: _as_lists(value) for name, value in stored.items()}


def _as_lists(value: Any) -> Any:
    """Tuples become lists, which is what YAML and JSON know."""
    return [_as_lists(item) for item in value] if isinstance(value, tuple) else value


def distinct_names(kind: str, columns: Sequence[str], *, at_least: int) -> tuple[str, ...]:
    """Returns column names as a tuple.

    Args:
        kind: The kind of constraint, for messages.
        columns: What the user gave.
        at_least: How many names the constraint needs.

    Raises:
        ConstraintError: If it is a single string, too few names, or one twice.

    Example:
        >>> distinct_names("unique", ["ward", "bed"], at_least=1)
        ('ward', 'bed')
    """
    with refused_as(ConstraintError, f"{kind}: "):
        columns = columns if isinstance(columns, str) else Each(of=Characters()).check(columns, "columns")
    if isinstance(columns, str):
        raise ConstraintError(f"{kind}: expected a list of column names. Received {columns!r}; write [{columns!r}].")
    names = tuple(columns)
    if len(names) < at_least or len(set(names)) < len(names):
        raise ConstraintError(f"{kind}: expected at least {at_least} distinct column names. Received {list(names)}.")
    return names
