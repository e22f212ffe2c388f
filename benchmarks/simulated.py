"""Made-up tables of any number of rows, columns and categories, for curves of time and memory.

Every column holds a share of one hidden trait of its row, so that columns are related and detectors have work to do.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.tables import DataSet

MOST_SYNTHETIC = 100_000
"""Synthetic rows drawn, and test rows made, at most: sampling is linear, and judges look at no more."""

AXES: dict[str, tuple[int, ...]] = {
    "rows": (10_000, 30_000, 100_000, 300_000, 1_000_000),
    "columns": (10, 30, 100, 300),
    "categories": (10, 100, 1_000, 10_000, 100_000),
}
"""What grows, and its sizes."""

BESIDE = {
    "rows": "15 columns",
    "columns": "20 000 rows",
    "categories": "1 000 000 rows of 3 columns, one of which has the categories",
}
"""What stays as it is."""


def mixed(rows: int, columns: int, *, seed: int) -> pd.DataFrame:
    """Returns numbers, categories, whole numbers and dates in turn, and a boolean outcome last.

    Args:
        rows: At least 1.
        columns: At least 2, the outcome included.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    trait = random.normal(size=rows)
    makers: tuple[tuple[str, Callable], ...] = (
        ("number", lambda noisy: np.exp(noisy).round(2)),
        ("category", lambda noisy: np.char.add("c", np.clip((noisy * 3 + 10).astype(int), 0, 19).astype(str))),
        ("whole", lambda noisy: (noisy * 10).round().astype(int)),
        ("day", lambda noisy: _days((noisy * 100).round())),
    )
    frame = {}
    for place in range(columns - 1):
        word, maker = makers[place % len(makers)]
        frame[f"{word}_{place}"] = maker(trait + random.normal(size=rows))
    frame["outcome"] = trait + random.normal(size=rows) > 0
    return pd.DataFrame(frame)


def _days(numbers: np.ndarray) -> np.ndarray:
    """Days after the first of 2020 as text, which is what a CSV holds: (rows,)."""
    return np.datetime_as_string(np.datetime64("2020-01-01") + numbers.astype("timedelta64[D]"))


def places(rows: int, categories: int, *, seed: int) -> pd.DataFrame:
    """Returns a column of many categories, equally frequent, and two others that depend on it.

    Args:
        rows: At least 1.
        categories: At least 1.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    codes = random.integers(0, categories, rows)
    age = random.normal(40 + 30 * codes / categories, 10).round().clip(0, 100).astype(int)
    return pd.DataFrame(
        {"place": np.char.add("p", codes.astype(str)), "age": age, "outcome": random.random(rows) < age / 100}
    )


def simulated(axis: str, size: int) -> DataSet:
    """Returns the table of one point of a curve.

    Args:
        axis: One of `AXES`.
        size: Rows, columns or categories.
    """
    rows = {"rows": size, "columns": 20_000, "categories": 1_000_000}[axis]
    test_rows = min(rows // 4, MOST_SYNTHETIC)
    parts = []
    for seed, number in enumerate((rows, test_rows)):
        by_axis = {"rows": (mixed, 15), "columns": (mixed, size), "categories": (places, size)}
        maker, argument = by_axis[axis]
        parts.append(maker(number, argument, seed=seed))
    return DataSet(
        name=f"{axis}-{size}", title=f"{size} {axis}", target="outcome", train=parts[0], test=parts[1],
        rows=min(rows, MOST_SYNTHETIC), rare_below=5 if axis == "categories" else 10,
    )  # fmt: skip
