"""synthgen against the `ctgan` package: same data, same machine, one run, turn by turn.

    python benchmarks/against_ctgan.py                      # encode, step and sampling times, a few minutes
    python benchmarks/against_ctgan.py --full --judge J.py  # also both packages' full training, judged by J.py

The package gets an environment of its own, made on first use under `.peers/`. The data is Adult where the folder
`../shared/data/adult` (or `--data`) holds train.csv.gz and test.csv.gz, else the RAND health insurance experiment.
Times are medians over turns in which the two programs alternate, each a process of its own; the ratio is what to quote.
A judge is a program that is called as `J.py TRAIN.csv TEST.csv SYNTHETIC.csv --target COLUMN` and prints one JSON line.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import pandas as pd

import synthgen as sg

HERE = Path(__file__).parent
PEER_PACKAGES = ["torch==2.13.0", "ctgan==0.12.1", "scikit-learn", "pandas<3"]


def peer_python() -> Path:
    """Returns the interpreter of ctgan's own environment, made on first use."""
    folder = HERE.parent / ".peers" / "ctgan"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"Making an environment for ctgan in {folder} ...", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *PEER_PACKAGES], check=True)
        (folder / "complete").touch()
    return python


def tables(folder: Path, work: Path) -> tuple[Path, Path, str]:
    """Writes train and test as CSV; returns their paths and the target column."""
    if (folder / "train.csv.gz").exists():
        train, test = (sg.read_table(folder / f"{part}.csv.gz") for part in ("train", "test"))
        target = train.columns[-1]
    else:
        print(f"{folder} holds no train.csv.gz; using the RAND health insurance experiment.", file=sys.stderr)
        frame = sg.load_dataset("rand_hie").drop(columns="participant_id")
        train, test = sg.split(frame, seed=0)
        target = "self_rated_health"
    paths = work / "train.csv", work / "test.csv"
    for frame, path in zip((train, test), paths, strict=True):
        frame.to_csv(path, index=False)
    return *paths, str(target)


def timed(python: Path | str, script: str, train: Path, work: Path, *more: str) -> dict:
    """Runs one program once and returns its timings."""
    file = work / "timings.json"
    subprocess.run([python, HERE / "peers" / script, train, "--timings", file, *more], check=True, stdout=sys.stderr)
    return json.loads(file.read_text())


def compare(train: Path, work: Path, *, turns: int, epochs: int, rows: int) -> pd.DataFrame:
    """Returns medians over alternating turns, and their ratios."""
    ours, theirs = [], []
    for _ in range(turns):
        short = ("--epochs", str(epochs), "--rows", str(rows))
        theirs.append(timed(peer_python(), "run_ctgan.py", train, work, *short))
        ours.append(timed(sys.executable, "run_synthgen.py", train, work, "--model", "CTGAN", *short))
    lines = {}
    for name, unit in (
        ("encode_seconds", "s to fit and apply the encoding"),
        ("seconds_per_step", "s a training step (CTGAN, batch 500, pac 10)"),
        ("sample_rows_per_second", "rows sampled a second"),
        ("peak_memory_mib", "MiB peak memory"),
    ):
        medians = [statistics.median(turn[name] for turn in group) for group in (ours, theirs)]
        ratios = [our[name] / their[name] for our, their in zip(ours, theirs, strict=True)]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        lines[unit] = [f"{medians[0]:.4g}", f"{medians[1]:.4g}", spread]
    return pd.DataFrame.from_dict(lines, orient="index", columns=["synthgen CTGAN", "ctgan", "ratio by turn"])


def full(train: Path, test: Path, target: str, work: Path, *, judge: Path | None, steps: int) -> pd.DataFrame:
    """Trains ctgan with its defaults, the CTGAN preset with the same, and TabularGAN; judges all three."""
    runs = {
        "ctgan, 300 epochs": (peer_python(), "run_ctgan.py", ()),
        "synthgen CTGAN, 300 epochs": (sys.executable, "run_synthgen.py", ("--model", "CTGAN")),
        "synthgen TabularGAN": (sys.executable, "run_synthgen.py", ("--model", "TabularGAN", "--steps", str(steps))),
    }
    lines = {}
    for name, (python, script, more) in runs.items():
        synthetic = work / "synthetic.csv"
        timings = timed(python, script, train, work, "--synthetic", str(synthetic), *more)
        line = {"steps": timings["steps"], "fit, s": timings["fit_seconds"], "CPU, s": timings["fit_cpu_seconds"]}
        if judge is not None:
            command = [sys.executable, judge, train, test, synthetic, "--target", target]
            line |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        lines[name] = line
        print(name, json.dumps(line), file=sys.stderr)
    return pd.DataFrame.from_dict(lines, orient="index")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data" / "adult")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=4, help="of the short runs that are timed turn by turn")
    parser.add_argument("--rows", type=int, default=200_000, help="rows drawn to time sampling")
    parser.add_argument("--full", action="store_true", help="also train both packages to the end")
    parser.add_argument("--steps", type=int, default=0, help="of TabularGAN in the full runs; 0: its default")
    parser.add_argument("--judge", type=Path, help="program that judges a synthetic table")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        train, test, target = tables(arguments.data, work)
        if arguments.turns:
            turns = compare(train, work, turns=arguments.turns, epochs=arguments.epochs, rows=arguments.rows)
            print(turns.to_string(), "\n")
        if arguments.full:
            judged = full(train, test, target, work, judge=arguments.judge, steps=arguments.steps)
            print(judged.drop(columns=["name", "rows"], errors="ignore").T.to_string())


if __name__ == "__main__":
    main()
