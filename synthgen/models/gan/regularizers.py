"""Penalties on the critic's slope: one formula, told apart by where it is taken and which slope costs nothing.

| penalty | at | centre | source |
|---|---|---|---|
| WGAN-GP | between | 1 | Gulrajani et al. 2017, eq. 3 |
| R1 | train | 0 | Mescheder et al. 2018, eq. 9 |
| R2 | synthetic | 0 | Mescheder et al. 2018, eq. 10 |
| R1 + R2 | both | 0 | Huang et al. 2024, section 2.2 |
| DRAGAN | around | 1 | Kodali et al. 2017, eq. 1 |
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from keras import ops

from synthgen.backend import Tensor, gradient, normal, uniform


def gradient_penalty(
    critic: Callable[[Tensor], Tensor], *, at: Tensor, centre: float = 1.0, weight: float = 10.0
) -> Tensor:
    """Penalty on the critic's slope at given points.

    Mean of ``weight * (|gradient| - centre)**2``.

    Args:
        critic: Maps (batch, features) to scores (batch, 1). Must not mix rows (no batch normalisation).
        at: (batch, features).
        centre: Slope that costs nothing, at least 0.
        weight: Dimensionless, at least 0; 10 is WGAN-GP's value.

    Returns:
        Scalar, at least 0.

    Raises:
        ValueError: If `weight` or `centre` is negative.
    """
    if weight < 0 or centre < 0:
        raise ValueError(f"Expected weight >= 0 and centre >= 0. Received weight={weight}, centre={centre}.")
    squared = ops.sum(ops.square(gradient(critic, at)), axis=-1)  # (batch,)
    if centre == 0:  # no square root: its gradient is infinite at slope 0
        return weight * ops.mean(squared)
    return weight * ops.mean(ops.square(ops.sqrt(squared + 1e-12) - centre))


@dataclass(frozen=True)
class SlopePenalty:
    """A gradient penalty and where it is taken.

    Args:
        at: "train", "synthetic", "both" (their union), "between" (a uniform point on the segment of each pair) or
            "around" (training rows with noise of half a standard deviation).
        centre: Slope that costs nothing.
        weight: Dimensionless. R1's customary gamma/2 is ``weight=gamma / 2`` at "train"; R1 + R2 with the same gamma
            is ``weight=gamma`` at "both", since the mean runs over twice the rows.
    """

    at: Literal["train", "synthetic", "both", "between", "around"]
    centre: float
    weight: float

    def __call__(self, critic: Callable[[Tensor], Tensor], *, train: Tensor, synthetic: Tensor, seed: Tensor) -> Tensor:
        """Returns the penalty, a scalar.

        Args:
            critic: See `gradient_penalty`.
            train: (batch, features).
            synthetic: (batch, features), paired with `train` row by row.
            seed: (2,) int32, for the random points.
        """
        points = self._points(train, synthetic, seed)
        return gradient_penalty(critic, at=points, centre=self.centre, weight=self.weight)

    def _points(self, train: Tensor, synthetic: Tensor, seed: Tensor) -> Tensor:
        if self.at == "train":
            return train
        if self.at == "synthetic":
            return synthetic
        if self.at == "both":
            return ops.concatenate([train, synthetic])
        if self.at == "between":
            share = uniform((ops.shape(train)[0], 1), seed)
            return share * train + (1 - share) * synthetic
        noise = normal(ops.shape(train), seed)
        return train + 0.5 * ops.std(train) * noise
