"""A whole table: frame to codes and scalars and back, column by column."""

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
import pandas as pd

from synthgen.data.columns import Boolean, Categorical, Datetime, Identifier, Numerical, Text
from synthgen.data.schema import Schema
from synthgen.encoding.categorical import CategoryCodes
from synthgen.encoding.column import ColumnEncoder
from synthgen.encoding.datetime import DatetimeBins
from synthgen.encoding.identifier import identifiers
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.encoding.mode_specific import ModeSpecific
from synthgen.encoding.numerical import QuantileBins
from synthgen.encoding.protection import Cohort
from synthgen.errors import ProtectionError
from synthgen.expected import OneOf, agree, said
from synthgen.progress import progress

ENCODERS: dict[str, type[ColumnEncoder]] = {
    encoder.method: encoder for encoder in (QuantileBins, ModeSpecific, CategoryCodes, DatetimeBins)
}
"""Every column encoder by the word that model files use for it."""

FRAGMENTED = 90
"""A frame of more columns is copied into few blocks: pandas warns of 100, and copying narrower ones costs more."""

METHODS = {
    Numerical: (QuantileBins.method, ModeSpecific.method), Datetime: (DatetimeBins.method,),
    Categorical: (CategoryCodes.method,), Boolean: (CategoryCodes.method,),
}  # fmt: skip
"""How columns of each kind can be encoded."""

NumericalMethod = Literal["quantile_bins", "mode_specific"]


class TableEncoder:
    """Encodes the learned columns of a table, reversibly, within the schema's privacy rules.

    Args:
        schema: What the table holds.
        columns: One encoder for each learned column, in order.

    Example:
        >>> frame = pd.DataFrame({"sex": ["F", "M"] * 20, "visits": [0, 1, 2, 3] * 10})
        >>> encoder = TableEncoder.fit(frame, Schema.infer(frame), seed=0)
        >>> encoder.layout.num_features
        6
        >>> encoder.decode(encoder.encode(frame, seed=0), seed=0).equals(frame)
        True
    """

    def __init__(self, schema: Schema, columns: list[ColumnEncoder]) -> None:
        self.schema = schema
        self.columns = columns
        self.layout = Layout(tuple(block for column in columns for block in column.blocks))

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        schema: Schema,
        *,
        numerical: NumericalMethod = "quantile_bins",
        num_bins: int = 50,
        fine: bool = False,
        seed: int,
        verbose: bool = False,
    ) -> Self:
        """Takes from a table what is needed to encode it, and no more than its patients' numbers allow.

        Args:
            frame: (rows, columns), valid under `schema`.
            schema: What the table holds.
            numerical: How numbers are encoded.
            num_bins: Most bins of a numerical or datetime column (quantile bins only).
            fine: Whether bins are many and shown by smooth features (quantile bins only), see `QuantileBins`.
            seed: Of draws inside bins and modes.
            verbose: Whether to show progress.

        Raises:
            ProtectionError: If the table has fewer patients than `schema.rare_below`.
        """
        cohort = Cohort(schema.patients(frame), schema.rare_below)
        if not cohort.enough:
            raise ProtectionError(
                f"The table has {cohort.size} patients, fewer than rare_below={schema.rare_below}: nothing of it may "
                "be stored. Bring more rows, or lower rare_below in the schema if that is lawful."
            )
        columns: list[ColumnEncoder] = []
        for position, name in enumerate(progress(schema.learned, "Reading columns", verbose)):
            column, series = schema.columns[name], frame[name]
            rng = np.random.default_rng([seed, position])
            if isinstance(column, Categorical | Boolean):
                columns.append(CategoryCodes.fit(name, column, series, cohort, rng=rng))
            elif isinstance(column, Datetime):
                columns.append(DatetimeBins.fit(name, column, series, cohort, rng=rng, num_bins=num_bins, fine=fine))
            elif isinstance(column, Numerical) and numerical == "mode_specific":
                columns.append(ModeSpecific.fit(name, column, series, cohort, rng=rng))
            elif isinstance(column, Numerical):
                columns.append(QuantileBins.fit(name, column, series, cohort, rng=rng, num_bins=num_bins, fine=fine))
        return cls(schema, columns)

    def encode(self, frame: pd.DataFrame, *, seed: int | np.random.Generator, verbose: bool = False) -> EncodedTable:
        """Returns rows as codes and scalars.

        Args:
            frame: (rows, columns) with at least the learned columns.
            seed: Of draws inside modes and flat steps, one for each row: whoever knows the seed can tell from a row's
                draw how many rows stand before it. A generator that is secret tells nobody.
            verbose: Whether to show progress.
        """
        codes, scalars = [], []
        for position, column in enumerate(progress(self.columns, "Encoding", verbose)):
            rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng([seed, position])
            column_codes, column_scalars = column.encode(frame[column.name], rng)
            codes.append(column_codes)
            scalars.append(column_scalars)
        return EncodedTable(np.stack(codes, 1), np.concatenate(scalars, 1))

    def decode(self, table: EncodedTable, *, seed: int) -> pd.DataFrame:
        """Returns codes and scalars as rows with the schema's columns, order and types.

        Args:
            table: (rows) encoded.
            seed: Of draws inside bins, and of identifiers.
        """
        learned = self.decode_learned(table, rng=np.random.default_rng(seed))
        return self.complete(learned, first_row=0, seed=seed)

    def decode_learned(self, table: EncodedTable, *, rng: np.random.Generator) -> pd.DataFrame:
        """Returns the learned columns alone, (rows, learned columns).

        Args:
            table: (rows) encoded.
            rng: For codes that stand for more than one value.
        """
        decoded: dict[str, pd.Series] = {}
        scalar = 0
        for position, column in enumerate(self.columns):
            width = len(column.blocks) - 1
            decoded[column.name] = column.decode(
                table.codes[:, position], table.scalars[:, scalar : scalar + width], rng
            )
            scalar += width
        return pd.DataFrame(decoded, copy=False)

    def missing_features(self) -> np.ndarray:
        """Returns which features stand for a missing value, where a column knows others too, (features,) booleans."""
        missing = np.zeros(self.layout.num_features, bool)
        for column, position in zip(self.columns, self.layout.code_blocks, strict=True):
            block, start = self.layout.blocks[position], self.layout.starts[position]
            if column.missing and block.form in ("one_hot", "number") and block.size > 1:
                missing[start + block.size - 1] = True  # the last code of a column, whatever its encoder
        return missing

    def complete(self, learned: pd.DataFrame, *, first_row: int, seed: int) -> pd.DataFrame:
        """Returns rows with all columns of the schema: identifiers made anew, text replaced or left out.

        Args:
            learned: (rows, learned columns).
            first_row: How many rows of the same synthetic table came before, so that identifiers go on.
            seed: Of the identifiers of the whole synthetic table.
        """
        columns: dict[str, pd.Series] = {}
        for position, (name, column) in enumerate(self.schema.columns.items()):
            if name in learned:
                columns[name] = learned[name]
            elif isinstance(column, Identifier):
                own_seed = int(np.random.default_rng([seed, position]).integers(2**62))
                columns[name] = identifiers(column, first=first_row, num_rows=len(learned), seed=own_seed)
            elif isinstance(column, Text) and column.replacement is not None:
                columns[name] = pd.Series([column.replacement] * len(learned), dtype=column.dtype)
        return pd.DataFrame(columns, copy=len(columns) > FRAGMENTED)

    def shows(self, names: Sequence[str], combinations: Sequence[Sequence[Any]]) -> bool:
        """Returns whether the table can show combinations of categories.

        Args:
            names: Columns, categorical or boolean.
            combinations: Of one value for each of them.
        """
        encoders = {column.name: column for column in self.columns}
        for place, name in enumerate(names):
            held = encoders.get(name)
            shown = {(type(value), value) for value in held.shown} if isinstance(held, CategoryCodes) else set()
            if not {(type(values[place]), values[place]) for values in combinations} <= shown:
                return False
        return True

    def check_bins(self, *, fine: bool) -> None:
        """Makes sure that numbers are cut as the model that comes with them knows them.

        Args:
            fine: Whether its bins are many and shown by smooth features.

        Raises:
            Unexpected: If some are not.
        """
        for column in self.columns:
            bins = column.bins if isinstance(column, DatetimeBins) else column
            right = not isinstance(bins, QuantileBins) or bins.fine is fine
            agree(right, f"{column.name}: fine: expected {str(fine).lower()}, as the family has it.")

    def state(self) -> dict[str, dict[str, Any]]:
        """Returns, by column, every value taken from the data."""
        return {column.name: {"method": column.method} | column.state() for column in self.columns}

    @classmethod
    def from_state(cls, schema: Schema, state: dict[str, dict[str, Any]]) -> Self:
        """Returns the encoder that `state` described.

        Args:
            schema: What the table holds.
            state: What was read from a file; may be anything.

        Raises:
            Unexpected: If it is not what an encoder of such a table holds.
        """
        agree(isinstance(state, dict) and list(state) == schema.learned,
              f"encoder: expected an entry for each learned column, in order. Received {said(state)}.")  # fmt: skip
        columns = []
        for name, stored in state.items():
            agree(isinstance(stored, dict), f"{name}: expected a mapping. Received {said(stored)}.")
            own, column = dict(stored), schema.columns[name]
            method = OneOf(METHODS[type(column)]).check(own.pop("method", None), f"{name}: method")
            columns.append(ENCODERS[method].from_state(name, column, own))
        return cls(schema, columns)
