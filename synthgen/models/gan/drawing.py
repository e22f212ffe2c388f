"""Drawing rows from a trained generator, as fast as the device can and in calls of one shape."""

import os
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.gan.conditioning import Conditioning
from synthgen.networks.heads import Enforce, nothing_known
from synthgen.networks.inversion import Inversion
from synthgen.networks.links import Links
from synthgen.networks.speed import fast_copy, fast_weights

MOST_ROWS = 8192
"""Rows drawn per call of the compiled network: large enough to keep cores busy, small enough for their caches."""

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
        self._batch = int(np.clip(MOST_CELLS // max(layout.num_features, 1), 256, MOST_ROWS))
        self._told = fast_copy(sampler, num_inputs=latent_dim + conditioning.num_features)
        self._draw_told = backend.compiled(self._rows_told, jit_compile=False)
        if conditioning.copies_known:
            self._plain = fast_copy(sampler, num_inputs=latent_dim)
            self._draw_plain = backend.compiled(self._rows_plain, jit_compile=False)

    def rows(
        self, num_rows: int, *, rng: np.random.Generator, known: EncodedTable | None, mask: np.ndarray | None
    ) -> EncodedTable:
        """See `GenerativeModel.draw`."""
        told = known is not None and mask is not None and bool(mask.any())
        if known is None or mask is None:
            known, mask = self._zeros(num_rows), np.zeros((num_rows, len(self._layout.columns)), bool)
        plain = self._conditioning.copies_known and not told
        self._refresh(plain=plain)
        calls = []
        for start in range(0, num_rows, self._batch):
            rows = slice(start, min(start + self._batch, num_rows))
            seed = rng.integers(2**31, size=2, dtype=np.int32)
            asked = () if plain else self._conditioning.asked(known.take(rows), mask[rows], rng)
            calls.append((asked, seed, rows.stop - rows.start))
        # several calls at a time: what one does on a single core, another fills the rest with
        with ThreadPoolExecutor(min(os.cpu_count() or 1, 4)) as pool:
            drawn = EncodedTable.concatenate([self._zeros(0), *pool.map(lambda call: self._call(*call), calls)])
        return self._with_known(drawn, known, mask) if told and self._conditioning.copies_known else drawn

    def _call(self, asked: tuple[np.ndarray, ...], seed: np.ndarray, num_rows: int) -> EncodedTable:
        if asked:
            codes, scalars = self._draw_told(tuple(_padded(array, self._batch) for array in asked), seed)
        else:
            codes, scalars = self._draw_plain(seed)
        return EncodedTable(codes.numpy()[:num_rows], scalars.numpy()[:num_rows])

    def _refresh(self, *, plain: bool) -> None:
        first, *rest = fast_weights(self._sampler)
        if plain:
            self._plain.set_weights([first[: self._latent_dim], *rest])
        else:
            self._told.set_weights([first, *rest])

    def _rows_told(self, asked: tuple[Tensor, ...], seed: Tensor) -> tuple[Tensor, Tensor]:
        noise, condition = backend.normal((self._batch, self._latent_dim), seed), self._conditioning.told(asked)

        def enforce(drawn: Tensor, start: int) -> Tensor:
            return self._conditioning.enforce(drawn, condition, start=start)

        return self._rows(self._told, ops.concatenate([noise, condition], axis=1), seed, enforce)

    def _rows_plain(self, seed: Tensor) -> tuple[Tensor, Tensor]:
        noise = backend.normal((self._batch, self._latent_dim), seed)
        return self._rows(self._plain, noise, seed, nothing_known)

    def _rows(self, network: keras.Model, inputs: Tensor, seed: Tensor, enforce: Enforce) -> tuple[Tensor, Tensor]:
        hidden, logits = network(inputs, training=False)
        of_scalars = np.array([self._layout.starts[i] for i in self._layout.scalar_blocks], np.int32)
        last = network.layers[-1]
        weights, biases = (ops.take(ops.convert_to_tensor(part), of_scalars, axis=-1) for part in last.weights)
        scalar_logits = ops.matmul(ops.cast(hidden, "float32"), weights) + biases  # (batch, scalar blocks)
        chance = backend.uniform((self._batch, self._invert.num_chances), backend.step_seed(3, seed[0], seed[1]))
        links = self._sampler.layers[-1]
        if not isinstance(links, Links):
            return self._invert(logits, scalar_logits, chance)
        kernel = ops.convert_to_tensor(links.kernel)
        return self._invert.linked(logits, scalar_logits, chance, links=kernel, enforce=enforce)

    def _zeros(self, num_rows: int) -> EncodedTable:
        return EncodedTable(
            np.zeros((num_rows, len(self._layout.code_blocks)), np.int32),
            np.zeros((num_rows, len(self._layout.scalar_blocks)), np.float32),
        )

    def _with_known(self, drawn: EncodedTable, known: EncodedTable, mask: np.ndarray) -> EncodedTable:
        """Known columns as told, the others as drawn."""
        owners = [self._layout.columns.index(block.column) for block in self._layout.blocks]
        of_codes = mask[:, [owners[position] for position in self._layout.code_blocks]]
        of_scalars = mask[:, [owners[position] for position in self._layout.scalar_blocks]]
        return EncodedTable(
            np.where(of_codes, known.codes, drawn.codes), np.where(of_scalars, known.scalars, drawn.scalars)
        )


def _padded(array: np.ndarray, num_rows: int) -> np.ndarray:
    """To one shape, compiled once."""
    missing = num_rows - len(array)
    return array if not missing else np.pad(array, [(0, missing)] + [(0, 0)] * (array.ndim - 1))
