"""Fits a private synthesizer of `dpmm` and writes its rows and timings; in an environment of its own.

The package is a peer to measure against (SAS; Mahiou et al. 2025, arXiv 2506.00322; licence Apache-2.0): AIM (McKenna
et al. 2022) and MST (McKenna et al. 2021) from end to end, domains and bins included. It is told which columns are
categories and, like synthgen's families in the same table, no range and no list: `PREPARATION` of epsilon goes to
finding them. Called by the benchmark; `stopwatch.py` has the arguments.

    python run_dpmm.py TRAIN.csv --model AIMPipeline --schema S.json --settings '{"epsilon": 1}' --timings T.json
"""

import dpmm.pipelines
import stopwatch

DELTA = 1e-5
PREPARATION = 0.15
"""Share of epsilon for domains and bins, as synthgen's families have it."""


def main() -> None:
    arguments = stopwatch.arguments(__doc__)
    watch = stopwatch.Stopwatch()
    kind = stopwatch.kinds(arguments.schema)
    train = stopwatch.read_table(arguments.train, kind)
    typed = train.astype({name: "category" for name in train if kind[name] != "numerical"})
    settings = dict(arguments.settings)
    epsilon = float(settings.pop("epsilon"))
    pipeline = getattr(dpmm.pipelines, arguments.model)(
        epsilon=(1 - PREPARATION) * epsilon, proc_epsilon=PREPARATION * epsilon, delta=DELTA, **settings
    )
    with watch.time("fit"):
        pipeline.fit(typed, random_state=arguments.seed)

    rows = arguments.rows or len(train)
    with watch.time("first_sample"):
        pipeline.generate(n_records=stopwatch.WARM_UP_ROWS, random_state=arguments.seed)
    with watch.time("sample"):
        synthetic = pipeline.generate(n_records=rows, random_state=arguments.seed)
    if arguments.synthetic:
        synthetic[train.columns].to_csv(arguments.synthetic, index=False)
    watch.write(arguments.timings, rows=rows)


if __name__ == "__main__":
    main()
