"""Networks of series, images and volumes: sizes, what a unit sees, and what begins as nothing."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgen.networks.convolutional import Build
from synthgen.networks.geometry import Geometry
from synthgen.networks.images import critic, encoder, generator
from synthgen.networks.random_features import random_features
from synthgen.networks.unet import unet
from synthgen.synthesizers.images.form import SMALL, widths

SHAPES = [((60,), 2), ((12, 12), 1), ((9, 21), 3), ((44, 44), 1), ((6, 8, 10), 1)]


def build(sides, channels, **more):
    geometry = Geometry(sides=sides, channels=channels, patch=1 if min(sides) <= SMALL else 2)
    return Build(geometry=geometry, widths=widths(geometry, 8), **more)


@given(
    sides=st.lists(st.integers(4, 300), min_size=1, max_size=3).map(tuple),
    patch=st.sampled_from([1, 2]),
)
@settings(max_examples=200, deadline=None)
def test_stages_double_up_to_the_padded_size(sides, patch):
    geometry = Geometry(sides=sides, channels=1, patch=patch)
    if min(sides) < 4 * patch:
        return
    assert 4 <= min(geometry.stages[0]) <= 8
    for smaller, larger in zip(geometry.stages, geometry.stages[1:], strict=False):
        assert tuple(2 * side for side in smaller) == larger
    assert tuple(patch * side for side in geometry.stages[-1]) == geometry.padded
    unit = patch * 2**geometry.levels
    assert all(0 <= padded - side < unit for padded, side in zip(geometry.padded, sides, strict=True))


@pytest.mark.parametrize(("sides", "channels"), SHAPES)
@pytest.mark.parametrize("kind", ["residual", "strided"])
@pytest.mark.parametrize("num_conditions", [0, 3])
def test_images_of_any_rank_go_through(sides, channels, kind, num_conditions):
    made = build(sides, channels, kind=kind, num_conditions=num_conditions)
    drawn = generator(made, latent_dim=5)(np.ones((2, 5 + num_conditions), "float32"))
    assert tuple(drawn.shape) == (2, *made.geometry.shape)
    known = np.ones((2, num_conditions), "float32")
    scores = critic(made)([drawn, keras.ops.convert_to_tensor(known)] if num_conditions else drawn)
    assert tuple(scores.shape) == (2, 1)


@pytest.mark.parametrize("mixing", ["depthwise", "grouped", "dense"])
def test_blocks_begin_as_nothing(mixing):
    """With a last layer of zeros, one block more changes no output."""
    one, two = (build((12, 12), 1, mixing=mixing, blocks=blocks, seed=3) for blocks in (1, 2))
    assert two.blocks > one.blocks
    model = unet(build((12, 12), 2, mixing=mixing, num_conditions=4), channels_in=2, channels_out=1)
    assert float(keras.ops.max(keras.ops.abs(model([np.ones((2, 12, 12, 2)), np.ones((2, 4))])))) == 0
    assert tuple(encoder(two, num_outputs=7)([np.ones((2, 12, 12, 1)), np.ones((2, 0))]).shape) == (2, 7)


def test_a_critic_scores_each_image_alone():
    scored = critic(build((12, 12), 1))
    images = np.random.default_rng(0).normal(size=(4, 12, 12, 1)).astype("float32")
    alone = np.concatenate([scored(images[place : place + 1]) for place in range(4)])
    assert np.allclose(scored(images), alone, atol=1e-5)


def test_starting_weights_are_functions_of_the_seed():
    first, again, other = (generator(build((12, 12), 1, seed=seed), latent_dim=4).get_weights() for seed in (0, 0, 1))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert any((a != b).any() for a, b in zip(first, other, strict=True))


def test_random_features_tell_patterns_apart():
    rng = np.random.default_rng(0)
    looked = random_features(Geometry(sides=(16, 16), channels=1))
    stripes = rng.normal(0, 0.3, (40, 16, 16, 1)) + np.sin(np.arange(16))[:, None, None]
    across = rng.normal(0, 0.3, (40, 16, 16, 1)) + np.sin(np.arange(16))[None, :, None]
    one, other = (np.array(looked(images.astype("float32"))) for images in (stripes, across))
    between = np.linalg.norm(one.mean(axis=0) - other.mean(axis=0))
    halves = np.linalg.norm(one[:20].mean(axis=0) - one[20:].mean(axis=0))
    assert between > 5 * halves
