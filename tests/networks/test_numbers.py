"""Smooth features of numbers against their formulas."""

import numpy as np
import pytest
from scipy.special import ndtri

from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.networks.numbers import NUM_FEATURES, NUM_HATS, normal_score, ranks, smooth_features, smooth_map


def test_normal_scores_are_those_of_the_normal_law():
    rank = np.linspace(0.001, 0.999, 500).astype("float32")
    assert np.array(normal_score(rank)) == pytest.approx(ndtri(rank), abs=0.02)


def test_hats_sum_to_one_and_stand_on_their_knots():
    rank = np.linspace(0, 1, 200).astype("float32")
    features = np.array(smooth_features(rank))
    assert features.shape == (200, NUM_FEATURES)
    assert features[:, :NUM_HATS].sum(1) == pytest.approx(1, abs=1e-5)
    knots = np.linspace(0, 1, NUM_HATS).astype("float32")
    assert np.array(smooth_features(knots))[:, :NUM_HATS] == pytest.approx(np.eye(NUM_HATS), abs=1e-5)
    assert features[:, -2].max() == pytest.approx(3)
    assert features[:, -1] == pytest.approx(features[:, -2] ** 2 - 1, abs=1e-5)


def test_ranks_are_the_middles_of_equal_parts():
    assert ranks(2, 2).tolist() == [[0.125, 0.375], [0.625, 0.875]]
    assert ranks(4, 1)[:, 0].tolist() == [0.125, 0.375, 0.625, 0.875]


def test_the_map_keeps_all_but_bins_as_it_is():
    layout = Layout((
        Block("sex", "one_hot", 2),
        Block("age", "one_hot", 43, condition=False),
        Block("age", "scalar", 1, refines=(2, 42)),
    ))  # fmt: skip
    smooth = smooth_map(layout)
    assert smooth.shape == (46, 2 + 3 + NUM_FEATURES + 1)
    row = EncodedTable(np.array([[1, 22]], np.int32), np.array([[0.3]], np.float32))
    mapped = layout.expand(row) @ smooth
    assert mapped[0, [0, 1, 2, 3, 4, -1]] == pytest.approx([0, 1, 0, 0, 0, 0.3])  # sex, spikes and missing, the scalar
    expected = np.array(smooth_features(np.array([(20 + 0.5) / 40], "float32")))[0]
    assert mapped[0, 5:-1] == pytest.approx(expected, abs=1e-6)
