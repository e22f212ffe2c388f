"""The device's view of a table against the host's, and the straight-through draw against its definition."""

import keras
import numpy as np
import pytest

from synthgen import backend
from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.encoding.smooth import NUM_SMOOTH
from synthgen.networks import heads, mlp
from synthgen.networks.heads import num_chances
from synthgen.networks.inversion import Inversion
from synthgen.networks.links import WIDEST_GROUP, Linked, Links, LinkWeights
from synthgen.networks.speed import fast_copy, fast_weights

LAYOUT = Layout(
    (
        Block("sex", "one_hot", 2),
        Block("age", "one_hot", 5),
        Block("age", "scalar", 1, refines=(2, 5)),
        Block("zip", "bits", 7),
    )
)


def rows(num=50, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.stack([rng.integers(0, size, num) for size in (2, 5, 128)], 1).astype(np.int32)
    inside = (codes[:, 1:2] >= 2).astype(np.float32)
    return EncodedTable(codes, (rng.uniform(-1, 1, (num, 1)) * inside).astype(np.float32))


def linear(kernel):
    """Links without hidden units."""
    size = len(kernel)
    return LinkWeights(kernel.astype(np.float32), np.zeros(0, np.float32), np.zeros((0, size), np.float32))


def linked_generator(num_inputs, num_features, *, seed):
    return mlp.residual_generator(
        num_inputs, num_features, links=Links(num_blocks=2, units=3, seed=0, name="links"), seed=seed
    )


def test_the_device_expands_as_the_host_does():
    table = rows()
    features = np.array(heads.expand(LAYOUT, table.codes, table.scalars))
    assert np.array_equal(features, LAYOUT.expand(table))


def test_drawn_rows_are_hard_and_inside_their_layout():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(200, LAYOUT.num_features)).astype(np.float32)
    noise = rng.random((200, num_chances(LAYOUT))).astype(np.float32)
    features = np.array(heads.gumbel_rows(LAYOUT, logits, noise, temperature=0.5))
    assert np.allclose(features, LAYOUT.expand(LAYOUT.compact(features)), atol=1e-6)
    spike = features[:, 2:4].argmax(1) + 0.0 == 0
    assert (features[features[:, 2:4].sum(1) > 0.5, 7] == 0).all(), "a spike has no inside"
    assert spike.any()


def test_draws_follow_the_softmax():
    """Gumbel-max: the drawn category has the probability that the softmax of the logits gives it."""
    logits = np.tile(np.array([[2.0, 0.0, 1.0, -1.0, 0.5]], np.float32), (40_000, 1))
    layout = Layout((Block("x", "one_hot", 5),))
    noise = np.random.default_rng(0).random(logits.shape).astype(np.float32)
    drawn = np.array(heads.gumbel_rows(layout, logits, noise, temperature=0.5)).mean(0)
    expected = np.exp(logits[0]) / np.exp(logits[0]).sum()
    assert drawn == pytest.approx(expected, abs=4 * 0.5 / np.sqrt(40_000))


def test_compact_draws_follow_the_same_law():
    rng = np.random.default_rng(0)
    logits = np.tile(rng.normal(size=(1, LAYOUT.num_features)).astype(np.float32), (40_000, 1))
    chance = rng.random((40_000, Inversion(LAYOUT).num_chances)).astype(np.float32)
    codes, scalars = (np.array(part) for part in Inversion(LAYOUT)(logits, logits[:, 7:8], chance))
    error = 4 * 0.5 / np.sqrt(40_000)
    for column, (start, size) in enumerate([(0, 2), (2, 5)]):
        weights = np.exp(logits[0, start : start + size])
        assert np.bincount(codes[:, column], minlength=size) / 40_000 == pytest.approx(
            weights / weights.sum(), abs=error
        )
    bits = codes[:, 2, None] >> np.arange(7) & 1
    assert bits.mean(0) == pytest.approx(1 / (1 + np.exp(-logits[0, 8:])), abs=error)
    assert (scalars[codes[:, 1] < 2] == 0).all()
    assert scalars[codes[:, 1] >= 2] == pytest.approx(np.tanh(logits[0, 7]), abs=1e-6)


def test_linked_draws_follow_the_law_that_training_draws_from():
    """The same generator outputs and links, drawn by both heads; each block's law given the blocks before it."""
    rng = np.random.default_rng(0)
    layout = Layout((Block("a", "one_hot", 3), Block("b", "one_hot", 3), Block("c", "bits", 2)))
    logits = np.tile(rng.normal(size=(1, 8)).astype(np.float32), (60_000, 1))
    links = linear(2 * rng.normal(size=(8, 8)))
    noise, invert = rng.random(logits.shape).astype(np.float32), Inversion(layout)
    trained = heads.gumbel_rows(layout, logits, noise, temperature=0.5, links=links)
    chance = rng.random((60_000, invert.num_chances)).astype(np.float32)
    codes, _ = invert.linked(logits, logits[:, :0], chance, links=links)
    cells = [part @ [16, 4, 1] for part in (layout.compact(np.array(trained)).codes, np.array(codes))]
    shares = [np.bincount(part, minlength=48) / 60_000 for part in cells]
    assert shares[0] == pytest.approx(shares[1], abs=0.01)
    first = np.array(codes)[:, 0]
    expected = np.exp(logits[0, 3:6] + links.kernel[1, 3:6])
    drawn = np.bincount(np.array(codes)[first == 1, 1], minlength=3) / (first == 1).sum()
    assert drawn == pytest.approx(expected / expected.sum(), abs=0.02)


def test_blocks_are_told_what_all_blocks_before_them_say():
    """Against the formula, over groups: own + row before @ links + silu(row before @ listening + bias) @ outputs."""
    rng = np.random.default_rng(0)
    sizes = [WIDEST_GROUP - 3, 5, 2, WIDEST_GROUP + 9, 1, 7]
    layout, units = Layout(tuple(Block(str(i), "one_hot", size) for i, size in enumerate(sizes))), 4
    size = layout.num_features
    weights = LinkWeights(
        *(
            rng.normal(size=shape).astype(np.float32)
            for shape in ((size, size + 6 * units), (6 * units,), (units, size))
        )
    )
    row, own = (rng.normal(size=(3, size)).astype(np.float32) for _ in range(2))
    linked = Linked(layout, weights)
    for position, start in enumerate(layout.starts):
        here = slice(start, start + sizes[position])
        before = row[:, :start]
        listening = slice(size + position * units, size + (position + 1) * units)
        heard = before @ weights.kernel[:start, listening] + weights.bias[position * units : (position + 1) * units]
        said = before @ weights.kernel[:start, here] + (heard / (1 + np.exp(-heard))) @ weights.outputs[:, here]
        expected = own[:, here] + (said if position else 0)  # nothing comes before the first
        assert np.array(linked.told(position, own[:, here])) == pytest.approx(expected, rel=1e-3, abs=1e-3)
        linked.take(row[:, here])
    assert np.array_equal(np.array(linked.row()), row)


def test_what_is_known_is_what_links_see():
    layout = Layout((Block("a", "one_hot", 2), Block("b", "one_hot", 2)))
    said = np.zeros((4, 4))
    said[0, 2] = said[1, 3] = 50  # b says what a says
    links = linear(said)
    logits = np.zeros((100, 4), np.float32)
    known, told = np.tile(np.array([[1, 0]], np.int32), (100, 1)), np.tile(np.array([[1, 0]], np.float32), (100, 1))
    chance = np.random.default_rng(0).random((100, 2)).astype(np.float32)
    codes, _, weight = Inversion(layout).completed(
        logits, logits[:, :0], chance, links=links, known=(known, logits[:, :0]), told=told
    )
    assert (np.array(codes) == 1).all()
    assert np.array(weight) == pytest.approx(np.log(0.5), abs=1e-6)  # the first block was a coin


@pytest.mark.parametrize("form", ["one_hot", "bits"])
def test_weights_make_earlier_blocks_follow_what_is_known_of_later_ones(form):
    """Bayes' rule by hand: the law of the first block given the last, from draws that never looked at it."""
    rng, rows = np.random.default_rng(0), 60_000
    layout = Layout((Block("a", "one_hot", 3), Block("b", form, 2)))
    said = np.zeros((5, 5))
    said[:3, 3:] = rng.normal(0, 1.5, (3, 2))
    logits = np.tile(np.array([[0.3, -0.4, 0.1, 0.2, -0.5]], np.float32), (rows, 1))
    known, told = np.full((rows, 2), 1, np.int32), np.tile(np.array([[0, 1]], np.float32), (rows, 1))
    invert = Inversion(layout)
    chance = rng.random((rows, invert.num_chances)).astype(np.float32)
    codes, _, weight = (np.array(part) for part in invert.completed(
        logits, logits[:, :0], chance, links=linear(said), known=(known, logits[:, :0]), told=told))  # fmt: skip
    assert (codes[:, 1] == 1).all()
    weights = np.exp(weight)
    drawn = np.bincount(codes[:, 0], weights=weights, minlength=3) / weights.sum()
    of_a, of_b = np.exp(logits[0, :3]), logits[0, 3:] + said[:3, 3:]
    if form == "one_hot":
        likely = np.exp(of_b[:, 1]) / np.exp(of_b).sum(axis=1)
    else:  # code 1: the first bit is set, the second is not
        likely = 1 / (1 + np.exp(-of_b[:, 0])) / (1 + np.exp(of_b[:, 1]))
    expected = of_a * likely
    assert drawn == pytest.approx(expected / expected.sum(), abs=0.01)


@pytest.mark.parametrize("linked", [False, True])
def test_numbers_follow_the_law_that_their_features_say(linked):
    """exp(a * score + b * score ** 2) over bins is a normal law cut into bins; both heads draw from it."""
    layout = Layout((Block("sex", "one_hot", 2), Block("age", "number", 1 + NUM_SMOOTH + 1, bins=(1, 31))))
    number = layout.blocks[1]
    assert (number.num_codes, layout.num_features) == (32, 18)
    logits = np.zeros((60_000, 18), np.float32)
    logits[:, [2, 17]] = -1.0  # a spike and missing
    logits[:, [-3, -2]] = [0.8, -1.5]
    weights = np.exp(number.code_features @ logits[0, 2:])
    rng, invert = np.random.default_rng(0), Inversion(layout)
    noise, chance = (rng.random((60_000, size)).astype(np.float32) for size in (num_chances(layout), 2))
    links = linear(np.zeros((18, 18))) if linked else None
    trained = heads.gumbel_rows(layout, logits, noise, temperature=0.5, links=links)
    if linked:
        codes, _ = invert.linked(logits, logits[:, :0], chance, links=links)
    else:
        codes, _ = invert(logits, logits[:, :0], chance)
    for drawn in (layout.compact(np.array(trained)[:5_000]).codes, np.array(codes)):
        shares = np.bincount(drawn[:, 1], minlength=32) / len(drawn)
        assert shares == pytest.approx(weights / weights.sum(), abs=4 * 0.3 / np.sqrt(len(drawn)))


def test_a_category_without_probability_is_never_drawn():
    logits = np.tile(np.array([[-200.0, 0.0, -200.0]], np.float32), (1_000, 1))
    chance = np.append(np.linspace(0, 0.999, 999), np.nextafter(np.float32(1), np.float32(0)))[:, None].astype(
        "float32"
    )
    codes, _ = Inversion(Layout((Block("x", "one_hot", 3),)))(logits, logits[:, :0], chance)
    assert set(np.array(codes)[:, 0].tolist()) == {1}


def test_gradients_are_those_of_the_soft_draw():
    layout = Layout((Block("x", "one_hot", 4),))
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(6, 4)).astype(np.float32)
    noise = rng.random((6, 4)).astype(np.float32)
    weights = rng.normal(size=(6, 4)).astype(np.float32)

    def slope(*, hard):
        def drawn(x):
            return heads.gumbel_rows(layout, x, noise, temperature=0.5, hard=hard) * weights

        return backend.gradient(drawn, backend.tf.constant(logits)).numpy()

    assert slope(hard=True) == pytest.approx(slope(hard=False), abs=1e-6)
    assert np.abs(slope(hard=False)).max() > 0.01


@pytest.mark.parametrize("build", [mlp.residual_generator, linked_generator, mlp.concatenating_generator])
def test_a_fast_copy_computes_the_same(build):
    network = build(10, 6, seed=0)
    rng = np.random.default_rng(0)
    network.set_weights([np.abs(rng.normal(0.3, 0.2, weight.shape)) for weight in network.get_weights()])
    inputs = rng.normal(size=(64, 10)).astype(np.float32)
    copy = fast_copy(network, num_inputs=10)
    copy.set_weights(fast_weights(network))
    expected = np.array(network(inputs, training=False))
    close = 0.02 * float(np.abs(expected).max())  # bfloat16 has eight bits
    hidden, outputs = (np.array(keras.ops.cast(part, "float32")) for part in copy(inputs))
    assert outputs == pytest.approx(expected, abs=close)
    kernel, bias = copy.layers[-1].get_weights()
    assert hidden @ kernel + bias == pytest.approx(expected, abs=close)


@pytest.mark.parametrize("build", [mlp.residual_generator, mlp.concatenating_generator])
def test_a_drawn_row_does_not_depend_on_its_batch(build):
    """CTGAN samples with the statistics of the sampled batch."""
    network = build(10, 6, seed=0)
    inputs = np.random.default_rng(0).normal(size=(32, 10)).astype(np.float32)
    together = np.array(network(inputs, training=False))
    alone = np.array(network(inputs[:1], training=False))
    assert alone == pytest.approx(together[:1], abs=1e-5)


def test_starting_weights_are_functions_of_the_seed(global_randomness_untouched):
    first, same, other = (mlp.residual_critic(8, width=16, seed=seed) for seed in (1, 1, 2))
    for a, b in zip(first.get_weights(), same.get_weights(), strict=True):
        assert np.array_equal(a, b)
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


def test_networks_run_in_mixed_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = mlp.residual_generator(10, LAYOUT.num_features, width=16)
    finally:
        keras.config.set_dtype_policy("float32")
    logits = network(np.zeros((4, 10), np.float32))
    features = heads.gumbel_rows(LAYOUT, logits, np.full((4, LAYOUT.num_features), 0.5, np.float32), temperature=1)
    assert features.dtype == "float32"
