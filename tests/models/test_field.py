"""A field of pairs: a law that pairs determine, what noise does to it, and what it does with known cells."""

import numpy as np
import pytest

from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.reader import Reader
from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.models.tables.field import MOST_CODES, PairwiseField
from synthgen.models.tables.margins import measured_margins

SIZES = (3, 2, 4)
LAYOUT = Layout(tuple(Block(name, "one_hot", size) for name, size in zip("abc", SIZES, strict=True)))
FIRST = np.array([0.5, 0.3, 0.2])
SECOND = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
"""Of b, given a."""
THIRD = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.3, 0.4]])
"""Of c, given b alone: no law with these pairs has more entropy."""
LAW = FIRST[:, None, None] * SECOND[:, :, None] * THIRD


def encoded(codes) -> EncodedTable:
    return EncodedTable(np.asarray(codes, np.int32), np.zeros((len(codes), 0), np.float32))


def rows(num_rows=40_000, *, law=LAW, seed=0) -> EncodedTable:
    cells = np.random.default_rng(seed).choice(law.size, num_rows, p=law.ravel())
    return encoded(np.stack(np.unravel_index(cells, law.shape), 1))


def joint(table: EncodedTable) -> np.ndarray:
    return np.bincount(np.ravel_multi_index(tuple(table.codes.T), SIZES), minlength=24).reshape(SIZES) / len(table)


def fitted(table: EncodedTable, *, epsilon=None, num_sweeps=200) -> PairwiseField:
    reader = None if epsilon is None else Reader(
        DifferentialPrivacy(epsilon=epsilon, delta=1e-5, noise_seed=0), unit="row")  # fmt: skip
    singles = np.concatenate([joint(table).sum(axes) for axes in ((1, 2), (0, 2), (0, 1))])
    margins = measured_margins(LAYOUT, table, singles, num_rows=len(table), reader=reader)
    field = PairwiseField(LAYOUT, num_components=100, seed=0)
    field.fit(margins, num_steps=300, num_sweeps=num_sweeps)
    return field


@pytest.fixture(scope="module")
def field() -> PairwiseField:
    return fitted(rows())


def drawn(field: PairwiseField, num_rows=40_000, **more) -> EncodedTable:
    return field.draw(num_rows, rng=np.random.default_rng(1), **more)


def distance(first: np.ndarray, second: np.ndarray) -> float:
    """Of total variation."""
    return float(np.abs(first - second).sum() / 2)


def test_a_law_that_pairs_determine_is_learned_with_all_three_columns(field):
    assert distance(joint(drawn(field)), LAW) < 0.02


def test_parameters_differ_as_the_law_does(field):
    every = np.stack(np.unravel_index(np.arange(LAW.size), SIZES), 1)
    learned, true = field.log_likelihood(encoded(every)), np.log(LAW).ravel()
    assert learned - learned[0] == pytest.approx(true - true[0], abs=0.35)


def test_what_noise_explains_is_not_believed():
    alone = np.einsum("i,j,k->ijk", *(LAW.sum(axes) for axes in ((1, 2), (0, 2), (0, 1))))
    independent = fitted(rows(4_000, law=alone), epsilon=0.5)
    dependent = fitted(rows(4_000), epsilon=20.0)
    _, parameters, _ = independent.weights_to_keep()
    assert np.abs(parameters).mean() < 0.2 * np.abs(dependent.weights_to_keep()[1]).mean()
    assert (parameters == 0).mean() > (dependent.weights_to_keep()[1] == 0).mean()


def test_known_cells_stay_and_the_rest_follows_them(field):
    known, mask = rows(20_000, seed=2), np.zeros((20_000, 3), bool)
    known.codes[:, 1], mask[:, 1] = 1, True
    told = drawn(field, 20_000, known=known, mask=mask)
    assert (told.codes[:, 1] == 1).all()
    assert distance(joint(told)[:, 1].sum(0), THIRD[1]) < 0.02
    given = LAW[:, 1].sum(1) / LAW[:, 1].sum()
    assert distance(joint(told)[:, 1].sum(1), given) < 0.03


def test_barred_codes_are_never_drawn(field):
    excluded = np.zeros(sum(SIZES), bool)
    excluded[3 + 2] = True  # the first of c
    table = drawn(field, 5_000, excluded=excluded)
    assert 0 not in table.codes[:, 2]
    assert {1, 2, 3} == set(table.codes[:, 2])


def test_chance_comes_from_the_generator_alone(field):
    assert (drawn(field, 100).codes == drawn(field, 100).codes).all()
    assert len(drawn(field, 0)) == 0


def test_it_comes_back_from_its_weights(field):
    again = PairwiseField(LAYOUT, num_components=100, seed=0)
    again.take_weights(field.weights_to_keep())
    assert (drawn(again, 100).codes == drawn(field, 100).codes).all()


def test_without_sweeps_and_on_wide_tables_the_mixture_is_left():
    plain = fitted(rows(2_000), num_sweeps=0)
    assert not plain.weights_to_keep()[1].size
    assert np.exp(plain.log_likelihood(rows(10))).max() < 1
    wide = Layout((Block("a", "one_hot", MOST_CODES), Block("b", "one_hot", 2)))
    table = encoded(np.random.default_rng(0).integers(0, [MOST_CODES, 2], (3_000, 2)))
    even = np.repeat([1 / MOST_CODES, 1 / 2], [MOST_CODES, 2])
    field = PairwiseField(wide, num_components=5, seed=0)
    field.fit(measured_margins(wide, table, even, num_rows=3_000, reader=None), num_steps=2, num_sweeps=5)
    assert not field.weights_to_keep()[1].size
    assert len(drawn(field, 10)) == 10
