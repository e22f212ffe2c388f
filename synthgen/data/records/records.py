"""Records: linked tables, one of which has a row for each patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import final

import numpy as np
import pandas as pd

from synthgen.data.records.keys import MISSING, ORPHAN, rows_named
from synthgen.data.records.known import NOTHING, Known
from synthgen.data.records.link import Link
from synthgen.data.records.orphans import without_orphans
from synthgen.data.records.owners import frozen, owned_table, rows_of
from synthgen.data.records.schema import RecordSchema
from synthgen.data.records.validation import check_records
from synthgen.data.records.visits import PATIENTS, VISITS, divided, joined
from synthgen.data.schema import Schema
from synthgen.data.split import held_out
from synthgen.errors import SchemaError, did_you_mean


@final
class Records:
    """All that is known of patients: tables that refer to each other.

    Args:
        tables: Name to data frame (rows, columns); at least the patients' own. Frames are taken as they are, and must
            not be changed afterwards.
        schema: What they mean; None: guessed when it is asked for, once.
        known: What need not be guessed then.

    Raises:
        SchemaError: If there is no table, or one is no data frame.

    Example:
        >>> people = pd.DataFrame({"id": [3, 5], "age": [61, 47]})
        >>> labs = pd.DataFrame({"id": [5, 3, 5], "day": [1, 1, 9]})
        >>> records = Records({"people": people, "labs": labs})
        >>> len(records), records.owners("labs").tolist(), records.take([1]).tables["labs"]["day"].tolist()
        (2, [1, 0, 1], [1, 9])
    """

    def __init__(
        self, tables: Mapping[str, pd.DataFrame], schema: RecordSchema | None = None, *, known: Known = NOTHING
    ) -> None:
        self._tables = frozen(tables)
        self._schema = schema
        self._known = known
        self._rows_named: dict[tuple[str, Link], np.ndarray] = {}
        self._owners: dict[str, np.ndarray] = {}

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Name to data frame, in the order in which they came; the schema's `tables` has parents before children."""
        return self._tables

    @property
    def schema(self) -> RecordSchema:
        """What the tables mean, as it was said, or guessed when it is asked for first."""
        if self._schema is None:
            self._schema = self.inferred()
        return self._schema

    def inferred(self, *, root: str | None = None, rare_below: int = 10) -> RecordSchema:
        """Returns a guess of what the tables mean, with what is known of them by a database or a layout.

        Args:
            root: Name of the table with a row for each patient, where it is not clear.
            rare_below: See `RecordSchema`.
        """
        return RecordSchema.infer(self._tables, root=root, rare_below=rare_below, known=self._known)

    @property
    def layout(self) -> str | None:
        """Name of the layout that the tables are in, and are written in; None: files of their names."""
        return self._known.layout if self._schema is None else self._schema.layout

    def with_tables(self, tables: Mapping[str, pd.DataFrame]) -> Records:
        """Returns other tables with the same meaning.

        Args:
            tables: Name to data frame.
        """
        return Records(tables, self._schema, known=self._known)

    def with_schema(self, schema: RecordSchema) -> Records:
        """Returns the same tables with another meaning.

        Args:
            schema: What they mean.
        """
        return Records(self._tables, schema)

    def __len__(self) -> int:
        """Number of patients: rows of the root."""
        return len(self.table(self.schema.root))

    def __repr__(self) -> str:
        """Tables and their rows; of patients if that is known already."""
        return f"<Records {', '.join(f'{name}: {len(frame)}' for name, frame in self.tables.items())}>"

    def table(self, name: str) -> pd.DataFrame:
        """Returns the rows of a table.

        Args:
            name: Of the table.

        Raises:
            SchemaError: If there is none of that name.
        """
        if name not in self.tables:
            raise SchemaError(f"There is no table {name!r} in these records.{did_you_mean(name, self.tables)}")
        return self.tables[name]

    def validate(self) -> None:
        """Checks that the tables fit their schema; see `synthgen.data.records.validation.check_records`.

        Raises:
            SchemaError: If not; names table and column, counts rows and says the way out.
        """
        check_records(self.tables, self.schema)

    def named(self, table: str, link: Link) -> np.ndarray:
        """Returns the row of another table that each row names, and why there is none.

        Args:
            table: Whose rows name others.
            link: One of its links.

        Returns:
            (rows,) int64; `keys.MISSING` where the link is missing, `keys.ORPHAN` where it names no row.

        Raises:
            SchemaError: If one side is numbers and the other text.
        """
        found = self._rows_named.get((table, link))
        if found is None:
            key = self.schema.table(link.to).key
            found = rows_named(self.table(table), link.columns, self.table(link.to), key)
            found.flags.writeable = False
            self._rows_named[table, link] = found
        return found

    def positions(self, table: str, link: Link | None = None) -> np.ndarray:
        """Returns the row of another table that each row refers to.

        Args:
            table: Whose rows refer to others.
            link: One of its links; None: the first, by which the table is within another.

        Returns:
            (rows,) int64, -1 where there is none.
        """
        chosen = self.schema.parent(table) if link is None else link
        if chosen is None:
            raise SchemaError(f"Table {table!r} is within no other: name a link.")
        return np.maximum(self.named(table, chosen), MISSING)

    def owners(self, table: str) -> np.ndarray:
        """Returns whose each row is.

        Args:
            table: Name of the root or of a table of rows.

        Returns:
            (rows,) int64, place of the patient in the root; -1 for a row that leads to nobody. Where the first link is
            missing another that leads to the patient counts.

        Raises:
            SchemaError: If the table is a lookup, whose rows belong to nobody.
        """
        if table == self.schema.root:
            return np.arange(len(self))
        if self.schema.table(table).role == "lookup":
            raise SchemaError(f"{table!r} is a lookup: its rows belong to no patient.")
        found = self._owners.get(table)
        if found is None:
            found = np.full(len(self.table(table)), MISSING, dtype=np.int64)
            for link in self._upward(table):
                above = self.positions(table, link)
                open_yet = (found < 0) & (above >= 0)
                found[open_yet] = self.owners(link.to)[above[open_yet]]
            found.flags.writeable = False
            self._owners[table] = found
        return found

    def _upward(self, table: str) -> list[Link]:
        """Links that lead to a table nearer to the root, the first first."""
        first, *rest = self.schema.table(table).links
        above = {self.schema.root, *(link.to for link in self.schema.patient_path(table))}
        return [first, *[link for link in rest if link.to in above]]

    def owned(self, table: str) -> tuple[pd.DataFrame, Schema]:
        """Returns a table with a column that names the patient, as everything that deals with one table takes it.

        Args:
            table: Name of the root or of a table of rows.

        Returns:
            The rows, with the column `OWNER`; and what they mean, with that column as the patient's key. A row that
            leads to nobody has a missing one, and so is a patient of its own.
        """
        held = self.schema.table(table)
        return owned_table(self.table(table), held, self.owners(table), rare_below=self.schema.rare_below)

    def take(self, patients: Sequence[int] | np.ndarray) -> Records:
        """Returns the records of some patients alone, in the order in which they are named.

        Rows of one patient keep their order. Lookups are kept whole, rows that lead to nobody are left out.

        Args:
            patients: (places,) in the root, each at most once: keys would repeat.

        Raises:
            SchemaError: If a place is named twice or is none.
        """
        places = np.asarray(patients, dtype=np.int64).reshape(-1)
        if len(np.unique(places)) < len(places) or (len(places) and not 0 <= places.min() <= places.max() < len(self)):
            raise SchemaError(f"patients: expected distinct places below {len(self)}. Received {len(places)} places.")
        frames = {name: frame if self.schema.table(name).role == "lookup" else
                  frame.iloc[rows_of(places, self.owners(name), len(self))]
                  for name, frame in self.tables.items()}  # fmt: skip
        return Records(frames, self.schema)

    def split(self, *, holdout: float = 0.2, seed: int = 0) -> tuple[Records, Records]:
        """Divides patients into train and holdout; see `synthgen.split`.

        Args:
            holdout: Share of the patients to hold out.
            seed: Of the choice.

        Raises:
            SchemaError: If a side would be empty.
        """
        held = held_out(np.arange(len(self)), share=holdout, seed=seed, unit="patients")
        return self.take(np.flatnonzero(~held)), self.take(np.flatnonzero(held))

    def settled(self) -> Records:
        """Returns the records without the rows that a link says to drop, and without what it says to take as missing.

        Rows within dropped ones, and rows of patients who are not there, go with them. Said aloud, with counts.

        Raises:
            SchemaError: If a link that refuses orphans has some; see `validate`.

        Warns:
            RecordWarning: If rows are dropped, or links become missing.
        """
        self.validate()
        settled = self
        for name in self.schema.tables:
            for link in self.schema.table(name).links:
                settled = settled._without_orphans(name, link)
        return settled

    def _without_orphans(self, name: str, link: Link) -> Records:
        orphans = self.named(name, link) == ORPHAN
        unknown_code = self.schema.table(link.to).role == "lookup" and link.orphans != "drop"
        if not orphans.any() or unknown_code:
            return self
        of_dropped = link.orphans == "refuse" and link == self.schema.parent(name)  # of which there was none before
        drop = link.orphans == "drop" or of_dropped
        frame = without_orphans(name, self.table(name), link, orphans, drop=drop)
        return Records({**self.tables, name: frame}, self.schema)

    @classmethod
    def from_visits(cls, frame: pd.DataFrame, *, key: str, static: Sequence[str] | None = None) -> Records:
        """Returns repeated visits, which came in one flat table, as a table of patients and one of visits.

        Args:
            frame: (visits, columns), in the order in which they happened.
            key: Column that names the patient.
            static: Columns of the patient; None: those that never change within one.

        Raises:
            SchemaError: If the key is missing somewhere or never repeats, or a static column changes within a patient.

        Example:
            >>> visits = pd.DataFrame({"who": [1, 1, 2], "born": [1950, 1950, 1971], "score": [3, 4, 4]})
            >>> Records.from_visits(visits, key="who").as_visits()["score"].tolist()
            [3, 4, 4]
        """
        tables, known = divided(frame, key, static)
        return cls(tables, known=known)

    def as_visits(self) -> pd.DataFrame:
        """Returns a table of patients and one of visits as one flat table; who has no visit has no row there.

        Raises:
            SchemaError: If there are other tables.
        """
        others = set(self.tables) - {PATIENTS, VISITS}
        if others or len(self.tables) < 2:
            raise SchemaError(f"Expected the tables {PATIENTS} and {VISITS} alone. Received {sorted(self.tables)}.")
        link = self.schema.table(VISITS).links[0]
        return joined(self.tables[PATIENTS], self.tables[VISITS], self.positions(VISITS), link.columns)
