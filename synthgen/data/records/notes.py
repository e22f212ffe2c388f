"""What a person should look at in linked tables before they are learned: counted, never changed."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from synthgen.data.columns import Column, Datetime, Numerical
from synthgen.data.records.inference.names import words_of
from synthgen.data.records.inference.order import days
from synthgen.data.records.keys import MISSING, ORPHAN
from synthgen.data.records.records import Records

FEW_PATIENTS = 500
"""Below which attacks on whole histories have been seen to succeed, on series of intensive care (2602.10631)."""

BIRTH = frozenset({"birth", "dob", "birthdate", "brthdtc", "born"})
"""Words of the column that says when a patient was born."""


def notes_on(records: Records) -> Iterator[str]:
    """Yields what is odd, or has to be asked, a sentence each; counts alone, and no value.

    Args:
        records: Whose schema fits.
    """
    schema = records.schema
    for name in schema.undecided:
        yield (f"Lookup {name!r} is referred to: may everybody see it as it is? Say public: true or false. It may list "
               "people.")  # fmt: skip
    if len(records) < FEW_PATIENTS:
        yield f"{len(records)} patients are few: what is made of them can be near one of them, whatever a report shows."
    for name in schema.tables:
        yield from _of_links(records, name)
        yield from _of_times(records, name)


def _of_links(records: Records, name: str) -> Iterator[str]:
    for link in records.schema.tables[name].links:
        named = records.named(name, link)
        for fault, count in (("is missing", (named == MISSING).sum()), ("names no row", (named == ORPHAN).sum())):
            if count:
                yield f"{name}: {link} {fault} in {count} of {len(named)} rows."
    if records.schema.parent(name) is not None and (lost := int((records.owners(name) < 0).sum())):
        yield f"{name}: {lost} of {len(records.tables[name])} rows lead to no patient."


def _of_times(records: Records, name: str) -> Iterator[str]:
    """Rows before or after the one that they are within, and before their patient's birth."""
    schema, parent = records.schema, records.schema.parent(name)
    if parent is None:
        return
    table, above = schema.tables[name], schema.tables[parent.to]
    if not table.order:
        yield f"{name}: no column says when: its rows have no order."
        return
    when, within = table.order[0], records.positions(name)
    starts = above.interval[0] if above.interval else above.order[0] if above.order else None
    if starts is not None and _alike(table.columns[when], above.columns[starts]):
        limit = _through(_time(records, parent.to, starts), within)
        yield from _earlier(records, (name, when), (parent.to, starts), limit)
    for born in _births(records) if isinstance(table.columns[when], Datetime) else ():
        limit = _through(_time(records, schema.root, born), records.owners(name))
        yield from _earlier(records, (name, when), (schema.root, born), limit)


def _births(records: Records) -> list[str]:
    columns = records.schema.tables[records.schema.root].columns
    return [name for name, column in columns.items() if isinstance(column, Datetime) and BIRTH & set(words_of(name))]


def _earlier(records: Records, of: tuple[str, str], than: tuple[str, str], limit: np.ndarray) -> Iterator[str]:
    """Rows whose time is less than a limit: (rows,)."""
    times = _time(records, *of)
    if count := int((times < limit).sum()):
        yield f"{of[0]}: {of[1]} is earlier than {'.'.join(than)} in {count} of {len(times)} rows."


def _alike(one: Column, other: Column) -> bool:
    """Whether two times can be compared: both dates, or both numbers."""
    return (isinstance(one, Datetime) and isinstance(other, Datetime)) or (
        isinstance(one, Numerical) and isinstance(other, Numerical)
    )


def _time(records: Records, table: str, column: str) -> np.ndarray:
    """(rows,) floats; dates in days."""
    values, meaning = records.tables[table][column], records.schema.tables[table].columns[column]
    if isinstance(meaning, Datetime):
        return days(values, meaning).to_numpy()
    return pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)


def _through(times: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Times of the rows that are named, missing where none is: (rows,)."""
    return np.where(places < 0, np.nan, times[places]) if len(times) else np.full(len(places), np.nan)
