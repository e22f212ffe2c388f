"""Which table has a row for each patient."""

from collections import Counter
from collections.abc import Mapping, Sequence

from synthgen.data.records.inference.links import Found
from synthgen.data.records.inference.names import speaks_of_patients
from synthgen.errors import SchemaError, did_you_mean

CLEARLY = 0.5
"""Share of the rows below the first that the second may have below it, at most, for the first to be the root."""


def find_root(rows: Mapping[str, int], links: Sequence[Found], keyed: Sequence[str], root: str | None) -> str:
    """Returns the table of patients: the one that is called so, or else from which most rows descend.

    Args:
        rows: Number of rows of each table.
        links: That were found.
        keyed: Tables with a column that could be their key.
        root: That was named; None: none.

    Raises:
        SchemaError: If none is clear, or the one that was named cannot be it.
    """
    if root is not None:
        if root not in rows:
            raise SchemaError(f"root names {root!r}, which is not a table.{did_you_mean(root, rows)}")
        if root not in keyed:
            raise SchemaError(f"root: table {root!r} has no column with another value in each row to be its key.")
        return root
    if not keyed:
        raise SchemaError(
            f"None of the tables {sorted(rows)} has a column that names its rows, with another value in each: one "
            "table needs a row for each patient. Visits in one table alone: Records.from_visits(frame, key=...)."
        )
    named = [table for table in keyed if speaks_of_patients(table) and (below(table, links) or len(rows) == 1)]
    if len(named) == 1:
        return named[0]
    return _most_below(rows, links, named or [table for table in keyed if not _parents(table, links)] or list(keyed))


def below(table: str, links: Sequence[Found]) -> set[str]:
    """Returns the tables that lead to a table, by one link or several; the table itself is none of them.

    Args:
        table: Name of it.
        links: That were found.
    """
    found: set[str] = set()
    reached = {table}
    while reached:
        reached = {link.table for link in links if link.to in reached} - found - {table}
        found |= reached
    return found


def _parents(table: str, links: Sequence[Found]) -> set[str]:
    return {link.to for link in links if link.table == table and link.to != table}


def _most_below(rows: Mapping[str, int], links: Sequence[Found], candidates: Sequence[str]) -> str:
    weights = Counter({table: sum(rows[name] for name in below(table, links)) for table in candidates})
    (first, most), *others = weights.most_common()
    if (others and others[0][1] > CLEARLY * most) or (len(rows) > 1 and not most):
        told = ", ".join(f"{table} ({count} rows below)" for table, count in weights.most_common(4))
        raise SchemaError(
            f"Which table has a row for each patient? It could be {told}. Say so: root={first!r}, or in a schema."
        )
    return first
