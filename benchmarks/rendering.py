"""Results as tables in Markdown."""

import json
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import records
from benchmarks.models import FLOOR
from benchmarks.records import FIGURES, Group, Record
from benchmarks.simulated import AXES, BESIDE

TIMINGS = (
    ("fit_seconds", "fit, s"),
    ("fit_cpu_seconds", "CPU, s"),
    ("sample_rows_per_second", "rows a second"),
    ("peak_memory_mib", "MiB"),
)
"""What programs measure, and its title."""

NONE = "–"

JUDGES = {
    "own": "Judged by the program of `--judge`",
    "synthgen": "Judged by `synthgen.evaluate`",
}


def spread(values: Sequence[float], decimals: int | None = None) -> str:
    """Returns the median, with the least and the most in brackets where there are several.

    Args:
        values: Of one figure, one for each seed.
        decimals: Digits behind the point; None for three significant digits, with thousands apart.

    Example:
        >>> spread([1.5, 1.25, 2.0], 2), spread([1234.5]), spread([])
        ('1.50 (1.25–2.00)', '1 230', '–')
    """
    if not values:
        return NONE
    shown = [number(value, decimals) for value in (statistics.median(values), min(values), max(values))]
    return shown[0] if len(values) == 1 else f"{shown[0]} ({shown[1]}–{shown[2]})"


def number(value: float, decimals: int | None = None) -> str:
    """Returns a number as tables show it.

    Example:
        >>> number(0.12345), number(98765.4), number(12), number(0.5, 3)
        ('0.123', '98 800', '12', '0.500')
    """
    if decimals is not None:
        return f"{value:.{decimals}f}"
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}".replace(",", " ") if abs(rounded) >= 10 and rounded % 1 == 0 else f"{rounded:g}"


def label(group: Group) -> str:
    """Returns a model's name as tables show it: synthgen's own as code, a peer's with its package."""
    if group.maker == "synthgen":
        name, _, settings = group.label.partition(" ")
        return f"`{name}` {settings}".strip()
    return group.label if group.maker in ("", group.label.partition(" ")[0]) else f"{group.label} ({group.maker})"


def data_set(found: Sequence[Record], *, keep_older: bool = False) -> str:
    """Returns the table of one data set, the most faithful model first, and what to know about it.

    Args:
        found: Its results, oldest first, at least one.
        keep_older: See `records.groups`.
    """
    judge = records.judge_shown(found)
    lines = sorted(records.groups(found, keep_older=keep_older), key=lambda group: _rank(group, judge))
    shown = [figure for figure in FIGURES if any(group.figures(figure.name, judge=judge) for group in lines)]
    header = ["", "runs", *(title for _, title in TIMINGS), *(figure.title for figure in shown)]
    rows = []
    for group in lines:
        if not group.runs:
            rows.append([label(group), _failure(group), *[NONE] * (len(header) - 2)])
            continue
        runs = f"{len(group.runs)}" + (f", {len(group.failed)} failed" if group.failed else "")
        times = [spread(group.timings(name)) for name, _ in TIMINGS]
        figures = [spread(group.figures(figure.name, judge=judge), figure.decimals) for figure in shown]
        rows.append([label(group), NONE if group.label == FLOOR else runs, *times, *figures])
    return markdown(header, rows) + "\n\n" + _caption([run for group in lines for run in group.runs], judge)


def _rank(group: Group, judge: str) -> tuple[int, float]:
    pairs = group.figures("pairs_error", judge=judge)
    if not group.maker:  # what others are compared with comes first
        return (0, float(group.label != FLOOR))
    return (1, statistics.median(pairs)) if pairs else (2, 0.0)


def _failure(group: Group) -> str:
    """Kind of the last run's error, without its words, which may name what is nobody's business."""
    return "failed: " + group.failed[-1]["error"].partition(":")[0]


def _caption(runs: Sequence[Record], judge: str) -> str:
    """Rows and columns, who judged, on what and with which code."""
    if not runs:
        return JUDGES[judge] + "."
    rows = {role: f"{count:,}".replace(",", " ") for role, count in runs[0]["rows"].items()}
    size = f"{rows['train']} training rows, {rows['test']} test rows, {runs[0]['columns']} columns"
    cores = ", ".join(sorted({f"{run['machine']['cores']} cores" for run in runs}))
    commits = sorted({run["commit"] for run in runs if run["maker"] == "synthgen"})
    code = [f"synthgen at {', '.join(commits)}"] if commits else []
    return ". ".join((size, JUDGES[judge], "; ".join([cores, *code]))) + "."


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Returns a table, its first column to the left and the others to the right.

    Example:
        >>> print(markdown(["", "s"], [["a", "1"]]))
        | | s |
        |---|--:|
        | a | 1 |
    """
    lines = [header, *rows]
    written = ["| " + " | ".join(cells) + " |" for cells in lines]
    rule = "|---|" + "--:|" * (len(header) - 1)
    return "\n".join([written[0].replace("|  |", "| |", 1), rule, *written[1:]])


def scaling(found: Sequence[Record], axis: str) -> str:
    """Returns the table of one curve: seconds and memory at every size.

    Args:
        found: All results of scaling.
        axis: See `simulated.AXES`.
    """
    header = ["", axis, "set-up, s", "100 steps, s", "rows a second", "MiB", "evaluate, s", "its MiB"]
    rows = []
    for size in AXES[axis]:
        for group in records.groups([record for record in found if record["data"] == f"{axis}-{size}"]):
            name = f"`{group.label.partition(' ')[0]}`"
            if not group.runs:
                rows.append([name, number(size), _failure(group), *[NONE] * (len(header) - 3)])
                continue
            pace = [100 * seconds for seconds in group.timings("seconds_per_step")]
            measured = [group.timings("setup_seconds") or group.timings("fit_seconds"), pace]
            measured += [group.timings(name) for name in ("sample_rows_per_second", "peak_memory_mib")]
            measured += [group.figures(name, judge="synthgen") for name in ("seconds", "peak_memory_mib")]
            rows.append([name, number(size), *map(spread, measured)])
    rows.sort(key=lambda row: row[0])  # a curve each, and sizes in their order
    return f"{axis.capitalize()} grow; {BESIDE[axis]}.\n\n" + markdown(header, rows)


def published(quoted: dict[str, Any], data: str) -> str:
    """Returns what papers report for a data set, marked as quoted, with sources; nothing where they report nothing.

    Args:
        quoted: What `published.json` holds.
        data: Name of the data set.
    """
    rows = [
        [line["model"], *(number(line[name], digits) if name in line else NONE for name, _, digits in QUOTED),
         line["source"]]
        for line in quoted["figures"] if line["data"] == data
    ]  # fmt: skip
    if not rows:
        return ""
    sources = [f"{word}: {text}" for word, text in quoted["sources"].items() if any(row[-1] == word for row in rows)]
    return "\n\n".join(
        [f"**Quoted, not measured here.** {quoted['about']}",
         markdown(["", *(title for _, title, _ in QUOTED), "from"], rows), "\n".join(f"- {line}." for line in sources)]
    )  # fmt: skip


QUOTED = (
    ("shape", "columns, %", 2),
    ("trend", "pairs, %", 2),
    ("c2st_xgboost", "detection score", 3),
    ("usefulness", "usefulness", 3),
    ("minutes", "training, min (GPU)", 1),
)
"""Figures of papers, their titles and digits."""


def read_published(path: Path = Path(__file__).parent / "published.json") -> dict[str, Any]:
    """Returns the figures quoted from papers."""
    return json.loads(path.read_text(encoding="utf-8"))
