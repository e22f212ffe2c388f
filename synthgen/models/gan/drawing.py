"""Drawing rows from a trained generator, as fast as the device can and in calls of one shape."""

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.gan.conditioning import Conditioning
from synthgen.networks import heads

SAMPLING_BATCH = 8192
"""Rows drawn per call of the compiled network: large enough to fill two cores, small enough for their caches."""


class Drawing:
    """Draws compact rows from a generator whose weights may go on changing between calls.

    Works on copies of the generator made for speed: products in bfloat16 where the CPU has them, and, for rows of which
    nothing is known, without the product of a condition that is zero anyway. Scalars keep float32, so that positions
    inside a bin do not fall on a grid.

    Args:
        layout: Of the rows.
        sampler: The generator, (batch, latent_dim + condition) -> (batch, features); its last layer is dense, and if
            the conditioning copies known columns through, only its first layer, dense too, reads the condition.
        conditioning: What is known of a row.
        latent_dim: Width of the noise.
    """

    def __init__(self, layout: Layout, sampler: keras.Model, conditioning: Conditioning, *, latent_dim: int) -> None:
        self._layout = layout
        self._sampler = sampler
        self._conditioning = conditioning
        self._latent_dim = latent_dim
        self._told = _fast(sampler, latent_dim + conditioning.num_features)
        self._draw_told = backend.compiled(self._rows_told, jit_compile=False)
        if conditioning.copies_known:
            self._plain = _fast(sampler, latent_dim)
            self._draw_plain = backend.compiled(self._rows_plain, jit_compile=False)

    def rows(
        self, num_rows: int, *, rng: np.random.Generator, known: EncodedTable | None, mask: np.ndarray | None
    ) -> EncodedTable:
        """See `GenerativeModel.draw`."""
        nothing = mask is None or not mask.any()
        known = self._zeros(num_rows) if known is None else known
        mask = np.zeros((num_rows, len(self._layout.columns)), bool) if mask is None else mask
        plain = nothing and self._conditioning.copies_known
        self._refresh(plain=plain)
        parts = [self._zeros(0)]
        for start in range(0, num_rows, SAMPLING_BATCH):
            rows = slice(start, min(start + SAMPLING_BATCH, num_rows))
            seed = rng.integers(2**31, size=2, dtype=np.int32)
            if plain:
                codes, scalars = self._draw_plain(seed)
            else:
                asked = self._conditioning.asked(known.take(rows), mask[rows], rng)
                codes, scalars = self._draw_told(tuple(_padded(array) for array in asked), seed)
            length = rows.stop - rows.start
            parts.append(EncodedTable(codes.numpy()[:length], scalars.numpy()[:length]))
        drawn = EncodedTable.concatenate(parts)
        return drawn if nothing or not self._conditioning.copies_known else self._with_known(drawn, known, mask)

    def _refresh(self, *, plain: bool) -> None:
        first, *rest = self._sampler.get_weights()
        if plain:
            self._plain.set_weights([first[: self._latent_dim], *rest])
        else:
            self._told.set_weights([first, *rest])

    def _rows_told(self, asked: tuple[Tensor, ...], seed: Tensor) -> tuple[Tensor, Tensor]:
        noise = backend.normal((SAMPLING_BATCH, self._latent_dim), seed)
        return self._rows(self._told, ops.concatenate([noise, self._conditioning.told(asked)], axis=1), seed)

    def _rows_plain(self, seed: Tensor) -> tuple[Tensor, Tensor]:
        return self._rows(self._plain, backend.normal((SAMPLING_BATCH, self._latent_dim), seed), seed)

    def _rows(self, network: keras.Model, inputs: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
        hidden, logits = network(inputs, training=False)
        of_scalars = np.array([self._layout.starts[i] for i in self._layout.scalar_blocks], np.int32)
        last = network.layers[-1]
        weights, biases = (ops.take(ops.convert_to_tensor(part), of_scalars, axis=-1) for part in last.weights)
        scalar_logits = ops.matmul(ops.cast(hidden, "float32"), weights) + biases  # (batch, scalar blocks)
        chance = backend.uniform(
            (SAMPLING_BATCH, heads.num_chances(self._layout)), backend.step_seed(3, seed[0], seed[1])
        )
        return heads.draw(self._layout, logits, scalar_logits, chance)

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


def _fast(network: keras.Model, num_inputs: int) -> keras.Model:
    """Returns a copy in the fastest precision, that also gives what its last layer reads."""
    policy = backend.fast_policy()
    copy = keras.models.clone_model(
        network,
        input_tensors=keras.Input((num_inputs,)),
        clone_function=lambda layer: type(layer).from_config(layer.get_config() | {"dtype": policy}),
    )
    return keras.Model(copy.input, [copy.layers[-1].input, copy.output])


def _padded(array: np.ndarray) -> np.ndarray:
    """To one shape, compiled once."""
    missing = SAMPLING_BATCH - len(array)
    return array if not missing else np.pad(array, [(0, missing)] + [(0, 0)] * (array.ndim - 1))
