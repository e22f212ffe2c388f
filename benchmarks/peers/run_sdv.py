"""Fits a synthesizer of the `sdv` package and writes its synthetic rows and timings. Runs in an environment of its own.

The package is a peer to measure against (licence BUSL-1.1); synthgen neither imports nor needs it. Called by the
benchmark; `stopwatch.py` has the arguments.

    python run_sdv.py TRAIN.csv --model TVAESynthesizer --schema S.json --settings '{"epochs": 300}' --timings T.json
"""

import numpy as np
import sdv.single_table
import stopwatch
import torch
from sdv.metadata import Metadata

TABLE = "table"


def main() -> None:
    arguments = stopwatch.arguments(__doc__)
    np.random.seed(arguments.seed)  # noqa: NPY002 - what the package draws from
    torch.manual_seed(arguments.seed)
    watch = stopwatch.Stopwatch()
    kind = stopwatch.kinds(arguments.schema)
    train = stopwatch.read_table(arguments.train, kind)
    columns = {name: {"sdtype": "numerical" if kind[name] == "numerical" else "categorical"} for name in train}
    metadata = Metadata.load_from_dict({"tables": {TABLE: {"columns": columns}}})
    synthesizer = getattr(sdv.single_table, arguments.model)(metadata, **arguments.settings)
    with watch.time("fit"):
        synthesizer.fit({TABLE: train})

    rows = arguments.rows or len(train)
    with watch.time("first_sample"):
        synthesizer.sample(stopwatch.WARM_UP_ROWS)
    with watch.time("sample"):
        synthetic = synthesizer.sample(rows)
    if arguments.synthetic:
        synthetic[TABLE][train.columns].to_csv(arguments.synthetic, index=False)
    watch.write(arguments.timings, rows=rows)


if __name__ == "__main__":
    main()
