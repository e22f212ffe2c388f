"""The real training rows with the target drawn anew: how useful synthetic rows are whose every other column is real.

Boosted trees that did not learn a row say how likely each class is given the row's other columns, and the class is
drawn by these chances, as a generative model would draw it; of a numerical target, another row's error is added to what
the trees expect. What a judge's model loses from real rows to these is the price of a drawn target: a generator that
learns from the same rows and repeats none can do better only where it knows the target better than such trees do.
`stopwatch.py` has the arguments.

    python benchmarks/peers/run_redrawn.py TRAIN.csv --target outcome --model trees --schema S.json --timings T.json
"""

import numpy as np
import pandas as pd
import stopwatch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import OrdinalEncoder

FOLDS = 10
MOST_CATEGORIES = 250
"""Of a column; the trees take 255, and rarer ones are put together."""


def numbers(frame: pd.DataFrame, kind: dict[str, str]) -> tuple[np.ndarray, list[bool]]:
    """Returns columns as trees read them, (rows, columns), and which of them are categories."""
    words = [kind[name] != "numerical" for name in frame]
    encoder = OrdinalEncoder(max_categories=MOST_CATEGORIES, encoded_missing_value=np.nan)
    read = frame.copy()
    read.loc[:, words] = read.loc[:, words].fillna("")
    if any(words):
        read[frame.columns[words]] = encoder.fit_transform(read.loc[:, words])
    return read.to_numpy(np.float64), words


def redrawn(train: pd.DataFrame, target: str, kind: dict[str, str], *, seed: int) -> pd.Series:
    """Returns the target drawn anew given the other columns, (rows,).

    Args:
        train: (rows, columns), real.
        target: Column to draw.
        kind: See `stopwatch.kinds`.
        seed: Of the draw.
    """
    rng = np.random.default_rng(seed)
    rows, words = numbers(train.drop(columns=target), kind)
    if kind[target] == "numerical":
        trees = HistGradientBoostingRegressor(categorical_features=words, random_state=seed)
        expected = cross_val_predict(trees, rows, train[target], cv=FOLDS)
        return expected + rng.permutation(train[target] - expected)
    trees = HistGradientBoostingClassifier(categorical_features=words, random_state=seed)
    known = train[target].astype(str)
    chances = cross_val_predict(trees, rows, known, cv=FOLDS, method="predict_proba")  # (rows, classes)
    passed = (chances.cumsum(axis=1) < rng.random((len(rows), 1))).sum(axis=1)
    return pd.Series(np.unique(known)[np.minimum(passed, chances.shape[1] - 1)], index=train.index)


def main() -> None:
    arguments = stopwatch.arguments(__doc__)
    watch = stopwatch.Stopwatch()
    kind = stopwatch.kinds(arguments.schema)
    train = stopwatch.read_table(arguments.train, kind)
    with watch.time("fit"):
        drawn = redrawn(train, arguments.target, kind, seed=arguments.seed)
    if arguments.synthetic:
        train.assign(**{arguments.target: drawn}).to_csv(arguments.synthetic, index=False)
    watch.write(arguments.timings)


if __name__ == "__main__":
    main()
