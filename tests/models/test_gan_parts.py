"""Losses and penalties against their formulas, conditionings against their laws."""

import numpy as np
import pytest

from synthgen import backend
from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.models.gan import losses
from synthgen.models.gan.regularizers import SlopePenalty, gradient_penalty
from synthgen.models.tables.conditioning import MaskedRows, TrainingBySampling

TRAIN = np.array([[0.5], [2.0]], np.float32)
SYNTHETIC = np.array([[-1.0], [0.3]], np.float32)


def softplus(x):
    return np.log1p(np.exp(x))


EXPECTED = {
    losses.NonSaturating: (softplus(-TRAIN).mean() + softplus(SYNTHETIC).mean(), softplus(-SYNTHETIC).mean()),
    losses.LeastSquares: (
        0.5 * ((TRAIN - 1) ** 2).mean() + 0.5 * (SYNTHETIC**2).mean(),
        0.5 * ((SYNTHETIC - 1) ** 2).mean(),
    ),
    losses.Hinge: (np.maximum(0, 1 - TRAIN).mean() + np.maximum(0, 1 + SYNTHETIC).mean(), -SYNTHETIC.mean()),
    losses.Wasserstein: (SYNTHETIC.mean() - TRAIN.mean(), -SYNTHETIC.mean()),
    losses.Relativistic: (softplus(SYNTHETIC - TRAIN).mean(), softplus(TRAIN - SYNTHETIC).mean()),
}


@pytest.mark.parametrize("loss", EXPECTED, ids=lambda loss: loss.__name__)
def test_losses_are_their_formulas(loss):
    critic, generator = EXPECTED[loss]
    scores = {"train_scores": TRAIN, "synthetic_scores": SYNTHETIC}
    assert float(loss().critic(**scores)) == pytest.approx(critic, rel=1e-6)
    assert float(loss().generator(**scores)) == pytest.approx(generator, rel=1e-6)


@pytest.mark.parametrize("loss", EXPECTED, ids=lambda loss: loss.__name__)
def test_critic_and_generator_pull_in_opposite_directions(loss):
    between = np.array([[0.2], [0.7]], np.float32)

    def critic(shift):
        return float(loss().critic(train_scores=TRAIN, synthetic_scores=between + shift))

    def generator(shift):
        return float(loss().generator(train_scores=TRAIN, synthetic_scores=between + shift))

    assert critic(0.1) > critic(0)
    assert generator(0.1) < generator(0)


def test_penalty_of_a_linear_critic_is_known():
    """The slope of 3x + 4y is 5 everywhere."""
    slope = np.array([[3.0], [4.0]], np.float32)
    at = backend.tf.constant(np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32))

    def linear(x):
        return backend.tf.matmul(x, slope)

    assert float(gradient_penalty(linear, at=at, centre=1.0, weight=10.0)) == pytest.approx(10 * 16, rel=1e-5)
    assert float(gradient_penalty(linear, at=at, centre=0.0, weight=0.5)) == pytest.approx(0.5 * 25, rel=1e-5)
    with pytest.raises(ValueError, match="weight=-1"):
        gradient_penalty(linear, at=at, weight=-1)


def test_penalties_are_taken_where_they_say():
    """For the critic x**2 / 2 the slope at x is x."""

    def square(x):
        return x * x / 2

    train, synthetic = (backend.tf.constant(np.full((4, 1), value, np.float32)) for value in (3.0, 1.0))
    seed = backend.step_seed(0, 1)
    found = {
        at: float(SlopePenalty(at, centre=0.0, weight=1.0)(square, train=train, synthetic=synthetic, seed=seed))
        for at in ("train", "synthetic", "both", "between", "around")
    }
    assert found["train"] == pytest.approx(9)
    assert found["synthetic"] == pytest.approx(1)
    assert found["both"] == pytest.approx(5)
    assert 1 < found["between"] < 9
    assert found["around"] == pytest.approx(9)  # constant rows have no deviation to move by


LAYOUT = Layout(
    (
        Block("sex", "one_hot", 2, condition=True),
        Block("visits", "one_hot", 3),
        Block("ward", "one_hot", 3, condition=True),
    )
)


def table(rows=3_000):
    rng = np.random.default_rng(0)
    sex, visits = rng.integers(0, 2, rows), rng.integers(0, 3, rows)
    ward = rng.choice(3, rows, p=[0.9, 0.08, 0.02])
    return EncodedTable(np.stack([sex, visits, ward], 1).astype(np.int32), np.zeros((rows, 0), np.float32))


def told(conditioning, rows, mask):
    return np.array(conditioning.told(conditioning.asked(rows, mask, np.random.default_rng(0))))


def test_training_by_sampling_draws_by_log_frequency_and_matches_rows():
    data = table()
    conditioning = TrainingBySampling(LAYOUT)
    conditioning.prepare(data)
    assert conditioning.num_features == 5  # sex and ward; visits is a number
    rows, slots = conditioning.draw(np.random.default_rng(1), np.zeros(20_000, np.int32))
    is_ward = slots >= 2
    assert is_ward.mean() == pytest.approx(0.5, abs=0.02)
    assert (data.codes[rows[is_ward], 2] == slots[is_ward] - 2).all()
    assert (data.codes[rows[~is_ward], 0] == slots[~is_ward]).all()
    counts = np.log(np.bincount(data.codes[:, 2]) + 1.0)
    drawn = np.bincount(slots[is_ward] - 2) / is_ward.sum()
    assert drawn == pytest.approx(counts / counts.sum(), abs=0.02)


def test_plain_sampling_draws_conditions_by_true_frequency():
    """CTGAN's log-frequency turns a class of 9 % into 19 %."""
    conditioning = TrainingBySampling(LAYOUT)
    conditioning.prepare(table())
    nothing = np.zeros((20_000, 3), bool)
    condition = told(conditioning, EncodedTable(np.zeros((20_000, 3), np.int32), None), nothing)
    ward = condition[:, 2:]
    assert ward.sum(0) / ward.sum() == pytest.approx([0.9, 0.08, 0.02], abs=0.02)


@pytest.mark.parametrize(("position", "first"), [(0, 0), (2, 2)])
def test_a_condition_sets_the_slot_of_its_own_column(position, first):
    """CTGAN 0.12.1 sets a slot of the first column whatever is asked."""
    conditioning = TrainingBySampling(LAYOUT)
    conditioning.prepare(table())
    codes = np.zeros((4, 3), np.int32)
    codes[:, position] = 1
    mask = np.zeros((4, 3), bool)
    mask[:, position] = True
    condition = told(conditioning, EncodedTable(codes, np.zeros((4, 0), np.float32)), mask)
    assert condition.argmax(1).tolist() == [first + 1] * 4
    assert condition.sum(1).tolist() == [1.0] * 4


def test_the_generator_pays_cross_entropy_for_ignoring_its_condition():
    conditioning = TrainingBySampling(LAYOUT)
    condition = np.eye(5, dtype=np.float32)[[3]]  # ward 1
    logits = np.zeros((1, LAYOUT.num_features), np.float32)
    assert float(conditioning.loss(logits, condition)) == pytest.approx(np.log(3))
    logits[0, 6] = 50.0
    assert float(conditioning.loss(logits, condition)) == pytest.approx(0, abs=1e-5)


def test_masked_rows_copy_what_is_known_and_tell_the_critic():
    conditioning = MaskedRows(LAYOUT)
    features = LAYOUT.expand(table(4))
    mask = np.array([[True, False, False]] * 2 + [[False, True, True]] * 2)
    condition = told(conditioning, table(4), mask)
    synthetic = np.full_like(features, 0.25)
    made = np.array(conditioning.enforce(synthetic, backend.tf.constant(condition)))
    assert np.array_equal(made[:2, :2], features[:2, :2])
    assert (made[:2, 2:] == 0.25).all()
    assert np.array_equal(made[2:, 2:], features[2:, 2:])
    assert np.array_equal(np.array(conditioning.for_critic(condition)), mask.astype(np.float32))


def test_masks_cover_every_number_of_known_columns():
    conditioning = MaskedRows(LAYOUT, share=0.5)
    train = backend.tf.constant(np.ones((8_000, LAYOUT.num_features), np.float32))
    known = np.array(conditioning.for_critic(conditioning.condition(train, (), backend.step_seed(0, 1))))
    counts = np.bincount(known.sum(1).astype(int), minlength=4) / 8_000
    assert counts == pytest.approx([0.5 + 0.5 / 4, 0.125, 0.125, 0.125], abs=0.02)
