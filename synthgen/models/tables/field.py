"""A field of pairs: the rows of most entropy that agree with noisy margins of all pairs of columns."""

import dataclasses
import math
from functools import partial
from itertools import pairwise

import numpy as np

from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.expected import MOST_WEIGHT, Array, agree
from synthgen.models.calls import BARRED, MOST_ROWS, what_is_known
from synthgen.models.tables.base import GenerativeModel
from synthgen.models.tables.margins import Margins
from synthgen.models.tables.mixture import Mixture
from synthgen.progress import progress

MOST_CODES = 1_500
"""Categories and bins altogether beyond which there is the mixture alone: a sweep grows with their square."""

CHAINS = 16_384
"""Rows that are redrawn in turn while the field is fitted."""

RATE, ALL_RATES, LEAST_RATE = 0.1, 1.5, 0.02
"""Step of a pair at the start; of all pairs of a column together, at most; at the end, as a share of the start."""

LEAST_CHANCE = 1e-3
"""Chance of a pair of codes below which its step grows no longer."""

DOUBT = 0.5
"""Deviations that a margin may be missed by for the sake of entropy."""

DRAWN_SWEEPS = 2
"""Times that each cell of a row is redrawn after the mixture drew it: more of them blur margins, and gain nothing."""


class PairwiseField(GenerativeModel):
    """Rows whose logarithm of probability is a sum over pairs of cells (a Potts model; Besag 1974).

    Among all laws whose margins come as close to the given ones as their deviations allow, it is the one of most
    entropy: a penalty on the absolute parameters, as large as what may be missed, says just that (Dudik et al. 2007,
    section 3). So what the margins do not say, it does not make up, as a mixture does that is only fitted to them.

    Rows of a mixture, fitted to the same margins before, are where Gibbs sampling starts: when it is fitted, with rows
    that live on from step to step (Younes 1999; Tieleman 2008), and when rows are drawn.

    Args:
        layout: Of the rows; without scalars.
        num_components: Kinds of rows of the mixture.
        seed: Of the start, and of the rows it is fitted with.
    """

    def __init__(self, layout: Layout, *, num_components: int, seed: int) -> None:
        self.layout = layout
        self._seed = seed
        self._start = Mixture(layout, num_components=num_components, seed=seed)
        sizes = [layout.blocks[position].num_codes for position in layout.code_blocks]
        offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self._parts = [slice(low, high) for low, high in pairwise(offsets)]
        self._pairs = np.zeros((0, 0), np.float32)  # (codes, codes) parameters; empty: the mixture alone
        self._singles = np.zeros(0, np.float32)  # (codes,)

    @property
    def learns_conditions(self) -> bool:
        return True

    @property
    def copies_known(self) -> bool:
        return True

    def fit(self, margins: Margins, *, num_steps: int, num_sweeps: int, verbose: bool = False) -> None:
        """Fits the mixture, then the field.

        Args:
            margins: Of the codes.
            num_steps: Of the mixture, at most.
            num_sweeps: Times that each column's parameters move; 0 leaves the mixture alone.
            verbose: Whether to show progress.
        """
        self._start.fit(margins, num_steps=num_steps, verbose=verbose)
        num_codes = len(margins.singles)
        if not num_sweeps or len(self._parts) == 1 or num_codes > MOST_CODES:
            return
        # the margins of every pair told the mixture how often a code comes: its shares have less noise than singles
        margins = dataclasses.replace(margins, singles=self._start.shares())
        self._pairs = np.zeros((num_codes, num_codes), np.float32)
        self._singles = np.log(np.maximum(margins.singles, LEAST_CHANCE / 10)).astype(np.float32)
        rng = np.random.default_rng([self._seed, 21])
        codes = self._start.draw(CHAINS, rng=rng).codes
        shown, barred = self._shown(codes), np.zeros(num_codes, np.float32)
        rate = min(RATE, ALL_RATES / (len(self._parts) - 1))
        for sweep in progress(range(num_sweeps), "Fitting all pairs of columns", verbose):
            falling = 0.5 * (1 + math.cos(math.pi * sweep / num_sweeps)) + LEAST_RATE
            for held in rng.permutation(len(self._parts)):
                chances = self._chances(shown, held, barred)
                self._move(shown, held, chances, margins, rate=falling * rate)
                _redraw(codes, shown, held, self._parts[held], chances, rng)

    def _move(self, shown: np.ndarray, held: int, chances: np.ndarray, margins: Margins, *, rate: float) -> None:
        """Moves the parameters of a column's pairs towards its margins; those that noise explains fall to zero."""
        part = self._parts[held]
        singles = margins.singles[part]
        step = rate / np.maximum(np.outer(margins.singles, singles), LEAST_CHANCE)
        moved = self._pairs[:, part] + step * (margins.pairs[:, part] - shown.T @ chances / len(shown))
        # infinite within the column itself, whose cells have no pairs
        moved = np.sign(moved) * np.maximum(np.abs(moved) - step * DOUBT * margins.deviations[:, part], 0)
        self._pairs[:, part], self._pairs[part] = moved, moved.T
        self._singles[part] += rate * (singles - chances.mean(0)) / np.maximum(singles, LEAST_CHANCE)

    def _shown(self, codes: np.ndarray) -> np.ndarray:
        """Codes as zeros and ones, (rows, codes of all columns)."""
        shown = np.zeros((len(codes), len(self._singles)), np.float32)
        for held, part in enumerate(self._parts):
            shown[np.arange(len(codes)), part.start + np.clip(codes[:, held], 0, part.stop - part.start - 1)] = 1
        return shown

    def _chances(self, shown: np.ndarray, held: int, barred: np.ndarray) -> np.ndarray:
        """The chances of a column's codes given all others, (rows, codes of the column)."""
        part = self._parts[held]
        raw = shown @ self._pairs[:, part] + self._singles[part] + barred[part]
        raw = np.exp(raw - raw.max(1, keepdims=True))
        return raw / raw.sum(1, keepdims=True)

    def draw(
        self,
        num_rows: int,
        *,
        rng: np.random.Generator,
        known: EncodedTable | None = None,
        mask: np.ndarray | None = None,
        excluded: np.ndarray | None = None,
    ) -> EncodedTable:
        drawn = self._start.draw(num_rows, rng=rng, known=known, mask=mask, excluded=excluded)
        if not len(self._pairs):
            return drawn
        _, mask = what_is_known(self.layout, num_rows, known=known, mask=mask)
        barred = np.where(self._start.allowed(excluded) > 0, 0, BARRED).astype(np.float32)
        for low in range(0, num_rows, MOST_ROWS):
            rows = slice(low, low + MOST_ROWS)
            codes, shown = drawn.codes[rows], self._shown(drawn.codes[rows])
            for _ in range(DRAWN_SWEEPS):
                for held in rng.permutation(len(self._parts)):
                    chances = self._chances(shown, held, barred)
                    _redraw(codes, shown, held, self._parts[held], chances, rng, kept=mask[rows, held])
        return drawn

    def log_likelihood(self, table: EncodedTable) -> np.ndarray:
        """Returns the logarithm of each row's probability under the field but for a constant, (rows,) in nats.

        Not quite the law of drawn rows, which two sweeps lead only part of the way from the mixture's.

        Args:
            table: (rows) encoded.
        """
        if not len(self._pairs):
            return self._start.log_likelihood(table)
        parts = [np.zeros(0)]
        for codes in np.array_split(table.codes, max(len(table) // MOST_ROWS, 1)):
            shown = self._shown(codes)
            parts.append(((shown @ self._pairs) * shown).sum(1) / 2 + shown @ self._singles)
        return np.concatenate(parts)

    def weights_to_keep(self) -> list[np.ndarray]:
        return [*self._start.weights_to_keep(), self._pairs, self._singles]

    def take_weights(self, weights: list[np.ndarray]) -> None:
        *mixture, pairs, singles = weights
        agree(len(pairs) == pairs.shape[1] == len(singles), "weights: expected a parameter for each pair of codes.")
        self._pairs, self._singles = pairs, singles
        self._start.take_weights(mixture)

    def expected_weights(self) -> list[Array]:
        sizes = (0, self._parts[-1].stop)  # none where there is the mixture alone
        parameters = partial(Array, dtype="float32", least=-MOST_WEIGHT, most=MOST_WEIGHT)
        return [*self._start.expected_weights(), parameters(sizes, sizes), parameters(sizes)]


def _redraw(
    codes: np.ndarray,
    shown: np.ndarray,
    held: int,
    part: slice,
    chances: np.ndarray,
    rng: np.random.Generator,
    *,
    kept: np.ndarray | None = None,
) -> None:
    """Draws a column anew, in codes (rows, columns) and as it is shown (rows, codes); kept cells stay."""
    limits = np.cumsum(chances, axis=1)
    drawn = (rng.random(len(codes))[:, None] * limits[:, -1:] > limits[:, :-1]).sum(1)
    if kept is not None:
        drawn = np.where(kept, codes[:, held], drawn)
    codes[:, held] = drawn
    shown[:, part] = 0
    shown[np.arange(len(codes)), part.start + np.clip(drawn, 0, chances.shape[1] - 1)] = 1
