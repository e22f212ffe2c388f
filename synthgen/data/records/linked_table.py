"""LinkedTable: what one table of a set of linked tables means."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self, final

from synthgen.data.columns import Column, Datetime, Numerical, column_from_dict
from synthgen.data.constraints import Constraint, constraint_from_dict
from synthgen.data.records.link import Link, link_from_dict
from synthgen.errors import ConstraintError, SchemaError, did_you_mean
from synthgen.expected import (
    Anything,
    ByName,
    Characters,
    Each,
    Expected,
    Fields,
    Flag,
    Maybe,
    OneOf,
    agree,
    refused_as,
    said,
)

ROLES = ("patients", "rows", "lookup")
"""What tables are: the one with a row for each patient; rows of patients; or what rows refer to, as a list of codes."""

CLOCKS = ("patient", "calendar")
"""What a time is counted by: a clock of the patient's own, of which only differences mean something; or a calendar."""


@final
@dataclass(frozen=True, kw_only=True)
class LinkedTable:
    """What a table holds, what it refers to, and in which order its rows happen.

    Args:
        columns: Column name to Column, in the order of the table.
        key: Columns that name a row; none: rows are not referred to.
        links: What its rows refer to. The first one says within which row of which table they are a sequence.
        order: Columns by which the rows of one parent follow each other; none: they have no order.
        interval: Two columns, where rows last: when each begins and when it ends.
        role: "patients" for the root, "rows" for what belongs to patients, "lookup" for what rows refer to.
        public: Whether everybody may see a lookup as it is, as a list of codes. None: nobody was asked yet, and nothing
            is learned before somebody says. Lookups alone have it.
        kind: Column that says what is measured, in tables with a row for each measurement.
        value: Column with the number that was measured, whose scale depends on the kind.
        unit: Column with its unit.
        clocks: Column of time to "patient" or "calendar", see `CLOCKS`.
        constraints: Rules that every row obeys by itself.

    Raises:
        SchemaError: If a field is something else than expected, or names a column that there is not.
        ConstraintError: If a constraint names an unknown column or contradicts itself.

    Example:
        >>> from synthgen import Identifier
        >>> labs = LinkedTable(columns={"id": Identifier(), "day": Numerical()}, links=(Link("id", to="people"),),
        ...                    order=("day",))
        >>> labs.role, labs.learned
        ('rows', ['day'])
    """

    columns: Mapping[str, Column]
    key: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    order: tuple[str, ...] = ()
    interval: tuple[str, ...] = ()
    role: str = "rows"
    public: bool | None = None
    kind: str | None = None
    value: str | None = None
    unit: str | None = None
    clocks: Mapping[str, str] = field(default_factory=dict)
    constraints: tuple[Constraint, ...] = ()

    expects: ClassVar[Mapping[str, Expected]] = {
        "columns": ByName(Anything()), "key": Each(of=Characters()), "links": Each(of=Anything()),
        "order": Each(of=Characters()), "interval": Each(of=Characters(), most=2), "role": OneOf(ROLES),
        "public": Maybe(Flag()), "kind": Maybe(Characters()), "value": Maybe(Characters()), "unit": Maybe(Characters()),
        "clocks": ByName(OneOf(CLOCKS)), "constraints": Each(of=Anything()),
    }  # fmt: skip

    def __post_init__(self) -> None:
        with refused_as(SchemaError):
            for name, expected in self.expects.items():
                value = expected.check(getattr(self, name), name)
                object.__setattr__(self, name, tuple(value) if isinstance(value, list) else value)
            agree(len(self.columns) > 0, "columns: expected at least one.")
            for one, column in self.columns.items():
                agree(isinstance(column, Column), f"columns: {one!r}: expected a Column. Received {said(column)}.")
            for link in self.links:
                agree(isinstance(link, Link), f"links: expected Links. Received {said(link)}.")
            for rule in self.constraints:
                agree(isinstance(rule, Constraint), f"constraints: expected Constraints. Received {said(rule)}.")
            for place, column_name in self._named():
                near = did_you_mean(column_name, self.columns)
                agree(column_name in self.columns, f"{place}: {column_name!r} is not a column of the table.{near}")
            self._agrees()
        for constraint in self.constraints:
            constraint.validate(self.columns)

    def _named(self) -> Iterator[tuple[str, str]]:
        """Where columns are named, and their names."""
        yield from (("key", name) for name in self.key)
        yield from (("order", name) for name in self.order)
        yield from (("interval", name) for name in self.interval)
        yield from (("clocks", name) for name in self.clocks)
        yield from (("links", name) for link in self.links for name in link.columns)
        singles = {"kind": self.kind, "value": self.value, "unit": self.unit}
        yield from ((place, name) for place, name in singles.items() if name is not None)

    def _agrees(self) -> None:
        """Raises Unexpected where fields contradict each other."""
        lists = {"key": self.key, "order": self.order, "interval": self.interval, "links": self.links}
        for place, listed in lists.items():
            agree(len(set(listed)) == len(listed), f"{place}: expected each once. Received one of them twice.")
        agree(len(self.interval) != 1, "interval: expected two columns, when rows begin and when they end.")
        agree(self.public is None or self.role == "lookup", f"public: is for lookups. The table's role is {self.role}.")
        for place, name in [*zip(["order"] * len(self.order), self.order, strict=True),
                            *zip(["interval"] * len(self.interval), self.interval, strict=True),
                            *zip(["clocks"] * len(self.clocks), self.clocks, strict=True)]:  # fmt: skip
            column = self.columns[name]
            agree(isinstance(column, Datetime | Numerical),
                  f"{place}: expected columns of dates or numbers. {name!r} is {column.kind}.")  # fmt: skip
        agree(self.value is None or self.kind is not None, "value: expected kind too, the column that says of what.")
        agree(self.unit is None or self.value is not None, "unit: expected value too, the column with the number.")
        if self.value is not None:
            column = self.columns[self.value]
            agree(
                isinstance(column, Numerical), f"value: expected a numerical column. {self.value!r} is {column.kind}."
            )

    @property
    def learned(self) -> list[str]:
        """Names of the columns that a model learns; keys, and links but to public lookups, are none of them."""
        return [name for name, column in self.columns.items() if column.learned]

    def confirmed(self, names: Collection[str]) -> Self:
        """Returns the table with some of its guessed entries confirmed; see `Schema.confirmed`.

        Args:
            names: Of the columns.
        """
        return replace(self, columns={name: replace(column, inferred=column.inferred and name not in names)
                                      for name, column in self.columns.items()})  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Returns the table as plain types for YAML; fields at their default are left out, but `public` of a lookup."""
        stored: dict[str, Any] = {"role": self.role}
        if self.role == "lookup":
            stored["public"] = self.public
        for one in ("key", "order", "interval", "kind", "value", "unit", "clocks"):
            held = getattr(self, one)
            if held:
                stored[one] = list(held) if isinstance(held, tuple) else dict(held) if isinstance(held, dict) else held
        if self.links:
            stored["links"] = [link.to_dict() for link in self.links]
        stored["columns"] = {name: column.to_dict() for name, column in self.columns.items()}
        if self.constraints:
            stored["constraints"] = [rule.to_dict() for rule in self.constraints]
        return stored


def table_from_dict(name: str, stored: Any) -> LinkedTable:
    """Returns the table that `LinkedTable.to_dict` described.

    Args:
        name: The table's, for messages.
        stored: What stands in the schema file; may be anything.

    Raises:
        SchemaError: If an entry is unknown or something else than expected; names table and entry.
        ConstraintError: The same for a constraint.

    Example:
        >>> people = {"role": "patients", "key": ["id"], "columns": {"id": {"kind": "identifier"}}}
        >>> table_from_dict("people", people).key
        ('id',)
    """
    try:
        with refused_as(SchemaError):
            known = _STORED.check(stored, "the table")
            columns = known.pop("columns")
            agree(len({str(one) for one in columns}) == len(columns), "columns: expected names that differ as text.")
        known["columns"] = {str(one): column_from_dict(str(one), column) for one, column in columns.items()}
        known["links"] = [link_from_dict(link, f"links[{place}]") for place, link in enumerate(known.get("links", ()))]
        known["constraints"] = [constraint_from_dict(rule) for rule in known.get("constraints", ())]
        return LinkedTable(**known)
    except (SchemaError, ConstraintError) as error:
        raise type(error)(f"Table {name!r}: {error}") from error


_STORED = Fields(
    {"columns": Fields(others=True)},
    {one.name: Anything() for one in fields(LinkedTable) if one.name not in ("columns", "links", "constraints")}
    | {"links": Each(of=Anything()), "constraints": Each(of=Anything())},
)
