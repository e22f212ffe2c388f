"""Guesses what linked tables mean; one question to a file, never a value kept."""

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import final

import numpy as np
import pandas as pd

from synthgen.data.columns import Categorical, Column, Datetime, Text
from synthgen.data.records.inference.clocks import are_shifted, find_clocks
from synthgen.data.records.inference.columns import facts_of
from synthgen.data.records.inference.intervals import find_intervals, interval_of
from synthgen.data.records.inference.keys import key_of
from synthgen.data.records.inference.links import Found, find_links
from synthgen.data.records.inference.long_format import LongFormat, find_long_format
from synthgen.data.records.inference.lookups import is_public
from synthgen.data.records.inference.meaning import infer_columns
from synthgen.data.records.inference.order import find_order, moments_of, times_of
from synthgen.data.records.inference.places import Placed, place
from synthgen.data.records.inference.root import below, find_root
from synthgen.data.records.keys import rows_named
from synthgen.data.records.known import NOTHING, Known
from synthgen.data.records.linked_table import LinkedTable
from synthgen.data.records.references import settled
from synthgen.data.schema import SchemaWarning
from synthgen.errors import SchemaError

Frames = Mapping[str, pd.DataFrame]


@final
@dataclass(frozen=True)
class Guess:
    """What linked tables seem to be.

    Args:
        tables: Name to what the table means.
        root: Name of the patients' table.
    """

    tables: Mapping[str, LinkedTable]
    root: str


def infer_tables(frames: Frames, *, known: Known = NOTHING) -> Guess:
    """Returns what linked tables seem to be.

    Args:
        frames: Name to data frame (rows, columns).
        known: What need not be guessed.

    Raises:
        SchemaError: If it is not clear which table has a row for each patient, a table has no row, no column, or a
            column that cannot be understood.

    Warns:
        SchemaWarning: If columns are free text and so will not be learned; or names say that a column refers to
            another table, and too many of its values do not.
    """
    _check_frames(frames)
    declared = _declared(frames, known)
    found, questions, candidates = find_links(facts_of(frames), declared, known.keys)
    root = find_root({name: len(frame) for name, frame in frames.items()}, found,
                     [name for name, held in candidates.items() if held or name in known.keys], known.root)  # fmt: skip
    referred = Counter((one.to, one.key) for one in found)
    keys = {name: known.keys.get(name) or key_of(name, names, {key: referred[name, (key,)] for key in names})
            for name, names in candidates.items()}  # fmt: skip
    links = [one for one in found if keys[one.to] == one.key]
    of_patients = below(root, links)
    questions += [f"{root}.{one.columns[0]} refers to {one.to}, whose rows belong to patients: it is not taken for a "
                  "link." for one in links if one.table == root and one.to in of_patients]  # fmt: skip
    placed = place(frames, links, root)
    tables = _tables(frames, placed, keys, root, known)
    for question in questions:
        warnings.warn(question, SchemaWarning, stacklevel=4)
    _tell_text(tables)
    return Guess(tables, root)


def _declared(frames: Frames, known: Known) -> list[Found]:
    """Links that are known, of tables and columns that are there, to tables whose key is known.

    What becomes of orphans is only said by a database: a layout says that there should be none.
    """
    return [Found(name, link.columns, link.to, known.keys[link.to],
                  orphans=link.orphans if known.layout is None else None)
            for name, links in known.links.items() if name in frames for link in links
            if link.to in frames and link.to in known.keys and set(link.columns) <= set(frames[name].columns)
            and set(known.keys[link.to]) <= set(frames[link.to].columns)
            and (name, link.columns) != (link.to, known.keys[link.to])]  # fmt: skip


def _check_frames(frames: Frames) -> None:
    for name, frame in frames.items():
        if not len(frame.columns):
            raise SchemaError(f"Table {name!r} has no column.")
        unnamed = sum(not isinstance(one, str) for one in frame.columns)
        if unnamed or frame.columns.has_duplicates:
            fault = f"{unnamed} are no strings" if unnamed else "some are used more than once"
            raise SchemaError(f"Table {name!r}: expected column names that are distinct strings; {fault}.")


def _tables(
    frames: Frames, placed: Placed, keys: Mapping[str, tuple[str, ...]], root: str, known: Known
) -> dict[str, LinkedTable]:
    owners = _owners(frames, placed, keys, root)
    tables = {}
    for name, frame in frames.items():
        role = "patients" if name == root else "lookup" if name in placed.lookups else "rows"
        links = placed.links[name]
        names_of_rows = {*keys[name], *(one for link in links for one in link.columns)}
        columns = infer_columns(name, frame, names_of_rows, owners[name], whose=role == "rows")
        public = None
        if role == "lookup":
            public = known.public.get(name, is_public(name, frame, referred=name in _referred(placed)))
        tables[name] = LinkedTable(columns=columns, key=keys[name], links=links, role=role, public=public)
    tables = {name: settled(table, tables) for name, table in tables.items()}
    times = {name: times_of(frames[name], table.columns) for name, table in tables.items() if table.role != "lookup"}
    shifted = are_shifted(_dates(tables, times), today=datetime.now(UTC).timestamp() / 86_400)
    for name, held in times.items():
        clocks = find_clocks(moments_of(held), tables[name].columns, shifted=shifted)
        link = None if name == root else tables[name].links[0]
        parents = None if link is None else rows_named(frames[name], link.columns, frames[link.to], keys[link.to])
        told = known.order.get(name), known.measured.get(name)
        tables[name] = _in_time(replace(tables[name], clocks=clocks), frames[name], held, parents, told)
    return tables


def _referred(placed: Placed) -> set[str]:
    return {link.to for links in placed.links.values() for link in links}


def _dates(
    tables: Mapping[str, LinkedTable], times: Mapping[str, Mapping[str, pd.Series]]
) -> dict[tuple[str, str], pd.Series]:
    return {(name, one): values for name, held in times.items() for one, values in held.items()
            if isinstance(tables[name].columns[one], Datetime)}  # fmt: skip


def _owners(frames: Frames, placed: Placed, keys: Mapping[str, tuple[str, ...]], root: str) -> dict[str, np.ndarray]:
    """Whose each row of each table is by its first links; each row its own in lookups."""
    owners = {name: np.arange(len(frames[name])) for name in (root, *placed.lookups)}
    while len(owners) < len(frames):
        for name in [name for name in frames if name not in owners and placed.links[name][0].to in owners]:
            link = placed.links[name][0]
            named = rows_named(frames[name], link.columns, frames[link.to], keys[link.to])
            owners[name] = np.where(named < 0, -1, owners[link.to][named]) if len(owners[link.to]) else named
    return owners


def _in_time(
    table: LinkedTable,
    frame: pd.DataFrame,
    times: Mapping[str, pd.Series],
    parents: np.ndarray | None,
    told: tuple[tuple[str, ...] | None, tuple[str, str, str] | None],
) -> LinkedTable:
    """The table with what happens when, and what is measured; of either what was told before it is guessed."""
    intervals = find_intervals(moments_of(times))
    if parents is None:
        dates = {name: clock for name, clock in table.clocks.items() if isinstance(table.columns[name], Datetime)}
        return replace(table, clocks=dates, interval=interval_of((), intervals))
    order = tuple(name for name in told[0] or () if name in times)
    order = order or find_order(times, parents, without={end for _, end in intervals})
    table = replace(table, order=order, interval=interval_of(order, intervals))
    long = find_long_format(frame, table.columns) if told[1] is None else LongFormat(*told[1])
    if long is None or not {long.kind, long.value} <= set(table.columns):
        return table
    columns = {**table.columns, long.kind: _as_code(table.columns[long.kind])}
    unit = long.unit if long.unit in columns else None
    return replace(table, columns=columns, kind=long.kind, value=long.value, unit=unit)


def _as_code(column: Column) -> Column:
    if isinstance(column, Categorical):
        return column
    return Categorical(dtype=column.dtype, missing=column.missing, inferred=True)


def _tell_text(tables: Mapping[str, LinkedTable]) -> None:
    text = [f"{table}.{name}" for table, held in tables.items() if held.role != "lookup"
            for name, column in held.columns.items() if isinstance(column, Text)]  # fmt: skip
    if text:
        warnings.warn(
            f"Text in which most patients have a value of their own is not learned and left out of synthetic data: "
            f"{', '.join(text)}. Declare Text(replacement=...), Identifier or Categorical to change that.",
            SchemaWarning,
            stacklevel=4,
        )


__all__ = ["Found", "Guess", "infer_tables"]
