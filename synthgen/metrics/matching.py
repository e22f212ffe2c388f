"""Training and holdout patients made alike, so that only what the maker saw tells them apart.

Where a table has several rows of a patient, neither equal numbers of rows nor equal numbers of patients are enough: the
side with more patients, or with more rows of each, comes closer to anything by chance.
"""

from __future__ import annotations

import numpy as np

from synthgen.metrics.judged import Held, Integers, Judged, Whose


def equal_patients(
    first: Held, second: Held, rows: int, *, judged: Judged[Held], purposes: tuple[str, str]
) -> list[Held]:
    """Returns equally many patients of two tables, with the same numbers of rows.

    Both sides are treated alike, so patients of one law are interchangeable between the two. A limit on the rows
    shortens the longest histories before it leaves patients out: more patients are more evidence.

    Args:
        first: One side.
        second: The other.
        rows: Most rows of each.
        judged: For its seed.
        purposes: Names of the random draws on each side.

    Returns:
        Two tables with equally many rows and patients; random rows where rows of a single row per patient are given.
    """
    patients = min(_num_patients(first), _num_patients(second), rows)
    drawn = [
        some_patients(held, patients, judged.random(purpose))
        for held, purpose in zip((first, second), purposes, strict=True)
    ]
    matched = equal_histories(*drawn, judged=judged, purposes=purposes)
    longest = longest_history(row_counts(matched[0])[1], rows)
    return [
        thinned(held, np.full(patients, longest), judged.random(f"{purpose} shortened"))
        for held, purpose in zip(matched, purposes, strict=True)
    ]


def equal_histories(first: Held, second: Held, *, judged: Judged[Held], purposes: tuple[str, str]) -> list[Held]:
    """Returns all patients of two tables, with rows left out so that patients have as many on either side.

    Patients are paired by rank from the shortest to the longest history, and both keep as many rows as the shorter one
    has. Between tables of one law hardly any row is lost.

    Args:
        first: One side.
        second: The other; the numbers of patients may differ.
        judged: For its seed.
        purposes: Names of the random draws on each side.
    """
    sides = (first, second)
    counts = [row_counts(held)[1] for held in sides]
    result = []
    for held, own, other, purpose in zip(sides, counts, counts[::-1], purposes, strict=True):
        random = judged.random(f"{purpose} matched")
        ranks = np.empty(len(own), np.int64)
        ranks[np.lexsort((random.random(len(own)), own))] = np.arange(len(own))
        partners = np.sort(other)[(2 * ranks + 1) * len(other) // (2 * len(own))]
        result.append(thinned(held, np.minimum(own, partners), random))
    return result


def row_counts(held: Whose) -> tuple[Integers, Integers]:
    """Returns the patient of each row as codes from 0 without gaps, and the number of rows of each patient."""
    _, codes, counts = np.unique(held.patients, return_inverse=True, return_counts=True)
    return codes, counts


def some_patients(held: Held, patients: int, random: np.random.Generator) -> Held:
    """Returns all rows of that many patients, drawn without replacement."""
    codes, counts = row_counts(held)
    if len(counts) <= patients:
        return held
    return held.take(np.flatnonzero(np.isin(codes, random.choice(len(counts), patients, replace=False))))


def thinned(held: Held, most: Integers, random: np.random.Generator) -> Held:
    """Returns at most so many rows of each patient, drawn without replacement.

    Args:
        held: The rows.
        most: (patients,) for the patients in the order of their codes.
        random: Draws the rows.
    """
    codes, counts = row_counts(held)
    if (counts <= most).all():
        return held
    order = np.lexsort((random.random(len(codes)), codes))
    places = np.arange(len(codes)) - np.repeat(np.cumsum(counts) - counts, counts)  # 0, 1, .. within each patient
    return held.take(np.sort(order[places < most[codes[order]]]))


def longest_history(counts: Integers, rows: int) -> int:
    """Returns how many rows each patient may have, at least one, so that all have at most `rows` together.

    Example:
        >>> longest_history(np.array([1, 2, 9]), 8), longest_history(np.array([1, 2, 9]), 12)
        (5, 9)
    """
    ordered = np.sort(counts)
    before = np.cumsum(ordered) - ordered
    others = len(ordered) - np.arange(len(ordered))  # patients with at least as many rows
    room = (rows - before) // others
    cut = np.flatnonzero(room < ordered)
    return max(1, int(room[cut[0]])) if len(cut) else int(ordered.max(initial=1))


def _num_patients(held: Whose) -> int:
    return len(row_counts(held)[1])
