"""The rivals of the GAN against what is known of them: laws that sum to one and draws that follow them."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.models.calls import in_calls, nothing_asked
from synthgen.models.tables.autoregressive import Autoregressive, in_order
from synthgen.models.tables.conditioning import MaskedRows
from synthgen.models.tables.copula import Copula
from synthgen.models.tables.diffusion import (
    FEATURE_DEVIATION,
    FREQUENCIES,
    LEAST_NOISE,
    MOST_NOISE,
    Diffusion,
    noise_levels,
)
from synthgen.models.tables.linked_chain import LinkedChain
from synthgen.networks.chain import Chain

LAYOUT = Layout((
    Block("a", "one_hot", 3),
    Block("b", "bits", 2),
    Block("c", "one_hot", 4),  # last, so that nothing depends on the very place inside a bin
    Block("c", "scalar", 1, refines=(1, 4)),
))  # fmt: skip
PLACES = 4


def autoregressive() -> Autoregressive:
    model = Autoregressive(LAYOUT, network=lambda: Chain(LAYOUT, width=8, num_places=PLACES, seed=0), seed=0)
    rng = np.random.default_rng(0)
    model.take_weights([weight + rng.normal(0, 0.4, weight.shape) for weight in model.weights_to_keep()])
    return model


def every_row() -> EncodedTable:
    """All that LAYOUT can hold, a place inside a bin standing for its part."""
    middles = (np.arange(PLACES) + 0.5) * 2 / PLACES - 1
    rows = [
        (a, b, c, place)
        for a, b, c in itertools.product(range(3), range(4), range(4))
        for place in (middles if c >= 1 else [0.0])
    ]
    cells = np.array(rows)
    return EncodedTable(cells[:, :3].astype(np.int32), cells[:, 3:].astype(np.float32))


def test_the_probabilities_of_all_rows_sum_to_one():
    assert np.exp(autoregressive().log_likelihood(every_row())).sum() == pytest.approx(1, abs=1e-4)


def test_rows_are_drawn_by_their_likelihood():
    model, rows = autoregressive(), every_row()
    drawn = model.draw(80_000, rng=np.random.default_rng(1))

    def cell(table: EncodedTable) -> np.ndarray:
        place = np.clip((table.scalars[:, 0] + 1) * PLACES / 2, 0, PLACES - 1).astype(int)
        return (table.codes @ [16, 4, 1]) * PLACES + np.where(table.codes[:, 2] >= 1, place, 0)

    shares = np.bincount(cell(drawn), minlength=48 * PLACES)[cell(rows)] / 80_000
    assert shares == pytest.approx(np.exp(model.log_likelihood(rows)), abs=4 * np.sqrt(0.1 / 80_000))
    assert (drawn.scalars[drawn.codes[:, 2] == 0] == 0).all()


def test_few_rows_are_the_first_of_many():
    few, many = (autoregressive().draw(number, rng=np.random.default_rng(1)) for number in (50, 3_000))
    np.testing.assert_array_equal(few.codes, many.codes[:50])
    np.testing.assert_array_equal(few.scalars, many.scalars[:50])


def test_a_call_is_no_larger_than_it_must_be():
    sizes = []

    def call(asked, _seed):
        sizes.append(len(asked[0]))
        return ops.zeros((len(asked[0]), 3), "int32"), ops.zeros((len(asked[0]), 1))

    for rows in (0, 50, 1_025, 9_000):
        drawn = in_calls(call, nothing_asked(rows), layout=LAYOUT, num_rows=rows, batch=8_192,
                         rng=np.random.default_rng(0))  # fmt: skip
        assert len(drawn) == rows
    assert sorted(sizes) == [1_024, 1_024, 2_048, 8_192]


def test_known_columns_stay_and_excluded_categories_are_not_drawn():
    model = autoregressive()
    known = LAYOUT.zeros(500)
    known.codes[:, 1] = np.arange(500) % 4
    mask = np.zeros((500, 3), bool)
    mask[:, 1] = True
    excluded = np.zeros(LAYOUT.num_features, bool)
    excluded[[0, 5, 8]] = True
    drawn = model.draw(500, rng=np.random.default_rng(0), known=known, mask=mask, excluded=excluded)
    assert (drawn.codes[:, 1] == known.codes[:, 1]).all()
    assert set(drawn.codes[:, 0].tolist()) == {1, 2}
    assert set(drawn.codes[:, 2].tolist()) == {1, 2}


def test_a_column_hears_only_what_came_before_it():
    """The law of a given nothing, of b given a: what lies later must not move the likelihood of what came first."""
    network = Chain(LAYOUT, width=8, seed=0)
    rng = np.random.default_rng(0)
    rows = [rng.integers(0, 3, (50, 3)).astype(np.int32), np.zeros((50, 1), np.float32)]
    changed = [rows[0].copy(), rows[1]]
    changed[0][:, 2] = (changed[0][:, 2] + 1) % 3
    known = in_order(ops.convert_to_tensor(np.array([1.0, 0.0, 2.0])))  # b, a, c
    before, after = (
        np.array(network.hidden(network.embed_all(*part), known, training=False)) for part in (rows, changed)
    )
    assert before[[0, 1, 2]] == pytest.approx(after[[0, 1, 2]])
    all_known = np.ones((3, 3), "float32") - np.eye(3, dtype="float32")
    before, after = (
        np.array(network.hidden(network.embed_all(*part), all_known, training=False)) for part in (rows, changed)
    )
    assert np.abs(before[0] - after[0]).max() > 1e-3
    assert before[2] == pytest.approx(after[2])


def test_one_row_at_a_time_hears_the_same_as_a_batch():
    network = Chain(LAYOUT, width=8, seed=0)
    rng = np.random.default_rng(0)
    embedded = network.embed_all(rng.integers(0, 3, (20, 3)).astype(np.int32), np.zeros((20, 1), np.float32))
    known = np.array([[0, 1, 0], [1, 0, 1], [0, 0, 0]], "float32")
    together = np.array(network.hidden(embedded, known, training=False))
    for column in range(3):
        told = np.tile(known[column], (20, 1))
        alone = network.hidden_of(column, embedded * told[:, :, None], told)
        assert np.array(alone) == pytest.approx(together[column], abs=1e-5)


def test_a_linked_chain_finds_the_law_that_made_the_rows():
    """A pair of columns, and a third that only both together tell: links are linear, their hidden units are not."""
    rng = np.random.default_rng(0)
    layout = Layout((Block("a", "one_hot", 2), Block("b", "one_hot", 3), Block("c", "one_hot", 2)))
    law = np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]])
    a = rng.integers(0, 2, 20_000)
    b = (rng.random(20_000)[:, None] > law[a].cumsum(1)[:, :2]).sum(1)
    c = (a ^ (b == 2)) ^ (rng.random(20_000) < 0.1)
    table = EncodedTable(np.stack([a, b, c], 1).astype(np.int32), np.zeros((20_000, 0), np.float32))
    chain = LinkedChain(layout, table, num_steps=400, seed=0)
    for call in range(8):
        chain.train(call)
    noise = -0.1 * np.log(0.1) - 0.9 * np.log(0.9)
    entropy = np.log(2) - 0.5 * (law * np.log(law)).sum() + noise
    assert chain.log_loss(table) == pytest.approx(entropy, abs=0.05)  # dropout blurs; linear links miss 0.37
    kernel, *_ = chain.links
    assert (kernel[2:5, :5] == 0).all(), "no block hears itself or one that comes later"
    assert (kernel[5:, :7] == 0).all()


def test_the_copula_finds_correlations_under_coarse_codes_and_conditions_on_them():
    rng = np.random.default_rng(0)
    latent = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 40_000)
    layout = Layout((Block("a", "one_hot", 2), Block("b", "one_hot", 8), Block("b", "scalar", 1, refines=(0, 8))))
    edges = np.quantile(latent[:, 1], np.linspace(0, 1, 9)[1:-1])
    codes = np.stack([latent[:, 0] > 0.5, np.searchsorted(edges, latent[:, 1])], 1).astype(np.int32)
    table = EncodedTable(codes, np.zeros((40_000, 1), np.float32))
    model = Copula(layout)
    model.fit(table)
    correlation = model.state()["correlation"]
    assert abs(correlation[0, 1]) == pytest.approx(0.6, abs=0.03)
    drawn = model.draw(40_000, rng=rng)
    joint = [np.histogram2d(part[:, 0], part[:, 1], bins=[2, 8])[0] / 40_000 for part in (codes, drawn.codes)]
    assert joint[1] == pytest.approx(joint[0], abs=0.012)
    known, mask = layout.zeros(20_000), np.tile([True, False], (20_000, 1))
    known.codes[:, 0] = 1
    told = model.draw(20_000, rng=rng, known=known, mask=mask)
    shares = joint[0][1] / joint[0][1].sum()
    assert np.bincount(told.codes[:, 1], minlength=8) / 20_000 == pytest.approx(shares, abs=0.03)


def test_the_copula_orders_categories_by_what_they_go_with():
    """Category codes 0, 1, 2 stand for low, high, middle: as a number they would say nothing."""
    rng = np.random.default_rng(0)
    level = rng.integers(0, 3, 9_000)
    category, group = np.array([0, 2, 1])[level], level * 3 + rng.integers(0, 3, 9_000)
    layout = Layout((Block("a", "one_hot", 3, condition=True), Block("b", "one_hot", 9)))
    model = Copula(layout)
    model.fit(EncodedTable(np.stack([category, group], 1).astype(np.int32), np.zeros((9_000, 0), np.float32)))
    assert model.state()["order_0"].tolist() in ([0, 2, 1], [1, 2, 0])
    drawn = model.draw(9_000, rng=rng).codes
    assert (np.array([0, 2, 1])[drawn[:, 0]] == drawn[:, 1] // 3).mean() > 0.8


class Posterior(keras.Model):
    """The denoiser that knows the law: raw outputs of a one-hot block under normal noise, by Bayes' rule."""

    def __init__(self, shares: np.ndarray) -> None:
        super().__init__()
        self._logs = np.log(shares).astype("float32")
        self.built = True

    def call(self, inputs):
        told, waves = inputs
        level = ops.exp(ops.arcsin(waves[:, :1]) / FREQUENCIES[0])
        noisy = told[:, : len(self._logs)] * ops.sqrt(ops.square(level) + FEATURE_DEVIATION**2)
        return self._logs + noisy / ops.square(level)


def test_an_exact_denoiser_draws_the_law_it_knows():
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    layout = Layout((Block("a", "one_hot", 4),))
    model = Diffusion(
        layout, network=lambda dtype: Posterior(shares), conditioning=MaskedRows(layout), num_waves=8,
        num_sampling_steps=50, seed=0,
    )  # fmt: skip
    drawn = model.draw(40_000, rng=np.random.default_rng(0)).codes[:, 0]
    assert np.bincount(drawn, minlength=4) / 40_000 == pytest.approx(shares, abs=0.012)


def test_noise_falls_from_most_to_least():
    levels = noise_levels(50)
    assert len(levels) == 50
    assert levels[[0, -1]] == pytest.approx([MOST_NOISE, LEAST_NOISE])
    assert (np.diff(levels) < 0).all()
