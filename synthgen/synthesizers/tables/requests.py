"""What `sample` is asked for, put into one form: conditions on all rows, and known cells of single rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical
from synthgen.data.schema import Schema
from synthgen.encoding.categorical import CategoryCodes
from synthgen.encoding.table import TableEncoder
from synthgen.errors import ConditionError
from synthgen.synthesizers.tables.conditions import (
    Condition,
    learned_column,
    parse_conditions,
    to_value,
    warn_of_far_cells,
)


@dataclass(frozen=True)
class Request:
    """What rows are asked for.

    Args:
        conditions: Hold for every row.
        known: (rows, some columns), cells that row i of the result must hold; missing cells are free. None: all rows
            are alike.
        filled: Columns that must not be missing in any row.
        calibrate: Whether more rows are drawn, and those kept that look most like training rows.
    """

    conditions: list[Condition] = field(default_factory=list)
    known: pd.DataFrame | None = None
    filled: tuple[str, ...] = ()
    calibrate: bool = False

    def part(self, rows: range | np.ndarray) -> "Request":
        """Returns the request for some of the rows.

        Args:
            rows: Their positions.
        """
        return self if self.known is None else replace(self, known=self.known.iloc[np.asarray(rows, np.int64)])


def parse_request(
    schema: Schema,
    encoder: TableEncoder,
    *,
    conditions: Mapping[str, Any] | None,
    known: pd.DataFrame | None,
    balance: str | None,
    num_rows: int,
    completes: bool,
) -> Request:
    """Returns a checked request; arguments as for `Synthesizer.sample`.

    Args:
        schema: Of the table.
        encoder: Of the table.
        conditions: See `Synthesizer.sample`.
        known: See `Synthesizer.sample`.
        balance: See `Synthesizer.sample`.
        num_rows: See `Synthesizer.sample`.
        completes: Whether the model can be told any column, not only categories.

    Raises:
        ConditionError: If a column or value is unknown, lengths differ, or the model cannot do what is asked.
    """
    encoders = {column.name: column for column in encoder.columns}
    parsed = parse_conditions(conditions, schema, encoders)
    cells = None if known is None else _known_cells(known, schema, num_rows, completes)
    if cells is not None:
        warn_of_far_cells(cells, encoders)
    if balance is not None:
        if cells is not None and balance in cells:
            raise ConditionError(f"balance names {balance!r}, which is among the known columns too. Give one of both.")
        column = _balanced(balance, schema, encoders.get(balance), num_rows)
        cells = column.to_frame() if cells is None else cells.assign(**{balance: column})
    asked_twice = [condition.column for condition in parsed if cells is not None and condition.column in cells]
    if asked_twice:
        raise ConditionError(
            f"The columns {asked_twice} stand in conditions and in known or balance. Give one of both."
        )
    return Request(parsed, cells)


def parse_imputation(frame: pd.DataFrame, schema: Schema, encoder: TableEncoder, *, completes: bool) -> Request:
    """Returns the request for rows that hold the cells of a frame and miss none.

    Args:
        frame: See `Synthesizer.impute`.
        schema: Of the table.
        encoder: Of the table.
        completes: Whether the model can be told any column.

    Raises:
        ConditionError: If a learned column is absent, or the model cannot complete rows.
    """
    if not completes:
        raise ConditionError(
            "impute needs a family that can be told any column: TabularGAN, TabularAutoregressive, TabularDiffusion or "
            "GaussianCopula. This one draws whole rows only."
        )
    absent = [name for name in schema.learned if name not in frame.columns]
    if absent:
        raise ConditionError(
            f"impute expects every learned column. {absent} are absent; add them empty to have them drawn whole."
        )
    known = _known_cells(frame[schema.learned], schema, len(frame), completes)
    # of a column that was missing throughout in training nothing is known to fill it with
    filled = tuple(column.name for column in encoder.columns if not (column.missing and len(column.shares) == 1))
    return Request(known=known, filled=filled)


def _known_cells(known: pd.DataFrame, schema: Schema, num_rows: int, completes: bool) -> pd.DataFrame:
    if len(known) != num_rows:
        raise ConditionError(f"known has {len(known)} rows, but num_rows is {num_rows}; they must be equal.")
    cells: dict[str, pd.Series] = {}
    for name in known.columns.tolist():
        column = learned_column(name, schema)
        if not completes and not isinstance(column, Categorical | Boolean):
            raise ConditionError(
                f"known names {name!r}, a {column.kind} column, but this family can only be told categories. "
                "Use TabularGAN, which completes any column."
            )
        values = [to_value(name, value, column) if pd.notna(value) else None for value in known[name]]
        cells[name] = pd.Series(values, dtype=object if not values else None)
    return pd.DataFrame(cells)


def _balanced(name: str, schema: Schema, encoder: Any, num_rows: int) -> pd.Series:
    column = learned_column(name, schema)
    if not isinstance(encoder, CategoryCodes):
        raise ConditionError(f"balance names {name!r}, a {column.kind} column. Expected a categorical or boolean one.")
    seen = [category for category, share in zip(encoder.categories, encoder.shares, strict=False) if share > 0]
    return pd.Series(np.resize(np.array(seen, dtype=object), num_rows), name=name).infer_objects()
