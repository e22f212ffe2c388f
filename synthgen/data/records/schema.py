"""RecordSchema: what linked tables mean, how they hang together, and who their patients are.

As `Schema` of one table it holds no value of the data beyond what the user declares.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import pandas as pd
import yaml

from synthgen import expected
from synthgen.data.records.graph import check_graph, in_order, levels_of
from synthgen.data.records.inference import infer_tables
from synthgen.data.records.known import NOTHING, Known
from synthgen.data.records.link import Link
from synthgen.data.records.linked_table import LinkedTable
from synthgen.data.records.references import settled
from synthgen.data.records.stored import MARK, VERSION, stored_schema
from synthgen.data.schema import MOST_RARE, Schema
from synthgen.data.yaml_files import read_yaml
from synthgen.errors import ConstraintError, SchemaError, did_you_mean
from synthgen.expected import Expected, Unexpected, agree, refused_as, said
from synthgen.files.writing import replacing


@final
@dataclass(frozen=True)
class RecordSchema:
    """What a set of linked tables holds.

    One of what is learned is a patient, with all rows of all tables. Each table of rows is within another by its first
    link, up to the root; further links are pointers, and links to lookups are codes.

    What the columns of links mean follows from what they refer to, whatever was declared: those of a public lookup are
    categories, which are learned; all others name somebody or something of the data, and are made anew.

    Args:
        tables: Name to LinkedTable; kept with the root first, each table after the one that it is within, lookups last.
        root: Name of the table that has a row for each patient.
        rare_below: What fewer patients than this share is never stored and never shown, in any table; at least 2.
        layout: Name of the layout that the tables are in and are written in, see `synthgen.data.records.layouts`; None:
            files of their names.

    Raises:
        SchemaError: If tables go round in a circle, one has no way to the root, a link names no table.

    Example:
        >>> from synthgen import Categorical, Identifier
        >>> people = LinkedTable(columns={"id": Identifier(), "sex": Categorical()}, key=("id",), role="patients")
        >>> labs = LinkedTable(columns={"id": Identifier(), "test": Categorical()}, links=(Link("id", to="people"),))
        >>> RecordSchema({"labs": labs, "people": people}, root="people").levels
        (('people',), ('labs',))
    """

    tables: Mapping[str, LinkedTable]
    root: str
    rare_below: int = 10
    layout: str | None = None

    expects: ClassVar[Mapping[str, Expected]] = {
        "tables": expected.ByName(expected.Anything()), "root": expected.Characters(),
        "rare_below": expected.Quantity(whole=True, least=2, most=MOST_RARE),
        "layout": expected.Maybe(expected.Characters(100)),
    }  # fmt: skip

    def __post_init__(self) -> None:
        with refused_as(SchemaError):
            for name, wanted in self.expects.items():
                object.__setattr__(self, name, wanted.check(getattr(self, name), name))
            for name, table in self.tables.items():
                right = isinstance(table, LinkedTable)
                agree(right, f"tables: {name!r}: expected a LinkedTable. Received {said(table)}.")
            check_graph(self.tables, self.root)
            ordered = in_order(self.tables, self.root)
            object.__setattr__(self, "tables", {name: settled(table, ordered) for name, table in ordered.items()})

    @classmethod
    def infer(
        cls,
        tables: Mapping[str, pd.DataFrame],
        *,
        root: str | None = None,
        rare_below: int = 10,
        known: Known = NOTHING,
    ) -> Self:
        """Guesses the schema of linked tables; see `synthgen.data.records.inference` for the rules.

        Args:
            tables: Name to data frame.
            root: Name of the table with a row for each patient, where it is not clear.
            rare_below: See the class.
            known: What need not be guessed.

        Raises:
            SchemaError: If it is not clear which table has a row for each patient, or a column cannot be understood.

        Warns:
            SchemaWarning: If columns are free text, or something could be a link and too many values say otherwise.
        """
        guess = infer_tables(tables, known=known.with_root(root))
        return cls(guess.tables, root=guess.root, rare_below=rare_below, layout=known.layout)

    @property
    def patient_key(self) -> str:
        """Column of the root that names the patient; the first where several do."""
        return self.tables[self.root].key[0]

    @property
    def levels(self) -> tuple[tuple[str, ...], ...]:
        """Names of the tables of patients level by level, the root first; lookups are in none."""
        return levels_of(self.tables, self.root)

    @property
    def lookups(self) -> tuple[str, ...]:
        """Names of the tables that rows refer to and that belong to no patient."""
        return tuple(name for name, table in self.tables.items() if table.role == "lookup")

    @property
    def undecided(self) -> tuple[str, ...]:
        """Names of the lookups of which nobody has said whether they are public; nothing is learned before."""
        return tuple(name for name in self.lookups if self.tables[name].public is None)

    @property
    def columns(self) -> Mapping[str, Any]:
        """What one table would have: raises `SchemaError`, so that nobody takes linked tables for one."""
        raise SchemaError("This is the schema of linked tables, where that of one table is expected.")

    @property
    def inferred(self) -> list[str]:
        """Columns whose entry was guessed and that nobody has confirmed, as "table.column"."""
        return [f"{table}.{name}" for table, held in self.tables.items()
                for name, column in held.columns.items() if column.inferred]  # fmt: skip

    def table(self, name: str) -> LinkedTable:
        """Returns what a table means.

        Args:
            name: Of the table.

        Raises:
            SchemaError: If there is none of that name.
        """
        if name not in self.tables:
            raise SchemaError(f"{name!r} is not a table of the schema.{did_you_mean(name, self.tables)}")
        return self.tables[name]

    def learned(self, table: str) -> list[str]:
        """Returns the columns of a table that a model learns; of public lookups none, they are kept as they are.

        Args:
            table: Its name.
        """
        return [] if self.table(table).public else self.table(table).learned

    def parent(self, table: str) -> Link | None:
        """Returns the link by which a table is within another; None for the root and for lookups.

        Args:
            table: Its name.
        """
        return self.table(table).links[0] if self.table(table).role == "rows" else None

    def children(self, table: str) -> tuple[str, ...]:
        """Returns the tables that are within a table, by their first link.

        Args:
            table: Its name.
        """
        self.table(table)
        return tuple(name for name in self.tables if (link := self.parent(name)) is not None and link.to == table)

    def patient_path(self, table: str) -> tuple[Link, ...]:
        """Returns the links that lead from a table of patients up to the root; none for the root itself.

        Args:
            table: Its name.

        Raises:
            SchemaError: If it is a lookup, which belongs to no patient.
        """
        if self.table(table).role == "lookup":
            raise SchemaError(f"{table!r} is a lookup, which belongs to no patient.")
        path: list[Link] = []
        while (link := self.parent(path[-1].to if path else table)) is not None:
            path.append(link)
        return tuple(path)

    def pointers(self, table: str) -> tuple[Link, ...]:
        """Returns the links of a table that have to be modelled: neither the first nor implied, nor to public lookups.

        Args:
            table: Its name.
        """
        first = self.parent(table)
        return tuple(link for link in self.table(table).links
                     if link is not first and not link.implied and not self.tables[link.to].public)  # fmt: skip

    def schema_of(self, table: str) -> Schema:
        """Returns what one table means without the others, as everything that deals with one table takes it.

        Args:
            table: Its name.
        """
        held = self.table(table)
        return Schema(held.columns, rare_below=self.rare_below, constraints=held.constraints)

    def decided(self, **public: bool) -> Self:
        """Returns the schema with lookups declared public, to be kept as they are, or not.

        Args:
            public: Name of a lookup to whether everybody may see it.

        Raises:
            SchemaError: If a name is not a lookup.
        """
        for name in public:
            if self.table(name).role != "lookup":
                raise SchemaError(f"{name!r} is no lookup, and so belongs to patients. There are {list(self.lookups)}.")
        tables = {name: replace(table, public=public[name]) if name in public else table
                  for name, table in self.tables.items()}  # fmt: skip
        return replace(self, tables=tables)

    def confirmed(self, *names: str) -> Self:
        """Returns the schema with guessed entries confirmed: known without the data, and so public; see `Schema`.

        Args:
            names: Columns as "table.column", or tables for all of theirs; none: all.

        Raises:
            SchemaError: If a name is neither.
        """
        known = {f"{table}.{one}" for table, held in self.tables.items() for one in held.columns} | set(self.tables)
        for name in names:
            if name not in known:
                raise SchemaError(f"{name!r} is not a table.column of the schema.{did_you_mean(name, known)}")
        chosen = set(names or self.tables)
        return replace(self, tables={
            table: held.confirmed(held.columns if table in chosen else
                                  [name for name in held.columns if f"{table}.{name}" in chosen])
            for table, held in self.tables.items()
        })  # fmt: skip

    def validate(self, records: Any) -> None:
        """Checks that linked tables fit the schema; see `Records.validate`.

        Args:
            records: The tables.

        Raises:
            SchemaError: If they do not, or this is something else.
        """
        if not hasattr(records, "with_schema"):
            raise SchemaError(f"Expected linked tables, whose schema this is. Received {type(records).__name__}.")
        records.with_schema(self).validate()

    def to_dict(self) -> dict[str, Any]:
        """Returns the schema as plain types, the inverse of `from_dict`."""
        tables = {name: table.to_dict() for name, table in self.tables.items()}
        layout = {} if self.layout is None else {"layout": self.layout}
        return {MARK: VERSION, "root": self.root, "rare_below": self.rare_below, **layout, "tables": tables}

    @classmethod
    def from_dict(cls, stored: Any) -> Self:
        """Returns the schema that `to_dict` described.

        Args:
            stored: What was read from a file; may be anything.

        Raises:
            SchemaError: If the layout is not a schema's or of a newer version, or an entry is unknown or something else
                than expected; names table and entry.
            ConstraintError: The same for a constraint.
        """
        return cls(**stored_schema(stored))

    def to_yaml(self, path: str | os.PathLike[str]) -> None:
        """Writes the schema to a YAML file that a person can read and edit; replaces the file in one step."""
        text = yaml.safe_dump(self.to_dict(), sort_keys=False, allow_unicode=True)
        with replacing(path) as beside:
            beside.write_text(text, encoding="utf-8")

    @classmethod
    def from_yaml(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a schema file.

        Raises:
            SchemaError: If the file is not YAML or not a schema of linked tables; names the file and the entry.
            ConstraintError: The same for a constraint.
        """
        try:
            return cls.from_dict(read_yaml(path))
        except Unexpected as error:
            raise SchemaError(f"{error} `synthgen describe` writes a schema to begin with.") from error
        except (SchemaError, ConstraintError) as error:
            raise type(error)(f"{path}: {error}") from error
