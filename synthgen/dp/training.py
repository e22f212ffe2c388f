"""Training under a privacy budget: rows drawn by chance, gradients shortened, normal noise (Abadi et al. 2016)."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import binom

from synthgen.backend import Tensor, per_row
from synthgen.dp import accountant
from synthgen.dp.ledger import Entry
from synthgen.dp.reader import FAILURE, Reader
from synthgen.errors import SettingsError, TrainingError

MOST_RATE = 0.5
"""Of patients in a batch: beyond, chance of being drawn protects nobody."""

COUNT_MARGIN = 1.1
"""How many more patients there may be than were counted with noise."""


@dataclass
class PrivateTraining:
    """How one run of training protects each patient.

    Args:
        clipping_norm: Longest gradient of one patient.
        noise_multiplier: Deviation of the noise over that length.
        sampling_rate: Probability of each patient to be in a batch.
        batch_size: Patients expected in one.
        capacity: Patients that a batch has room for; more come with a probability that the ledger holds.
        rng: Draws the batches.
        key: (2,) int64, secret, of the noise.
    """

    clipping_norm: float
    noise_multiplier: float
    sampling_rate: float
    batch_size: float
    capacity: int
    rng: np.random.Generator
    key: np.ndarray = field(repr=False)

    def batches(self, num_rows: int, *, num_batches: int) -> np.ndarray:
        """Returns indices of rows, each drawn or not by its own chance, (num_batches, capacity) int32; -1 where none.

        Args:
            num_rows: Of the training table, one a patient.
            num_batches: How many.
        """
        drawn = np.full((num_batches, self.capacity), -1, np.int32)
        for batch, size in zip(drawn, self.rng.binomial(num_rows, self.sampling_rate, num_batches), strict=True):
            held = min(int(size), self.capacity)
            batch[:held] = self.rng.choice(num_rows, held, replace=False)
        return drawn

    def with_noise(self, gradients: list[Tensor], step: Tensor) -> list[Tensor]:
        """Returns the noisy mean gradient over the patients that a batch expects.

        Args:
            gradients: Sums over a batch, one for each variable.
            step: Number of the step in the whole run.
        """
        deviation = self.noise_multiplier * self.clipping_norm
        return [
            (gradient + deviation * per_row.private_noise(tuple(gradient.shape), self.key, step, place))
            / self.batch_size
            for place, gradient in enumerate(gradients)
        ]


def plan_training(reader: Reader, *, num_patients: int, batch_size: int, num_steps: int, what: str) -> PrivateTraining:
    """Returns how training spends what is left of a budget, and enters it in the ledger.

    Args:
        reader: Of the rows, with what was read so far.
        num_patients: About how many, as counted with noise.
        batch_size: Patients expected in a batch.
        num_steps: Of training.
        what: Is trained, for the ledger.

    Raises:
        SettingsError: If batches hold most of the patients; says what would do.
    """
    rate = batch_size / num_patients
    if rate > MOST_RATE:
        raise SettingsError(
            f"A privacy budget needs batches of at most half of the patients. There are about {num_patients} and "
            f"batch_size={batch_size}. Set batch_size={max(int(MOST_RATE * num_patients / 4), 1)}, or bring more rows."
        )
    budget, ledger = reader.budget, reader.ledger
    failure = budget.delta * FAILURE
    capacity = int(binom.isf(failure / num_steps, int(COUNT_MARGIN * num_patients), rate)) + 1
    ledger.enter(purpose=f"batches of more than {capacity}", mechanism="threshold", delta=failure)

    def with_noise(multiplier: float) -> list[Entry]:
        return [*ledger.entries, Entry(purpose=f"training of {what}", mechanism="sampled_gaussian", times=num_steps,
                                       noise_multiplier=multiplier, sampling_rate=rate)]  # fmt: skip

    noise = accountant.smallest_noise(with_noise, epsilon_asked=budget.epsilon, delta=budget.delta)
    ledger.entries[:] = with_noise(noise)
    key = reader.rng.integers(-(2**63), 2**63, 2) if ledger.known_noise else _secret()
    return PrivateTraining(budget.clipping_norm, noise, rate, batch_size, capacity, reader.rng, key)


def _secret() -> np.ndarray:
    return np.array([secrets.randbits(63), secrets.randbits(63)], np.int64)


def check_lengths(losses: Callable[[], Tensor], variables: list, *, num_rows: int) -> None:
    """Makes sure that lengths of gradients are found right, on made-up rows: noise fits the lengths that are found.

    Args:
        losses: Computes (num_rows,).
        variables: That are trained.
        num_rows: Few.

    Raises:
        TrainingError: If a layer does not say what its rows add.
    """
    said, true = per_row.lengths_both_ways(losses, variables, num_rows=num_rows)
    if not np.all(said >= 0.999 * true - 1e-6):
        raise TrainingError(
            "Gradients of single rows are longer than the network's layers say: under a privacy budget only layers of "
            "synthgen.networks.dense can be trained."
        )
