"""What attacks on patients share: who is attacked, and how well an attacker tells members from outsiders.

Members are patients of the training rows, outsiders are patients of the holdout: whatever works as well on outsiders is
knowledge of the population, and no leak (Yeom et al. 2018, section 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from synthgen.metrics.base import CONFIDENCE, GUESSING, Measurement, NotComputed, Part
from synthgen.metrics.counting import distinct
from synthgen.metrics.intervals import area_interval
from synthgen.metrics.judged import Held, Judged, Whose
from synthgen.metrics.limits import Limits
from synthgen.metrics.matching import equal_histories

RELEASED_FACTOR = 5
"""Synthetic rows that an attacker searches, as a multiple of `Judged.most`: a sample may lack a target's copy."""

MIN_PATIENTS = 50
"""Members and outsiders below which no attack is scored."""

LIMITS = Limits(warning=0.02, fail=0.10, strict=True)
"""Of an area under the ROC curve beyond guessing."""


@dataclass(frozen=True, eq=False)
class Attack:
    """Scores of one attack; the higher, the likelier a member.

    Args:
        members: (patients,).
        outsiders: (patients,).
    """

    members: NDArray[np.float64]
    outsiders: NDArray[np.float64]

    @property
    def area(self) -> float:
        """Area under the ROC curve: the chance that a member scores higher than an outsider, ties counted half."""
        ranks = stats.rankdata(np.concatenate([self.members, self.outsiders]))
        count = len(self.members)
        excess = float(ranks[:count].sum()) - count * (count + 1) / 2
        return excess / (count * len(self.outsiders))

    def part(self, *names: str, attacks: int = 1) -> Part:
        """Returns the area with its interval, which allows for the choice of the best of several attacks (Bonferroni).

        Args:
            names: Of the attack.
            attacks: How many there are to choose from.
        """
        interval = area_interval(
            self.area, positives=len(self.members), negatives=len(self.outsiders),
            confidence=1 - (1 - CONFIDENCE) / attacks,
        )  # fmt: skip
        return Part(names=names, value=self.area, reference=0.5, interval=interval)


def best_of(attacks: dict[str, Attack]) -> tuple[str, Measurement]:
    """Returns the name and the measurement of the attack with the largest area, all of them as its parts.

    Args:
        attacks: By name, at least one.
    """
    parts = tuple(attack.part(name, attacks=len(attacks)) for name, attack in attacks.items())
    best = max(parts, key=lambda part: part.value or 0.0)
    attack = attacks[best.names[0]]
    return best.names[0], Measurement(
        value=attack.area, interval=best.interval or (0.0, 1.0), reference=0.5, reference_source=GUESSING,
        parts=parts, details={"members": len(attack.members), "outsiders": len(attack.outsiders)},
    )  # fmt: skip


def holdout_of(judged: Judged[Held], *, needed: int = MIN_PATIENTS) -> Held:
    """Returns the rows that the maker never saw, if there is anybody to attack and anybody to compare with.

    Args:
        judged: What is judged.
        needed: Patients of the holdout without whom no attack is scored.

    Raises:
        NotComputed: If there is no holdout, or there are too few patients.
    """
    if judged.holdout is None:
        things = judged.words.things
        raise NotComputed(f"there is no holdout; an attack needs people who were not in the training {things}.")
    members, outsiders = num_patients(judged.train), num_patients(judged.holdout)
    if members < MIN_PATIENTS or outsiders < needed:
        raise NotComputed(
            f"at least {MIN_PATIENTS} training and {needed} holdout patients are needed; "
            f"there are {members} and {outsiders}."
        )
    return judged.holdout


def released(judged: Judged[Held]) -> Held:
    """Returns the synthetic rows that an attacker searches: all, unless there are very many."""
    return judged.sample(judged.synthetic, RELEASED_FACTOR * judged.most, purpose="attacker")


def targets(judged: Judged[Held], outsiders: Held, *, rows: int) -> list[Held]:
    """Returns members and outsiders, with as many rows each: the highest of many scores is high by chance.

    Args:
        judged: The training rows are those of members.
        outsiders: Rows of patients who are none.
        rows: Most rows of each, about.
    """
    roles = ("members", "outsiders")
    drawn = [sample_patients(side, rows, judged.random(role))
             for role, side in zip(roles, (judged.train, outsiders), strict=True)]  # fmt: skip
    return equal_histories(*drawn, judged=judged, purposes=roles)


def sample_patients(held: Held, rows: int, random: np.random.Generator) -> Held:
    """Returns whole patients, drawn without replacement, with about `rows` rows in total."""
    if len(held) <= rows:
        return held
    known, codes = np.unique(held.patients, return_inverse=True)
    order = random.permutation(len(known))
    counts = np.bincount(codes)[order]
    chosen = order[: max(1, int(np.searchsorted(np.cumsum(counts), rows, side="right")))]
    return held.take(np.flatnonzero(np.isin(codes, chosen)))


def per_patient(scores: NDArray[np.float64], patients: NDArray[np.int64]) -> NDArray[np.float64]:
    """Returns the highest score of each patient.

    Example:
        >>> per_patient(np.array([0.1, 0.7, 0.2]), np.array([5, 5, 8])).tolist()
        [0.7, 0.2]
    """
    known, codes = np.unique(patients, return_inverse=True)
    best = np.full(len(known), -np.inf)
    np.maximum.at(best, codes, scores)
    return best


def num_patients(held: Whose) -> int:
    """Returns how many patients a table's rows belong to."""
    return len(distinct(held.patients))
