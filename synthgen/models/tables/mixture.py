"""A mixture of products: some hundred kinds of rows, in each of which the columns are independent."""

import keras
import numpy as np
from keras import ops
from scipy.special import logsumexp

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.expected import Array, agree
from synthgen.models.calls import what_is_known
from synthgen.models.tables.base import GenerativeModel
from synthgen.models.tables.margins import Margins
from synthgen.progress import progress

RATE = 0.1
"""Of Adam at the start; falls to zero along a cosine."""

LEAST_SHARE = 1e-4
"""Of a code at the start, so that none begins as impossible."""

STEPS = 50
"""Steps after each of which it is seen whether the noise is reached."""

SUM_TOLERANCE = 0.01
"""By which the chances of a column's codes may miss one, as read with noise and kept in single precision."""

SPREAD = 0.5
"""Deviation of the components' raw outputs at the start: components that are alike would stay alike."""


class Mixture(GenerativeModel):
    """Rows of hidden kinds; given its kind, the columns of a row are independent (Vermunt et al. 2008).

    All margins of two columns are one matrix product of the components' probabilities, so that the mixture can be
    fitted to margins alone, by gradients, with no row at hand (Aydore et al. 2021; Liu et al. 2021). What is known of a
    row says which kinds it may be: conditions and completion are exact.

    Args:
        layout: Of the rows; without scalars.
        num_components: Kinds of rows.
        seed: Of the start.
    """

    def __init__(self, layout: Layout, *, num_components: int, seed: int) -> None:
        self.layout = layout
        self._num_components, self._seed = num_components, seed
        self._sizes = [layout.blocks[position].num_codes for position in layout.code_blocks]
        self._offsets = np.concatenate([[0], np.cumsum(self._sizes)]).astype(int)
        self._probabilities = np.zeros((0, int(self._offsets[-1])), np.float32)  # (components, codes of all columns)

    @property
    def learns_conditions(self) -> bool:
        return True

    @property
    def copies_known(self) -> bool:
        return True

    def fit(self, margins: Margins, *, num_steps: int, verbose: bool = False) -> None:
        """Finds components whose margins come close to the given ones, each as close as its noise allows.

        Margins with noise contradict each other; the first steps find what they agree on. So the search ends when the
        components are as far from them as the noise alone is expected to be (Morozov 1966, the discrepancy principle).

        Args:
            margins: Of the codes.
            num_steps: Of gradient descent, at most.
            verbose: Whether to show progress.
        """
        rng = np.random.default_rng([self._seed, 20])
        shares = np.maximum(margins.singles, LEAST_SHARE)
        if len(self._sizes) == 1 or max(self._sizes) == 1:  # no pair says anything
            self._probabilities = np.tile(margins.singles.astype(np.float32), (self._num_components, 1))
            return
        start = np.log(shares) + SPREAD * rng.normal(size=(self._num_components, len(shares)))
        outputs = keras.Variable(start.astype("float32"), name="outputs")
        pairs, weights = ops.convert_to_tensor(margins.pairs), ops.convert_to_tensor(margins.weights)
        optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(RATE, num_steps))
        optimizer.build([outputs])

        def loss() -> tuple[Tensor, Tensor]:
            shown = self._softmax(outputs.value)
            own = ops.matmul(ops.transpose(shown), shown) / self._num_components
            value = ops.sum(weights * ops.square(own - pairs))
            return value, value

        def step(_number: Tensor, _last: Tensor) -> Tensor:
            value, gradients = backend.value_and_gradients(loss, [outputs])
            backend.apply_gradients(optimizer, gradients, [outputs])
            return value

        steps = backend.compiled(lambda number: backend.repeat(number, step, ops.zeros(())), jit_compile=False)
        for first in progress(range(0, num_steps, STEPS), "Fitting kinds of rows", verbose):
            if float(steps(ops.convert_to_tensor(min(STEPS, num_steps - first), dtype="int32"))) < margins.misfit:
                break
        self._probabilities = np.asarray(ops.convert_to_numpy(self._softmax(outputs.value)), np.float32)

    def shares(self) -> np.ndarray:
        """Returns how often each code comes, (codes of all columns,)."""
        return self._probabilities.mean(0)

    def _softmax(self, outputs: Tensor) -> Tensor:
        """Probabilities of the codes of each column, (components, codes of all columns)."""
        parts = [
            ops.softmax(outputs[:, low : low + size]) if size > 1 else ops.ones_like(outputs[:, low : low + 1])
            for low, size in zip(self._offsets[:-1], self._sizes, strict=True)
        ]
        return ops.concatenate(parts, axis=1)

    def draw(
        self,
        num_rows: int,
        *,
        rng: np.random.Generator,
        known: EncodedTable | None = None,
        mask: np.ndarray | None = None,
        excluded: np.ndarray | None = None,
    ) -> EncodedTable:
        known, mask = what_is_known(self.layout, num_rows, known=known, mask=mask)
        kinds = self._kinds(known, mask, rng)
        allowed = self.allowed(excluded)
        drawn = self.layout.zeros(num_rows)
        for held, (low, size) in enumerate(zip(self._offsets[:-1], self._sizes, strict=True)):
            shares = self._probabilities[:, low : low + size] * allowed[low : low + size]
            limits = np.cumsum(shares, axis=1)
            limits = limits / np.maximum(limits[:, -1:], 1e-30)
            chance = rng.random(num_rows)
            codes = (chance[:, None] > limits[kinds, :-1]).sum(1)
            drawn.codes[:, held] = np.where(mask[:, held], known.codes[:, held], codes)
        return drawn

    def _kinds(self, known: EncodedTable, mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A component for each row, likely given what is known of it, (rows,)."""
        kinds = rng.integers(self._num_components, size=len(mask))
        logs = np.log(np.maximum(self._probabilities, 1e-30))
        told = np.flatnonzero(mask.any(1))
        for part in np.array_split(told, max(len(told) // 4096, 1)):
            fit = np.zeros((len(part), self._num_components), np.float32)
            for held, low in enumerate(self._offsets[:-1]):
                codes = np.clip(known.codes[part, held], 0, self._sizes[held] - 1)
                fit += np.where(mask[part, held], logs[:, low + codes], 0).T
            # the largest of logarithms with Gumbel noise is a draw by their shares
            kinds[part] = (fit + rng.gumbel(size=fit.shape)).argmax(1)
        return kinds

    def log_likelihood(self, table: EncodedTable) -> np.ndarray:
        """Returns the logarithm of each row's probability, (rows,) in nats.

        Args:
            table: (rows) encoded.
        """
        logs = np.log(np.maximum(self._probabilities, 1e-30))
        parts = [np.zeros(0)]
        for codes in np.array_split(table.codes, max(len(table) // 1024, 1)):
            fit = sum(logs[:, low + codes[:, held]] for held, low in enumerate(self._offsets[:-1]))
            parts.append(logsumexp(fit, axis=0) - np.log(self._num_components))
        return np.concatenate(parts)

    def allowed(self, excluded: np.ndarray | None) -> np.ndarray:
        """Returns 1 for each code that may be drawn, else 0, (codes of all columns,).

        Args:
            excluded: See `draw`; categories and missing values.
        """
        allowed = np.ones(int(self._offsets[-1]), np.float32)
        if excluded is None:
            return allowed
        for low, size, position in zip(self._offsets[:-1], self._sizes, self.layout.code_blocks, strict=True):
            block, start = self.layout.blocks[position], self.layout.starts[position]
            barred = excluded[start : start + block.size]
            if block.form == "number":
                barred = np.append(np.zeros(size - 1, bool), barred[-1])
            if not barred.all():
                allowed[low : low + size] = ~barred
        return allowed

    def weights_to_keep(self) -> list[np.ndarray]:
        return [self._probabilities]

    def take_weights(self, weights: list[np.ndarray]) -> None:
        (probabilities,) = weights
        for low, size in zip(self._offsets[:-1], self._sizes, strict=True):
            sums = probabilities[:, low : low + size].sum(1)
            agree(bool((np.abs(sums - 1) < SUM_TOLERANCE).all()), "weights: expected chances that sum to one.")
        self._probabilities = probabilities

    def expected_weights(self) -> list[Array]:
        return [Array(self._num_components, int(self._offsets[-1]), dtype="float32", least=0, most=1 + SUM_TOLERANCE)]
