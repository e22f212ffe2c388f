"""Drawing rows from a trained generator, as fast as the device can and in calls of one shape."""

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor, programs
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.calls import Asked, barred, in_calls, nothing_asked, rows_per_call, what_is_known
from synthgen.models.tables.conditioning import Conditioning
from synthgen.networks.inversion import Inversion
from synthgen.networks.links import Links, LinkWeights
from synthgen.networks.speed import fast_copy, fast_weights

MOST_CELLS = 2**22
"""Rows times features of a call, which bounds the memory that wide tables take."""

CANDIDATES = 16
"""Rows drawn for each of which something is known, where columns are linked."""


class Drawing:
    """Draws compact rows from a generator whose weights may go on changing between calls.

    Works on copies of the generator made for speed: products in bfloat16 where the CPU has them, and, for rows of which
    nothing is known, without the product of a condition that is zero anyway. Scalars keep float32, so that positions
    inside a bin do not fall on a grid.

    A linked row comes together in the order of its columns. What is known of later columns therefore chooses among
    candidates: of sixteen rows drawn, each with the known columns in their places, one is kept by how likely it makes
    them (likelihood weighting).

    Args:
        layout: Layout of the encoded rows.
        sampler: The generator, (batch, latent_dim + condition) -> (batch, features); its last layer is dense (but for
            links), and if the conditioning copies known columns through, only its first layer, dense too, reads the
            condition.
        conditioning: What is known of a row.
        latent_dim: Width of the noise.
    """

    def __init__(self, layout: Layout, sampler: keras.Model, conditioning: Conditioning, *, latent_dim: int) -> None:
        self._layout = layout
        self._sampler = sampler
        self._conditioning = conditioning
        self._latent_dim = latent_dim
        self._invert = Inversion(layout)
        self._batch = rows_per_call(layout, most_cells=MOST_CELLS)
        self._linked = isinstance(sampler.layers[-1], Links)
        self._owners = [layout.columns.index(layout.blocks[position].column) for position in layout.code_blocks]
        self._draw_completed = programs.compiled_for_any_rows(self._rows_completed)
        self._draw_told = programs.compiled_for_any_rows(self._rows_told)
        self._draw_plain = programs.compiled_for_any_rows(self._rows_plain)
        if not self._linked:
            self._told = fast_copy(sampler, num_inputs=latent_dim + conditioning.num_features)
        if conditioning.copies_known:
            self._plain = fast_copy(sampler, num_inputs=latent_dim)

    def rows(
        self,
        num_rows: int,
        *,
        rng: np.random.Generator,
        known: EncodedTable | None,
        mask: np.ndarray | None,
        excluded: np.ndarray | None,
    ) -> EncodedTable:
        """See `GenerativeModel.draw`."""
        told = excluded is not None or (known is not None and mask is not None and bool(mask.any()))
        known, mask = what_is_known(self._layout, num_rows, known=known, mask=mask)
        copies = self._conditioning.copies_known
        plain = copies and (self._linked or not told)
        self._refresh(plain=plain)
        bar = barred(self._layout, excluded)
        if told and copies and self._linked:
            cells = known.codes, known.scalars, mask[:, self._owners].astype(np.float32)
            drawn = in_calls(lambda part, seed: self._draw_completed(part, seed, bar), cells, layout=self._layout,
                             num_rows=num_rows, batch=max(self._batch // CANDIDATES, 1), rng=rng)  # fmt: skip
            return self._layout.completed(drawn, known=known, mask=mask)
        asked = nothing_asked(num_rows) if plain else self._conditioning.asked(known, mask, rng)

        def call(asked: Asked, seed: np.ndarray) -> tuple[Tensor, Tensor]:
            return self._draw_plain(asked, seed) if plain else self._draw_told(asked, seed, bar)

        drawn = in_calls(call, asked, layout=self._layout, num_rows=num_rows, batch=self._batch, rng=rng)
        return self._layout.completed(drawn, known=known, mask=mask) if told and copies else drawn

    def _refresh(self, *, plain: bool) -> None:
        first, *rest = fast_weights(self._sampler)
        if plain:
            self._plain.set_weights([first[: self._latent_dim], *rest])
        else:
            self._told.set_weights([first, *rest])

    def _rows_told(self, asked: tuple[Tensor, ...], seed: Tensor, bar: Tensor) -> tuple[Tensor, Tensor]:
        rows = ops.shape(asked[0])[0]
        noise, condition = backend.normal((rows, self._latent_dim), seed), self._conditioning.told(asked)
        hidden, logits = self._told(ops.concatenate([noise, condition], axis=1), training=False)
        logits = ops.cast(logits, "float32") + bar
        return self._invert(logits, self._scalar_logits(self._told, hidden), self._chance(rows, seed))

    def _rows_plain(self, asked: tuple[Tensor, ...], seed: Tensor) -> tuple[Tensor, Tensor]:
        rows = ops.shape(asked[0])[0]
        hidden, logits = self._plain(backend.normal((rows, self._latent_dim), seed), training=False)
        scalar_logits, chance = self._scalar_logits(self._plain, hidden), self._chance(rows, seed)
        if not self._linked:
            return self._invert(logits, scalar_logits, chance)
        return self._invert.linked(logits, scalar_logits, chance, links=LinkWeights.of(self._sampler.layers[-1]))

    def _rows_completed(self, asked: tuple[Tensor, ...], seed: Tensor, bar: Tensor) -> tuple[Tensor, Tensor]:
        """Candidates of rows of which something is known, one of each kept by its weight."""
        rows = ops.shape(asked[0])[0]
        codes, scalars, told = (ops.repeat(part, CANDIDATES, axis=0) for part in asked)
        hidden, logits = self._plain(backend.normal((rows * CANDIDATES, self._latent_dim), seed), training=False)
        drawn, places, weight = self._invert.completed(
            ops.cast(logits, "float32") + bar,
            self._scalar_logits(self._plain, hidden),
            self._chance(rows * CANDIDATES, seed),
            links=LinkWeights.of(self._sampler.layers[-1]),
            known=(codes, scalars),
            told=told,
        )
        chance = backend.uniform((rows, CANDIDATES), backend.step_seed(4, seed[0], seed[1]))
        weight = ops.reshape(weight, (rows, CANDIDATES)) - ops.log(-ops.log(chance + 1e-7) + 1e-7)  # Gumbel-max
        kept = ops.arange(rows) * CANDIDATES + ops.cast(ops.argmax(weight, axis=1), "int32")
        return ops.take(drawn, kept, axis=0), ops.take(places, kept, axis=0)

    def _chance(self, rows: Tensor, seed: Tensor) -> Tensor:
        return backend.uniform((rows, self._invert.num_chances), backend.step_seed(3, seed[0], seed[1]))

    def _scalar_logits(self, network: keras.Model, hidden: Tensor) -> Tensor:
        """Raw outputs of the scalars, which need more digits than a draw does, (batch, scalar blocks)."""
        of_scalars = self._layout.scalar_features
        weights, biases = (ops.take(ops.convert_to_tensor(part), of_scalars, axis=-1)
                           for part in network.layers[-1].weights)  # fmt: skip
        return ops.matmul(ops.cast(hidden, "float32"), weights) + biases
