"""Is the holdout apart from the training data? A judge with one foot in the training rows lets copies pass.

Equal rows are no proof: where columns are few and coarse, honest tables share many. So rows that are equal are put in
pairs, at random, and three kinds of pairs are counted: within train, within the holdout, and across. Two samples of any
two laws, equal or not, give at most twice the geometric mean of the other two kinds across (Cauchy and Schwarz). More
is an excess of "heterozygotes" in the language of genetics, and has an exact test (Wigginton, Cutler and Abecasis 2005,
"A Note on Exact Tests of Hardy-Weinberg Equilibrium"). A holdout of another year or ward only has fewer of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import gammaln

from synthgen.metrics.counting import contained

LEVEL = 1e-6
"""Chance of refusing two honest samples, whatever their law, all comparisons of one call together."""

SHIFTED = 1e-3
"""The same of two samples of different laws, where units repeat too often across for a split at random."""

FEW = 3
"""Equal units that are also looked at alone: where all repeat, those that hardly do tell most."""

Codes = NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Units of both sides by a code of what they hold: equal codes, equal contents.

    Args:
        train: (units,) rows, images, or patients.
        holdout: (units,) the same.
        how: In what they are compared, as a sentence ends: "in all 5 columns".
    """

    train: Codes
    holdout: Codes
    how: str


@dataclass(frozen=True, kw_only=True)
class Shared:
    """That a holdout is not apart.

    Args:
        units: Of the holdout, that equal one of train.
        of: Units of the holdout.
        expected: Units that would equal one of train if they did so as often as those of train equal each other.
        how: In what they are compared.
    """

    units: int
    of: int
    expected: int
    how: str

    def sentence(self, things: str, *, among: str = "train") -> str:
        """Returns what was found, in counts.

        Args:
            things: What the units are: "rows", "images", "patients".
            among: What the other side is called.
        """
        return (
            f"{self.units} of its {self.of} {things} are also in {among}: they are equal {self.how}. "
            f"Expected about {self.expected}, as often as {things} of {among} are equal to each other."
        )


def shared_units(comparisons: list[Sides], *, seed: int = 0) -> Shared | None:
    """Returns what shows that train and holdout share units, or None where that can be chance.

    Args:
        comparisons: Ways to compare the units; looking in several ways makes no false refusal likelier.
        seed: Of the pairing.

    Example:
        >>> rows = np.arange(100, dtype=np.uint64)
        >>> part = Sides(train=rows, holdout=rows[50:], how="in all 3 columns")
        >>> shared_units([part]).sentence("rows")[:49]
        '50 of its 50 rows are also in train: they are equ'
        >>> shared_units([Sides(train=rows[:50], holdout=rows[50:], how="in all 3 columns")]) is None
        True
    """
    chances = [min(_excess(sides, seed), _same_order(sides)) for sides in comparisons]
    if not chances or min(chances) >= np.log(LEVEL / len(chances)):
        return None
    sides = comparisons[int(np.argmin(chances))]
    alike = contained(sides.holdout, within=sides.train)
    expected = round(len(alike) * _repeating(sides.train))
    return Shared(units=int(alike.sum()), of=len(alike), how=sides.how, expected=expected)


def by_patient(codes: Sequence[Codes], patients: Sequence[NDArray[np.int64]], *, how: str) -> list[Sides]:
    """Returns rows, or images, as they are where each is a patient's own; else patients, in two ways.

    By all that a patient has, and by one row of it, the least, so that who shares rows probably shares that (Broder
    1997, "On the Resemblance and Containment of Documents").

    Args:
        codes: Of train and holdout, (units,) each.
        patients: The same, whose each is.
        how: See `Sides`.

    Example:
        >>> codes = np.array([5, 9, 7], np.uint64)
        >>> alone, twice = np.array([0, 1, 2]), np.array([0, 0, 1])
        >>> [side.train.tolist() for side in by_patient([codes, codes], [alone, alone], how="")]
        [[5, 9, 7]]
        >>> [side.train.tolist() for side in by_patient([codes, codes], [twice, twice], how="")]
        [[14, 7], [5, 7]]
    """
    known = [np.unique(whose, return_inverse=True) for whose in patients]
    if all(len(names) == len(side) for (names, _), side in zip(known, codes, strict=True)):
        return [Sides(train=codes[0], holdout=codes[1], how=how)]
    sums = [np.zeros(len(names), np.uint64) for names, _ in known]
    least = [np.full(len(names), np.iinfo(np.uint64).max) for names, _ in known]
    for place, ((_, whose), side) in enumerate(zip(known, codes, strict=True)):
        np.add.at(sums[place], whose, side)
        np.minimum.at(least[place], whose, side)
    return [Sides(train=sums[0], holdout=sums[1], how=f"{how}, in all that they have"),
            Sides(train=least[0], holdout=least[1], how=f"{how}, in one that they have")]  # fmt: skip


def _repeating(codes: Codes) -> float:
    """Share of the codes that occur more than once."""
    ordered = np.sort(codes)
    same = np.concatenate([[False], ordered[1:] == ordered[:-1], [False]])
    return float((same[1:] | same[:-1]).mean())


def _excess(sides: Sides, seed: int) -> float:
    """Logarithm of the chance of so many pairs across: of all pairs, or of those of units that hardly repeat."""
    one, other = len(sides.train), len(sides.holdout)
    chances = []
    for most in (None, FEW):
        counts = pair_counts(sides.train, sides.holdout, most=most, seed=seed)
        chance = log_chance_of_excess(*counts)
        if chance < np.log(SHIFTED):  # no two laws explain it well; a split at random may do so far worse
            share = 2 * one * other / ((one + other) * (one + other - 1))
            chance = min(chance, float(stats.binom.logsf(counts[1] - 1, sum(counts), share)))
        chances.append(chance)
    return min(0.0, min(chances) + float(np.log(2 * len(chances))))


def pair_counts(train: Codes, holdout: Codes, *, most: int | None = None, seed: int = 0) -> tuple[int, int, int]:
    """Puts equal units in pairs at random, each in one at most, and counts those within train, across, and within the
    holdout.

    Args:
        train: (units,).
        holdout: (units,).
        most: Equal units, on both sides together, beyond which they are left out; None: no number is too large.
        seed: Of the pairing.

    Example:
        >>> pair_counts(np.array([1, 1, 2], np.uint64), np.array([2, 3], np.uint64))
        (1, 1, 0)
    """
    codes = np.concatenate([train, holdout])
    mixed = np.random.default_rng([seed, 79]).permutation(len(codes))
    order = mixed[np.argsort(codes[mixed], kind="stable")]
    ordered, held_out = codes[order], order >= len(train)
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    starts, groups = np.flatnonzero(first), np.cumsum(first) - 1
    places = np.arange(len(codes)) - starts[groups]
    counted = np.bincount(groups)[groups] <= (len(codes) if most is None else most)
    second = np.flatnonzero((places % 2 == 1) & counted)  # the other of the pair stands before it
    kinds = held_out[second].astype(int) + held_out[second - 1]
    counts = np.bincount(kinds, minlength=3)
    return int(counts[0]), int(counts[1]), int(counts[2])


def log_chance_of_excess(within_train: int, across: int, within_holdout: int) -> float:
    """Returns the logarithm of the chance of at least so many pairs across, given each side's units in pairs.

    Args:
        within_train: Pairs of two training units.
        across: Pairs of a training and a holdout unit.
        within_holdout: Pairs of two holdout units.

    Example:
        >>> bool(np.isclose(np.exp(log_chance_of_excess(0, 2, 0)), 2 / 3))  # of four units: 8 of 12 orders
        True
    """
    pairs = within_train + across + within_holdout
    most = min(2 * within_train + across, 2 * within_holdout + across)
    found = np.arange(across, most + 1, 2, dtype=np.float64)
    one, other = (2 * within_train + across - found) / 2, (2 * within_holdout + across - found) / 2
    ways = found * np.log(2) - gammaln(one + 1) - gammaln(found + 1) - gammaln(other + 1)
    whole = gammaln(2 * pairs + 1) - gammaln(2 * within_train + across + 1) - gammaln(2 * within_holdout + across + 1)
    return min(0.0, float(np.logaddexp.reduce(ways) + gammaln(pairs + 1) - whole))


def _same_order(sides: Sides) -> float:
    """Logarithm of the chance that one side begins or ends as the other does, all along; 0 where it does not.

    It finds what pairs cannot: the same narrow table twice.
    """
    fewest = min(len(sides.train), len(sides.holdout))
    if not fewest:
        return 0.0
    one, other = sides.train, sides.holdout
    if not (np.array_equal(one[:fewest], other[:fewest]) or np.array_equal(one[-fewest:], other[-fewest:])):
        return 0.0
    _, counts = np.unique(np.concatenate([one, other]), return_counts=True)
    alike = float(((counts / counts.sum()) ** 2).sum())  # of two units drawn at random
    smaller = one if len(one) == fewest else other
    changes = int((smaller[1:] != smaller[:-1]).sum())  # in a sorted table only these could have been otherwise
    return min(0.0, changes * float(np.log(alike)) + float(np.log(4)))
