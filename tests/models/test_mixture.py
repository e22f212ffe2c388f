"""A mixture of products: its margins, what it draws, and what it does with known cells."""

import numpy as np
import pytest

from synthgen.dp.budget import DifferentialPrivacy
from synthgen.dp.reader import Reader
from synthgen.encoding.layout import Block, EncodedTable, Layout
from synthgen.models.tables.margins import distance, measured_margins
from synthgen.models.tables.mixture import Mixture

LAYOUT = Layout((Block("a", "one_hot", 3), Block("b", "one_hot", 2), Block("c", "one_hot", 4)))
SIZES = [3, 2, 4]


def table(num_rows=20_000, *, seed=0) -> EncodedTable:
    rng = np.random.default_rng(seed)
    a = rng.choice(3, num_rows, p=[0.5, 0.3, 0.2])
    b = (rng.random(num_rows) < np.array([0.1, 0.5, 0.9])[a]).astype(int)
    c = np.where(rng.random(num_rows) < 0.7, a + b, rng.integers(0, 4, num_rows))
    return EncodedTable(np.stack([a, b, c], 1).astype(np.int32), np.zeros((num_rows, 0), np.float32))


def shares(rows: EncodedTable) -> np.ndarray:
    counts = [np.bincount(codes, minlength=size) for codes, size in zip(rows.codes.T, SIZES, strict=True)]
    return np.concatenate(counts) / len(rows)


def margins(rows: EncodedTable, *, epsilon=None, seed=0):
    reader = None
    if epsilon is not None:
        reader = Reader(DifferentialPrivacy(epsilon=epsilon, delta=1e-5, noise_seed=seed), unit="row")
    found = measured_margins(LAYOUT, rows, shares(rows), num_rows=len(rows), reader=reader)
    return found, reader


@pytest.fixture(scope="module")
def fitted() -> Mixture:
    mixture = Mixture(LAYOUT, num_components=200, seed=0)
    mixture.fit(margins(table())[0], num_steps=500)
    return mixture


def pair(rows: EncodedTable, first: int, second: int) -> np.ndarray:
    counts = np.zeros((SIZES[first], SIZES[second]))
    np.add.at(counts, (rows.codes[:, first], rows.codes[:, second]), 1)
    return counts / len(rows)


def test_exact_margins_are_counts():
    found, _ = margins(table())
    expected = pair(table(), 0, 2)
    assert found.pairs[:3, 5:] == pytest.approx(expected, abs=1e-6)
    assert found.pairs == pytest.approx(found.pairs.T)
    assert not found.pairs[:3, :3].any()
    assert not found.weights[3:5, 3:5].any()


def test_rows_are_nearest_to_margins_of_their_own():
    exact, _ = margins(table())
    shuffled = table()
    shuffled.codes[:, 2] = np.random.default_rng(0).permutation(shuffled.codes[:, 2])
    assert distance(exact, LAYOUT, table()) == pytest.approx(0, abs=1e-9)
    assert distance(exact, LAYOUT, table(seed=1)) < 0.02 * distance(exact, LAYOUT, shuffled)
    noisy, _ = margins(table(), epsilon=1.0)
    assert distance(noisy, LAYOUT, table()) == pytest.approx(noisy.misfit, rel=1.0)


def test_noise_is_what_the_ledger_says_and_larger_margins_are_read_more_exactly():
    sizes = np.array([40, 60, 90])
    layout = Layout(tuple(Block(name, "one_hot", int(size)) for name, size in zip("abc", sizes, strict=True)))
    rng = np.random.default_rng(0)
    rows = EncodedTable(rng.integers(0, sizes, (4_000, 3)).astype(np.int32), np.zeros((4_000, 0), np.float32))
    even = np.repeat(1 / sizes, sizes)
    reader = Reader(DifferentialPrivacy(epsilon=1.0, delta=1e-5, noise_seed=0), unit="row")
    exact, noisy = (
        measured_margins(layout, rows, even, num_rows=4_000, reader=own).pairs * 4_000 for own in (None, reader)
    )
    error = noisy - exact
    cells = {"ab": 40 * 60, "ac": 40 * 90, "bc": 60 * 90}
    # one row changes one cell of every pair: a change of length one, if pairs are weighed by their precision
    precision = {name: count ** (1 / 3) / sum(c ** (1 / 3) for c in cells.values()) for name, count in cells.items()}
    errors = {"ab": error[:40, 40:100], "ac": error[:40, 100:], "bc": error[40:100, 100:]}
    multiplier = reader.ledger.entries[-1].noise_multiplier
    for name, found in errors.items():
        assert found.std() == pytest.approx(multiplier / precision[name] ** 0.5, rel=0.05)


def test_the_whole_budget_is_spent_and_no_more():
    _, reader = margins(table(), epsilon=2.0)
    reader.ledger.known_noise = False
    assert 1.95 < reader.ledger.epsilon <= 2.0


def test_drawn_rows_have_the_margins(fitted):
    drawn = fitted.draw(40_000, rng=np.random.default_rng(0))
    for first, second in ((0, 1), (0, 2), (1, 2)):
        assert pair(drawn, first, second) == pytest.approx(pair(table(), first, second), abs=0.015)


def test_known_cells_move_the_others_as_in_the_table(fitted):
    known = EncodedTable(np.tile(np.array([[0, 1, 3]], np.int32), (30_000, 1)), np.zeros((30_000, 0), np.float32))
    mask = np.tile([False, False, True], (30_000, 1))
    drawn = fitted.draw(30_000, rng=np.random.default_rng(0), known=known, mask=mask)
    assert (drawn.codes[:, 2] == 3).all()
    told = table().codes[table().codes[:, 2] == 3]
    expected = np.bincount(told[:, 0], minlength=3) / len(told)
    assert np.bincount(drawn.codes[:, 0], minlength=3) / 30_000 == pytest.approx(expected, abs=0.03)


def test_excluded_categories_are_not_drawn(fitted):
    excluded = np.zeros(LAYOUT.num_features, bool)
    excluded[[1, 4]] = True
    drawn = fitted.draw(2_000, rng=np.random.default_rng(0), excluded=excluded)
    assert not (drawn.codes[:, 0] == 1).any()
    assert not (drawn.codes[:, 1] == 1).any()


def test_it_beats_independent_columns_with_noise_too():
    rows = table(5_000)
    mixture = Mixture(LAYOUT, num_components=300, seed=0)
    mixture.fit(margins(rows, epsilon=1.0)[0], num_steps=300)
    drawn = mixture.draw(20_000, rng=np.random.default_rng(0))
    independent = np.outer(pair(rows, 0, 2).sum(1), pair(rows, 0, 2).sum(0))
    true = pair(rows, 0, 2)
    assert np.abs(pair(drawn, 0, 2) - true).sum() < 0.3 * np.abs(independent - true).sum()
