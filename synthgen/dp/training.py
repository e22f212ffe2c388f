"""Training under a privacy budget: rows drawn by chance, gradients shortened, normal noise (Abadi et al. 2016).

The length that gradients are shortened to stays, or follows their median (Andrew et al. 2021, algorithm 1): then each
step also learns, with noise, how many gradients were shorter. Both answers of a step together cost what one of a
little more noise does (section 2.1 there), which is how they stand in the ledger.
"""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import keras
import numpy as np
from keras import ops
from scipy.stats import binom, norm

from synthgen.backend import Tensor, per_row
from synthgen.dp import accountant
from synthgen.dp.entry import Entry
from synthgen.dp.reader import FAILURE, Reader
from synthgen.errors import SettingsError, TrainingError

MOST_RATE = 0.5
"""Of patients in a batch: beyond, chance of being drawn protects nobody."""

QUANTILE = 0.5
"""Of the gradients' lengths, that an adaptive length follows."""

PACE = 0.2
"""How fast it does: the logarithm of the length moves by this times how far the share of shorter gradients is off."""

COUNT_NOISE = 1 / 20
"""Deviation of the noise of the number of shorter gradients, over the patients expected in a batch."""


@dataclass
class PrivateTraining:
    """How one run of training protects each patient.

    Args:
        clipping_norm: Longest gradient of one patient, at first.
        noise_multiplier: Deviation of the gradients' noise over that length.
        sampling_rate: Probability of each patient to be in a batch.
        batch_size: Patients expected in one.
        capacity: Patients that a batch has room for; more come with a probability that the ledger holds.
        rng: Draws the batches.
        key: (2,) int64, secret, of the noise.
        count_noise: Deviation of the noise of how many gradients were shorter, for a length that follows their median;
            0: the length stays.
    """

    clipping_norm: float
    noise_multiplier: float
    sampling_rate: float
    batch_size: float
    capacity: int
    rng: np.random.Generator
    key: np.ndarray = field(repr=False)
    count_noise: float = 0.0
    longest: keras.Variable = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.longest = keras.Variable(self.clipping_norm, trainable=False, dtype="float32", name="longest")

    def batches(self, num_rows: int, *, num_batches: int) -> np.ndarray:
        """Returns indices of rows, each drawn or not by its own chance, (num_batches, capacity) int32; -1 where none.

        What is random in a step but is no secret (dropout, levels of noise, orders of columns) belongs to places of
        the batch. So drawn rows stand in secret places, any as likely as any other, no two in one: whoever takes a
        patient out of a batch leaves a gap and all others where they are, and what is left is drawn as a batch without
        that patient is. Beyond `capacity` there is no such gap to leave, which has the probability that the ledger
        holds.

        Args:
            num_rows: Of the training table, one a patient.
            num_batches: How many.
        """
        drawn = np.full((num_batches, self.capacity), -1, np.int32)
        for batch, size in zip(drawn, self.rng.binomial(num_rows, self.sampling_rate, num_batches), strict=True):
            held = min(int(size), self.capacity)
            places = self.rng.choice(self.capacity, held, replace=False)
            batch[places] = self.rng.choice(num_rows, held, replace=False)
        return drawn

    def gradients(
        self, losses: Callable[[], Tensor], variables: list, *, indices: Tensor, step: Tensor
    ) -> list[Tensor]:
        """Returns the noisy mean of shortened gradients over the patients that a batch expects, one for each variable.

        Args:
            losses: Computes (capacity,), each of its own row alone.
            variables: Keras variables.
            indices: (capacity,) int32, -1 where there is no row.
            step: Number of the step in the whole run.
        """
        present = ops.cast(indices >= 0, "float32")
        longest = ops.convert_to_tensor(self.longest)
        sums, lengths = per_row.clipped_gradients(losses, variables, present=present, longest=longest)
        noisy = self.with_noise(sums, step)
        if self.count_noise:
            self._follow(ops.sum(present * (ops.cast(lengths <= longest, "float32") - 0.5)), step)
        return noisy

    def with_noise(self, gradients: list[Tensor], step: Tensor) -> list[Tensor]:
        """Returns sums of gradients with noise, over the patients that a batch expects.

        Args:
            gradients: Sums over a batch, one for each variable.
            step: Number of the step in the whole run.
        """
        deviation = self.noise_multiplier * ops.convert_to_tensor(self.longest)
        return [
            (gradient + deviation * per_row.private_noise(tuple(gradient.shape), self.key, step, place))
            / self.batch_size
            for place, gradient in enumerate(gradients)
        ]

    def _follow(self, balance: Tensor, step: Tensor) -> None:
        """Moves the length towards the median.

        Args:
            balance: Half of the number of shorter gradients less half of that of the others; a patient changes it by
                one half.
            step: Number of the step in the whole run.
        """
        noise = self.count_noise * per_row.private_noise((), self.key, step, -1)
        share = (balance + noise) / self.batch_size + 0.5
        self.longest.assign(ops.convert_to_tensor(self.longest) * ops.exp(-PACE * (share - QUANTILE)))


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
    failure = budget.delta * FAILURE / 2  # once for patients that noise hid, once for batches of very many
    most = num_patients + math.ceil(reader.unit_deviation * float(norm.isf(failure)))
    capacity = int(binom.isf(failure / num_steps, most, rate)) + 1
    ledger.enter(purpose=f"batches of more than {capacity}", mechanism="threshold", delta=2 * failure)

    purpose = f"training of {what}" + (", and lengths of its gradients" if budget.adaptive_clipping else "")

    def with_noise(multiplier: float) -> Entry:
        return Entry(purpose=purpose, mechanism="sampled_gaussian", times=num_steps, noise_multiplier=multiplier,
                     sampling_rate=rate, delta=budget.delta * FAILURE)  # fmt: skip

    # rate and steps follow from the noisy number of patients, so that this must hold whatever that number was
    noise = accountant.smallest_noise(with_noise, kept_within=reader.take(reader.left))
    ledger.entries.append(with_noise(noise))
    key = reader.rng.integers(-(2**63), 2**63, 2) if ledger.known_noise else _secret()
    of_gradients, of_count = split_noise(noise, batch_size=batch_size) if budget.adaptive_clipping else (noise, 0.0)
    return PrivateTraining(budget.clipping_norm, of_gradients, rate, batch_size, capacity, reader.rng, key, of_count)


def split_noise(noise: float, *, batch_size: float) -> tuple[float, float]:
    """Returns the noise of gradients and of the number of shorter ones that together cost as much as one noise.

    Args:
        noise: Multiplier of the one.
        batch_size: Patients expected in a batch.

    Returns:
        Multiplier for the gradients, and deviation for the number, of which a patient changes one half.

    Example:
        >>> of_gradients, of_count = split_noise(2.0, batch_size=1000)
        >>> round(of_gradients, 4), of_count, round(of_gradients**-2 + (2 * of_count) ** -2, 6)
        (2.0004, 50.0, 0.25)
    """
    of_count = max(COUNT_NOISE * batch_size, noise)
    return 1 / math.sqrt(noise**-2 - (2 * of_count) ** -2), of_count


def _secret() -> np.ndarray:
    return np.array([secrets.randbits(63), secrets.randbits(63)], np.int64)


def check_lengths(losses: Callable[[], Tensor], variables: list) -> None:
    """Makes sure that lengths of gradients are found right, on made-up rows: noise fits the lengths that are found.

    Args:
        losses: Computes (rows,), of few rows.
        variables: That are trained.

    Raises:
        TrainingError: If a layer does not say what its rows add.
    """
    said, true = per_row.lengths_both_ways(losses, variables)
    if not np.all(said >= 0.999 * true - 1e-6):
        raise TrainingError(
            "Gradients of single rows are longer than the network's layers say: under a privacy budget only layers of "
            "synthgen.networks.dense and .observed can be trained, without spectral normalisation, and without "
            "convolutions in groups or by depth (mixing='dense')."
        )
