"""Whether one patient can be told from models that promise epsilon 1, and from models whose promise is false.

    python -m benchmarks.one_patient
    python -m benchmarks.one_patient --audits 20 --trials 10

Seven columns of SUPPORT2 where `--data` has a folder of it, else of the RAND health insurance experiment. The kept
promise is `DPMarginals` as it is. The false one encodes by a public sequence of random numbers, row after row, as
synthgen once did: one row less then gives every later row another draw. An audit should refute it, and not the other.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

import synthgen as sg
from benchmarks.environments import ROOT
from benchmarks.rendering import markdown
from benchmarks.tables import load
from synthgen.audit.one_patient import audit_one_patient

SMALL = {"num_components": 300, "num_steps": 200, "num_sweeps": 0}
"""Of `DPMarginals`: what is audited is how it reads, and twenty fits should take minutes."""

SUPPORT = ("age", "sex", "meanbp", "hrt", "resp", "num.co", "hospdead")
COLUMNS = 7


class PublicJitter(sg.DPMarginals):
    """Encodes by a public seed, against the promise; only ever here."""

    def fit(self, frame: pd.DataFrame, *arguments: Any, **more: Any) -> "PublicJitter":
        self._rows = frame
        super().fit(frame, *arguments, **more)
        return self

    def _learn(self, parts: Any, **more: Any) -> Any:
        return super()._learn(replace(parts, table=parts.encoder.encode(self._rows, seed=self.seed)), **more)


METHODS = {"kept": sg.DPMarginals, "broken by a public seed": PublicJitter}


def columns(data: Path) -> pd.DataFrame:
    """Returns seven columns without missing cells, whole numbers but for the words."""
    support = (data / "support2").is_dir()
    frame = load("support2" if support else "rand_hie", data=data)
    whole = pd.concat([frame.train, frame.test], ignore_index=True)
    whole = whole[list(SUPPORT) if support else list(whole)[:COLUMNS]].dropna().reset_index(drop=True)
    numbers = whole.select_dtypes("number").columns
    return whole.astype(dict.fromkeys(numbers, float)).round().astype(dict.fromkeys(numbers, int))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder that holds support2/"
    )
    parser.add_argument("--audits", type=int, default=1, help="of each method")
    parser.add_argument("--trials", type=int, default=10, help="fits that are guessed, of one audit")
    parser.add_argument("--methods", nargs="*", choices=METHODS, default=list(METHODS))
    arguments = parser.parse_args()
    frame = columns(arguments.data)
    schema = sg.Schema.infer(frame).confirmed()  # the publisher describes each column
    budget = sg.DifferentialPrivacy(epsilon=1, delta=1e-5)
    lines = []
    for name in arguments.methods:
        results = []
        for seed in range(arguments.audits):
            results.append(
                audit_one_patient(
                    METHODS[name](**SMALL), frame, schema=schema, privacy=budget, trials=arguments.trials,
                    num_rows=60_000, seed=seed,
                )
            )  # fmt: skip
            print(name, seed, results[-1], sep="\n", file=sys.stderr)
        right, guesses = (sum(getattr(one, what) for one in results) for what in ("correct", "trials"))
        lines.append([name, f"{sum(one.refuted for one in results)} of {len(results)}", f"{right} of {guesses}",
                      f"{max(one.lower_bound for one in results):.2f}", f"{results[0].claimed:.4f}"])  # fmt: skip
    print(markdown(["the promise is", "refuted", "right guesses", "highest bound", "claimed"], lines))


if __name__ == "__main__":
    main()
