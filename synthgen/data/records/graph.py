"""How tables hang together: which is within which, level by level from the root, and what makes no tree of them."""

from collections.abc import Mapping

from synthgen.data.records.linked_table import LinkedTable
from synthgen.errors import did_you_mean
from synthgen.expected import Unexpected, agree

Tables = Mapping[str, LinkedTable]


def check_graph(tables: Tables, root: str) -> None:
    """Makes sure that every table is a lookup, or leads to the root by its first link, then the first of that table.

    Args:
        tables: All, by name.
        root: Name of the patients' table.

    Raises:
        Unexpected: If not; names the tables and the way out.
    """
    _check_root(tables, root)
    for name, table in tables.items():
        for link in table.links:
            _check_link(tables, name, link.columns, link.to)
    _check_paths(tables, root)


def _check_root(tables: Tables, root: str) -> None:
    near = did_you_mean(root, tables)
    agree(root in tables, f"root: expected one of the tables {sorted(tables)}. Received {root!r}.{near}")
    others = [name for name, table in tables.items() if table.role == "patients" and name != root]
    agree(not others, f"The tables {others} have the role patients, and so has the root {root!r}: expected one alone.")
    agree(tables[root].role == "patients", f"The root {root!r} has the role {tables[root].role}, expected patients.")
    agree(len(tables[root].key) > 0, f"The root {root!r} needs a key, the column that names the patient.")


def _check_link(tables: Tables, name: str, columns: tuple[str, ...], to: str) -> None:
    said = f"Table {name!r} refers to {to!r} by {list(columns)}"
    if to not in tables:
        raise Unexpected(f"{said}, which is not a table of the schema.{did_you_mean(to, tables)} Add it, or leave the "
                         "link out.")  # fmt: skip
    count = len(tables[to].key)
    agree(count > 0, f"{said}, which has no key. Name the columns that tell its rows apart as its key.")
    agree(count == len(columns), f"{said}, whose key has {count} columns: {list(tables[to].key)}.")
    if tables[name].role == "lookup":
        agree(tables[to].role == "lookup", f"{said}: a lookup refers to lookups alone. Give it the role rows.")


def _check_paths(tables: Tables, root: str) -> None:
    for name, table in tables.items():
        if table.role != "rows":
            continue
        agree(len(table.links) > 0, f"Table {name!r} has no way to {root!r}: give it a link, or the role lookup.")
        path = [name]
        while path[-1] != root:
            here = tables[path[-1]]
            above = here.links[0].to if here.links and here.role == "rows" else None
            if above is None:
                raise Unexpected(
                    f"Table {name!r} leads to {path[-1]!r} by its first link, not to {root!r}: {' -> '.join(path)}. "
                    "Put the link that leads to the patient first."
                )
            agree(above not in path, f"The first links go round in a circle: {' -> '.join([*path, above])}. Leave one "
                  "out, or put another link first.")  # fmt: skip
            path.append(above)
    rows_of_root = [link.to for link in tables[root].links if tables[link.to].role == "rows"]
    agree(not rows_of_root, f"The root {root!r} refers to {rows_of_root}, whose rows belong to patients already. Leave "
          "the link out, or make the table a lookup.")  # fmt: skip


def parent_of(tables: Tables, name: str) -> str | None:
    """Returns the table within whose rows those of a table are, None for the root and for lookups.

    Args:
        tables: All, by name.
        name: Of the table.
    """
    return tables[name].links[0].to if tables[name].role == "rows" else None


def levels_of(tables: Tables, root: str) -> tuple[tuple[str, ...], ...]:
    """Returns the tables of patients level by level: the root, what is within it, what is within that.

    Args:
        tables: All, checked by `check_graph`.
        root: Name of the patients' table.
    """
    levels: list[tuple[str, ...]] = [(root,)]
    while levels[-1]:
        levels.append(tuple(name for name in tables if parent_of(tables, name) in levels[-1]))
    return tuple(levels[:-1])


def in_order(tables: Tables, root: str) -> dict[str, LinkedTable]:
    """Returns the tables with the root first, each after the one that it is within, and lookups last.

    Args:
        tables: All, checked by `check_graph`.
        root: Name of the patients' table.
    """
    names = [name for level in levels_of(tables, root) for name in level]
    return {name: tables[name] for name in [*names, *[name for name in tables if tables[name].role == "lookup"]]}
