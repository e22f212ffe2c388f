"""What one fit shows of one patient, to who knows all other rows, the method and its seed: a few numbers.

Each is larger or smaller with the patient than without; which way, and how much chance there is in it, fits of the
attacker's own say.
"""

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from synthgen.encoding.layout import EncodedTable
from synthgen.encoding.table import TableEncoder
from synthgen.synthesizers.tables.base import TableSynthesizer

LEAST_SHARE = 1e-6
"""Of a code, in a logarithm."""

NEARER = 4.0
"""By which a drawn row counts more for each column in which it agrees with the patient."""


@dataclass(frozen=True)
class Worlds:
    """The two tables that differ by one patient.

    Args:
        inside: (rows, columns) with the patient.
        outside: (fewer rows, columns) without, else the same in the same order.
        patient: (rows of the patient, columns).
    """

    inside: pd.DataFrame
    outside: pd.DataFrame
    patient: pd.DataFrame


def evidence(
    synthesizer: TableSynthesizer, worlds: Worlds, *, num_rows: int, rng: np.random.Generator
) -> dict[str, float]:
    """Returns what a fitted synthesizer shows of the patient, by what it is, in words.

    Both tables are encoded as the attacker can: by the encoder in the file, with the public seed. Where encoding moves
    other rows as well, the tables differ by hundreds of rows in the attacker's eyes, and what was learned, by that
    direction, lies at one end or the other.

    Args:
        synthesizer: Fitted to one of the tables.
        worlds: Both.
        num_rows: To draw from it.
        rng: Of these rows.
    """
    _, encoder, model = synthesizer.fitted()
    encoded = functools.partial(encoder.encode, seed=synthesizer.seed)
    inside, outside, patient = (encoded(table) for table in (worlds.inside, worlds.outside, worlds.patient))
    sizes = np.array([len(column.shares) for column in encoder.columns])
    drawn = model.draw(num_rows, rng=rng)
    shares, with_patient, without = (pair_shares(table.codes, sizes) for table in (drawn, inside, outside))
    own = log_shares(encoder, patient)
    found = {
        "how drawn pairs of values lie between both tables": _between(shares, with_patient, without),
        "how many drawn pairs of values are the patient's": _along(shares - without, pair_shares(patient.codes, sizes)),
        "how many drawn rows are like the patient": _density(drawn, patient),
        "how often the file says that the patient's values come": float(own.sum()),
    }
    likelihood = getattr(model, "log_likelihood", None)
    if likelihood is not None:
        found["how likely the model calls the patient"] = float((likelihood(patient) - own).sum())
    return found


def pair_shares(codes: np.ndarray, sizes: np.ndarray) -> sparse.csr_array:
    """Returns the share of rows at each pair of codes of two columns, each pair twice, (codes, codes).

    Args:
        codes: (rows, columns).
        sizes: (columns,) how many codes each has.

    Example:
        >>> pair_shares(np.array([[0, 1], [0, 0]]), np.array([1, 2])).toarray().tolist()
        [[0.0, 0.5, 0.5], [0.5, 0.0, 0.0], [0.5, 0.0, 0.0]]
    """
    rows, columns = codes.shape
    places = codes + np.concatenate([[0], np.cumsum(sizes)[:-1]])
    shown = sparse.csr_array(
        (np.ones(codes.size), places.ravel(), np.arange(0, codes.size + 1, columns)), shape=(rows, int(sizes.sum()))
    )
    counts = shown.T @ shown
    counts.setdiag(0)  # a code with itself; two codes of one column never come together
    return counts / rows


def _along(shares: sparse.csr_array, direction: sparse.csr_array) -> float:
    """How far shares go in a direction, in lengths of it."""
    length = float(direction.multiply(direction).sum())
    return float(shares.multiply(direction).sum()) / length if length else 0.0


def _between(shares: sparse.csr_array, inside: sparse.csr_array, outside: sparse.csr_array) -> float:
    """1/2 at the shares of the one table, -1/2 at those of the other."""
    return _along(shares - (inside + outside) / 2, inside - outside)


def _density(drawn: EncodedTable, patient: EncodedTable) -> float:
    agreeing = [(drawn.codes == row).sum(1) for row in patient.codes]
    return float(np.log(np.mean(NEARER ** np.array(agreeing, float))))


def log_shares(encoder: TableEncoder, table: EncodedTable) -> np.ndarray:
    """Returns how likely rows are if columns are independent, (rows,) logarithms.

    Args:
        encoder: Knows how often each code comes.
        table: (rows) encoded by it.
    """
    shares = [np.log(np.maximum(column.shares, LEAST_SHARE)) for column in encoder.columns]
    return np.sum([share[codes] for share, codes in zip(shares, table.codes.T, strict=True)], axis=0)


def guess(past: list[dict[str, float]], inside: list[bool], seen: dict[str, float]) -> tuple[float, str]:
    """Returns whether a fit has learned the patient, given fits of which that is known, and what told so.

    The evidence that parted the known fits best decides, by the middle between their means.

    Args:
        past: What each known fit showed.
        inside: Whether each had the patient, at least one of both kinds.
        seen: What the fit in question shows.

    Returns:
        Above 0: it has; below: it has not; 0: nothing is known. And the evidence in words.

    Example:
        >>> guess([{"a": 0.1, "b": 5.0}, {"a": 0.9, "b": 5.1}], [False, True], {"a": 0.8, "b": 5.0})[0] > 0
        True
    """
    known = np.array(inside)
    best, decided, told = 0.0, 0.0, next(iter(seen))
    for name, value in seen.items():
        values = np.array([shown[name] for shown in past])
        if not np.isfinite([*values, value]).all():
            continue
        high, low = values[known].mean(), values[~known].mean()
        residues = np.where(known, values - high, values - low)
        spread = np.sqrt((residues**2).sum() / max(len(values) - 2, 1)) + 1e-9 * (abs(high) + abs(low))
        apart = abs(high - low) / spread if spread else 0.0
        if apart > best:
            best, told = apart, name
            decided = float((value - (high + low) / 2) * (high - low))
    return decided, told
