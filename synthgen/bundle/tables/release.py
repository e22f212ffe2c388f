"""A release of a table: its rows, its schema, and what machines are told of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import pandas as pd

from synthgen.bundle.card import columns_table, maker
from synthgen.bundle.signed_folder import SignedFolder, described_file
from synthgen.bundle.tables.metadata import MEDIA, croissant, data_package
from synthgen.data.schema import Schema
from synthgen.data.tables.writers import write_table


@dataclass(frozen=True, kw_only=True)
class Release(SignedFolder):
    """A table that is released.

    Args:
        name: Of the data set.
        licence: Of the data set: a name or an address.
        synthetic: (rows, columns).
        schema: What the columns mean.
        report: On these very rows.
        policy: The policy's text.
        decision: What the policy said of the report.
        origin: Proof of which model drew the rows; None: their maker is not known.
        format: Of the table's file.
    """

    kind: ClassVar[str] = "tables"

    synthetic: pd.DataFrame
    schema: Schema
    format: Literal["csv", "parquet"] = "csv"

    def data(self) -> pd.DataFrame:
        return self.synthetic

    def write_data(self, folder: Path, *, created: str) -> dict[str, Mapping[str, Any]]:
        table = folder / f"synthetic.{self.format}"
        write_table(_cells(self.synthetic), table)
        self.schema.to_yaml(folder / "schema.yaml")
        file = described_file(table, self.format, MEDIA[self.format])
        return {
            name: describe(self.schema, list(self.synthetic.columns), name=self.name, licence=self.licence,
                           created=created, file=file)
            for name, describe in {"croissant.json": croissant, "datapackage.json": data_package}.items()
        }  # fmt: skip

    def describe(self) -> tuple[str, dict[str, str]]:
        unpromised = (
            f"The model holds no value that fewer than {self.schema.rare_below} patients share, but for those that the "
            "schema declares."
        )
        kinds = {name: column.kind for name, column in self.schema.columns.items()}
        return maker(self.origin, unpromised=unpromised), {"Columns": columns_table(kinds)}


def _cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The cells, which were judged. A frame can also hold categories of no row, and notes (`attrs`): Parquet does."""
    return pd.DataFrame({
        name: column.cat.remove_unused_categories() if isinstance(column.dtype, pd.CategoricalDtype) else column
        for name, column in frame.items()
    })  # fmt: skip
