"""A variational autoencoder of encoded rows."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor, programs
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.calls import MOST_ROWS, in_calls, nothing_asked
from synthgen.models.tables.network import LossModel
from synthgen.networks import heads
from synthgen.networks.inversion import Inversion
from synthgen.networks.vae import Autoencoder

LEAST_LOG_DEVIATION, MOST_LOG_DEVIATION = -4.6, 0.0
"""Deviations of scalars stay within 0.01, as in the authors' code, and 1."""


class VariationalAutoencoder(LossModel):
    """Rows from a latent normal number (Kingma and Welling 2014), with the laws of TVAE (Xu et al. 2019, section 4.5).

    A one-hot block follows its softmax, a scalar a normal law around the hyperbolic tangent of its raw output.

    Args:
        layout: Layout of the encoded rows.
        network: Makes encoder and decoder; called twice, for what is trained and for what draws.
        latent_dim: Width of the latent number.
        reconstruction_weight: Of the reconstruction against the divergence.
        seed: Seed of everything random in training.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        network: Callable[[], Autoencoder],
        latent_dim: int,
        reconstruction_weight: float,
        seed: int,
    ) -> None:
        super().__init__(layout, network=network, seed=seed)
        self._latent_dim = latent_dim
        self._reconstruction_weight = reconstruction_weight
        self._invert = Inversion(layout)
        self._draw = programs.compiled_for_any_rows(self._rows)

    @property
    def learns_conditions(self) -> bool:
        return False

    @property
    def copies_known(self) -> bool:
        return False

    @property
    def sampler(self) -> keras.Model:
        """The decoder alone: the encoder is needed for nothing but training."""
        return self._sampler.decoder

    def losses_of(self, codes: Tensor, scalars: Tensor, *, seed: Tensor) -> Tensor:
        features = heads.expand(self.layout, codes, scalars)
        mean, log_variance = ops.split(self.network.encoder(features), 2, axis=1)
        noise = backend.normal(tuple(mean.shape), seed)
        outputs = self.network.decoder(mean + ops.exp(0.5 * log_variance) * noise)
        divergence = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_variance) - log_variance - 1, axis=1)
        reconstruction = self._reconstruction(features, codes, outputs)
        return self._reconstruction_weight * reconstruction + divergence

    def _reconstruction(self, features: Tensor, codes: Tensor, outputs: Tensor) -> Tensor:
        """Negative logarithm of the probability of rows given their latent numbers, but for constants, (batch,)."""
        total, held, scalar = ops.zeros((codes.shape[0],)), -1, 0
        for block, start in zip(self.layout.blocks, self.layout.starts, strict=True):
            shown, said = features[:, start : start + block.size], outputs[:, start : start + block.size]
            if block.form == "scalar":
                code = codes[:, held]
                inside = heads.inside(code, block.refines)
                log_deviation = self._log_deviation(self.network.decoder, scalar)
                distance = (shown[:, 0] - ops.tanh(said[:, 0])) * ops.exp(-log_deviation)
                total += inside * (0.5 * ops.square(distance) + log_deviation)
                scalar += 1
                continue
            held += 1
            if block.form == "one_hot":
                total -= ops.sum(shown * ops.log_softmax(said), axis=1)
            else:
                total += ops.sum(ops.softplus(said) - shown * said, axis=1)
        return total

    @staticmethod
    def _log_deviation(decoder: keras.Model, scalar: int) -> Tensor:
        return ops.clip(decoder.log_deviations[scalar], LEAST_LOG_DEVIATION, MOST_LOG_DEVIATION)

    def draw(
        self,
        num_rows: int,
        *,
        rng: np.random.Generator,
        known: EncodedTable | None = None,
        mask: np.ndarray | None = None,
        excluded: np.ndarray | None = None,
    ) -> EncodedTable:
        # told nothing: rows that hold a condition are drawn again until they do
        asked = nothing_asked(num_rows)
        return in_calls(self._draw, asked, layout=self.layout, num_rows=num_rows, batch=MOST_ROWS, rng=rng)

    def _rows(self, asked: tuple[Tensor, ...], seed: Tensor) -> tuple[Tensor, Tensor]:
        decoder, rows = self.sampler, ops.shape(asked[0])[0]
        outputs = decoder(backend.normal((rows, self._latent_dim), seed))
        of_scalars = self.layout.scalar_features
        scalar_outputs = ops.take(outputs, of_scalars, axis=1)
        chance = backend.uniform((rows, self._invert.num_chances), backend.step_seed(1, seed[0], seed[1]))
        codes, scalars = self._invert(outputs, scalar_outputs, chance)
        if not len(of_scalars):
            return codes, scalars
        noise = backend.normal((rows, len(of_scalars)), backend.step_seed(2, seed[0], seed[1]))
        deviations = ops.exp(ops.stack([self._log_deviation(decoder, place) for place in range(len(of_scalars))]))
        inside = ops.cast(scalars != 0, "float32")  # a scalar is exactly 0 where its code has no inside
        return codes, ops.clip(scalars + inside * deviations * noise, -1, 1)
