"""What mechanisms cost together, and how much noise a budget asks for.

A fit decides as it reads: how finely to count follows from what was counted before, how many patients a batch holds
from the noisy number of patients. Sums of privacy loss distributions are proved for what is fixed beforehand. So all
that a fit reads is kept within one normal mechanism that is fixed before the first read. Normal mechanisms add up in
precision, one over the variance of the noise, whatever decided about the next (Smith and Thakurta 2022, "Fully adaptive
composition for Gaussian differential privacy"); mechanisms of other kinds do not (arXiv 2602.06756). Training on rows
that are drawn by chance is of another kind, so that it counts as the least normal mechanism that dominates it (Zhu et
al. 2022, theorem 10), by Google's dp-accounting.

Privacy loss distributions (Koskela et al. 2020; Meiser and Mohammadi 2018) and, looser, Renyi accounting (Mironov 2017)
say beside it what the same entries would cost, had all been fixed beforehand.
"""

import functools
import math
from collections.abc import Callable, Iterable
from typing import Literal

import dp_accounting
import numpy as np
from dp_accounting import rdp
from dp_accounting.pld import privacy_loss_distribution as distribution
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr

from synthgen.dp.entry import Entry
from synthgen.errors import SettingsError

Method = Literal["pld", "rdp"]

TOLERANCE = 1e-3
"""Of the search for a noise multiplier, relative."""

FREE = ("threshold", "declared", "uncounted")
"""Mechanisms that add no epsilon here; where there is an uncounted read, the ledger states none at all."""

ORDERS = [*range(2, 65), 80, 96, 128, 192, 256, 512, 1024]
"""Of Renyi divergences."""

LEAST_NOISE, MOST_NOISE = 0.3, 1e5
"""Where the search ends: less noise protects nobody, more leaves nothing to learn."""

STEPS, LEAST_STEP, MOST_STEP = 1_000, 1e-5, 5e-3
"""Of a privacy loss: how many there are in what training costs, about, and the finest and coarsest."""

MOST_STEPS = 400_000
"""In what a single step of training costs: coarser ones are on the safe side."""

STRIDE = 1.05
"""Of the search that brackets it."""

LEAST_PRECISE, MOST_PRECISE = 1e-6, 50.0
"""Distances of normal laws that are reckoned with: nothing can be told, everything."""

LEAST_RECKONED, MOST_RECKONED = 0.25, 1_000_000
"""Noise multiplier below which, and steps beyond which training counts as no protection: its losses would fill the
memory, or take for ever to add up."""

GRID = 3_000
"""Values of epsilon at which a mechanism must be dominated by a normal one, and between any two of which it then is."""


def epsilon(entries: Iterable[Entry], *, delta: float, method: Method = "pld") -> float:
    """Returns the epsilon of all entries together, had all of them been fixed beforehand.

    Args:
        entries: Of a ledger.
        delta: Of the promise; what entries may fail with is taken off first.
        method: How to compose.

    Returns:
        At least 0; infinite where delta is used up.
    """
    entries = list(entries)
    left = delta - sum(entry.delta for entry in entries)
    counted = [entry for entry in entries if entry.mechanism not in FREE]
    if left <= 0:
        return math.inf
    if not counted:
        return 0.0
    return _by_loss(counted, left) if method == "pld" else _by_moments(counted, left)


def _by_loss(entries: list[Entry], delta: float) -> float:
    """Epsilon by privacy loss distributions."""
    losses = []
    # normal mechanisms that see every row are one, whose precision is their sum (Dong et al. 2022, corollary 3.3)
    precision = sum(entry.times / entry.noise_multiplier**2 for entry in entries if entry.sampling_rate == 1)
    if precision:
        losses.append(distribution.from_gaussian_mechanism(precision**-0.5))
    losses += [_loss(entry, step=1e-4) for entry in entries if entry.sampling_rate < 1]
    return float(functools.reduce(lambda total, loss: total.compose(loss), losses).get_epsilon_for_delta(delta))


def _loss(entry: Entry, *, step: float) -> distribution.PrivacyLossDistribution:
    """Of training on rows drawn by chance, rounded to the safe side."""
    loss = distribution.from_gaussian_mechanism(
        entry.noise_multiplier, sampling_prob=entry.sampling_rate, value_discretization_interval=step
    )
    return loss.self_compose(entry.times)


def _like_normal(entry: Entry) -> float:
    """How far apart the normal laws are that training comes near to with many steps (Bu et al. 2020, corollary 4)."""
    one = math.expm1(min(entry.noise_multiplier**-2, math.log(MOST_NOISE)))
    return entry.sampling_rate * math.sqrt(entry.times * one)


def _by_moments(entries: list[Entry], delta: float) -> float:
    """Epsilon by Renyi divergences."""
    accountant = rdp.RdpAccountant(ORDERS)
    for entry in entries:
        event: dp_accounting.DpEvent = dp_accounting.GaussianDpEvent(entry.noise_multiplier)
        if entry.sampling_rate < 1:
            event = dp_accounting.PoissonSampledDpEvent(entry.sampling_rate, event)
        accountant.compose(event, entry.times)
    return float(accountant.get_epsilon(delta))


def normal_delta(noise: float, epsilon: float | np.ndarray) -> np.ndarray:
    """Returns the delta of one normal mechanism at an epsilon, exactly (Balle and Wang 2018, theorem 8).

    Args:
        noise: Multiplier.
        epsilon: At least 0, any shape.

    Example:
        >>> round(float(normal_delta(1.0, 1.0)), 4)
        0.1269
    """
    far = np.asarray(epsilon) * noise
    return ndtr(0.5 / noise - far) - np.exp(epsilon + log_ndtr(-0.5 / noise - far))


def normal_epsilon(noise: float, delta: float) -> float:
    """Returns the epsilon of one normal mechanism, at least 0; infinite where there is no delta.

    Args:
        noise: Multiplier.
        delta: Below 1.

    Example:
        >>> round(normal_epsilon(4.0, 1e-5), 2)
        0.93
    """
    if delta <= 0:
        return math.inf
    if normal_delta(noise, 0.0) <= delta:
        return 0.0
    highest = 1.0
    while normal_delta(noise, highest) > delta:
        highest *= 2
    return float(brentq(lambda epsilon: float(normal_delta(noise, epsilon)) - delta, 0, highest, xtol=1e-12))


def normal_noise(epsilon: float, delta: float) -> float:
    """Returns the noise multiplier of the one normal mechanism that a budget buys.

    Args:
        epsilon: Above 0.
        delta: Above 0.

    Example:
        >>> round(normal_noise(0.93, 1e-5), 1)
        4.0
    """
    low, high = 1 / MOST_PRECISE, 1.0
    if normal_delta(low, epsilon) <= delta:
        return low
    while normal_delta(high, epsilon) > delta:
        high *= 2
    noise = float(brentq(lambda noise: float(normal_delta(noise, epsilon)) - delta, low, high, xtol=1e-12))
    return noise * (1 + 1e-9)  # on the safe side of rounding


def precision(entries: Iterable[Entry]) -> float:
    """Returns the precision of one normal mechanism that costs at least as much as all entries, whatever decided about
    each.

    Args:
        entries: Of a ledger, none of them uncounted.

    Returns:
        Infinite where no normal mechanism of use does.
    """
    counted = [entry for entry in entries if entry.mechanism not in FREE]
    whole = sum(entry.times / entry.noise_multiplier**2 for entry in counted if entry.sampling_rate == 1)
    drawn = [as_normal(entry) for entry in counted if entry.sampling_rate < 1]
    return math.inf if 0 in drawn else whole + sum(noise**-2 for noise in drawn)


@functools.lru_cache(maxsize=512)
def as_normal(entry: Entry) -> float:
    """Returns the largest noise multiplier of a normal mechanism that dominates training on rows drawn by chance.

    Dominates: at every epsilon its delta is no less, but for the delta of the entry. Then training is the normal
    mechanism and, with that probability, nothing; and so it may count as one after anything read before.

    Args:
        entry: Of mechanism sampled_gaussian, with a delta: its tail is heavier than any normal one.

    Returns:
        0 where no normal mechanism of use dominates.
    """
    reckoned = LEAST_RECKONED <= entry.noise_multiplier <= MOST_NOISE and entry.times <= MOST_RECKONED
    if entry.delta <= 0 or not reckoned or _like_normal(entry) > MOST_PRECISE:
        return 0.0
    longest = (0.5 / entry.noise_multiplier + 10) / entry.noise_multiplier  # loss of a patient who is drawn, about
    step = min(max(_like_normal(entry) / STEPS, longest / MOST_STEPS, LEAST_STEP), MOST_STEP)
    loss = _loss(entry, step=step)
    last = loss.get_epsilon_for_delta(entry.delta)
    if math.isinf(last):  # so small a delta is within what losses are rounded by
        return 0.0
    grid = np.linspace(0, max(last, 1e-9), GRID)
    asked = (np.array(loss.get_delta_for_epsilon(grid)) - entry.delta) / (1 - entry.delta)

    def dominated(far: float) -> bool:
        # both fall along epsilon, so that a step further on the normal one is a bound for all between
        return bool(np.all(normal_delta(1 / far, grid[1:]) >= asked[:-1]))

    low, high = LEAST_PRECISE, MOST_PRECISE
    if not dominated(high):
        return 0.0
    while high > (1 + 1e-6) * low:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if dominated(middle) else (middle, high)
    return 1 / high


def smallest_noise(entry_with: Callable[[float], Entry], *, kept_within: float) -> float:
    """Returns the smallest noise multiplier under which training costs no more than a normal mechanism.

    Args:
        entry_with: The entry of the training, given the multiplier.
        kept_within: Noise multiplier of the normal mechanism.

    Raises:
        SettingsError: If no noise is enough.
    """

    def fits(multiplier: float) -> bool:
        return as_normal(entry_with(multiplier)) >= kept_within

    like = entry_with(1.0)
    steps = kept_within * like.sampling_rate * math.sqrt(like.times)  # solves `_like_normal`
    high = max(math.log1p(steps**-2) ** -0.5, LEAST_NOISE)
    while high < MOST_NOISE and not fits(high):
        high *= STRIDE
    if high >= MOST_NOISE:
        raise SettingsError(
            f"No noise keeps {like.times} steps of training within what the budget has left. Set a larger epsilon or "
            "delta, or take fewer steps or smaller batches."
        )
    while high > LEAST_NOISE and fits(high / STRIDE):
        high /= STRIDE
    low = high / STRIDE
    while high - low > TOLERANCE * high:
        middle = math.sqrt(low * high)
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high
