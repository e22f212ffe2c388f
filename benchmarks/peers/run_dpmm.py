"""Fits a private synthesizer of `dpmm` and writes its rows and timings; in an environment of its own.

The package is a peer to measure against (SAS; Mahiou et al. 2025, arXiv 2506.00322; licence Apache-2.0): AIM (McKenna
et al. 2022) and MST (McKenna et al. 2021) from end to end, bins included. It is told which columns are
categories and, like synthgen's families in the same table, no range: `PREPARATION` of epsilon goes to ranges and
bins. Lists of categories it takes from the data without paying, and says so. Called by the benchmark; `stopwatch.py`
has the arguments.

    python run_dpmm.py TRAIN.csv --model AIMPipeline --schema S.json --settings '{"epsilon": 1}' --timings T.json
"""

import dpmm.pipelines
import stopwatch


def main() -> None:
    arguments = stopwatch.arguments(__doc__)
    watch = stopwatch.Stopwatch()
    kind = stopwatch.kinds(arguments.schema)
    train = stopwatch.read_table(arguments.train, kind)
    typed = train.astype({name: "category" for name in train if kind[name] != "numerical"})
    settings = dict(arguments.settings)
    epsilon = float(settings.pop("epsilon"))
    pipeline = getattr(dpmm.pipelines, arguments.model)(
        epsilon=(1 - stopwatch.PREPARATION) * epsilon,
        proc_epsilon=stopwatch.PREPARATION * epsilon,
        delta=stopwatch.DELTA,
        **settings,
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
