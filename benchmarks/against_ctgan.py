"""synthgen's CTGAN beside the `ctgan` package: same data, same architecture, turn by turn: fair on any machine.

    python -m benchmarks.against_ctgan

Both encode, train a few epochs and sample, alternating, each a process of its own; shown are medians over the turns,
and the ratio in each turn, which is what to quote: a machine that is busy for a while slows both. The data is Adult
where `--data` has a folder of it, else the RAND health insurance experiment.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.environments import ROOT, python_of
from benchmarks.rendering import markdown, number
from benchmarks.runs import PROGRAMS
from benchmarks.tables import load

LINES = (
    ("encode_seconds", 1, "fit and apply the encoding, s"),
    ("seconds_per_step", 1_000, "a training step (batch 500, pac 10), ms"),
    ("sample_rows_per_second", 1, "rows sampled a second"),
    ("peak_memory_mib", 1, "peak memory, MiB"),
)
"""Measurement, factor for people, title."""

PROGRAM_OF = {"synthgen": ("run_synthgen.py", None, "num_epochs"), "ctgan": ("run_ctgan.py", "ctgan", "epochs")}
"""Program, environment, and what each calls its epochs."""


def measured(
    maker: str, paths: Mapping[str, str], work: Path, *, epochs: int, rows: int, seed: int
) -> dict[str, float]:
    """Runs one of the two once and returns its timings.

    Args:
        maker: One of `PROGRAM_OF`.
        paths: Of train and schema.
        work: A folder for its answer.
        epochs: Of training.
        rows: To sample.
        seed: Of training.
    """
    program, environment, word = PROGRAM_OF[maker]
    answer = work / "timings.json"
    command = [
        python_of(environment), PROGRAMS / program, paths["train"], "--schema", paths["schema"], "--model", "CTGAN",
        "--settings", json.dumps({word: epochs}), "--seed", seed, "--rows", rows, "--timings", answer,
        "--time-encoding",
    ]  # fmt: skip
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr, cwd=ROOT)
    return json.loads(answer.read_text(encoding="utf-8"))


def comparison(ours: Sequence[Mapping[str, float]], theirs: Sequence[Mapping[str, float]]) -> str:
    """Returns a table of medians and of ratios by turn.

    Args:
        ours: Timings of each turn.
        theirs: Timings of the same turns.
    """
    rows = []
    for name, factor, words in LINES:
        medians = [number(factor * statistics.median(turn[name] for turn in group)) for group in (ours, theirs)]
        ratios = [our[name] / their[name] for our, their in zip(ours, theirs, strict=True)]
        shown = [f"{ratio:.2g}" for ratio in (statistics.median(ratios), min(ratios), max(ratios))]
        rows.append([words, *medians, f"{shown[0]} ({shown[1]} to {shown[2]})"])
    return markdown(["", "synthgen CTGAN", "ctgan", "ratio by turn"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder that holds adult/")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rows", type=int, default=200_000, help="rows drawn to time sampling")
    arguments = parser.parse_args()
    name = "adult" if (arguments.data / "adult").is_dir() else "rand_hie"
    print(f"Data: {name}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        paths = load(name, data=arguments.data).write(work)
        turns: dict[str, list[dict[str, float]]] = {"ctgan": [], "synthgen": []}
        for turn in range(arguments.turns):
            for maker, timings in turns.items():
                timings.append(
                    measured(maker, paths, work, epochs=arguments.epochs, rows=arguments.rows, seed=turn)
                )  # fmt: skip
    print(comparison(turns["synthgen"], turns["ctgan"]))


if __name__ == "__main__":
    main()
