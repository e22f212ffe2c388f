"""What convolutional networks of rank 1, 2 and 3 are made of: one set of parts for series, images and volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import keras
from keras import layers, ops

from synthgen.backend import Tensor, per_row
from synthgen.networks import observed
from synthgen.networks.dense import Dense
from synthgen.networks.geometry import Geometry
from synthgen.networks.mlp import LEAK

Mixing = Literal["depthwise", "grouped", "dense"]
"""How a block's middle convolution mixes channels. On a CPU grouped ones are a hundred times slower than depthwise."""

Kind = Literal["residual", "strided"]

GROUP = 16
"""Channels of a group (Huang et al. 2024, table 5)."""

EXPANSION = 2
"""Of the width inside a block."""

_CONVOLUTION: dict[int, Any] = {1: observed.Convolution1D, 2: observed.Convolution2D, 3: observed.Convolution3D}
_TRANSPOSED: dict[int, Any] = {1: observed.Transposed1D, 2: observed.Transposed2D, 3: observed.Transposed3D}
_DEPTHWISE: dict[int, Any] = {1: layers.DepthwiseConv1D, 2: layers.DepthwiseConv2D}
_LARGER: dict[int, Any] = {1: layers.UpSampling1D, 2: layers.UpSampling2D, 3: layers.UpSampling3D}
_SMALLER: dict[int, Any] = {1: layers.AveragePooling1D, 2: layers.AveragePooling2D, 3: layers.AveragePooling3D}


@dataclass(frozen=True)
class Build:
    """What networks of one family are built from.

    Args:
        geometry: Of the images.
        widths: Channels of each stage, smallest first.
        num_conditions: Features of what is known of an image; 0: nothing.
        kind: Of blocks.
        mixing: Of residual blocks.
        blocks: Residual blocks in a stage.
        spectral: Whether the critic's layers are divided by their spectral norm (Miyato et al. 2018).
        seed: Of the starting weights.
    """

    geometry: Geometry
    widths: tuple[int, ...]
    num_conditions: int = 0
    kind: Kind = "residual"
    mixing: Mixing = "depthwise"
    blocks: int = 1
    spectral: bool = False
    seed: int = 0


class Basis(keras.layers.Layer):
    """Learned patterns over all places of the smallest stage (Huang et al. 2024, section 3.3).

    Towards images, each channel is its pattern times a number; towards scores, each pattern's product with its channel.

    Args:
        sides: Of the smallest stage.
        towards: "image": (batch, channels) to (batch, *sides, channels); "score": back.
        seed: Of the starting weights.
    """

    def __init__(self, sides: Sequence[int], *, towards: Literal["image", "score"], seed: int, **settings: Any) -> None:
        super().__init__(**settings)
        self.sides, self.towards, self.seed = tuple(sides), towards, seed

    def build(self, shape: tuple[int, ...]) -> None:
        size = 1
        for side in self.sides:
            size *= side
        deviation = 1.0 if self.towards == "image" else size**-0.5
        self.patterns = self.add_weight(
            shape=(*self.sides, shape[-1]), initializer=keras.initializers.RandomNormal(0, deviation, seed=self.seed)
        )

    def call(self, inputs: Tensor) -> Tensor:
        if self.towards == "score":
            places = tuple(range(1, len(self.sides) + 1))
            products = ops.sum(inputs * self.patterns, axis=places)  # (batch, channels)
            return per_row.observed(products, lambda: ops.sum(ops.square(inputs), axis=places))
        spread = ops.reshape(inputs, (-1, *[1] * len(self.sides), inputs.shape[-1]))
        return per_row.observed(spread * self.patterns, lambda: ops.square(spread))  # (batch, *sides, channels)

    def compute_output_shape(self, shape: tuple[int, ...]) -> tuple[int | None, ...]:
        between = () if self.towards == "score" else self.sides
        return (shape[0], *between, shape[-1])

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "sides": self.sides, "towards": self.towards, "seed": self.seed}


class Maker:
    """Makes layers of one rank whose starting weights are functions of one seed and of the layer's place."""

    def __init__(self, build: Build, *, spectral: bool) -> None:
        self._rank, self._seed, self._made = build.geometry.rank, build.seed, 0
        self._mixing, self._num_blocks = build.mixing, max(build.blocks * len(build.widths), 1)
        self._spectral = spectral

    def seed(self) -> int:
        """Returns the seed of one more set of starting weights."""
        self._made += 1
        return self._seed * 1000 + self._made

    def _start(self, scale: float) -> keras.initializers.Initializer:
        if scale == 0:
            return keras.initializers.Zeros()
        return keras.initializers.VarianceScaling(scale, "fan_in", "truncated_normal", seed=self.seed())

    def _divided(self, layer: layers.Layer) -> layers.Layer:
        return layers.SpectralNormalization(layer) if self._spectral else layer

    def dense(self, width: int, *, scale: float = 1.0) -> layers.Layer:
        """Returns a dense layer; the variance of its starting weights is `scale` over the number of inputs."""
        return self._divided(Dense(width, kernel_initializer=self._start(scale)))

    def convolution(
        self, width: int, *, kernel: int = 1, strides: int = 1, scale: float = 1.0, groups: int = 1
    ) -> layers.Layer:
        """Returns a convolution of this rank; arguments as for Keras' layers and `dense`."""
        start = self._start(scale)
        return self._divided(_CONVOLUTION[self._rank](
            width, kernel, strides=strides, padding="same", groups=groups, kernel_initializer=start
        ))  # fmt: skip

    def transposed(self, width: int, *, kernel: int, strides: int, scale: float = 1.0) -> layers.Layer:
        """Returns a transposed convolution of this rank, which enlarges by its strides."""
        start = self._start(scale * strides**self._rank)  # fan-in counts the whole kernel, of which a pixel sees a part
        return _TRANSPOSED[self._rank](width, kernel, strides=strides, padding="same", kernel_initializer=start)

    def block(self, inputs: Tensor, width: int, *, told: Tensor | None = None) -> Tensor:
        """A residual block: in, mix along the sides, out; begins as nothing (Zhang et al. 2019).

        Args:
            inputs: (batch, *sides, width).
            width: Channels.
            told: (batch, any), what shifts all places alike; None: nothing.
        """
        inner = width * EXPANSION
        scale = 2 / (1 + LEAK**2) * self._num_blocks**-0.5
        hidden = self.convolution(inner, scale=scale)(inputs)
        if told is not None:
            shift = layers.Reshape((*[1] * self._rank, inner))(self.dense(inner)(told))
            hidden = layers.Add()([hidden, shift])
        hidden = layers.LeakyReLU(LEAK)(hidden)
        hidden = layers.LeakyReLU(LEAK)(self._mix(inner, scale)(hidden))
        return layers.Add()([inputs, self.convolution(width, scale=0 if not self._spectral else scale)(hidden)])

    def _mix(self, width: int, scale: float) -> layers.Layer:
        if self._mixing == "depthwise" and self._rank in _DEPTHWISE:
            start = keras.initializers.VarianceScaling(scale, "fan_in", "truncated_normal", seed=self.seed())
            return _DEPTHWISE[self._rank](3, padding="same", depthwise_initializer=start)
        groups = max(width // GROUP, 1) if self._mixing == "grouped" else 1
        return self.convolution(width, kernel=3, scale=scale, groups=groups)

    def larger(self, inputs: Tensor) -> Tensor:
        """Returns images with twice the sides, each pixel repeated."""
        return _LARGER[self._rank](2)(inputs)

    def smaller(self, inputs: Tensor) -> Tensor:
        """Returns images with half the sides, pixels averaged."""
        return _SMALLER[self._rank](2)(inputs)
