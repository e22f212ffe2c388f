"""Smooth features of numbers against their formulas."""

import numpy as np
import pytest
from scipy.special import ndtri

from synthgen.encoding.smooth import NUM_HATS, NUM_SMOOTH, bin_features
from synthgen.networks.numbers import normal_score, ranks, smooth_features


def test_normal_scores_are_those_of_the_normal_law():
    rank = np.linspace(0.001, 0.999, 500).astype("float32")
    assert np.array(normal_score(rank)) == pytest.approx(ndtri(rank), abs=0.02)


def test_hats_sum_to_one_and_stand_on_their_knots():
    rank = np.linspace(0, 1, 200).astype("float32")
    features = np.array(smooth_features(rank))
    assert features.shape == (200, NUM_SMOOTH)
    assert features[:, :NUM_HATS].sum(1) == pytest.approx(1, abs=1e-5)
    knots = np.linspace(0, 1, NUM_HATS).astype("float32")
    assert np.array(smooth_features(knots))[:, :NUM_HATS] == pytest.approx(np.eye(NUM_HATS), abs=1e-5)
    assert features[:, -2].max() == pytest.approx(3)
    assert features[:, -1] == pytest.approx(features[:, -2] ** 2 - 1, abs=1e-5)


def test_ranks_are_the_middles_of_equal_parts():
    assert ranks(2, 2).tolist() == [[0.125, 0.375], [0.625, 0.875]]
    assert ranks(4, 1)[:, 0].tolist() == [0.125, 0.375, 0.625, 0.875]


def test_bins_are_seen_as_their_middles():
    assert np.array(smooth_features(ranks(40, 1)[:, 0])) == pytest.approx(bin_features(40), abs=0.02)
