"""The ratio of densities where it is known, and levels by hand."""

import json

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from synthgen.calibration.density_ratio import MOST_LOG_RATIO, DensityRatio
from synthgen.calibration.levels import Levels
from synthgen.encoding.layout import Block, EncodedTable, Layout

AGE = (Block("age", "one_hot", 4), Block("age", "scalar", 1, refines=(1, 3)))
LAYOUT = Layout((Block("sex", "one_hot", 2, condition=True), *AGE, Block("place", "bits", 9)))


def rows(sex, age, place=0, inside=0.0):
    size = len(sex)
    codes = np.stack([sex, age, np.broadcast_to(place, size)], 1).astype(np.int32)
    return EncodedTable(codes, np.broadcast_to(np.float32(inside), size).reshape(size, 1).copy())


def independent(size, seed, *, agree=0.5):
    rng = np.random.default_rng(seed)
    sex = rng.integers(0, 2, size)
    return rows(sex, np.where(rng.random(size) < agree, sex, 1 - sex))


def test_levels_are_codes_and_parts_of_bins():
    table = rows([0, 1, 0, 1] * 50, [0, 1, 2, 3] * 50, place=[500, 500, 3, 500] * 49 + [500, 500, 4, 500])
    levels = Levels.fit(LAYOUT, table)
    assert levels.categorical == [True, False, True]
    assert levels(table)[:4, :2].tolist() == [[0, 0], [1, 1 + 4], [0, 9 + 4], [1, 17]]
    # categories by how many rows hold them; those of fewer than fifty share the last level
    assert levels(table)[:4, 2].tolist() == [0, 0, 1, 0]
    assert levels(rows([0, 0], [0, 0], place=[4, 77]))[:, 2].tolist() == [1, 1]
    low, high = (levels(rows([0, 0], [1, 2], inside=inside))[:, 1].tolist() for inside in (-1.0, 1.0))
    assert (low, high) == ([1, 9], [8, 16])
    again = Levels.from_state(json.loads(json.dumps(levels.state(), default=np.ndarray.tolist)), LAYOUT)
    assert again(table).tolist() == levels(table).tolist()


def test_it_finds_a_ratio_that_is_known():
    train, drawn = independent(20_000, 0, agree=0.9), independent(20_000, 1)
    ratio = DensityRatio.fit(
        LAYOUT, train, np.arange(20_000), draw=lambda size: independent(size, size, agree=0.5), seed=0
    )
    same = drawn.codes[:, 0] == drawn.codes[:, 1]
    assert ratio(drawn)[same] == pytest.approx(np.log(0.9 / 0.5), abs=0.05)
    assert ratio(drawn)[~same] == pytest.approx(np.log(0.1 / 0.5), abs=0.15)
    again = DensityRatio.from_state(
        json.loads(json.dumps(ratio.state(), default=np.ndarray.tolist)), ratio.arrays(), LAYOUT
    )
    assert again(drawn).tolist() == ratio(drawn).tolist()


def test_it_says_nothing_of_rows_drawn_from_the_same_law():
    for seed in range(3):
        train = independent(3_000, seed, agree=0.9)
        ratio = DensityRatio.fit(
            LAYOUT, train, np.arange(3_000), draw=lambda size: independent(size, size, agree=0.9), seed=seed
        )
        assert ratio.rounds == []
        assert ratio(train).tolist() == [0.0] * 3_000


def test_it_does_not_learn_training_rows_by_heart():
    """A ratio that knew its training rows would tell them from others of the same law, and so would its sample."""
    rng = np.random.default_rng(0)

    def of_law(size, rng, spread):
        codes = np.stack([rng.integers(0, 2, size), rng.integers(1, 3, size), rng.integers(0, 40, size)], 1)
        inside = np.clip(rng.normal(scale=spread, size=(size, 1)), -1, 1)
        return EncodedTable(codes.astype(np.int32), inside.astype(np.float32))

    train, others = of_law(4_000, rng, 0.4), of_law(4_000, rng, 0.4)
    ratio = DensityRatio.fit(
        LAYOUT, train, np.arange(4_000), draw=lambda size: of_law(size, np.random.default_rng(size), 0.5), seed=0
    )
    assert ratio.rounds
    known = roc_auc_score(np.repeat([1, 0], 4_000), np.concatenate([ratio(train), ratio(others)]))
    assert known < 0.57  # 4 000 rows leave some chance to learn; 0.5 would be none


def test_a_few_rows_teach_it_nothing_and_no_row_outweighs_many():
    few = independent(900, 0, agree=1.0)
    assert DensityRatio.fit(LAYOUT, few, np.arange(900), draw=lambda size: independent(size, 1), seed=0).rounds == []
    train = rows(np.zeros(4_000), np.zeros(4_000))
    ratio = DensityRatio.fit(LAYOUT, train, np.arange(4_000), draw=lambda n: independent(n, 1, agree=0.99), seed=0)
    assert ratio(train).max() <= MOST_LOG_RATIO
