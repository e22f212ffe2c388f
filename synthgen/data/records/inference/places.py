"""Within which row of which table the rows of each table are: which of its links is the first, and which follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import pandas as pd

from synthgen.data.records.inference.links import Found
from synthgen.data.records.inference.root import below
from synthgen.data.records.keys import ORPHAN, circling_rows, rows_named
from synthgen.data.records.link import Link


@final
@dataclass(frozen=True)
class Placed:
    """How tables hang together.

    Args:
        links: Table to its links, the first first.
        lookups: Tables that do not lead to the patients.
    """

    links: Mapping[str, tuple[Link, ...]]
    lookups: tuple[str, ...]


def place(frames: Mapping[str, pd.DataFrame], found: Sequence[Found], root: str) -> Placed:
    """Returns how tables hang together.

    The first link of a table is the one of those without a missing value that leads farthest from the root; the others
    are implied where they never say otherwise than the first.

    Args:
        frames: Name to data frame.
        found: Links by name and value.
        root: Name of the patients' table.
    """
    of_patients = {root, *below(root, found)}
    links: dict[str, list[Found]] = {name: [] for name in frames}
    for one in found:
        leads_away = one.table not in of_patients or one.table == root
        if not (leads_away and one.to in of_patients and one.to != one.table):
            links[one.table].append(one)
    links = {name: [one for one in held if one.to != name or not _circles(frames[name], one)]
             for name, held in links.items()}  # fmt: skip
    named = {one: rows_named(frames[one.table], one.columns, frames[one.to], one.key)
             for each in links.values() for one in each}  # fmt: skip
    first = _first_links(of_patients, links, named, root)
    return Placed(
        links={name: tuple(_as_links(name, links[name], named, first)) for name in frames},
        lookups=tuple(name for name in frames if name not in of_patients),
    )


def _circles(frame: pd.DataFrame, one: Found) -> bool:
    """Whether rows of a table come back to where they have been by what looks like a link to itself."""
    return len(circling_rows(rows_named(frame, one.columns, frame, one.key))) > 0


def _first_links(
    of_patients: set[str], links: Mapping[str, list[Found]], named: Mapping[Found, np.ndarray], root: str
) -> dict[str, Found]:
    """Table to its first link, given to the tables nearest to the root first."""
    depth, first = {root: 0}, dict[str, Found]()
    while open_yet := sorted(of_patients - set(depth)):
        ready = []
        for table in open_yet:
            upward = [one for one in links[table] if one.to in of_patients and one.to != table]
            gaps = {one: np.count_nonzero(named[one] < 0) for one in upward}
            best = [one for one in upward if gaps[one] == min(gaps.values())]
            known = [one for one in best if one.to in depth]
            ready.append(
                (len(known) == len(best), len(known) > 0, table, known or [o for o in upward if o.to in depth])
            )
        _, _, table, known = max(ready, key=lambda one: (one[0], one[1], len(one[3]) > 0))
        first[table] = max(known, key=lambda one: depth[one.to])
        depth[table] = depth[first[table].to] + 1
    return first


def _as_links(
    table: str, links: Sequence[Found], named: Mapping[Found, np.ndarray], first: Mapping[str, Found]
) -> list[Link]:
    chosen = first.get(table)
    ordered = [*([chosen] if chosen else []), *[one for one in links if one != chosen]]
    above: dict[str, np.ndarray] = {}
    here, reached = chosen, None
    while here is not None:
        rows = np.maximum(named[here], -1)
        reached = rows if reached is None else np.where(reached < 0, -1, rows[reached])
        above[here.to] = reached
        here = first.get(here.to)
    made = []
    for one in ordered:
        implied = one != chosen and one.to in above and not _contradict(named[one], above[one.to])
        guess = "keep" if (named[one] == ORPHAN).any() and (one != chosen or len(ordered) > 1) else "refuse"
        made.append(Link(one.columns, one.to, implied=implied, orphans="refuse" if implied else one.orphans or guess))
    return made


def _contradict(named: np.ndarray, reached: np.ndarray) -> bool:
    """Whether a link names another row than the first leads to, or one where the first leads nowhere."""
    return bool(((named >= 0) & (named != reached)).any())
