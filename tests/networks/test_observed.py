"""Convolutions under a privacy budget: lengths of single images' gradients against finding each on its own."""

import keras
import numpy as np
import pytest
from keras import ops

from synthgen.backend import per_row
from synthgen.networks.convolutional import Build
from synthgen.networks.geometry import Geometry
from synthgen.networks.images import critic, encoder, generator
from synthgen.networks.observed import Convolution2D, Transposed2D
from synthgen.networks.unet import unet

IMAGES = 3


def lengths_of(network, inputs):
    """As the layers say, and as found image by image."""
    rng = np.random.default_rng(0)
    for variable in network.trainable_variables:  # zeros would hide mistakes
        variable.assign(variable.numpy() + rng.normal(0, 0.1, variable.shape).astype("float32"))
    shown = [ops.convert_to_tensor(rng.normal(size=(IMAGES, *shape)).astype("float32")) for shape in inputs]
    shown = shown if len(shown) > 1 else shown[0]

    def losses():
        return ops.mean(ops.square(ops.reshape(network(shown, training=True), (IMAGES, -1)) - 1), axis=1)

    return per_row.lengths_both_ways(losses, network.trainable_variables)


@pytest.mark.parametrize("kind", ["strided", "residual"])
@pytest.mark.parametrize(("sides", "patch"), [((13,), 2), ((8, 8), 1), ((11, 9), 1), ((16, 12), 2), ((4, 6, 8), 1)])
def test_lengths_are_those_of_single_images(sides, patch, kind):
    geometry = Geometry(sides=sides, channels=2, patch=patch)
    build = Build(geometry=geometry, widths=(5,) * (geometry.levels + 1), num_conditions=3, kind=kind, mixing="dense")
    for network, inputs in (
        (critic(build), [geometry.shape, (3,)]),
        (generator(build, latent_dim=4), [(7,)]),
        (encoder(build, num_outputs=6), [geometry.shape, (3,)]),
        (unet(build, channels_in=2, channels_out=2), [geometry.shape, (3,)]),
    ):
        said, true = lengths_of(network, inputs)
        assert said == pytest.approx(true, rel=1e-4), network.name


@pytest.mark.parametrize("padded_side", [7, 8, 9])
@pytest.mark.parametrize(("kernel", "strides"), [(1, 1), (3, 1), (4, 2), (3, 2), (2, 3)])
def test_any_kernel_stride_and_side(padded_side, kernel, strides):
    for layer in (Convolution2D, Transposed2D):
        network = keras.Sequential(
            [keras.Input((padded_side, 6, 2)), layer(4, kernel, strides=strides, padding="same")]
        )
        said, true = lengths_of(network, [(padded_side, 6, 2)])
        assert said == pytest.approx(true, rel=1e-4)


@pytest.mark.parametrize("mixing", ["depthwise", "grouped"])
def test_what_is_not_observed_is_found_to_be_too_short(mixing):
    """Control: `check_lengths` refuses such networks."""
    geometry = Geometry(sides=(8, 8), channels=1)
    build = Build(geometry=geometry, widths=(32, 32), num_conditions=0, kind="residual", mixing=mixing)
    said, true = lengths_of(critic(build), [geometry.shape])
    assert (said < 0.999 * true).all() or (said > 1.001 * true).all()


def test_outside_of_a_budget_they_are_keras_own():
    plain, own = keras.layers.Conv2D(4, 3, padding="same"), Convolution2D(4, 3, padding="same")
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    plain(images), own(images)
    own.set_weights(plain.get_weights())
    assert (np.asarray(own(images)) == np.asarray(plain(images))).all()
