"""Convolutions that say how much each image has to do with the gradient of their weights; see `networks.dense`.

A weight of a convolution is used at every place, so that an image's gradient is a sum over places: for each position
in the kernel the product of two matrices, what the layer saw there and the slopes at its outputs. It is made for one
position at a time and only its length is kept (Rochette et al. 2019, section 3).
"""

import itertools
from collections.abc import Sequence
from typing import Any, ClassVar

import keras
from keras import ops

from synthgen.backend import Tensor, per_row


def _squares(large: Tensor, small: Tensor, *, kernel: Sequence[int], strides: Sequence[int]) -> Tensor:
    """Squared lengths of the gradients of a convolution's weights, (images,).

    Args:
        large: (images, *sides, channels), what the kernel moves over, padded as "same" pads.
        small: (images, *smaller sides, channels), what it makes of it.
        kernel: Sides of the kernel.
        strides: By which it moves.
    """
    images, places = ops.shape(large)[0], list(small.shape[1:-1])
    padding = [(0, 0)]
    for side, made, size, stride in zip(large.shape[1:-1], places, kernel, strides, strict=True):
        missing = max((made - 1) * stride + size - side, 0)
        padding.append((missing // 2, missing - missing // 2))
    padded = ops.pad(ops.cast(large, "float32"), [*padding, (0, 0)])
    made = ops.reshape(ops.cast(small, "float32"), (images, -1, small.shape[-1]))  # (images, places, channels)
    total = ops.zeros((images,))
    for offset in itertools.product(*map(range, kernel)):
        steps = zip(offset, places, strides, strict=True)
        seen = padded[(slice(None), *(slice(o, o + (n - 1) * s + 1, s) for o, n, s in steps))]
        seen = ops.reshape(seen, (images, -1, large.shape[-1]))
        total += ops.sum(ops.square(ops.matmul(ops.transpose(seen, (0, 2, 1)), made)), axis=(1, 2))
    return total


def _bias_squares(slopes: Tensor) -> Tensor:
    """The same of a bias, which every place shares."""
    places = tuple(range(1, len(slopes.shape) - 1))
    return ops.sum(ops.square(ops.sum(slopes, axis=places)), axis=1)


class _Observed:
    """Convolutions without groups, dilation and activation; of others the lengths are found to be wrong and refused."""

    enlarges: ClassVar[bool] = False
    """Whether the kernel moves over what the layer makes, not over what it is given."""

    def call(self, inputs: Tensor) -> Tensor:
        """Returns (images, *smaller or larger sides, filters).

        Args:
            inputs: (images, *sides, channels).
        """
        layer: Any = self

        def squares_of(slopes: Tensor) -> Tensor:
            large, small = (slopes, inputs) if self.enlarges else (inputs, slopes)
            found = _squares(large, small, kernel=layer.kernel_size, strides=layer.strides)
            return found + _bias_squares(slopes)

        return per_row.observed_by(super().call(inputs), squares_of)  # type: ignore[misc]


class _Transposed(_Observed):
    enlarges = True


class Convolution1D(_Observed, keras.layers.Conv1D):
    """Of series; arguments as Keras' own."""


class Convolution2D(_Observed, keras.layers.Conv2D):
    """Of images; arguments as Keras' own."""


class Convolution3D(_Observed, keras.layers.Conv3D):
    """Of volumes; arguments as Keras' own."""


class Transposed1D(_Transposed, keras.layers.Conv1DTranspose):
    """Of series; arguments as Keras' own."""


class Transposed2D(_Transposed, keras.layers.Conv2DTranspose):
    """Of images; arguments as Keras' own."""


class Transposed3D(_Transposed, keras.layers.Conv3DTranspose):
    """Of volumes; arguments as Keras' own."""
