"""Fits a private synthesizer of `smartnoise-synth` and writes its rows and timings; in an environment of its own.

The package is a peer to measure against (OpenDP's SmartNoise; licence MIT): AIM (McKenna et al. 2022), MST (McKenna et
al. 2021), DP-CTGAN and PATE-CTGAN (Rosenblatt et al. 2020). It is told which columns are categories, and takes their
lists from the data without paying. Networks are told no range: `PREPARATION` of epsilon goes to finding them. For AIM
and MST the package would cut each range into ten equal parts, which no long tail survives: here they are given
quantiles of the data (`bins`), for nothing. Called by the benchmark; `stopwatch.py` has the arguments.

    python run_smartnoise.py TRAIN.csv --model aim --schema S.json --settings '{"epsilon": 1}' --timings T.json
"""

import numpy as np
import pandas as pd
import stopwatch
import torch
from snsynth import Synthesizer

DELTA = 1e-5
PREPARATION = 0.15
"""Share of epsilon for ranges, as synthgen's families have it."""

MISSING = "__missing__"


class Bins:
    """A number as a category: frequent values by themselves, the others by quantiles; back by even chance inside."""

    def __init__(self, values: pd.Series, bins: int) -> None:
        shares = values.value_counts(normalize=True)
        self.spikes = np.sort(shares.index[shares > 1 / bins].to_numpy(float))
        others = values[~values.isin(self.spikes)].dropna().to_numpy(float)
        self.edges = np.unique(np.quantile(others, np.linspace(0, 1, bins + 1))) if len(others) else np.zeros(0)
        self.whole = bool((values.dropna() % 1 == 0).all())

    def codes(self, values: pd.Series) -> pd.Series:
        """Returns a word for each value."""
        numbers = values.to_numpy(float)
        places = np.searchsorted(self.edges[1:-1], numbers, side="right")
        spikes = np.searchsorted(self.spikes, numbers).clip(max=max(len(self.spikes) - 1, 0))
        known = self.spikes[spikes] == numbers if len(self.spikes) else np.zeros(len(numbers), bool)
        words = np.where(known, np.char.add("s", spikes.astype(str)), np.char.add("b", places.astype(str)))
        return pd.Series(np.where(np.isnan(numbers), MISSING, words), index=values.index)

    def values(self, words: pd.Series, rng: np.random.Generator) -> pd.Series:
        """Returns a number for each word."""
        found = np.full(len(words), np.nan)
        place = words.str[1:].where(words != MISSING, "0").astype(int).to_numpy()
        spike, inside = (words.str[0] == "s").to_numpy(), (words.str[0] == "b").to_numpy()
        found[spike] = self.spikes[place[spike]]
        low, high = self.edges[place[inside]], self.edges[(place[inside] + 1).clip(max=len(self.edges) - 1)]
        drawn = low + (high - low) * rng.random(len(low))
        found[inside] = np.floor(drawn) if self.whole else drawn
        return pd.Series(found, index=words.index)


def main() -> None:
    arguments = stopwatch.arguments(__doc__)
    np.random.seed(arguments.seed)  # noqa: NPY002 - what the package draws from
    torch.manual_seed(arguments.seed)
    watch = stopwatch.Stopwatch()
    kind = stopwatch.kinds(arguments.schema)
    train = stopwatch.read_table(arguments.train, kind)
    numbers = [name for name in train if kind[name] == "numerical"]
    categories = [name for name in train if kind[name] != "numerical"]
    filled = train.fillna(dict.fromkeys(categories, MISSING))
    settings = {"delta": DELTA} | arguments.settings
    epsilon, bins = float(settings.pop("epsilon")), settings.pop("bins", None)
    cut = {} if bins is None else {name: Bins(filled[name], bins) for name in numbers}
    for name, found in cut.items():
        filled[name] = found.codes(filled[name])
    ranges = [name for name in numbers if name not in cut]
    synthesizer = Synthesizer.create(arguments.model, epsilon=epsilon, **settings)
    with watch.time("fit"):
        synthesizer.fit(
            filled, categorical_columns=[*categories, *cut], continuous_columns=ranges,
            preprocessor_eps=PREPARATION * epsilon if ranges else 0.0,
            nullable=bool(filled[ranges].isna().any(axis=None)),
        )  # fmt: skip

    rows = arguments.rows or len(train)
    with watch.time("first_sample"):
        synthesizer.sample(stopwatch.WARM_UP_ROWS)
    with watch.time("sample"):
        synthetic = synthesizer.sample(rows)
        for name, found in cut.items():
            synthetic[name] = found.values(synthetic[name], np.random.default_rng(arguments.seed))
    if arguments.synthetic:
        synthetic[train.columns].replace(MISSING, "").to_csv(arguments.synthetic, index=False)
    watch.write(arguments.timings, rows=rows)


if __name__ == "__main__":
    main()
