"""Where the values of a column lie, read under a privacy budget: its range, then ever finer parts of where many are."""

import math
from dataclasses import dataclass

import numpy as np

from synthgen.dp.reader import Reader

MOST_EXPONENT = 62
"""Powers of two of the step that a range is sought among."""

SURE = 4.0
"""Deviations of the noise above which a cell is believed to hold somebody."""

SURE_OF_RANGE = 5.0
"""The same where a range is sought: noise alone must not stretch it, not once in ten thousand columns."""

FANOUT = 4
"""Parts that a cell is cut into."""

MOST_LEVELS = 10
"""Cuts one after the other."""

MOST_CELLS = FANOUT**MOST_LEVELS
"""What so many cuts tell apart, a million."""

MOST_FLAT = 64
"""Values up to which each is counted at once."""

LIKELY = 2.0
"""Deviations of the noise below which the outermost cells, all together, count as empty."""


@dataclass(frozen=True)
class Cells:
    """How many patients lie in each part of a range.

    Args:
        starts: (cells,) first step of each, rising.
        ends: (cells,) one past the last step.
        counts: (cells,) at least 0.
        deviation: Of the noise in the finest counts.
        missing: Patients without a value, at least 0.
    """

    starts: np.ndarray
    ends: np.ndarray
    counts: np.ndarray
    deviation: float
    missing: float


def private_range(values: np.ndarray, *, step: float, reader: Reader, share: float, purpose: str) -> tuple[int, int]:
    """Returns the lowest and highest step between which values lie, each zero or a power of two less one.

    Counts values by sign and power of two, and takes the outermost counts that noise alone would not make. What lies
    outside is later counted at the ends.

    Args:
        values: (n,) numbers, not missing.
        step: Of the grid that they are counted on.
        reader: Of the data.
        share: Of the budget's precision.
        purpose: For the ledger.
    """
    steps = np.round(values / step)
    exponents = np.clip(np.frexp(np.abs(steps))[1], 0, MOST_EXPONENT)  # 0 for 0, else the number of binary digits
    cells = (MOST_EXPONENT + np.sign(steps) * exponents).astype(int)
    counts = reader.counts(np.bincount(cells, minlength=2 * MOST_EXPONENT + 1), share=share, purpose=purpose)
    held = np.flatnonzero(counts > SURE_OF_RANGE * reader.noise(share)) - MOST_EXPONENT
    if not len(held):
        held = np.array([counts.argmax() - MOST_EXPONENT])
    first, last = int(held[0]), int(held[-1])
    low = 2 ** (first - 1) if first > 0 else 1 - 2**-first
    high = 2**last - 1 if last >= 0 else -(2 ** (-last - 1))
    return low, high


def private_cells(
    steps: np.ndarray, *, num_steps: int, num_missing: int, finest: float, reader: Reader, share: float, purpose: str
) -> Cells:
    """Returns where values lie: few possible ones each by itself, many by a tree that grows where patients are.

    Each level counts anew, with noise, in the parts of the cells that held enough on the level before (as Zhang et
    al. 2016, PrivTree, but with as many levels as fixed beforehand).

    Args:
        steps: (n,) whole numbers in [0, num_steps).
        num_steps: Possible values.
        num_missing: Patients without a value.
        finest: Patients below which a cell is not cut further.
        reader: Of the data.
        share: Of the budget's precision.
        purpose: For the ledger.
    """
    flat = num_steps <= MOST_FLAT
    levels = 1 if flat else min(math.ceil(math.log(num_steps, FANOUT)), MOST_LEVELS)
    fanout = num_steps if flat else FANOUT
    width = 1 if flat else math.ceil(num_steps / FANOUT**levels)
    cells = steps // width
    deviation = reader.noise(share, times=levels)
    starts, sizes, masses = np.zeros(1, int), np.array([fanout**levels]), np.array([np.inf])
    done: list[tuple[int, int, float]] = []
    missing = 0.0
    for level in range(levels):
        size = int(sizes[0]) // fanout
        parts = (starts[:, None] + size * np.arange(fanout)).ravel()
        where = np.searchsorted(parts, cells, "right") - 1
        inside = (where >= 0) & (cells < parts[where] + size)
        true = np.bincount(where[inside], minlength=len(parts)).astype(float)
        noisy = reader.counts(np.append(true, num_missing if not level else 0.0), share=share / levels,
                              purpose=f"{purpose}, level {level + 1}" if levels > 1 else purpose)  # fmt: skip
        counts = np.where(parts * width < num_steps, noisy[:-1], -np.inf)
        missing = max(float(noisy[-1]), 0.0) if not level else missing
        counts = _scaled(counts.reshape(-1, fanout), masses).ravel()
        cut = (counts > max(finest, SURE * deviation)) & (level < levels - 1)
        done += [(int(s), size, c) for s, c in zip(parts[~cut], counts[~cut], strict=True) if s * width < num_steps]
        starts, masses, sizes = parts[cut], counts[cut], np.full(int(cut.sum()), size)
        if not len(starts):
            break
    done.sort()
    firsts, lengths, found = (np.array(column) for column in zip(*done, strict=True))
    return Cells(firsts * width, np.minimum((firsts + lengths) * width, num_steps), _without_noise(found, deviation),
                 deviation, missing)  # fmt: skip


def _scaled(counts: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """The nearest parts, none below zero, that add up to what their cells hold, (cells, parts).

    Cutting noise off at zero would favour empty parts; taking the same off all of them first does not (Wang and
    Carreira-Perpinan 2013).

    Args:
        counts: (cells, parts) with noise.
        masses: (cells,) what was counted on the level before; infinite: nothing was, and the parts stay as they are.
    """
    if np.isinf(masses).any():
        return counts
    falling = -np.sort(-counts, axis=1)
    places = np.arange(1, counts.shape[1] + 1)
    surplus = (np.cumsum(falling, axis=1) - masses[:, None]) / places
    last = (falling > surplus).sum(1) - 1
    return np.maximum(counts - surplus[np.arange(len(counts)), last][:, None], 0)


def _without_noise(counts: np.ndarray, deviation: float) -> np.ndarray:
    """Cells at both ends that noise may have made are emptied, into the next one; the total stays.

    A tail is many cells of which each holds hardly more than noise: it is their sum that tells.
    """
    first, last = _held_from(counts, deviation), len(counts) - 1 - _held_from(counts[::-1], deviation)
    if first > last:
        return np.maximum(counts, 0)
    kept = np.zeros_like(counts)
    kept[first : last + 1] = counts[first : last + 1]
    kept[first] += counts[:first].sum()
    kept[last] += counts[last + 1 :].sum()
    return np.maximum(kept, 0)


def _held_from(counts: np.ndarray, deviation: float) -> int:
    """Place of the first cell by which more patients were counted than noise in as many cells makes; 0 without one.

    The first few may be wide: what noise puts there lies far from everybody, so they must be sure.
    """
    deviations = np.maximum(LIKELY * np.sqrt(np.arange(1, len(counts) + 1)), SURE_OF_RANGE)
    return int(np.argmax(np.cumsum(counts) > deviations * deviation))
