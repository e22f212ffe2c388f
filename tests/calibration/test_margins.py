"""Margins by hand, and what of them may be stored."""

import json

import numpy as np
import pytest

from synthgen.calibration.margins import MOST_PAIRS, Margins, _levels
from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.encoding.protection import Cohort
from synthgen.expected import Array

LAYOUT = Layout(
    (
        Block("sex", "one_hot", 2, condition=True),
        Block("age", "one_hot", 3),
        Block("age", "scalar", 1, refines=(0, 3)),
        Block("place", "bits", 5),
    )
)


def table(sex, age):
    codes = np.stack([sex, age, np.zeros(len(sex))], 1).astype(np.int32)
    return EncodedTable(codes, np.zeros((len(sex), 1), np.float32))


def test_margins_are_shares_and_rare_cells_are_pooled():
    sex, age = np.repeat([0, 0, 1, 1], [40, 30, 26, 4]), np.repeat([0, 1, 2, 1], [40, 30, 26, 4])
    margins = Margins.fit(LAYOUT, table(sex, age), Cohort(np.arange(100), rare_below=5), seed=0)
    assert [margin.blocks for margin in margins.margins] == [(0,), (1,), (0, 1)]  # the place is too wide for one
    pair = margins.margins[2]
    assert pair.cells.tolist() == [0, 1, 5]  # sex 1 at age 1 is held by four
    assert pair.shares == pytest.approx([0.4, 0.3, 0.26], abs=0.02)


def test_what_few_patients_hold_in_many_rows_is_pooled_too():
    patients = np.concatenate([np.arange(60), np.full(40, 60)])
    margins = Margins.fit(LAYOUT, table(np.repeat([0, 1], [60, 40]), np.zeros(100)), Cohort(patients, 5), seed=0)
    assert margins.margins[0].cells.tolist() == [0]


def test_stored_counts_are_rounded_and_right_on_average():
    age = np.repeat([0, 1, 2], [613, 178, 9])
    found = []
    for seed in range(300):
        margins = Margins.fit(LAYOUT, table(np.zeros(800), age), Cohort(np.arange(800), rare_below=10), seed=seed)
        found.append(margins.margins[1].shares * 800)
    assert np.array(found) / 5 == pytest.approx(np.round(np.array(found) / 5)), "in steps of half of rare_below"
    assert {tuple(counts) for counts in np.round(found)} == {(610, 175), (610, 180), (615, 175), (615, 180)}
    assert np.mean(found, axis=0) == pytest.approx([613, 178], abs=0.7)


def test_neighbouring_codes_share_a_level_until_it_is_full():
    assert _levels(np.array([1, 1, 1, 30, 1, 30]), most=4, apart=False).tolist() == [0, 0, 0, 1, 2, 3]
    assert _levels(np.array([5, 5, 5]), most=4, apart=True).tolist() == [0, 1, 2]


def test_the_cells_of_rows_agree_with_their_shares():
    rng = np.random.default_rng(0)
    sex = rng.integers(0, 2, 5_000)
    rows = table(sex, (sex + rng.integers(0, 2, 5_000)) % 3)
    margins = Margins.fit(LAYOUT, rows, Cohort(np.arange(5_000), 2), seed=0)
    again = Margins.from_state(json.loads(json.dumps(margins.state(), default=np.ndarray.tolist)), LAYOUT)
    for places, shares in again.cells(rows.codes):
        assert np.bincount(places, minlength=len(shares)) / 5_000 == pytest.approx(shares, abs=1e-3)
        assert shares.sum() == pytest.approx(1)


@pytest.mark.parametrize(("categories", "kept"), [(2, MOST_PAIRS), (4, 1 + 1_396 // 16)])
def test_of_many_pairs_the_dependent_ones_are_kept(categories, kept):
    rng = np.random.default_rng(0)
    layout = Layout(tuple(Block(f"column {i}", "one_hot", categories, condition=True) for i in range(30)))
    codes = rng.integers(0, categories, (4_200, 30)).astype(np.int32)
    codes[:, 29] = codes[:, 0]
    margins = Margins.fit(
        layout, EncodedTable(codes, np.zeros((4_200, 0), np.float32)), Cohort(np.arange(4_200), 10), seed=0
    )
    pairs = [margin.blocks for margin in margins.margins if len(margin.blocks) == 2]
    assert len(pairs) == kept, "cells of at most a third of the rows"
    assert pairs[0] == (0, 29)


def test_columns_of_the_most_dependent_pairs_come_first():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 3, (3_000, 4))
    codes[:, 3] = codes[:, 1]
    layout = Layout(tuple(Block(name, "one_hot", 3, condition=True) for name in "abcd"))
    table = EncodedTable(codes.astype(np.int32), np.zeros((3_000, 0), np.float32))
    order = Margins.fit(layout, table, Cohort(np.arange(3_000), 2), seed=0).by_dependence
    assert set(order[:2]) == {1, 3}
    assert sorted(order) == [0, 1, 2, 3]


def test_whole_numbers_beyond_63_bits_are_refused():
    """Made 64 bits with a sign, they were places before the first."""
    for stored in ([2**63], [2**64], [0, 2**63]):
        assert not Array(None, whole=True, least=0).holds(stored)
    assert Array(None, whole=True, least=0).check([2**62], "")[0] == 2**62
