"""What may be stored of a column, decided in one place by counting the patients behind it.

A model file outlives the consent under which its data was read. So nothing goes into it behind which fewer than
`rare_below` patients stand: rare categories are pooled, only repeated numbers are kept as they are, and every other
number is an average over enough neighbours. Numbers end where that many patients reach (`encoding.quantiles`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

FEW_ROWS = 1_000
"""Below this many rows a set counts patients faster than an array as long as the largest patient number."""

LEAST_AVERAGED = 4
"""Patients of an average: of fewer, what is left without the outermost at both ends is a patient's own number."""


@dataclass(frozen=True)
class Cohort:
    """Whom each row belongs to, and how many patients must stand behind what is stored.

    Args:
        patients: (rows,) integers from 0, without large gaps; rows of one patient share a number.
        rare_below: Fewest patients behind anything stored, at least 2.

    Example:
        >>> cohort = Cohort(np.array([7, 7, 8]), rare_below=2)
        >>> cohort.size, cohort.sharing(np.array([0, 0, 1]), 3).tolist()
        (2, [1, 1, 0])
    """

    patients: np.ndarray
    rare_below: int

    @cached_property
    def size(self) -> int:
        """Number of different patients."""
        if len(self.patients) < FEW_ROWS:
            return len(set(self.patients.tolist()))
        return int(np.count_nonzero(np.bincount(self.patients)))  # np.unique would sort or hash a million rows

    @property
    def enough(self) -> bool:
        """Whether something that these patients share may be stored."""
        return self.size >= self.rare_below

    @property
    def averages(self) -> bool:
        """Whether an average over these patients may be stored, which needs some besides the outermost ones."""
        return self.enough and self.size >= LEAST_AVERAGED

    def part(self, rows: np.ndarray | slice) -> "Cohort":
        """Returns the cohort of some of the rows."""
        return Cohort(self.patients[rows], self.rare_below)

    def sharing(self, codes: np.ndarray, num_codes: int) -> np.ndarray:
        """Returns how many different patients hold each code, (num_codes,) int64.

        Args:
            codes: (rows,) integers in [0, num_codes).
            num_codes: Number of codes.
        """
        if self.size == len(self.patients):  # every row its own patient: no pairs to tell apart
            return np.bincount(codes, minlength=num_codes)
        owners = int(self.patients.max()) + 1
        pairs = np.sort(codes.astype(np.int64) * owners + self.patients)
        first = np.append(True, pairs[1:] != pairs[:-1])
        return np.bincount(pairs[first] // owners, minlength=num_codes)
