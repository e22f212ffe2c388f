"""What mechanisms cost together, by Google's dp-accounting, and how much noise a budget asks for.

Privacy loss distributions (Koskela et al. 2020; Meiser and Mohammadi 2018) give the epsilon that is stated; Renyi
accounting (Mironov 2017), looser, is there to cross-check it.
"""

import functools
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

import dp_accounting
from dp_accounting import rdp
from dp_accounting.pld import privacy_loss_distribution as distribution

from synthgen.errors import SettingsError

if TYPE_CHECKING:
    from synthgen.dp.ledger import Entry

Method = Literal["pld", "rdp"]

TOLERANCE = 1e-3
"""Of the search for a noise multiplier, relative."""

FREE = ("threshold", "declared", "uncounted")
"""Mechanisms that add no epsilon here; where there is an uncounted read, the ledger states none at all."""

ORDERS = [*range(2, 65), 80, 96, 128, 192, 256, 512, 1024]
"""Of Renyi divergences."""

LEAST_NOISE, MOST_NOISE = 0.4, 1e5
"""Where the search begins and ends: less noise protects nobody, more leaves nothing to learn."""

STRIDE = 1.1
"""Of the search that brackets it."""


def epsilon(entries: Iterable["Entry"], *, delta: float, method: Method = "pld") -> float:
    """Returns the epsilon of all entries together.

    Args:
        entries: Of a ledger.
        delta: Of the promise; what entries may fail with is taken off first.
        method: How to compose.

    Returns:
        At least 0; infinite where delta is used up.
    """
    entries = list(entries)
    left = delta - sum(entry.delta * entry.times for entry in entries)
    counted = [entry for entry in entries if entry.mechanism not in FREE]
    if left <= 0:
        return math.inf
    if not counted:
        return 0.0
    return _by_loss(counted, left) if method == "pld" else _by_moments(counted, left)


def _by_loss(entries: list["Entry"], delta: float) -> float:
    """Epsilon by privacy loss distributions."""
    losses = []
    # normal mechanisms that see every row are one, whose precision is their sum (Dong et al. 2022, corollary 3.3)
    precision = sum(entry.times / entry.noise_multiplier**2 for entry in entries if entry.sampling_rate == 1)
    if precision:
        losses.append(distribution.from_gaussian_mechanism(precision**-0.5))
    for entry in entries:
        if entry.sampling_rate < 1:
            loss = distribution.from_gaussian_mechanism(entry.noise_multiplier, sampling_prob=entry.sampling_rate)
            losses.append(loss.self_compose(entry.times))
    return float(functools.reduce(lambda total, loss: total.compose(loss), losses).get_epsilon_for_delta(delta))


def _by_moments(entries: list["Entry"], delta: float) -> float:
    """Epsilon by Renyi divergences."""
    accountant = rdp.RdpAccountant(ORDERS)
    for entry in entries:
        event: dp_accounting.DpEvent = dp_accounting.GaussianDpEvent(entry.noise_multiplier)
        if entry.sampling_rate < 1:
            event = dp_accounting.PoissonSampledDpEvent(entry.sampling_rate, event)
        accountant.compose(event, entry.times)
    return float(accountant.get_epsilon(delta))


def smallest_noise(entries_with: Callable[[float], Iterable["Entry"]], *, epsilon_asked: float, delta: float) -> float:
    """Returns the smallest noise multiplier under which entries keep within a budget.

    Renyi accounting, which takes milliseconds, says where to search; privacy loss distributions then say how much less
    is enough.

    Args:
        entries_with: All entries, given the multiplier.
        epsilon_asked: Of the budget.
        delta: Of the budget.

    Raises:
        SettingsError: If no noise is enough: what does not depend on the multiplier costs too much already.
    """

    def fits(multiplier: float, method: Method) -> bool:
        return epsilon(entries_with(multiplier), delta=delta, method=method) <= epsilon_asked

    high = LEAST_NOISE
    while high < MOST_NOISE and not fits(high, "rdp"):
        high *= STRIDE
    if high < MOST_NOISE:
        while high > LEAST_NOISE and fits(high / STRIDE, "pld"):
            high /= STRIDE
        low = high / STRIDE
    elif fits(MOST_NOISE, "pld"):  # what is spent already fits, if only just
        low, high = LEAST_NOISE, MOST_NOISE
    else:
        least = epsilon(entries_with(MOST_NOISE), delta=delta)
        raise SettingsError(
            f"No noise keeps what is asked within epsilon={epsilon_asked:g}, delta={delta:g}. The least that can "
            f"be kept is about epsilon={1.1 * least:.2g}: set that or more, or take fewer steps."
        )
    while high - low > TOLERANCE * high:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if fits(middle, "pld") else (middle, high)
    return high
