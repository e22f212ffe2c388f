"""Distances and manifolds against loops over what the papers write."""

import numpy as np
import pytest
from scipy import linalg

from synthgen.metrics.images.classical import classical_augmentation
from synthgen.metrics.images.copies import nearness
from synthgen.metrics.images.diversity import structural_similarity
from synthgen.metrics.images.fid import frechet_distance
from synthgen.metrics.images.kid import Side, kernel_distances
from synthgen.metrics.images.manifold import manifold
from synthgen.metrics.images.pools import same_mix
from synthgen.metrics.images.spaces import small_pixels
from synthgen.metrics.images.task import over_seeds


def by_hand(one, other):
    """Binkowski et al. 2018, equation 4, pair by pair."""

    def kernel(x, y):
        return (x @ y / len(x) + 1) ** 3

    within = [np.mean([kernel(x, y) for i, x in enumerate(side) for j, y in enumerate(side) if i != j])
              for side in (one, other)]  # fmt: skip
    return within[0] + within[1] - 2 * np.mean([kernel(x, y) for x in one for y in other])


def test_kernel_distance_is_that_of_the_paper_and_so_is_each_without_a_block():
    random = np.random.default_rng(0)
    one, other = random.normal(size=(12, 3)), random.normal(0.5, 1, size=(9, 3))
    blocks = np.arange(12) % 3, np.arange(9) % 3
    found = kernel_distances(Side(one, np.arange(12), blocks[0]), Side(other, np.arange(9), blocks[1]), 3)
    expected = [by_hand(one, other)]
    expected += [by_hand(one[blocks[0] != block], other[blocks[1] != block]) for block in range(3)]
    assert found == pytest.approx(expected)


def test_pairs_of_one_patient_do_not_count():
    random = np.random.default_rng(1)
    people, other = random.normal(size=(300, 4)), random.normal(size=(300, 4))
    twice = np.repeat(people, 2, axis=0)
    groups = np.zeros(600, int), np.zeros(300, int)
    patients = np.repeat(np.arange(300), 2)
    once = kernel_distances(Side(people, np.arange(300), groups[1]), Side(other, np.arange(300), groups[1]), 1)[0]
    known = kernel_distances(Side(twice, patients, groups[0]), Side(other, np.arange(300), groups[1]), 1)[0]
    ignored = kernel_distances(Side(twice, np.arange(600), groups[0]), Side(other, np.arange(300), groups[1]), 1)[0]
    assert known == pytest.approx(once)
    assert ignored > once + 0.005


def test_kernel_distance_is_unbiased_and_its_standard_error_is_right():
    """Two hundred draws of equal laws: the mean is 0, and the spread is what the blocks say."""
    values, errors = [], []
    for seed in range(200):
        random = np.random.default_rng(seed)
        sides = [Side(random.normal(size=(60, 3)), np.arange(60), np.arange(60) % 20) for _ in range(2)]
        found = kernel_distances(*sides, 20)
        values.append(found[0])
        errors.append(np.sqrt(19 / 20 * ((found[1:] - found[1:].mean()) ** 2).sum()))
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(200)
    assert 0.6 < np.mean(errors) / np.std(values) < 2.0


def test_manifolds_are_those_of_the_papers():
    random = np.random.default_rng(0)
    base, other = (random.normal(size=(size, 3)).astype(np.float32) for size in (30, 25))
    found = manifold(base, other, neighbours=4)

    def radius(points, place):
        return sorted(np.linalg.norm(points - points[place], axis=1))[4]

    inside = np.array([[np.linalg.norm(x - y) <= radius(base, i) for y in other] for i, x in enumerate(base)])
    held = [any(np.linalg.norm(x - y) <= radius(other, j) for j, y in enumerate(other)) for x in base]
    assert found.holders.tolist() == inside.sum(axis=0).tolist()
    assert found.reached.tolist() == inside.any(axis=1).tolist()
    assert found.held.tolist() == held


def test_frechet_distance_is_that_of_the_matrix_root():
    random = np.random.default_rng(0)
    one, other = random.normal(size=(80, 5)), random.normal(1, 2, size=(70, 5)) @ random.normal(size=(5, 5))
    spreads = [np.cov(side, rowvar=False) for side in (one, other)]
    root = linalg.sqrtm(spreads[0] @ spreads[1]).real
    expected = ((one.mean(0) - other.mean(0)) ** 2).sum() + np.trace(spreads[0] + spreads[1] - 2 * root)
    assert frechet_distance(one, other) == pytest.approx(expected)


def test_similarity_of_noise_is_near_nought_and_of_flat_images_that_of_their_light():
    random = np.random.default_rng(0)
    noise = random.normal(0.5, 0.2, (2, 40, 24, 24, 1)).clip(0, 1)
    assert abs(structural_similarity(noise[0], noise[1]).mean()) < 0.1
    flat = structural_similarity(np.full((1, 12, 12, 1), 0.2), np.full((1, 12, 12, 1), 0.6))
    assert flat[0] == pytest.approx((2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4))


def test_nearness_of_equal_points_is_exactly_nought():
    points = (1e3 + np.random.default_rng(0).normal(size=(90, 200))).astype(np.float32)
    assert nearness(points[:7], to=points).ratios.tolist() == [0.0] * 7
    assert nearness(points, to=points, itself=True).ratios.min() > 0.5
    twins = np.concatenate([points, points[:3]])
    assert (nearness(twins, to=twins, itself=True).distances == 0).sum() == 6


def test_small_pixels_are_block_means():
    pixels = np.arange(2 * 64 * 40, dtype=np.uint16).reshape(2, 64, 40, 1)
    small = small_pixels(pixels, white=4095).reshape(2, 32, 20)
    assert small[1, 3, 5] == pytest.approx(pixels[1, 6:8, 10:12].mean() / 4095)
    assert small_pixels(np.zeros((1, 128, 128, 3), np.uint8), white=255).shape == (1, 32 * 32 * 3)


def test_the_mix_of_classes_is_matched_where_enough_is_left():
    random = np.random.default_rng(0)
    codes = np.array([0] * 300 + [1] * 900)
    kept = same_mix(codes, np.array([1, 1]), random)
    assert np.bincount(codes[kept]).tolist() == [300, 300]
    for codes, shares in (([0] * 50, [1, 1]), ([0] * 3 + [1] * 97, [9, 1]), ([-1] * 9, []), ([0, 1, 1], [])):
        assert len(same_mix(np.array(codes), np.array(shares, int), random)) == len(codes)


def test_seeds_widen_the_interval():
    draws = np.random.default_rng(0).normal(0, 0.01, 200)
    alike = np.array([np.append(0.8, 0.8 + draws)] * 3)
    apart = alike + np.array([[-0.05], [0.0], [0.05]])
    widths = [ends[1] - ends[0] for _, ends in (over_seeds(alike), over_seeds(apart))]
    assert widths[0] == pytest.approx(0.04, abs=0.01)
    assert widths[1] > 0.2
    assert over_seeds(alike[:1])[1] == pytest.approx(over_seeds(alike)[1])


def test_classical_augmentation_changes_little_and_leaves_flat_images_flat():
    flat = np.full((6, 20, 20, 1), 128, np.uint8)
    changed = classical_augmentation(flat, np.random.default_rng(0), white=255)
    assert changed.std(axis=(1, 2, 3)).max() < 1e-3
    assert 0 < np.abs(changed - 128).max() <= 0.05 * 255 + 1
    spot = np.zeros((200, 21, 21, 1), np.uint8)
    spot[:, 8:13, 8:13] = 250
    moved = classical_augmentation(spot, np.random.default_rng(0), white=255)
    assert moved.shape == spot.shape
    assert np.abs(moved.mean(axis=0) - moved.mean(axis=0)[::-1]).max() < 40  # as often up as down
    assert structural_similarity(moved / 255, spot / 255).mean() < 0.98
