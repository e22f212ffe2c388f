"""How often a holdout is refused: of honest splits never, of splits that share rows always.

    python -m benchmarks.apart
    python -m benchmarks.apart --splits 20 --only adult,magic

Every data set that `--data` has a folder of, and those that come with packages, is split in two at random (by patient
where it has a key), as it is and cut to its few coarsest columns; then a share of the holdout's rows is replaced by
training rows. Rows that are equal in honest splits are counted too: they are why equal rows alone prove nothing.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

import synthgen as sg
from benchmarks.environments import ROOT
from benchmarks.rendering import markdown
from benchmarks.tables import FOLDERS, PACKAGED, load
from synthgen.errors import EvaluationError
from synthgen.metrics.tables.tables import Tables

SHARES = (0.0, 0.02, 0.1, 0.5, 1.0)
"""Of the holdout's rows, that are training rows."""

COARSE = 7
"""Columns with the fewest values, of the cut table."""

HELD_OUT = 0.3


def refused(train: pd.DataFrame, holdout: pd.DataFrame, schema: sg.Schema) -> bool:
    """Returns whether `evaluate` would refuse the holdout."""
    try:
        Tables.read(train=train, synthetic=train.head(50), holdout=holdout, schema=schema, seed=0)
    except EvaluationError as error:
        if not str(error).startswith("holdout: "):
            raise
        return True
    return False


def split(whole: pd.DataFrame, *, share: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Returns training rows and a holdout, of which a share are training rows."""
    train, holdout = sg.split(whole, holdout=HELD_OUT, seed=seed)
    copied = round(share * len(holdout))
    random = np.random.default_rng(seed)
    taken = train.iloc[random.choice(len(train), copied, replace=False)]
    return train, pd.concat([taken, holdout.iloc[copied:]]).sample(frac=1, random_state=seed).reset_index(drop=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of data sets")
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="A,B", help="default: all that are there")
    parser.add_argument("--splits", type=int, default=5, help="of each data set and share")
    arguments = parser.parse_args()
    there = [name for name in FOLDERS if (arguments.data / name).is_dir()]
    lines = []
    for name in arguments.only or [*there, *PACKAGED]:
        data = load(name, data=arguments.data)
        whole = pd.concat([data.train, data.test], ignore_index=True)
        coarse = whole.nunique().nsmallest(COARSE).index
        for title, table in ((name, whole), (f"{name}, its {len(coarse)} coarsest columns", whole[list(coarse)])):
            schema = sg.Schema.infer(table)
            counts = [
                sum(refused(*split(table, share=share, seed=seed), schema) for seed in range(arguments.splits))
                for share in SHARES
            ]
            train, holdout = split(table, share=0.0, seed=0)
            equal = holdout.merge(train.drop_duplicates(), how="inner").shape[0] / len(holdout)
            lines.append([title, f"{equal:.1%}", *(f"{count} of {arguments.splits}" for count in counts)])
            print(*lines[-1], flush=True)
    print(markdown(["table", "equal rows, honest", "honest", *(f"{share:.0%}" for share in SHARES[1:])], lines))


if __name__ == "__main__":
    main()
