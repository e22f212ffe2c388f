"""The only way to the data under a privacy budget: counts with noise, each read entered in the ledger."""

import math
import secrets

import numpy as np
from scipy.stats import norm

from synthgen.dp import accountant
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.ledger import Entry, Ledger

FAILURE = 1e-3
"""Share of delta that all thresholds together may fail with."""


class Reader:
    """Reads counts with normal noise, and enters what each read cost.

    Normal mechanisms add up in precision, one over the variance of the noise: what each read gets is a share of the
    precision that the whole budget would buy in a single read (Dong et al. 2022, corollary 3.3).

    Args:
        budget: To keep to.
        unit: Whom it protects, for people.
    """

    def __init__(self, budget: DifferentialPrivacy, *, unit: str) -> None:
        self.budget = budget
        self.ledger = Ledger(delta=budget.delta, unit=unit, known_noise=budget.noise_seed is not None)
        seed = secrets.randbits(128) if budget.noise_seed is None else int(budget.noise_seed)
        self.rng = np.random.default_rng(seed)
        self.unit_deviation = 0.0  # of the noise of how many patients there are; 0 until they are counted
        self._whole = accountant.smallest_noise(
            lambda noise: [Entry(purpose="everything", mechanism="gaussian", noise_multiplier=noise)],
            epsilon_asked=budget.epsilon, delta=budget.delta * (1 - FAILURE),
        )  # fmt: skip

    def noise(self, share: float, *, times: int = 1) -> float:
        """Returns the deviation of the noise of one read, of `times` that share a part of the budget.

        Args:
            share: Of the budget's precision.
            times: How many reads share it.
        """
        return self._whole * math.sqrt(times / share)

    def counts(self, counts: np.ndarray, *, share: float, purpose: str) -> np.ndarray:
        """Returns counts with noise.

        Args:
            counts: Any shape; one patient adds one to one of them, or to none.
            share: Of the budget's precision.
            purpose: For the ledger.

        Returns:
            float64, of the same shape; may be negative.
        """
        deviation = self.noise(share)
        self.ledger.enter(purpose=purpose, mechanism="gaussian", noise_multiplier=deviation)
        return counts + deviation * self.rng.normal(size=np.shape(counts))

    def units(self, count: int, *, share: float) -> float:
        """Returns how many patients there are, with noise; may be negative.

        Args:
            count: Patients.
            share: Of the budget's precision.
        """
        self.unit_deviation = self.noise(share)
        purpose = f"number of patients ({self.ledger.unit})"
        return float(self.counts(np.array([count]), share=share, purpose=purpose)[0])

    def threshold(self, share: float, *, times: int, purpose: str) -> float:
        """Returns the noisy count below which a name must not be shown: one that a single patient holds stays below.

        Args:
            share: Of the precision of the read that it is compared with.
            times: How many reads of the whole run have a threshold.
            purpose: For the ledger.
        """
        failure = self.budget.delta * FAILURE / times
        self.ledger.enter(purpose=purpose, mechanism="threshold", delta=failure)
        return 1 + self.noise(share) * float(norm.isf(failure))

    def free(self, purpose: str) -> None:
        """Enters what the schema declares."""
        self.ledger.enter(purpose=purpose, mechanism="declared")

    def uncounted(self, purpose: str) -> None:
        """Enters what was taken from the data without noise: no epsilon can be stated any more."""
        self.ledger.enter(purpose=purpose, mechanism="uncounted")
