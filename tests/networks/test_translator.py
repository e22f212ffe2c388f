"""Networks that translate: what they begin as, at every rank, and what the critic of patches can see."""

import numpy as np
import pytest
from keras import ops

from synthgen.networks.convolutional import Build
from synthgen.networks.geometry import Geometry
from synthgen.networks.patch_critic import patch_critic
from synthgen.networks.translator import cubic_matrix, enlarged, repeated, translator

SIDES = {1: (20,), 2: (10, 14), 3: (6, 8, 6)}


def build(rank, *, channels=1, patch=1):
    geometry = Geometry(sides=SIDES[rank], channels=channels, patch=patch)
    return Build(geometry=geometry, widths=(8,) * (geometry.levels + 1), mixing="dense" if rank == 3 else "depthwise")


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("patch", [1, 2])
def test_it_begins_as_the_image_that_came_in(rank, patch):
    images = drawn(3, *SIDES[rank], 1)
    made = translator(build(rank, patch=patch), channels_in=1)(images)
    assert np.allclose(made, images, atol=1e-6)


def test_where_it_does_not_add_it_begins_as_nothing():
    assert not np.any(translator(build(2), channels_in=1, adds=False)(drawn(3, 10, 14, 1)))


def test_channels_may_differ():
    images = drawn(3, 10, 14, 3)
    grey = translator(build(2), channels_in=3)(images)
    assert np.allclose(grey, images.mean(axis=-1, keepdims=True), atol=1e-6)
    colours = translator(build(2, channels=3), channels_in=1)(images[..., :1])
    assert np.allclose(colours, np.repeat(images[..., :1], 3, axis=-1), atol=1e-6)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_what_is_enlarged_averages_to_what_came_in_whatever_was_learned(rank):
    network = translator(build(rank), channels_in=1, scale=2)
    random = np.random.default_rng(0)
    network.set_weights([random.normal(0, 0.1, weight.shape) for weight in network.get_weights()])
    small = drawn(3, *[side // 2 for side in SIDES[rank]], 1)
    made = network(small)
    assert made.shape == (3, *SIDES[rank], 1)
    assert np.allclose(ops.average_pool(made, 2, strides=2), small, atol=1e-5)
    assert np.abs(made - repeated(ops.convert_to_tensor(small), 2)).max() > 0.01


@pytest.mark.parametrize("scale", [2, 4])
def test_cubic_enlargement_keeps_what_is_even_and_what_rises_evenly(scale):
    matrix = cubic_matrix(9, scale)
    assert np.allclose(matrix.sum(axis=0), 1, atol=1e-6)
    rising = np.arange(9, dtype="float32") @ matrix
    inner = slice(2 * scale, -2 * scale)
    assert np.allclose(rising[inner], ((np.arange(9 * scale) + 0.5) / scale - 0.5)[inner], atol=1e-5)


def test_cubic_enlargement_goes_along_every_side():
    row = drawn(1, 6, 1, 1)
    grown = np.asarray(enlarged(ops.convert_to_tensor(row), 2))
    assert grown.shape == (1, 12, 2, 1)
    assert np.allclose(grown[0, :, 0, 0], row[0, :, 0, 0] @ cubic_matrix(6, 2), atol=1e-6)
    assert np.allclose(grown[0, :, 1, 0], grown[0, :, 0, 0], atol=1e-6)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_critic_scores_patches_and_sees_what_an_image_was_made_from(rank):
    critic = patch_critic(build(rank), channels_told=2, scale=2)
    images, source = drawn(3, *SIDES[rank], 1), drawn(3, *[side // 2 for side in SIDES[rank]], 2)
    scores = np.asarray(critic([images, source]))
    assert scores.shape[0] == 3
    assert scores.shape[1] > 1
    assert np.abs(scores - critic([images, source[::-1]])).max() > 1e-4


def test_a_score_depends_on_what_is_near():
    critic = patch_critic(Build(geometry=Geometry(sides=(64, 64), channels=1), widths=(8, 8, 8, 8, 8)))
    images = drawn(1, 64, 64, 1)
    changed = images.copy()
    changed[:, :8, :8] = 0
    moved = np.abs(np.asarray(critic(images)) - np.asarray(critic(changed))).reshape(8, 8)
    assert moved[0, 0] > 0
    assert moved[4:, 4:].max() == 0
