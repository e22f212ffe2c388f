"""Which columns refer to rows of another table: by their names first, then by their values, never by values alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import final

from synthgen.data.records.inference.columns import Facts
from synthgen.data.records.inference.keys import could_be_keys
from synthgen.data.records.inference.names import (
    ROW_NUMBERS,
    about,
    affinity,
    is_identifier_name,
    plain,
    speaks_of_patients,
    stem,
    words_of,
)

ENOUGH = 0.95
"""Share of the rows whose value is a key of the other table, from which a related name is believed."""

WORTH_ASKING = 0.5
"""Share from which a user is asked."""

OTHER_TYPE = -1.0
"""In place of a share, where one column is numbers and the other text."""

All = Mapping[str, Mapping[str, Facts]]


@final
@dataclass(frozen=True)
class Found:
    """Columns that refer to another table's.

    Args:
        table: Whose rows refer.
        columns: By which.
        to: To which table.
        key: The columns there.
        share: Of the rows with a value, that name a row there.
        strength: How much the names say so, from 1 to 3; 4 for what was declared.
        orphans: What becomes of those that name none, if it was declared; see `Link`.
    """

    table: str
    columns: tuple[str, ...]
    to: str
    key: tuple[str, ...]
    share: float = 1.0
    strength: int = 4
    orphans: str | None = None


def find_links(
    known: All, declared: Sequence[Found] = (), keyed: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[list[Found], list[str], dict[str, list[str]]]:
    """Returns links, questions about what could be one, and the columns of each table that could be its key.

    Args:
        known: Facts by table and column.
        declared: Links that are known, beside which others of the same columns are not looked for.
        keyed: Tables to keys that are known.
    """
    keys = {table: could_be_keys(table, facts) for table, facts in known.items()}
    keys |= {table: list(key) for table, key in (keyed or {}).items() if len(key) == 1 and table in known}
    taken = {(found.table, column) for found in declared for column in found.columns}
    alike = [found for found in _one_to_one(known, keys) if (found.table, found.columns[0]) not in taken]
    for found in alike:
        keys[found.table].remove(found.columns[0])
    links, questions = [*declared, *alike], []
    taken |= {(found.table, found.columns[0]) for found in alike}
    for table, facts in known.items():
        for column in facts:
            if (table, column) in taken:
                continue
            candidates = list(_candidates(known, keys, table, column))
            others = [one for one in candidates if one.share < 0]
            candidates = [one for one in candidates if one.share >= 0]
            believed = [one for one in candidates if one.share >= ENOUGH]
            if believed:
                links.append(max(believed, key=_weight))
            elif asked := [one for one in candidates if one.strength == 3 and one.share >= WORTH_ASKING]:
                questions.append(_question(known, max(asked, key=_weight)))
            elif others:
                questions.append(_question_of_types(known, others[0]))
    return links, questions, keys


def _weight(one: Found) -> tuple[int, float, int, bool, bool]:
    shared = len(set(words_of(one.table)) & set(words_of(one.to)))
    return one.strength, one.share, affinity(one.key[0], one.to), shared > 0, speaks_of_patients(one.to)


def _question(known: All, one: Found) -> str:
    column, key = one.columns[0], one.key[0]
    values = known[one.table][column].comparable
    orphans = round((1 - one.share) * len(values))
    return (f"{one.table}.{column} could refer to {one.to}.{key}, but {orphans} of {len(values)} values name "
            "no row there: it is not taken for a link. Declare one in the schema if it is.")  # fmt: skip


def _question_of_types(known: All, one: Found) -> str:
    column, key = one.columns[0], one.key[0]
    sorts = known[one.table][column].sort, known[one.to][key].sort
    return (f"{one.table}.{column} could refer to {one.to}.{key}, but the one holds {sorts[0]} and the other {sorts[1]}"
            ": it is not taken for a link. Give both one type if it is.")  # fmt: skip


def _candidates(known: All, keys: Mapping[str, list[str]], table: str, column: str) -> Iterator[Found]:
    """Keys that a column could refer to by its name, if its values are of their type."""
    here = known[table][column]
    for to, names in keys.items():
        for key in names:
            strength = _strength(table, column, to, key)
            own = column in keys[table] and plain(column) == plain(key)  # two keys of one name, of other rows each
            if not strength or own:
                continue
            if not len(here.values) and strength == 3:  # of a table without rows the name is all there is
                yield Found(table, (column,), to, (key,), 1.0, strength)
            elif here.sort == known[to][key].sort != "other":
                yield Found(table, (column,), to, (key,), here.share_in(known[to][key]), strength)
            elif strength == 3 and "other" not in (here.sort, known[to][key].sort):
                yield Found(table, (column,), to, (key,), OTHER_TYPE, strength)


def _strength(table: str, column: str, to: str, key: str) -> int:
    """How much the names of two columns say that the first refers to the second; 0: nothing."""
    one, other = plain(column), plain(key)
    if one in ROW_NUMBERS or other in ROW_NUMBERS - {"code", "key", "number"}:
        return 0
    if table == to:
        suffixed = one.endswith(other) and one != other
        return 2 if (suffixed and len(words_of(column)) > 1) or (suffixed and other != "id") else 0
    if one == other or one in {row + other for row in about(to)}:
        return 3
    if one.endswith(other) and len(stem(key)) > 1:
        return 2
    named = stem(column) if is_identifier_name(column) else one
    return 2 if named in about(to) and len(named) > 1 else 0


def _one_to_one(known: All, keys: Mapping[str, list[str]]) -> list[Found]:
    """Columns of one name that could be the key of several tables, where one holds the values of the others."""
    found: dict[tuple[str, str], Found] = {}
    for table, names in keys.items():
        for column in names:
            if plain(column) in ROW_NUMBERS:
                continue
            if homes := list(_holders(known, keys, table, column)):
                found[table, column] = max(homes, key=lambda one: (affinity(one.key[0], one.to), one.share))
    return list(found.values())


def _holders(known: All, keys: Mapping[str, list[str]], table: str, column: str) -> Iterator[Found]:
    here = known[table][column]
    for to, names in keys.items():
        for key in names:
            there = known[to][key]
            if to == table or plain(key) != plain(column) or there.sort != here.sort:
                continue
            if plain(column) == "id" and _counted(here):
                continue
            share, back = here.share_in(there), there.share_in(here)
            if share >= ENOUGH and (back < ENOUGH or _home(known, to, key) > _home(known, table, column)):
                yield Found(table, (column,), to, (key,), share, 3)


def _home(known: All, table: str, column: str) -> tuple[int, int, int, int]:
    """How much a table looks like the one whose rows a column names; the earlier of two that are alike."""
    place = list(known).index(table)
    return affinity(column, table), speaks_of_patients(table), len(known[table][column].distinct), -place


def _counted(here: Facts) -> bool:
    """Whether values are numbers from about 1 on, as every table of its own counts its rows."""
    return here.sort == "numbers" and bool(here.distinct.max() <= 2 * len(here.values) + 10)
