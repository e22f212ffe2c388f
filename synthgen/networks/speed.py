"""Copies of trained networks that only draw, made for speed."""

import keras
import numpy as np

from synthgen import backend
from synthgen.networks.links import Links


class _Folded(keras.layers.Layer):
    """Where a batch normalisation was that the dense layer before it has taken in."""

    def call(self, inputs: backend.Tensor, training: bool | None = None, mask: None = None) -> backend.Tensor:
        return inputs


def fast_copy(network: keras.Model, *, num_inputs: int) -> keras.Model:
    """Returns a copy for inference: products in the fastest precision, batch normalisation taken in by dense layers.

    Args:
        network: A functional model of one input whose last layer is dense, but for links, which are left out; and where
            each batch normalisation follows a dense layer.
        num_inputs: Width of the copy's input; fewer than the network's leaves the last ones out.

    Returns:
        A model (batch, num_inputs) -> what the last layer reads, what the network returns. Its weights are unset; see
        `fast_weights`.
    """
    policy = backend.fast_policy()

    def fast(layer: keras.layers.Layer) -> keras.layers.Layer:
        if isinstance(layer, keras.layers.BatchNormalization):
            return _Folded(dtype=policy)
        return type(layer).from_config(layer.get_config() | {"dtype": policy})

    copy = keras.models.clone_model(network, input_tensors=keras.Input((num_inputs,)), clone_function=fast)
    last = next(layer for layer in reversed(copy.layers) if isinstance(layer, keras.layers.Dense))
    return keras.Model(copy.input, [last.input, last.output])


def fast_weights(network: keras.Model) -> list[np.ndarray]:
    """Returns what to set the weights of `fast_copy` to: kernel and bias of each dense layer, in order.

    Args:
        network: The one that was copied.
    """
    weights: list[np.ndarray] = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gain, offset, mean, variance = layer.get_weights()
            factor = gain / np.sqrt(variance + layer.epsilon)
            weights[-2:] = [weights[-2] * factor, (weights[-1] - mean) * factor + offset]
        elif not isinstance(layer, Links):
            weights += layer.get_weights()
    return weights
