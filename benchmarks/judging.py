"""Judges a synthetic table by `synthgen.evaluate`, in a process of its own, and writes the figures as JSON.

python -m benchmarks.judging TRAIN.csv TEST.csv SYNTHETIC.csv --schema S.json --target COLUMN --output J.json

On the floor, where the test rows themselves are judged, usefulness is that of the training rows (the judge would test
on what it trained on), and there is no closeness (both sides would be one).
"""

import argparse
import json
import time
from pathlib import Path

import pandas as pd

import synthgen as sg
from benchmarks.peers import stopwatch
from synthgen.report.report import Report

AGAINST_HOLDOUT = ("tstr", "near_copies", "reemitted_values", "share_closer", "membership", "membership_confident")
"""Metrics that mean nothing on the floor, where the holdout is the synthetic table itself."""


def figures(report: Report, *, floor: bool) -> dict[str, float]:
    """Returns what tables show, by the words of `records.FIGURES`, and every metric's value by its name.

    Args:
        report: What `evaluate` found.
        floor: Whether the test rows were judged.
    """
    values = {result.metric: result.value for result in report.results if result.value is not None}
    reference = report["tstr"].reference
    if floor:
        values = {name: value for name, value in values.items() if name not in AGAINST_HOLDOUT}
    named = {
        "columns_error": _error(values.get("marginals")),
        "pairs_error": _error(values.get("pair_tables")),
        "detector": values.get("detection_boosted"),
        "usefulness": reference if floor else values.get("tstr"),
        "closer": values.get("share_closer"),
        "copies": values.get("exact_copies"),
    }
    return {name: round(value, 6) for name, value in (values | named).items() if value is not None}


def _error(likeness: float | None) -> float | None:
    """A likeness between 0 and 1 as an error in per cent."""
    return None if likeness is None else 100 * (1 - likeness)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", nargs=3, metavar="CSV", help="training, test and synthetic rows")
    parser.add_argument("--schema", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--floor", action="store_true", help="the synthetic rows are the test rows")
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    schema = sg.Schema.from_dict(json.loads(Path(arguments.schema).read_text(encoding="utf-8")))
    train, test, synthetic = (_read(path, schema) for path in arguments.tables)
    began = time.perf_counter()
    report = sg.evaluate(train=train, synthetic=synthetic, holdout=test, target=arguments.target, schema=schema)
    found = figures(report, floor=arguments.floor) | {
        "seconds": round(time.perf_counter() - began, 1),
        "peak_memory_mib": round(stopwatch.peak_memory()),
    }
    Path(arguments.output).write_text(json.dumps(found), encoding="utf-8")


def _read(path: str, schema: sg.Schema) -> pd.DataFrame:
    """Reads a table as the schema has it, whoever wrote it: words stay words, whatever else was meant is a gap."""
    frame = stopwatch.read_table(path, {name: column.kind for name, column in schema.columns.items()})
    for name, column in schema.columns.items():
        if column.kind == "numerical":
            frame[name] = pd.to_numeric(frame[name], errors="coerce")
        elif column.kind == "boolean":
            frame[name] = frame[name].map({"True": True, "False": False}).astype("boolean")
    return frame


if __name__ == "__main__":
    main()
