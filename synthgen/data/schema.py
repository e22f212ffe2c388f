"""Schema: what every column of a table means, who its patients are, and which rules its rows obey.

A schema holds no value of the data beyond what the user declares, so that its file can be passed around, reviewed and
kept under version control.
"""

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd
import yaml

from synthgen.data.columns import Column, Identifier, Text, column_from_dict
from synthgen.data.constraints import Constraint, constraint_from_dict
from synthgen.data.inference import infer_column
from synthgen.data.kinds import kind_holding, kind_of_mark
from synthgen.data.validation import check_frame, check_values
from synthgen.data.yaml_files import read_yaml
from synthgen.errors import ConstraintError, SchemaError, did_you_mean
from synthgen.expected import (
    Anything,
    ByName,
    Characters,
    Each,
    Expected,
    Fields,
    Maybe,
    Quantity,
    Unexpected,
    agree,
    refused_as,
    said,
)
from synthgen.files.writing import replacing

VERSION, UNMARKED = 2, 1
"""Layouts of the schema file: the one that is written, and the one that did not say which entries were guessed."""


MOST_RARE = 10_000_000
"""Patients below which a value counts as rare, at most."""


class SchemaWarning(UserWarning):
    """A column will not be learned, or does not count as public; the message says which, why and the way out."""


@dataclass(frozen=True)
class Schema:
    """What a table holds.

    Args:
        columns: Column name to Column, in the order of the table.
        patient_key: Column that names the patient: the unit of privacy, of splitting and of counting. None: each row
            is a patient of its own.
        rare_below: A category, a repeated number or a range that fewer patients than this share is never stored and
            never shown; at least 2. Ten is the customary smallest cell of health statistics.
        constraints: Rules that every row obeys.

    Raises:
        SchemaError: If there is no column to learn, or the patient key is not an Identifier column.
        ConstraintError: If a constraint names an unknown column or contradicts itself.

    Example:
        >>> frame = pd.DataFrame({"age": [30, 41, 30], "smoker": [True, False, False]})
        >>> Schema.infer(frame).learned
        ['age', 'smoker']
    """

    columns: Mapping[str, Column]
    patient_key: str | None = None
    rare_below: int = 10
    constraints: tuple[Constraint, ...] = field(default=())

    def __post_init__(self) -> None:
        with refused_as(SchemaError):
            for name, expected in _EXPECTED.items():
                value = expected.check(getattr(self, name), name)
                object.__setattr__(self, name, tuple(value) if isinstance(value, list) else value)
            for name, column in self.columns.items():
                agree(isinstance(column, Column), f"columns: {name!r}: expected a Column. Received {said(column)}.")
            for rule in self.constraints:
                agree(isinstance(rule, Constraint), f"constraints: expected Constraints. Received {said(rule)}.")
        if self.patient_key is not None and not isinstance(self.columns.get(self.patient_key), Identifier):
            raise SchemaError(
                f"The patient key {self.patient_key!r} is not an identifier column of the schema."
                f"{did_you_mean(self.patient_key, self.columns)}"
            )
        for constraint in self.constraints:
            constraint.validate(self.columns)

    @classmethod
    def infer(cls, frame: pd.DataFrame, *, patient_key: str | None = None, rare_below: int = 10) -> Self:
        """Guesses the schema of a frame; see `synthgen.data.inference` for the rules.

        Its columns are marked as inferred, until somebody who knows that they are public says so: see `confirmed`.

        Args:
            frame: (rows, columns), at least one row.
            patient_key: Column that names the patient, if rows can share one.
            rare_below: See the class.

        Raises:
            SchemaError: If the frame is empty, names are repeated or no strings, or a column mixes types.

        Warns:
            SchemaWarning: If a column is free text and so will not be learned.
        """
        other = None if isinstance(frame, pd.DataFrame) else kind_holding(frame)
        if other is not None:  # which says itself what it means
            found: Any = other.meaning(frame, patient_key=patient_key, rare_below=rare_below)
            return found
        check_frame(frame)
        if patient_key is not None and patient_key not in frame:
            raise SchemaError(
                f"patient_key names {patient_key!r}, which is not a column.{did_you_mean(patient_key, frame.columns)}"
            )
        names: list[str] = frame.columns.tolist()
        patients = len(frame) if patient_key is None else max(int(frame[patient_key].nunique()), 1)
        columns = {name: infer_column(name, frame[name], patients=patients) for name in names}
        if patient_key is not None and not isinstance(columns[patient_key], Identifier):
            key = frame[patient_key]
            columns[patient_key] = Identifier(dtype=str(key.dtype), unique=bool(key.is_unique), inferred=True)
        for name in [name for name, column in columns.items() if isinstance(column, Text)]:
            warnings.warn(
                f"Column {name!r} holds text in which most patients have a value of their own: it is not learned and "
                f"left out of synthetic data. Declare Text(replacement=...), Identifier or Categorical to change that.",
                SchemaWarning,
                stacklevel=2,
            )
        return cls(columns, patient_key=patient_key, rare_below=rare_below)

    @property
    def learned(self) -> list[str]:
        """Names of the columns that a model learns: numerical, categorical, boolean and datetime."""
        return [name for name, column in self.columns.items() if column.learned]

    @property
    def inferred(self) -> list[str]:
        """Names of the columns whose entry was guessed from a table and that nobody has confirmed."""
        return [name for name, column in self.columns.items() if column.inferred]

    def confirmed(self, *names: str) -> Self:
        """Returns the schema with guessed entries confirmed: known without the table, from a code book, a form or a
        standard, and so public. Whoever confirms what only the table shows gives it away, and no epsilon covers that.

        Args:
            names: Columns whose entry is confirmed; none: all.

        Raises:
            SchemaError: If a name is not a column.

        Example:
            >>> schema = Schema.infer(pd.DataFrame({"age": [30, 41, 30], "smoker": [True, False, False]}))
            >>> schema.inferred, schema.confirmed("age").inferred
            (['age', 'smoker'], ['smoker'])
        """
        for name in names:
            if name not in self.columns:
                raise SchemaError(f"{name!r} is not a column of the schema.{did_you_mean(name, self.columns)}")
        chosen = names or self.columns
        return replace(self, columns={name: replace(column, inferred=column.inferred and name not in chosen)
                                      for name, column in self.columns.items()})  # fmt: skip

    def patients(self, frame: pd.DataFrame) -> np.ndarray:
        """Returns whom each row belongs to, as codes from 0.

        Args:
            frame: (rows, columns).

        Returns:
            (rows,) int64. Rows without a patient key, or with a missing one, are patients of their own.
        """
        if self.patient_key is None or self.patient_key not in frame:
            return np.arange(len(frame))
        codes, known = pd.factorize(frame[self.patient_key])
        alone = codes < 0
        codes[alone] = len(known) + np.arange(alone.sum())
        return codes

    def validate(self, frame: pd.DataFrame) -> None:
        """Checks that a frame fits the schema.

        Args:
            frame: (rows, columns); columns in any order.

        Raises:
            SchemaError: If columns are missing or unknown, a type differs, or values are infinite, undeclared or
                outside declared bounds. Names the column and counts the rows.
        """
        check_frame(frame)
        unknown = [name for name in frame.columns.tolist() if name not in self.columns]
        absent = [name for name in self.columns if name not in frame]
        if unknown or absent:
            hint = did_you_mean(unknown[0], absent) if unknown and absent else ""
            raise SchemaError(
                f"The table's columns differ from the schema's: absent {absent}, not in the schema {unknown}.{hint}"
            )
        if not self.learned:
            raise SchemaError("No column can be learned: all are identifiers or text. Declare at least one otherwise.")
        for name, column in self.columns.items():
            check_values(name, frame[name], column)

    def to_dict(self) -> dict[str, Any]:
        """Returns the schema as plain types, the inverse of `from_dict`."""
        return {
            "synthgen_schema": VERSION,
            "patient_key": self.patient_key,
            "rare_below": self.rare_below,
            "columns": {name: column.to_dict() for name, column in self.columns.items()},
            "constraints": [constraint.to_dict() for constraint in self.constraints],
        }

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """Returns the schema that `to_dict` described; columns of layout 1, which had no marks, count as inferred.

        Args:
            stored: What was read from a file; may be anything.

        Raises:
            SchemaError: If the layout is not a schema's or of a newer version, or an entry is unknown or something else
                than expected.
            ConstraintError: The same for a constraint.
        """
        if not isinstance(stored, dict) or "synthgen_schema" not in stored:
            raise SchemaError("This is no schema file: expected a mapping with the key 'synthgen_schema'.")
        if stored["synthgen_schema"] not in (UNMARKED, VERSION):
            raise SchemaError(
                f"The schema file has layout {said(stored['synthgen_schema'])}, this synthgen reads {VERSION}; update "
                "it."
            )
        with refused_as(SchemaError):
            known = _STORED.check(stored, "the schema file")
            columns = known.get("columns") or {}
            agree(len({str(name) for name in columns}) == len(columns), "columns: expected names that differ as text.")
        rules = []
        for place, rule in enumerate(known.get("constraints") or ()):
            try:
                rules.append(constraint_from_dict(rule))
            except ConstraintError as error:
                raise ConstraintError(f"constraints[{place}]: {error}") from error
        read = {str(name): column_from_dict(str(name), column) for name, column in columns.items()}
        if stored["synthgen_schema"] == UNMARKED:
            read = {name: replace(column, inferred=True) for name, column in read.items()}
        return cls(
            read, patient_key=known.get("patient_key"), rare_below=known.get("rare_below", 10),
            constraints=tuple(rules),
        )  # fmt: skip

    def to_yaml(self, path: str | os.PathLike[str]) -> None:
        """Writes the schema to a YAML file that a person can read and edit; replaces the file in one step."""
        text = yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8")

    @classmethod
    def from_yaml(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a schema file.

        Raises:
            SchemaError: If the file is not YAML or not a schema; names the file and the entry.
            ConstraintError: The same for a constraint.
        """
        try:
            stored = read_yaml(path)
            other = kind_of_mark(stored)
            return cls.from_dict(stored) if other is None else other.schema_from(stored)
        except Unexpected as error:
            raise SchemaError(f"{error} `synthgen describe` writes a schema to begin with.") from error
        except (SchemaError, ConstraintError) as error:
            raise type(error)(f"{path}: {error}") from error


_EXPECTED: dict[str, Expected] = {
    "columns": ByName(Anything()), "patient_key": Maybe(Characters()),
    "rare_below": Quantity(whole=True, least=2, most=MOST_RARE), "constraints": Each(of=Anything()),
}  # fmt: skip

_STORED = Fields(
    {"synthgen_schema": Anything()},
    {
        "patient_key": Maybe(Characters()), "rare_below": Anything(),
        "columns": Maybe(Fields(others=True)), "constraints": Maybe(Each(of=Anything())),
    },
)  # fmt: skip
