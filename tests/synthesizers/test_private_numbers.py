"""Numbers with many decimals under a privacy budget: what many rows hold exactly, and what only lies close together."""

import numpy as np
import pandas as pd
import pytest

import synthgen as sg
from synthgen.data.columns import Numerical
from synthgen.synthesizers.tables.private_numbers import private_bins
from synthgen.synthesizers.tables.private_table import PrivateTable

NUM_ROWS = 6_000
EXACT = "values of cost that many hold"


def encoded(numbers, *, seed=0, epsilon=3.0, decimals=None, **column):
    """The encoder of a column beside six others, and the purposes that it paid for."""
    frame = pd.DataFrame({"cost": numbers, **{f"c{place}": np.arange(NUM_ROWS) % 2 == 0 for place in range(6)}})
    meaning = Numerical(decimals=decimals, missing=False, **column)
    schema = sg.Schema.infer(frame).confirmed()
    schema = sg.Schema({**schema.columns, "cost": meaning})
    budget = sg.DifferentialPrivacy(epsilon=epsilon, delta=1e-5, noise_seed=seed)
    table = PrivateTable.of(frame, schema, budget)
    encoder = private_bins("cost", meaning, frame["cost"].to_numpy(), table, num_bins=50)
    return encoder, [entry.purpose for entry in table.reader.ledger.entries]


def drawn(encoder, *, seed=0):
    rng = np.random.default_rng(seed)
    codes = rng.choice(len(encoder.shares), NUM_ROWS, p=encoder.shares)
    return encoder.decode(codes, np.zeros((NUM_ROWS, 1)), rng).to_numpy()


@pytest.mark.parametrize("bounds", [{}, {"minimum": 0.0, "maximum": 9_999.5}, {"decimals": 7}])
@pytest.mark.parametrize("seed", range(3))
def test_what_many_rows_hold_exactly_is_drawn_exactly(bounds, seed):
    random = np.random.default_rng(seed)
    kind = random.choice(3, NUM_ROWS, p=[0.3, 0.2, 0.5])
    numbers = np.select([kind == 0, kind == 1], [0.0, 250.0], random.gamma(3, 120, NUM_ROWS))
    encoder, purposes = encoded(numbers, seed=seed, **bounds)
    assert EXACT in purposes
    assert encoder.spikes.tolist() == [0.0, 250.0]
    rows = drawn(encoder)
    assert (rows == 0).mean() == pytest.approx(0.3, abs=0.05)
    assert (rows == 250).mean() == pytest.approx(0.2, abs=0.05)


def test_values_that_only_lie_close_together_are_not_made_one():
    random = np.random.default_rng(0)
    numbers = np.where(random.random(NUM_ROWS) < 0.3, random.random(NUM_ROWS) * 0.1, random.gamma(3, 2_000, NUM_ROWS))
    encoder, _ = encoded(numbers)
    assert not len(encoder.spikes)
    assert (drawn(encoder) < 1).mean() == pytest.approx(0.3, abs=0.05)


def test_where_no_value_stands_out_nothing_is_asked():
    _, purposes = encoded(np.random.default_rng(0).normal(80, 12, NUM_ROWS))
    assert EXACT not in purposes


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (-1.5, 30.0), (5.0, 5.0), (1e10, 1e10), (1e-9, 2e-9), (-1e12, 3.0)])
def test_declared_bounds_are_kept(bounds):
    low, high = bounds
    numbers = low + (high - low) * np.random.default_rng(0).random(NUM_ROWS)
    rows = drawn(encoded(numbers, minimum=low, maximum=high)[0])
    assert rows.min() >= low
    assert rows.max() <= high
    assert np.median(rows) == pytest.approx(np.median(numbers), abs=0.1 * (high - low) + 1e-12)
