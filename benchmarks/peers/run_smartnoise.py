"""Fits a private synthesizer of `smartnoise-synth` and writes its rows and timings; in an environment of its own.

The package is a peer to measure against (OpenDP's SmartNoise; licence MIT): DP-CTGAN and PATE-CTGAN (Rosenblatt et al.
2020), AIM and MST (McKenna et al. 2022, 2021) on the package mbi. It is told which columns are categories and, like
synthgen's families in the same table, no range: `PREPARATION` of epsilon goes to finding them. Lists of categories it
takes from the data without paying. Called by the benchmark; `stopwatch.py` has the arguments.

    python run_smartnoise.py TRAIN.csv --model dpctgan --schema S.json --settings '{"epsilon": 1}' --timings T.json
"""

import numpy as np
import stopwatch
import torch
from snsynth import Synthesizer

MISSING = "__missing__"


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
    settings = {"delta": stopwatch.DELTA} | arguments.settings
    epsilon = float(settings.pop("epsilon"))
    synthesizer = Synthesizer.create(arguments.model, epsilon=epsilon, **settings)
    with watch.time("fit"):
        synthesizer.fit(
            filled, categorical_columns=categories, continuous_columns=numbers,
            preprocessor_eps=stopwatch.PREPARATION * epsilon, nullable=bool(filled[numbers].isna().any(axis=None)),
        )  # fmt: skip

    rows = arguments.rows or len(train)
    with watch.time("first_sample"):
        synthesizer.sample(stopwatch.WARM_UP_ROWS)
    with watch.time("sample"):
        synthetic = synthesizer.sample(rows)
    if arguments.synthetic:
        synthetic[train.columns].replace(MISSING, "").to_csv(arguments.synthetic, index=False)
    watch.write(arguments.timings, rows=rows)


if __name__ == "__main__":
    main()
