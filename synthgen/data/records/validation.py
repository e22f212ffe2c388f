"""Whether linked tables are what their schema says: columns, keys, links, and nothing that belongs to nobody."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from synthgen.data.records.keys import MISSING, ORPHAN, circling_rows, repeated, rows_named
from synthgen.data.records.link import Link
from synthgen.data.records.schema import RecordSchema
from synthgen.data.validation import check_values
from synthgen.errors import SchemaError, did_you_mean


def check_records(tables: Mapping[str, pd.DataFrame], schema: RecordSchema) -> None:
    """Checks linked tables against their schema; tables of rows may be empty.

    Args:
        tables: Name to data frame (rows, columns).
        schema: What they mean.

    Raises:
        SchemaError: If tables or columns are absent or unknown, a value is not what its column says, a key repeats or
            is missing, a link names a row that is not there and refuses that, an implied link contradicts the first, or
            a row is its own ancestor. Names table and column, counts the rows and says the way out.
    """
    _check_names(tables, schema)
    for name in schema.tables:
        _check_columns(name, tables[name], schema)
    for name, table in schema.tables.items():
        if table.key:
            _check_key(name, tables[name], table.key)
    for name, table in schema.tables.items():
        for link in table.links:
            _check_link(name, link, tables, schema)


def _check_names(tables: Mapping[str, pd.DataFrame], schema: RecordSchema) -> None:
    unknown = [name for name in tables if name not in schema.tables]
    absent = [name for name in schema.tables if name not in tables]
    if unknown or absent:
        hint = did_you_mean(unknown[0], absent) if unknown and absent else ""
        raise SchemaError(f"The tables differ from the schema's: absent {absent}, not in the schema {unknown}.{hint}")
    if not len(tables[schema.root]):
        raise SchemaError(f"Table {schema.root!r} has no row, and so there is no patient.")
    if not any(schema.learned(name) for level in schema.levels for name in level):
        raise SchemaError("No column of any table can be learned: all are keys, identifiers or text. Declare at least "
                          "one otherwise.")  # fmt: skip


def _check_columns(name: str, frame: pd.DataFrame, schema: RecordSchema) -> None:
    columns = schema.tables[name].columns
    there = frame.columns.tolist()
    if len(set(there)) < len(there):
        twice = sorted({str(one) for one in there if there.count(one) > 1})
        raise SchemaError(f"Table {name!r}: column names must be distinct. Used more than once: {twice}.")
    unknown = [one for one in there if one not in columns]
    absent = [one for one in columns if one not in there]
    if unknown or absent:
        hint = did_you_mean(str(unknown[0]), absent) if unknown and absent else ""
        raise SchemaError(
            f"Table {name!r}: its columns differ from the schema's: absent {absent}, not in the schema {unknown}.{hint}"
        )
    for one, column in columns.items():
        try:
            check_values(one, frame[one], column)
        except SchemaError as error:
            raise SchemaError(f"Table {name!r}: {error}") from error


def _check_key(name: str, frame: pd.DataFrame, key: tuple[str, ...]) -> None:
    twice, missing = repeated(frame, key)
    if missing:
        raise SchemaError(
            f"Table {name!r}: the key {list(key)} is missing in {missing} of {len(frame)} rows. Name another key, or "
            "leave these rows out."
        )
    if twice:
        raise SchemaError(
            f"Table {name!r}: {twice} of {len(frame)} rows repeat the key {list(key)} of an earlier row. Remove "
            "duplicates, add the column that tells them apart to the key, or leave the key out."
        )


def _check_link(name: str, link: Link, tables: Mapping[str, pd.DataFrame], schema: RecordSchema) -> None:
    named = _named(name, link, tables, schema)
    orphans, lookup = int((named == ORPHAN).sum()), schema.tables[link.to].role == "lookup"
    if orphans and link.orphans == "refuse" and not lookup:
        raise SchemaError(
            f"Table {name!r}: {orphans} of {len(named)} rows name by {list(link.columns)} a row that is not in "
            f"{link.to!r}. Add it there, or say in the schema what becomes of them: orphans: drop, which leaves the "
            "rows out, or keep, which takes the link as missing."
        )
    first = schema.parent(name) == link
    missing = int((named == MISSING).sum())
    if first and missing and len(schema.tables[name].links) == 1:
        raise SchemaError(
            f"Table {name!r}: {missing} of {len(named)} rows belong to nobody, for {list(link.columns)} is missing. "
            "Fill it in, or leave these rows out."
        )
    if link.to == name:
        _check_ancestors(name, link, named)
    elif link.implied and not first:
        _check_implied(name, link, named, tables, schema)


def _named(name: str, link: Link, tables: Mapping[str, pd.DataFrame], schema: RecordSchema) -> np.ndarray:
    try:
        return rows_named(tables[name], link.columns, tables[link.to], schema.tables[link.to].key)
    except SchemaError as error:
        raise SchemaError(f"Table {name!r}: {error}") from error


def _check_ancestors(name: str, link: Link, named: np.ndarray) -> None:
    """Follows all rows upward at once, in strides that double; who is not at an end by then goes in a circle.

    A row that names itself is an end, as the first of several orders often is.
    """
    circling = len(circling_rows(named))
    if circling:
        raise SchemaError(
            f"Table {name!r}: {circling} rows come back to a row that they started from by {list(link.columns)}. Make "
            "the link missing in one row of each circle, or leave the link out."
        )


def _check_implied(
    name: str, link: Link, named: np.ndarray, tables: Mapping[str, pd.DataFrame], schema: RecordSchema
) -> None:
    path = schema.patient_path(name)
    targets = [step.to for step in path]
    if link.to not in targets:
        raise SchemaError(f"Table {name!r}: {link} cannot be implied: the first links lead to {targets}.")
    reached, here = np.arange(len(named)), name
    for step in path[: targets.index(link.to) + 1]:
        above = np.maximum(_named(here, step, tables, schema), MISSING)
        reached = np.where(reached < 0, MISSING, above[reached])
        here = step.to
    other = int(((named >= 0) & (reached >= 0) & (named != reached)).sum())
    if other:
        raise SchemaError(
            f"Table {name!r}: {other} of {len(named)} rows name by {list(link.columns)} another row of {link.to!r} "
            f"than {list(path[0].columns)} leads to. Mend them, or take implied out of the link."
        )
