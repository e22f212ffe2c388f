"""Raking against its definition, and what it does to a sample."""

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.calibration.choice import raked, systematic_sample, z_order
from synthgen.calibration.margins import Margins
from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.encoding.protection import Cohort

LAYOUT = Layout((Block("a", "one_hot", 4, condition=True), Block("b", "one_hot", 4, condition=True)))


def encoded(a, b):
    return EncodedTable(np.stack([a, b], 1).astype(np.int32), np.zeros((len(a), 0), np.float32))


def test_weighted_rows_have_the_margins():
    rng = np.random.default_rng(0)
    a = rng.choice(4, 20_000, p=[0.4, 0.3, 0.2, 0.1])
    train = encoded(a, np.where(rng.random(20_000) < 0.7, a, rng.integers(0, 4, 20_000)))
    margins = Margins.fit(LAYOUT, train, Cohort(np.arange(20_000), 2), seed=0)
    drawn = encoded(rng.integers(0, 4, 40_000), rng.integers(0, 4, 40_000))  # knows nothing of either
    weight = raked(margins, drawn.codes, start=np.ones(40_000), most=8)
    assert weight.mean() == pytest.approx(1)
    for places, shares in margins.cells(drawn.codes):
        assert np.bincount(places, weight, len(shares)) / len(weight) == pytest.approx(shares, abs=2e-3)


def test_rows_that_already_fit_keep_their_weight():
    rng = np.random.default_rng(0)
    train = encoded(rng.integers(0, 4, 20_000), rng.integers(0, 4, 20_000))
    margins = Margins.fit(LAYOUT, train, Cohort(np.arange(20_000), 2), seed=0)
    assert raked(margins, train.codes, start=np.ones(20_000), most=8) == pytest.approx(1, abs=5e-3)


def test_a_systematic_sample_takes_rows_by_weight_and_none_twice():
    weight = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 100.0])  # the last is surely taken; what it is denied goes to others
    taken = np.zeros(6)
    for seed in range(4_000):
        rng = np.random.default_rng(seed)
        rows = systematic_sample(weight, 3, order=rng.permutation(6), rng=rng)
        assert len(set(rows.tolist())) == 3
        taken[rows] += 1
    assert taken / 4_000 == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0], abs=0.03)


def test_rows_along_the_curve_have_their_likes_beside_them():
    # four places by four: the order by hand, first halves of both columns, then quarters
    places = np.array([(x, y) for x in range(4) for y in range(4)])
    walked = places[z_order(places, np.ones(16))]
    assert walked[:5].tolist() == [[0, 0], [0, 1], [1, 0], [1, 1], [0, 2]]
    for quarter in range(4):
        assert len({(x // 2, y // 2) for x, y in walked[4 * quarter : 4 * quarter + 4]}) == 1


def test_levels_are_cut_by_weight():
    # level 0 holds almost everything: all others together are the other half
    levels = np.array([[0], [1], [2], [0]])
    assert z_order(levels, np.array([50.0, 1.0, 1.0, 50.0])).tolist() == [0, 3, 1, 2]


def test_a_sample_along_the_curve_is_steadier_than_an_independent_one():
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 32, (4_000, 3))
    weight = rng.uniform(0.5, 1.5, 4_000)
    asked = (levels[:, 0] + levels[:, 1] > 30) & (levels[:, 2] % 16 < 8)  # no column alone says it
    expected = weight[asked].sum() / weight.sum()

    def spread(order):
        rows = [
            systematic_sample(weight, 500, order=order(seed), rng=np.random.default_rng(seed)) for seed in range(99)
        ]
        shares = [asked[kept].mean() for kept in rows]
        assert np.mean(shares) == pytest.approx(expected, abs=0.01)
        return np.std(shares)

    along = z_order(levels, weight)
    assert spread(lambda seed: along) < 0.7 * spread(lambda seed: np.random.default_rng([seed, 1]).permutation(4_000))


def test_calibrated_samples_are_closer_to_the_table(tmp_path):
    rng = np.random.default_rng(0)
    ward = rng.choice(["A", "B", "C"], 3_000, p=[0.6, 0.3, 0.1])
    frame = pd.DataFrame({"ward": ward, "age": rng.normal(50, 10, 3_000) + 10 * (ward == "C")})
    # hardly trained, so that there is something to repair
    synthesizer = sg.TabularAutoregressive(num_steps=20, width=8).fit(frame, verbose=False)
    expected = frame["ward"].value_counts(normalize=True)

    def distance(sample):
        return (sample["ward"].value_counts(normalize=True) - expected).abs().sum()

    raw, calibrated = (synthesizer.sample(2_000, calibrate=flag, seed=0) for flag in (False, True))
    assert distance(calibrated) < 0.05 < distance(raw)
    gap = {name: sample.groupby("ward")["age"].mean() for name, sample in (("raw", raw), ("raked", calibrated))}
    real = frame.groupby("ward")["age"].mean()
    assert (gap["raked"] - real).abs().sum() < (gap["raw"] - real).abs().sum()
    synthesizer.save(tmp_path / "model.synthgen")
    assert sg.load(tmp_path / "model.synthgen").sample(500, seed=1).equals(synthesizer.sample(500, seed=1))
