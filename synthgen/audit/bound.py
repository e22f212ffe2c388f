"""What guesses about planted patients prove: a lower bound on epsilon, from a single run or from many."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import beta, binom

MOST_EPSILON = 50.0
"""Beyond, no number of guesses that a person waits for could tell."""


def epsilon_lower_bound(
    *, guesses: int, correct: int, num_canaries: int, delta: float = 0.0, confidence: float = 0.95
) -> float:
    """Returns the epsilon that a method certainly does not keep below, given how well its canaries were guessed.

    Each canary was planted or not by the toss of a coin. Under (epsilon, delta) differential privacy the number of
    correct guesses is hardly ever larger than that of coins that fall right with probability
    ``exp(epsilon) / (1 + exp(epsilon))`` (Steinke et al. 2023, theorem 5.2).

    Args:
        guesses: Canaries that were guessed; the attacker may pass on others.
        correct: Guesses that were right.
        num_canaries: All of them.
        delta: Of the claim.
        confidence: With which the bound holds.

    Returns:
        At least 0.

    Example:
        >>> round(epsilon_lower_bound(guesses=100, correct=100, num_canaries=100), 2)
        3.49
        >>> epsilon_lower_bound(guesses=100, correct=50, num_canaries=100)
        0.0
    """

    def surprise(epsilon: float) -> float:
        return _probability(epsilon, guesses, correct, num_canaries, delta) - (1 - confidence)

    if guesses == 0 or surprise(0.0) > 0:
        return 0.0
    if surprise(MOST_EPSILON) < 0:
        return MOST_EPSILON
    return float(brentq(surprise, 0.0, MOST_EPSILON, xtol=1e-4))


def epsilon_of_trials(*, trials: int, correct: int, delta: float = 0.0, confidence: float = 0.95) -> float:
    """Returns the epsilon that a method certainly does not keep below, given how often two tables were told apart.

    In each trial a coin chose one of two tables that differ by one patient, and the guess followed from what the method
    published and from earlier trials. Adding up what (epsilon, delta) differential privacy says of both tables
    (Kairouz et al. 2015, theorem 2.1), a guess is right with probability ``(exp(epsilon) + delta) / (1 +
    exp(epsilon))`` at most, whatever came before; so the number of right ones is hardly ever larger than that of
    independent coins, and the bound of Clopper and Pearson (1934) holds for that probability.

    Args:
        trials: Guesses, none passed over.
        correct: That were right.
        delta: Of the claim.
        confidence: With which the bound holds.

    Returns:
        At least 0.

    Example:
        >>> [round(epsilon_of_trials(trials=n, correct=n, delta=1e-5), 2) for n in (9, 10, 63)]
        [0.93, 1.05, 3.02]
        >>> epsilon_of_trials(trials=30, correct=18)
        0.0
    """
    if not correct:
        return 0.0
    right = float(beta.ppf(1 - confidence, correct, trials - correct + 1))
    return max(math.log(max(right - delta, 1e-300) / (1 - right)), 0.0)


def _probability(epsilon: float, guesses: int, correct: int, num_canaries: int, delta: float) -> float:
    """At most how probable so many correct guesses are."""
    right = float(expit(epsilon))
    pure = float(binom.sf(correct - 1, guesses, right))
    if not delta:
        return pure
    within = np.cumsum(
        binom.pmf(np.arange(correct - 1, -1, -1), guesses, right)
    )  # correct - i to correct - 1, for i from 1
    steepest = max((float(mass) / (place + 1) for place, mass in enumerate(within)), default=0.0)
    return min(pure + 2 * num_canaries * delta * steepest, 1.0)
