"""The only way to the data under a privacy budget: counts with noise, each read entered in the ledger."""

import math
import secrets

import numpy as np
from scipy.stats import norm

from synthgen.dp import accountant
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.ledger import Ledger
from synthgen.errors import SettingsError

FAILURE = 1e-3
"""Share of delta that all thresholds together may fail with; as much each goes to batches that overflow, and to the
tail of training by which it is no normal mechanism."""

ROUNDING = 1e-9
"""Of shares that add up to one."""


class Reader:
    """Reads counts with normal noise, and enters what each read cost.

    All reads together are kept within one normal mechanism that is fixed before the first, so that what one read says
    may decide about the next (`synthgen.dp.accountant`): each read takes a share of that mechanism's precision.

    Args:
        budget: To keep to.
        unit: Whom it protects, for people.

    Attributes:
        rng: Secret chance. What is drawn for a patient's row must not depend on which other patients there are.
        left: Share of the precision that no read has taken yet.
        unit_deviation: Of the noise of how many patients there are; 0 until they are counted.
    """

    def __init__(self, budget: DifferentialPrivacy, *, unit: str) -> None:
        self.budget = budget
        whole = accountant.normal_noise(budget.epsilon, budget.delta * (1 - 3 * FAILURE))
        self.ledger = Ledger(delta=budget.delta, unit=unit, known_noise=budget.noise_seed is not None, limit=whole)
        seed = secrets.randbits(128) if budget.noise_seed is None else int(budget.noise_seed)
        self.rng = np.random.default_rng(seed)
        self.unit_deviation = 0.0
        self.left = 1.0
        self._whole = whole

    def noise(self, share: float, *, times: int = 1) -> float:
        """Returns the deviation of the noise of one read, of `times` that share a part of the budget.

        Args:
            share: Of the budget's precision.
            times: How many reads share it.
        """
        return self._whole * math.sqrt(times / share)

    def take(self, share: float) -> float:
        """Takes a share of the precision; returns the noise multiplier that it buys.

        Args:
            share: Of the budget's precision.

        Raises:
            SettingsError: If less is left.
        """
        if not 0 < share <= self.left + ROUNDING:
            raise SettingsError(
                f"DifferentialPrivacy: a read asks for {share:.3g} of the budget, of which {max(self.left, 0):.3g} is "
                "left. Lower preparation, or learn fewer columns."
            )
        self.left -= share
        return self.noise(share)

    def counts(self, counts: np.ndarray, *, share: float, purpose: str) -> np.ndarray:
        """Returns counts with noise.

        Args:
            counts: Any shape; one patient adds one to one of them, or to none.
            share: Of the budget's precision.
            purpose: For the ledger.

        Returns:
            float64, of the same shape; may be negative.
        """
        return self.weighted(counts, np.ones(1), share=share, purpose=purpose)

    def weighted(self, values: np.ndarray, scales: np.ndarray, *, share: float, purpose: str) -> np.ndarray:
        """Returns numbers with noise, each in proportion to a scale.

        Args:
            values: Any shape; what one patient adds, over the scales, has a Euclidean length of at most one.
            scales: Broadcast to `values`.
            share: Of the budget's precision.
            purpose: For the ledger.

        Returns:
            As `values`, with noise.
        """
        multiplier = self.take(share)
        self.ledger.enter(purpose=purpose, mechanism="gaussian", noise_multiplier=multiplier)
        return self._hidden(values, multiplier * scales)

    def _hidden(self, values: np.ndarray, deviations: np.ndarray) -> np.ndarray:
        """Values with normal noise."""
        return values + deviations * self.rng.normal(size=np.shape(values))

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
