"""Fits TabularARGN of `mostlyai-engine` and writes its synthetic rows and timings. Runs in an environment of its own.

The package is a peer to measure against (Tiwald et al. 2025, TabularARGN; licence Apache-2.0). It is told which columns
are categories and looks at the numbers itself, as it does for its users. Called by the benchmark; `stopwatch.py` has
the arguments.

    python run_mostlyai.py TRAIN.csv --model TabularARGN --schema S.json --settings '{"max_epochs": 1}' --timings T.json
"""

import stopwatch
from mostlyai.engine import TabularARGN
from mostlyai.engine.domain import DifferentialPrivacyConfig


def budget(settings: dict) -> dict:
    """Returns the settings with `epsilon` as the package's own argument; noise and clipping are its defaults."""
    epsilon = settings.pop("epsilon", None)
    if epsilon is None:
        return settings
    private = DifferentialPrivacyConfig(
        max_epsilon=epsilon, delta=stopwatch.DELTA, value_protection_epsilon=stopwatch.PREPARATION * epsilon
    )
    return settings | {"differential_privacy": private}


def main() -> None:
    arguments = stopwatch.arguments(__doc__)
    watch = stopwatch.Stopwatch()
    kind = stopwatch.kinds(arguments.schema)
    train = stopwatch.read_table(arguments.train, kind)
    encodings = {name: "TABULAR_CATEGORICAL" for name in train if kind[name] != "numerical"}
    synthesizer = TabularARGN(
        tgt_encoding_types=encodings, device="cpu", random_state=arguments.seed, **budget(dict(arguments.settings))
    )
    with watch.time("fit"):
        synthesizer.fit(train)

    rows = arguments.rows or len(train)
    with watch.time("first_sample"):
        synthesizer.sample(n_samples=stopwatch.WARM_UP_ROWS)
    with watch.time("sample"):
        synthetic = synthesizer.sample(n_samples=rows)
    if arguments.synthetic:
        synthetic[train.columns].to_csv(arguments.synthetic, index=False)
    watch.write(arguments.timings, rows=rows)


if __name__ == "__main__":
    main()
