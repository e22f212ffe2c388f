"""Layouts by hand; smooth features against their formulas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.encoding.smooth import NUM_HATS, NUM_SMOOTH, bin_features


@given(before=st.integers(0, 3), bins=st.integers(15, 200), after=st.integers(0, 2))
def test_a_number_comes_back_from_its_features(before, bins, after):
    block = Block("age", "number", before + NUM_SMOOTH + after, bins=(before, before + bins))
    layout = Layout((Block("sex", "one_hot", 2), block, Block("place", "bits", 3)))
    assert block.num_codes == before + bins + after
    ages = np.arange(block.num_codes)
    codes = np.stack([ages % 2, ages, ages % 8], 1).astype(np.int32)
    table = EncodedTable(codes, np.zeros((len(codes), 0), np.float32))
    features = layout.expand(table)
    assert features.shape == (block.num_codes, 2 + block.size + 3)
    assert layout.compact(features).codes.tolist() == codes.tolist()
    outside = np.r_[0:before, before + bins : block.num_codes]
    assert features[outside, 2 : 2 + block.size].sum(1) == pytest.approx(1)  # a code of its own


def test_bins_are_hats_and_normal_scores():
    features = bin_features(100)
    assert features.shape == (100, NUM_SMOOTH)
    assert features[:, :NUM_HATS].sum(1) == pytest.approx(1, abs=1e-6)
    rank = (np.arange(100) + 0.5) / 100
    assert features[:, -2] == pytest.approx(ndtri(rank), abs=1e-6)
    assert features[:, -1] == pytest.approx(ndtri(rank) ** 2 - 1, abs=1e-5)
    assert features[50, 5:7] == pytest.approx([1 - 0.505 * 11 + 5, 0.505 * 11 - 5], abs=1e-5)  # between two knots
    assert bin_features(5_000)[-1, -2] == 3.0
