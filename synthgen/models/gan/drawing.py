"""Drawing rows from a trained generator, as fast as the device can and in calls of one shape."""

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.calls import barred, in_calls, rows_per_call, what_is_known
from synthgen.models.conditioning import Conditioning
from synthgen.networks.heads import Enforce, nothing_known
from synthgen.networks.inversion import Inversion
from synthgen.networks.links import Links, LinkWeights
from synthgen.networks.speed import fast_copy, fast_weights

MOST_CELLS = 2**22
"""Rows times features of a call, which bounds the memory that wide tables take."""


class Drawing:
    """Draws compact rows from a generator whose weights may go on changing between calls.

    Works on copies of the generator made for speed: products in bfloat16 where the CPU has them, and, for rows of which
    nothing is known, without the product of a condition that is zero anyway. Scalars keep float32, so that positions
    inside a bin do not fall on a grid.

    Args:
        layout: Of the rows.
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
        self._told = fast_copy(sampler, num_inputs=latent_dim + conditioning.num_features)
        self._draw_told = backend.compiled(self._rows_told, jit_compile=False)
        if conditioning.copies_known:
            self._plain = fast_copy(sampler, num_inputs=latent_dim)
            self._draw_plain = backend.compiled(self._rows_plain, jit_compile=False)

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
        plain = copies and not told
        self._refresh(plain=plain)
        asked = () if plain else self._conditioning.asked(known, mask, rng)
        bar = barred(self._layout, excluded)

        def call(asked: tuple[np.ndarray, ...], seed: np.ndarray) -> tuple[Tensor, Tensor]:
            return self._draw_plain(seed) if plain else self._draw_told(asked, seed, bar)

        drawn = in_calls(call, asked, layout=self._layout, num_rows=num_rows, batch=self._batch, rng=rng)
        return self._layout.completed(drawn, known=known, mask=mask) if told and copies else drawn

    def _refresh(self, *, plain: bool) -> None:
        first, *rest = fast_weights(self._sampler)
        if plain:
            self._plain.set_weights([first[: self._latent_dim], *rest])
        else:
            self._told.set_weights([first, *rest])

    def _rows_told(self, asked: tuple[Tensor, ...], seed: Tensor, bar: Tensor) -> tuple[Tensor, Tensor]:
        noise, condition = backend.normal((self._batch, self._latent_dim), seed), self._conditioning.told(asked)

        def enforce(drawn: Tensor, start: int) -> Tensor:
            return self._conditioning.enforce(drawn, condition, start=start)

        hidden, logits = self._told(ops.concatenate([noise, condition], axis=1), training=False)
        return self._rows(self._told, hidden, ops.cast(logits, "float32") + bar, seed, enforce)

    def _rows_plain(self, seed: Tensor) -> tuple[Tensor, Tensor]:
        noise = backend.normal((self._batch, self._latent_dim), seed)
        hidden, logits = self._plain(noise, training=False)
        return self._rows(self._plain, hidden, logits, seed, nothing_known)

    def _rows(
        self, network: keras.Model, hidden: Tensor, logits: Tensor, seed: Tensor, enforce: Enforce
    ) -> tuple[Tensor, Tensor]:
        of_scalars = self._layout.scalar_features
        last = network.layers[-1]
        weights, biases = (ops.take(ops.convert_to_tensor(part), of_scalars, axis=-1) for part in last.weights)
        scalar_logits = ops.matmul(ops.cast(hidden, "float32"), weights) + biases  # (batch, scalar blocks)
        chance = backend.uniform((self._batch, self._invert.num_chances), backend.step_seed(3, seed[0], seed[1]))
        links = self._sampler.layers[-1]
        if not isinstance(links, Links):
            return self._invert(logits, scalar_logits, chance)
        weights = LinkWeights.of(links)
        return self._invert.linked(logits, scalar_logits, chance, links=weights, enforce=enforce)
