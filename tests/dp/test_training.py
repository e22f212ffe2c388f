"""Training under a privacy budget: lengths, shortening, noise and batches, each against a slow or known answer."""

import collections
import math

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import binom, chisquare, kstest

from synthgen import backend
from synthgen.backend import per_row
from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.reader import Reader
from synthgen.dp.training import PrivateTraining, check_lengths, plan_training, split_noise
from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.errors import SettingsError, TrainingError
from synthgen.networks.dense import Dense, RMSNormalization
from synthgen.synthesizers.tables.families import FAMILIES

LAYOUT = Layout((Block("a", "one_hot", 3), Block("b", "one_hot", 2), Block("c", "bits", 4), Block("d", "one_hot", 5)))
ROWS = 6
FAMILIES_OF_ONE_LOSS = {
    "TabularAutoregressive": {"width": 12, "dropout": 0.2},
    "TabularDiffusion": {"width": 16, "depth": 2},
    "TVAE": {"width": 16, "latent_dim": 5},
}


def rows(number=ROWS, *, seed=0) -> EncodedTable:
    rng = np.random.default_rng(seed)
    sizes = [block.num_codes for block in LAYOUT.blocks]
    return EncodedTable(rng.integers(0, sizes, (number, 4)).astype(np.int32), np.zeros((number, 0), np.float32))


@pytest.fixture(params=FAMILIES_OF_ONE_LOSS)
def model(request):
    made = FAMILIES[request.param](seed=1, **FAMILIES_OF_ONE_LOSS[request.param]).build(LAYOUT)
    rng = np.random.default_rng(0)
    for variable in made.network.trainable_variables:  # biases that start at zero would hide mistakes
        variable.assign(variable.numpy() + rng.normal(0, 0.1, variable.shape).astype("float32"))
    return made


def losses(model, table=None):
    table = rows() if table is None else table
    return lambda: model.losses_of(
        ops.convert_to_tensor(table.codes), ops.convert_to_tensor(table.scalars), seed=backend.step_seed(0, 5)
    )


def row_gradients(model) -> list[list[np.ndarray]]:
    """Gradients of each row's loss, by one pass back for each."""
    variables = model.network.trainable_variables
    found = []
    for row in range(ROWS):

        def one(row=row):
            value = losses(model)()[row]
            return value, value

        _, gradients = backend.value_and_gradients(one, variables)
        found.append([
            np.zeros(v.shape) if g is None else np.asarray(ops.convert_to_tensor(g))
            for v, g in zip(variables, gradients, strict=True)
        ])  # fmt: skip
    return found


def length(gradients) -> float:
    return float(np.sqrt(sum((g**2).sum() for g in gradients)))


def without_dropout(model):
    if hasattr(model.network, "_drop"):
        model.network._drop.rate = 0.0
    return model


def test_lengths_are_those_of_single_rows(model):
    _, lengths = per_row.clipped_gradients(
        losses(without_dropout(model)), model.network.trainable_variables, present=np.ones(ROWS, "float32"), longest=1.0
    )
    assert np.asarray(lengths) == pytest.approx([length(own) for own in row_gradients(model)], rel=1e-4)


@pytest.mark.parametrize("longest", [0.5, 5.0, 1e9])
def test_the_sum_is_that_of_shortened_rows(model, longest):
    present = np.array([1, 1, 0, 1, 1, 0], "float32")
    found, _ = per_row.clipped_gradients(
        losses(without_dropout(model)), model.network.trainable_variables, present=present, longest=longest
    )
    own = row_gradients(model)
    factors = [counts * min(1, longest / length(row)) for counts, row in zip(present, own, strict=True)]
    for place, gradient in enumerate(found):
        slow = sum(factor * row[place] for factor, row in zip(factors, own, strict=True))
        assert np.asarray(gradient) == pytest.approx(slow, rel=1e-3, abs=1e-4 * min(longest, 1))


def test_one_patient_changes_the_sum_by_no_more_than_the_clipping_norm(model):
    sums = []
    for present in (np.ones(ROWS), np.array([1, 1, 1, 0, 1, 1])):
        found, _ = per_row.clipped_gradients(
            losses(without_dropout(model)), model.network.trainable_variables, present=present.astype("float32"),
            longest=0.7,
        )  # fmt: skip
        sums.append([np.asarray(gradient) for gradient in found])
    assert length([a - b for a, b in zip(*sums, strict=True)]) <= 0.7 * 1.0001


def private(*, noise=0.0, norm=1e9, capacity=ROWS, batch_size=ROWS, rate=0.5):
    return PrivateTraining(norm, noise, rate, batch_size, capacity, np.random.default_rng(0), np.array([3, 4]))


def test_without_noise_and_shortening_a_step_is_the_plain_step(model):
    """Synthcity's DP-GAN has a wrong sign on the real loss."""
    without_dropout(model)
    start = model.network.get_weights()
    data = (np.arange(ROWS, dtype=np.int32)[None],)
    after = []
    for protection in (None, private()):
        model.network.set_weights(start)
        model.private = protection
        model.prepare(rows())
        model.compile_loss(optimizer=keras.optimizers.SGD(0.1), jit_compile=False)
        model._step(data, 0, 0)
        after.append(model.network.get_weights())
    for plain, protected in zip(*after, strict=True):
        assert protected == pytest.approx(plain, rel=1e-4, abs=1e-6)


def test_noise_is_normal_of_the_stated_deviation_and_new_at_every_step():
    protection = private(noise=3.0, norm=0.5, batch_size=10)
    nothing = [np.zeros((300, 40), "float32"), np.zeros(50, "float32")]
    first, second = (protection.with_noise(nothing, step) for step in (0, 1))
    noise = np.concatenate([np.asarray(part).ravel() for part in first])
    assert kstest(noise * 10 / (3.0 * 0.5), "norm").pvalue > 1e-3
    assert abs(np.corrcoef(np.ravel(first[0]), np.ravel(second[0]))[0, 1]) < 0.05
    assert np.asarray(protection.with_noise(nothing, 0)[0]) == pytest.approx(np.asarray(first[0]))


def moving(*, gradients_to, steps, noise=0.0):
    """Trains nothing, on rows whose gradients have the given lengths; returns the lengths of shortening."""
    features = np.linspace(0.1, 2.0, 200).astype("float32") * gradients_to
    layer = Dense(1, use_bias=False)
    layer(ops.convert_to_tensor(features[:, None]))
    protection = PrivateTraining(1.0, noise, 0.5, 200, 200, np.random.default_rng(0), np.array([3, 4]), 10.0)
    found = []
    for step in range(steps):
        protection.gradients(lambda: layer(ops.convert_to_tensor(features[:, None]))[:, 0], layer.trainable_variables,
                             indices=np.arange(200, dtype=np.int32), step=step)  # fmt: skip
        found.append(float(ops.convert_to_numpy(protection.longest)))
    return np.array(found)


@pytest.mark.parametrize("middle", [0.05, 1.0, 20.0])
def test_an_adaptive_length_finds_the_median_of_the_lengths(middle):
    found = moving(gradients_to=middle, steps=200)
    assert np.median(found[-50:]) == pytest.approx(1.05 * middle, rel=0.1)
    assert len(set(found[-5:])) == 5  # it is noisy still


def test_both_answers_of_a_step_cost_what_their_ledger_says():
    """Two normal answers about the same patients are one, with the root of the sum of squares of what is told."""
    for noise, batch in [(0.7, 2_000), (3.0, 500), (9.0, 20)]:
        gradients, count = split_noise(noise, batch_size=batch)
        assert np.hypot(1 / gradients, 0.5 / count) == pytest.approx(1 / noise)
        assert gradients >= noise
    own = Reader(DifferentialPrivacy(epsilon=2, delta=1e-5, adaptive_clipping=True, noise_seed=0), unit="row")
    plan = plan_training(own, num_patients=10_000, batch_size=200, num_steps=500, what="a test")
    entry = own.ledger.entries[-1]
    assert plan.count_noise == 10
    assert np.hypot(1 / plan.noise_multiplier, 0.5 / plan.count_noise) == pytest.approx(1 / entry.noise_multiplier)
    assert "lengths of its gradients" in entry.purpose


def test_batches_follow_the_binomial_law_and_hold_nobody_twice():
    """Loaders that are not Poisson, although accounted so."""
    protection = private(rate=0.1, capacity=60)
    drawn = protection.batches(200, num_batches=4_000)
    sizes = (drawn >= 0).sum(1)
    edges = np.arange(12, 30)
    counts = np.array([(sizes <= 12).sum(), *((sizes == size).sum() for size in edges[1:]), (sizes > 29).sum()])
    law = binom(200, 0.1)
    expected = 4_000 * np.array([law.cdf(12), *law.pmf(edges[1:]), law.sf(29)])
    assert chisquare(counts, expected).pvalue > 1e-3
    assert all(len(set(batch[batch >= 0])) == (batch >= 0).sum() for batch in drawn[:200])
    often = np.bincount(drawn[drawn >= 0], minlength=200)
    assert chisquare(often).pvalue > 1e-3


def test_a_row_stands_in_any_place_of_a_batch_and_leaves_a_gap_without_it():
    """What is random of a place and no secret must tell nothing of others: drawn rows stand as likely in any places."""
    drawn = private(rate=0.5, capacity=4).batches(3, num_batches=12_000)
    assert not (drawn < 0).all(0).any()
    whole = collections.Counter(map(tuple, drawn.tolist()))
    assert len(whole) == sum(math.comb(3, held) * math.perm(4, held) for held in range(4))
    for gone in (None, 0, 1, 2):  # what is left of batches without a row is drawn as batches of the others are
        found = collections.Counter(tuple(-1 if row == gone else row for row in batch) for batch in drawn.tolist())
        for held in (1, 2):
            counts = [count for batch, count in found.items() if sum(row >= 0 for row in batch) == held]
            assert chisquare(counts).pvalue > 1e-3


def reader(epsilon=2.0) -> Reader:
    return Reader(DifferentialPrivacy(epsilon=epsilon, delta=1e-5, noise_seed=0), unit="row")


def test_training_takes_what_the_budget_has_left():
    own = reader()
    own.counts(np.zeros(3), share=0.3, purpose="a part")
    plan = plan_training(own, num_patients=10_000, batch_size=200, num_steps=500, what="a test")
    own.ledger.known_noise = False
    assert 1.95 < own.ledger.epsilon <= 2.0
    assert plan.sampling_rate == 0.02
    assert binom.sf(plan.capacity, 10_000, 0.02) * 500 < 1e-8


def test_batches_have_room_for_patients_that_noise_hid():
    """There may be far more patients than were counted: a batch that overflows would not be what was accounted for."""
    own = reader()
    counted = own.units(3_000, share=0.0002)
    assert own.unit_deviation > 100
    hidden = int(counted + 5 * own.unit_deviation)
    plan = plan_training(own, num_patients=int(counted), batch_size=100, num_steps=1_000, what="a test")
    assert binom.sf(plan.capacity, hidden, plan.sampling_rate) * 1_000 < 1e-8


def test_batches_of_most_patients_are_refused_with_what_would_do():
    with pytest.raises(SettingsError, match="Set batch_size=50"):
        plan_training(reader(), num_patients=400, batch_size=300, num_steps=10, what="a test")


def test_a_layer_that_does_not_say_what_its_rows_add_is_found_out():
    features = ops.convert_to_tensor(np.random.default_rng(0).normal(size=(4, 6)).astype("float32"))
    honest = keras.Sequential([Dense(5), RMSNormalization(), Dense(1)])
    check_lengths(lambda: honest(features)[:, 0], honest(features) is not None and honest.trainable_variables)
    silent = keras.Sequential([keras.layers.Dense(5), Dense(1)])
    silent(features)
    with pytest.raises(TrainingError, match="longer than the network's layers say"):
        check_lengths(lambda: silent(features)[:, 0], silent.trainable_variables)
