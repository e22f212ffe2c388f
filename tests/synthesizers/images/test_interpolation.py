"""Paths between images: arcs that are known, ends and classes that must hold, and steps that must be small."""

import numpy as np
import pytest

import synthgen as sg
from synthgen.errors import ConditionError, NotFittedError
from synthgen.models.images.interpolation import arcs


def test_arcs_of_normal_noise_stay_on_the_sphere():
    """Of many normal numbers, the length hardly varies: a straight line would be shorter by a third halfway."""
    ends = np.random.default_rng(0).standard_normal((20, 2, 1000))
    points = arcs(ends, num_steps=9)
    assert points.shape == (20, 9, 1000)
    assert np.abs(np.linalg.norm(points, axis=2) / np.sqrt(1000) - 1).max() < 0.15
    assert np.allclose(points[:, [0, -1]], ends, atol=1e-6)


def test_arcs_turn_by_equal_angles():
    points = arcs(np.random.default_rng(1).standard_normal((5, 2, 3)), num_steps=6)
    units = points / np.linalg.norm(points, axis=2, keepdims=True)
    first, other = ends = np.array([[[1.0, 0.0], [-0.5, 3**0.5 / 2]]])[0]
    turned = arcs(ends[None], num_steps=5)[0]
    angles = np.degrees(np.arctan2(turned[:, 1], turned[:, 0]))
    assert np.allclose(angles, [0, 30, 60, 90, 120], atol=1e-4)
    assert np.isfinite(units).all() and np.allclose(first @ other, -0.5)


@pytest.mark.parametrize("scale", [1.0, -1.0, 0.0])
def test_ends_that_are_parallel_or_nothing_give_a_straight_line(scale):
    end = np.ones(4)
    points = arcs(np.array([[end, scale * end]]), num_steps=3)[0]
    assert np.allclose(points[1], (1 + scale) / 2)
    assert np.allclose(points[[0, 2], 0], [1, scale])


def test_a_path_has_one_class_and_changes_step_by_step(fitted):
    paths = fitted.interpolate(num_steps=12, num_paths=4, seed=3)
    assert [len(path) for path in paths] == [12] * 4
    assert all(path.table["label"].nunique() == 1 for path in paths)
    assert sorted(path.table["label"].iloc[0] for path in paths) == ["ill", "ill", "well", "well"]
    pixels = np.stack([path.pixels for path in paths]).astype(float)
    steps = np.abs(np.diff(pixels, axis=1)).mean()
    ends = np.abs(pixels[:, 0] - pixels[:, -1]).mean()
    assert 0 < steps < 0.6 * ends


def test_paths_show_what_is_asked_for(fitted, square):
    ill, well = (fitted.interpolate(conditions={"label": label}, num_paths=3) for label in ("ill", "well"))
    means = [np.mean([square(path).mean() for path in paths]) for paths in (ill, well)]
    assert means[0] > means[1] + 60  # real: 140 apart


def test_the_same_seed_draws_the_same_paths_and_shows_what_sampling_shows(fitted):
    one, again, other = (fitted.interpolate(num_steps=3, num_paths=2, seed=seed) for seed in (1, 1, 2))
    assert all((a.pixels == b.pixels).all() for a, b in zip(one, again, strict=True))
    assert any((a.pixels != b.pixels).any() for a, b in zip(one, other, strict=True))
    drawn = fitted.sample(200, seed=0).pixels.astype(float)
    shown = np.concatenate([path.pixels for path in fitted.interpolate(num_steps=5, num_paths=20)]).astype(float)
    assert abs(shown.mean() - drawn.mean()) < 12  # the classes' mix differs


def test_drawing_a_path_counts_as_no_sample(make, images):
    one, other = (make("ImageVAE", num_steps=20, batch_size=16, width=8).fit(images, verbose=False) for _ in range(2))
    one.interpolate(num_steps=2, num_paths=1)
    assert (one.sample(3).pixels == other.sample(3).pixels).all()


def test_volumes_of_which_nothing_is_known(make):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 6, 6, 6, 1)).astype(np.uint8)
    gan = make("ImageGAN", num_steps=4, batch_size=8, width=8).fit(sg.ImageSet(pixels=pixels), verbose=False)
    (path,) = gan.interpolate(num_steps=3, num_paths=1)
    assert path.pixels.shape == (3, 6, 6, 6, 1)
    with pytest.raises(ConditionError, match="nothing can be asked"):
        gan.interpolate(conditions={"label": "ill"})


def test_what_cannot_be_drawn_is_refused_by_name(fitted, make):
    with pytest.raises(ConditionError, match="num_steps >= 2. Received 1"):
        fitted.interpolate(num_steps=1)
    with pytest.raises(ConditionError, match="num_paths >= 1. Received 0"):
        fitted.interpolate(num_paths=0)
    with pytest.raises(NotFittedError):
        make("ImageVAE").interpolate()
