"""A diffusion model of encoded rows: categories and numbers under one noise."""

from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from synthgen import backend
from synthgen.backend import Tensor, programs
from synthgen.encoding.layout import EncodedTable, Layout
from synthgen.models.calls import barred, in_calls, rows_per_call, what_is_known
from synthgen.models.tables.conditioning import MaskedRows
from synthgen.models.tables.network import LossModel
from synthgen.networks import heads
from synthgen.networks.inversion import Inversion

LEAST_NOISE, MOST_NOISE = 0.02, 20.0
"""Deviations of the noise; features lie in [-1, 1]."""

LOG_NOISE_MEAN, LOG_NOISE_DEVIATION = -0.6, 1.2
"""Normal law of the logarithm of the noise in training: most where one-hot rows are in doubt."""

CURVATURE = 7.0
"""rho of the steps' spacing (Karras et al. 2022, eq. 5)."""

FREQUENCIES = 0.25, 16.0
"""Slowest and fastest wave that tells the network how much noise there is."""

FEATURE_DEVIATION = 0.4
"""Typical deviation of a feature, which scales what the network sees (Karras et al. 2022, table 1)."""

MOST_CELLS = 2**21
"""Rows times features of one call of the compiled sampler."""


class Diffusion(LossModel):
    """Rows from noise, in a few dozen steps of less and less noise.

    Normal noise lies on one-hot features and scalars alike; the network says of each block which category stood
    there, as in continuous diffusion of categories (Dieleman et al. 2022), and of each scalar its value. A
    step moves towards the expected features (Karras et al. 2022, algorithm 1). Known columns are free of noise, in
    training as in sampling, so that conditions on any columns are native.

    Args:
        layout: Layout of the encoded rows.
        network: Makes the denoiser of a Keras dtype policy, see `networks.denoiser`; called twice, for what is trained
            and, in the fastest precision, for what draws.
        conditioning: What is known of a row.
        num_waves: Width of the description of the noise.
        num_sampling_steps: Calls of the network for each row drawn, at least 4; an even number.
        seed: Seed of everything random in training.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        network: Callable[[str], keras.Model],
        conditioning: MaskedRows,
        num_waves: int,
        num_sampling_steps: int,
        seed: int,
    ) -> None:
        policy = keras.config.dtype_policy().name
        super().__init__(
            layout, network=lambda: network(policy), sampler=lambda: network(backend.fast_policy()), seed=seed
        )
        self._conditioning = conditioning
        self._num_waves = num_waves
        self._levels = noise_levels(max(num_sampling_steps // 2, 2))  # a step calls the network twice
        self._invert = Inversion(layout)
        self._batch = rows_per_call(layout, most_cells=MOST_CELLS)
        self._draw = programs.compiled_for_any_rows(self._rows)

    @property
    def learns_conditions(self) -> bool:
        return True

    @property
    def copies_known(self) -> bool:
        return True

    def losses_of(self, codes: Tensor, scalars: Tensor, *, seed: Tensor) -> Tensor:
        clean = heads.expand(self.layout, codes, scalars)
        condition = self._conditioning.condition(clean, (), backend.step_seed(1, seed[0], seed[1]))
        rows = clean.shape[0]
        chance = backend.normal((rows, 1), backend.step_seed(2, seed[0], seed[1]))
        level = ops.exp(LOG_NOISE_MEAN + LOG_NOISE_DEVIATION * chance)
        noisy = clean + level * backend.normal(tuple(clean.shape), backend.step_seed(3, seed[0], seed[1]))
        outputs = self._outputs(self.network, noisy, condition, level)
        unknown = 1 - self._conditioning.known_features(condition)  # (batch, features)
        return ops.sum(self._errors(clean, codes, outputs) * unknown, axis=1)

    def _errors(self, clean: Tensor, codes: Tensor, outputs: Tensor) -> Tensor:
        """What each feature adds to the loss, (batch, features): cross-entropies, and squares for scalars."""
        parts, held = [], -1
        for block, start in zip(self.layout.blocks, self.layout.starts, strict=True):
            shown, said = clean[:, start : start + block.size], outputs[:, start : start + block.size]
            if block.form == "scalar":
                inside = heads.inside(codes[:, held], block.refines)
                parts.append(ops.square(shown - ops.tanh(said)) * inside[:, None])
                continue
            held += 1
            if block.form == "one_hot":
                parts.append(-shown * ops.log_softmax(said))
            else:
                parts.append(ops.softplus(said) - shown * said)
        return ops.concatenate(parts, axis=1)

    def _outputs(self, network: keras.Model, noisy: Tensor, condition: Tensor, level: Tensor) -> Tensor:
        """Raw outputs of the network, (batch, features)."""
        scaled = noisy / ops.sqrt(ops.square(level) + FEATURE_DEVIATION**2)
        told = ops.concatenate([scaled, condition], axis=1)
        return ops.cast(network([told, waves(level, self._num_waves)]), "float32")

    def _expected(self, outputs: Tensor) -> Tensor:
        """Expected features, (batch, features)."""
        parts: list[Tensor] = []
        for block, start in zip(self.layout.blocks, self.layout.starts, strict=True):
            said = outputs[:, start : start + block.size]
            if block.form == "scalar":
                first, end = block.refines
                parts.append(ops.tanh(said) * ops.sum(parts[-1][:, first:end], axis=1, keepdims=True))
            else:
                parts.append(_shares(said) if block.form == "one_hot" else ops.sigmoid(said))
        return ops.concatenate(parts, axis=1)

    def _from_largest(self, outputs: Tensor) -> Tensor:
        """Raw outputs with the largest of each one-hot block at 0: hardly noisy rows have very large ones."""
        parts: list[Tensor] = []
        for block, start in zip(self.layout.blocks, self.layout.starts, strict=True):
            said = outputs[:, start : start + block.size]
            parts.append(said - ops.max(said, axis=1, keepdims=True) if block.form == "one_hot" else said)
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
        bar = barred(self.layout, excluded)
        asked = self._conditioning.asked(known, mask, rng)
        drawn = in_calls(lambda part, seed: self._draw(part, bar, seed), asked, layout=self.layout, num_rows=num_rows,
                         batch=self._batch, rng=rng)  # fmt: skip
        return self.layout.completed(drawn, known=known, mask=mask)

    def _rows(self, asked: tuple[Tensor, ...], bar: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
        condition = self._conditioning.told(asked)
        unknown = 1 - self._conditioning.known_features(condition)
        clean = condition[:, : self.layout.num_features]
        rows = ops.shape(asked[0])[0]
        shape = (rows, self.layout.num_features)
        levels = ops.convert_to_tensor(self._levels)
        start = clean + unknown * levels[0] * backend.normal(shape, backend.step_seed(1, seed[0], seed[1]))

        def outputs(noisy: Tensor, level: Tensor) -> Tensor:
            return self._outputs(self._sampler, noisy, condition, ops.ones((rows, 1)) * level) + bar

        def slope(noisy: Tensor, level: Tensor) -> Tensor:
            return unknown * (noisy - self._expected(outputs(noisy, level))) / level

        def step(number: Tensor, noisy: Tensor) -> Tensor:
            here, there = levels[number], levels[number + 1]
            first = slope(noisy, here)
            second = slope(noisy + (there - here) * first, there)
            return noisy + (there - here) * (first + second) / 2

        start += unknown * self._expected(outputs(start, levels[0]))  # the noise lies around the mean row
        noisy = backend.repeat(len(self._levels) - 1, step, start)
        said = self._from_largest(outputs(noisy, levels[-1]))
        chance = backend.uniform((rows, self._invert.num_chances), backend.step_seed(2, seed[0], seed[1]))
        return self._invert(said, ops.take(said, self.layout.scalar_features, axis=1), chance)


def _shares(outputs: Tensor) -> Tensor:
    """Softmax, also of a constant column's one category, which Keras warns of."""
    return ops.softmax(outputs) if outputs.shape[1] > 1 else ops.ones_like(outputs)


def noise_levels(num_steps: int) -> np.ndarray:
    """Returns falling deviations of the noise, (num_steps,) float32 (Karras et al. 2022, eq. 5).

    Args:
        num_steps: At least 2.

    Example:
        >>> noise_levels(3).astype(float).round(2).tolist()
        [20.0, 1.44, 0.02]
    """
    ramp = np.linspace(0, 1, num_steps)
    ends = MOST_NOISE ** (1 / CURVATURE), LEAST_NOISE ** (1 / CURVATURE)
    return ((ends[0] + ramp * (ends[1] - ends[0])) ** CURVATURE).astype("float32")


def waves(level: Tensor, number: int) -> Tensor:
    """Returns sines and cosines of the logarithm of the noise, (batch, number).

    Args:
        level: (batch, 1), deviations.
        number: Even.
    """
    frequencies = np.geomspace(*FREQUENCIES, number // 2).astype("float32")
    angles = ops.log(level) * frequencies  # (batch, number / 2)
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=1)
