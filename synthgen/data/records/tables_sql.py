"""Statements that make tables with their keys and links, as SQLite and DuckDB both understand them."""

from collections.abc import Iterator

from synthgen.data.records.cells import sql_type
from synthgen.data.records.records import Records


def quoted(name: str) -> str:
    """Returns a name as it stands in a statement.

    Example:
        >>> quoted("ward")
        '"ward"'
    """
    return '"' + name.replace('"', '""') + '"'


def in_order_of_links(records: Records) -> list[str]:
    """Returns the names of the tables, each after those that it refers to; itself, and who refers back, aside.

    Args:
        records: Whose schema says it.
    """
    open_yet, ordered = dict(records.schema.tables), list[str]()
    while open_yet:
        ready = [name for name, table in open_yet.items()
                 if all(link.to in ordered or link.to == name for link in table.links)]  # fmt: skip
        ordered += ready or [next(iter(open_yet))]
        open_yet = {name: table for name, table in open_yet.items() if name not in ordered}
    return ordered


def creations(records: Records) -> Iterator[tuple[str, str]]:
    """Yields each table and the statement that makes it: types, its key, and links in which nobody is absent.

    Args:
        records: Whose tables are made.
    """
    there: set[str] = set()
    for name in in_order_of_links(records):
        frame, table = records.tables[name], records.schema.tables[name]
        there.add(name)
        parts = [f"{quoted(column)} {sql_type(frame[column])}" for column in frame.columns]
        if table.key:
            parts.append(f"PRIMARY KEY ({_listed(table.key)})")
        for link in table.links:
            if link.to in there and not (records.named(name, link) < -1).any():
                key = records.schema.tables[link.to].key
                parts.append(f"FOREIGN KEY ({_listed(link.columns)}) REFERENCES {quoted(link.to)} ({_listed(key)})")
        yield name, f"CREATE TABLE {quoted(name)} ({', '.join(parts)})"


def insertion(name: str, columns: int) -> str:
    """Returns the statement that adds a row.

    Args:
        name: Of the table.
        columns: How many it has.
    """
    return f"INSERT INTO {quoted(name)} VALUES ({', '.join('?' * columns)})"  # noqa: S608 - the name is quoted


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(map(quoted, names))
