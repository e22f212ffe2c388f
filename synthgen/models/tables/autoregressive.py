"""An autoregressive model of encoded rows, in any order of the columns."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor, per_row, programs
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.calls import MOST_ROWS, barred, in_calls, rows_per_call, what_is_known
from synthgen.models.tables.network import LossModel
from synthgen.networks import heads
from synthgen.networks.chain import Chain
from synthgen.networks.inversion import inverted

MOST_CELLS = 2**21
"""Rows times features of one call of the compiled sampler."""


class Autoregressive(LossModel):
    """The law of a row as a product of conditional laws, one a column.

    Half of each batch learns the columns in the table's own order, each given all before it; the other half in orders
    that begin with a random subset, so that the law of any columns given any others is learned too (Uria et al. 2014;
    Hoogeboom et al. 2022). Plain rows are drawn in the table's order. A number is a code and a place inside its bin,
    which is drawn given the code and everything before.

    Args:
        layout: Layout of the encoded rows.
        network: Makes the networks of the columns; called twice, for what is trained and for what draws.
        seed: Seed of everything random in training.
    """

    def __init__(self, layout: Layout, *, network: Callable[[], Chain], seed: int) -> None:
        super().__init__(layout, network=network, seed=seed)
        self._batch = rows_per_call(layout, most_cells=MOST_CELLS)
        self._draw = programs.compiled_for_any_rows(self._rows)
        self._score = backend.compiled(self._log_likelihood, jit_compile=False)

    @property
    def learns_conditions(self) -> bool:
        return True

    @property
    def copies_known(self) -> bool:
        return True

    def losses_of(self, codes: Tensor, scalars: Tensor, *, seed: Tensor) -> Tensor:
        half = codes.shape[0] // 2
        columns = len(self.layout.code_blocks)
        ordered = in_order(ops.arange(columns))
        some = in_order(_random_order(columns, seed))
        with per_row.part(slice(half)):
            first = self._terms(self.network, codes[:half], scalars[:half], ordered, training=True)
        with per_row.part(slice(half, None)):
            second = self._terms(self.network, codes[half:], scalars[half:], some, training=True)
        return -ops.concatenate([first, second])

    def _terms(self, network: Chain, codes: Tensor, scalars: Tensor, known: Tensor, *, training: bool) -> Tensor:
        """Logarithms of the conditional laws of a batch, (batch,)."""
        hidden = network.hidden(network.embed_all(codes, scalars), known, training=training)
        total = ops.zeros((codes.shape[0],))
        for position, block in enumerate(network.codes):
            code, own = codes[:, position], hidden[position]
            logits = network.logits(position, own)
            if block.form == "bits":
                shown = heads.bits(code, block.size)
                logits += network.of_earlier_bits(position, shown)
                total += ops.sum(shown * logits - ops.softplus(logits), axis=1)
            else:
                total += _log_probability(logits, code)
        for order, (position, refines) in enumerate(network.insides.items()):
            code = codes[:, position]
            inside = heads.inside(code, refines)
            place = self._place(scalars[:, order], network.num_places)
            total += inside * _log_probability(network.place_logits(position, hidden[position], code), place)
        return total

    @staticmethod
    def _place(scalar: Tensor, num_places: int) -> Tensor:
        return ops.clip(ops.cast((scalar + 1) * (num_places / 2), "int32"), 0, num_places - 1)

    def log_likelihood(self, table: EncodedTable) -> np.ndarray:
        """Returns the logarithm of each row's probability, in nats, of codes and of places as parts of bins.

        Args:
            table: (rows) encoded.

        Returns:
            (rows,) float64.
        """
        parts = [table.take(slice(start, start + MOST_ROWS)) for start in range(0, len(table), MOST_ROWS)]
        scores = [self._score(part.codes, part.scalars).numpy().astype(float) for part in parts]
        return np.concatenate([np.zeros(0), *scores])

    def _log_likelihood(self, codes: Tensor, scalars: Tensor) -> Tensor:
        known = in_order(ops.arange(len(self.layout.code_blocks)))
        return self._terms(self._sampler, codes, scalars, known, training=False)

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
        bar = barred(self.layout, excluded)
        asked = known.codes, known.scalars, mask.astype(np.float32)
        return in_calls(lambda part, seed: self._draw(part, bar, seed), asked, layout=self.layout, num_rows=num_rows,
                        batch=self._batch, rng=rng)  # fmt: skip

    def _rows(self, asked: tuple[Tensor, ...], bar: Tensor, seed: Tensor) -> tuple:
        codes, scalars, mask = asked
        network, rows = self._sampler, ops.shape(codes)[0]
        columns = len(network.codes)
        chance = backend.uniform((rows, columns), backend.step_seed(1, seed[0], seed[1]))
        places_chance = backend.uniform((rows, max(len(network.insides), 1)), backend.step_seed(2, seed[0], seed[1]))
        told = mask  # (rows, columns), grows by a column a turn
        embedded = network.embed_all(codes, scalars) * mask[:, :, None]
        drawn, places, order = [], [], 0
        for position, block in enumerate(network.codes):
            start = self.layout.starts[self.layout.code_blocks[position]]
            hidden = network.hidden_of(position, embedded, told)
            logits = network.logits(position, hidden) + bar[start : start + block.size]
            is_known = mask[:, position] > 0
            if block.form == "bits":
                new = self._draw_bits(position, logits, backend.step_seed(3 + position, seed[0], seed[1]))
            else:
                new = _drawn(logits, chance[:, position])
            code = ops.where(is_known, codes[:, position], new)
            scalar = None
            if position in network.insides:
                place = _drawn(network.place_logits(position, hidden, code), places_chance[:, order])
                jitter = backend.uniform((rows,), backend.step_seed(1000 + position, seed[0], seed[1]))
                new_scalar = (ops.cast(place, "float32") + jitter) * (2 / network.num_places) - 1
                inside = heads.inside(code, network.insides[position])
                scalar = ops.where(is_known, scalars[:, order], new_scalar * inside)
                places.append(scalar)
                order += 1
            drawn.append(code)
            here = np.eye(columns, dtype="float32")[position]
            fresh = network.embed(position, code, scalar)[:, None] * here[None, :, None]
            embedded = embedded * (1 - here)[None, :, None] + fresh
            told = ops.maximum(told, here[None])
        stacked = ops.stack(places, axis=1) if places else ops.zeros((rows, 0))
        return ops.stack(drawn, axis=1), stacked

    def _draw_bits(self, position: int, logits: Tensor, seed: Tensor) -> Tensor:
        size = self._sampler.codes[position].size
        among, chance = self._sampler.among_bits(position), backend.uniform((ops.shape(logits)[0], size), seed)
        drawn: list[Tensor] = []
        for bit in range(size):
            said = logits[:, bit]
            for earlier in range(bit):
                said += drawn[earlier] * among[earlier, bit]
            drawn.append(ops.cast(chance[:, bit] < ops.sigmoid(said), "float32"))
        powers = (1 << np.arange(size)).astype("int32")
        return ops.sum(ops.cast(ops.stack(drawn, axis=1), "int32") * powers, axis=1)


def in_order(order: Tensor) -> Tensor:
    """Returns what is known to each column when they come in an order, (columns, columns) of 0 and 1.

    Args:
        order: (columns,) the place of each column.
    """
    return ops.cast(order[None, :] < order[:, None], "float32")


def _random_order(columns: int, seed: Tensor) -> Tensor:
    """A random subset first, in random order, then the others in the table's order; (columns,) numbers to sort by."""
    chance = backend.uniform((2 * columns + 1,), backend.step_seed(1, seed[0], seed[1]))
    first = chance[:columns] < chance[-1]
    return ops.where(first, chance[columns:-1], 1.0 + ops.arange(columns, dtype="float32"))


def _log_probability(logits: Tensor, code: Tensor) -> Tensor:
    return -keras.losses.sparse_categorical_crossentropy(code, logits, from_logits=True)


def _drawn(logits: Tensor, chance: Tensor) -> Tensor:
    """Codes drawn by inverting the distribution function, (batch,) int32."""
    weights = ops.exp(logits - ops.max(logits, axis=1, keepdims=True))
    return inverted(weights, chance[:, None])
