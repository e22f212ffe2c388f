"""The figure of scaling: seconds against rows, columns and categories, one panel each."""

from collections.abc import Callable, Sequence
from itertools import chain

from benchmarks import records
from benchmarks.charts import PANEL_HEIGHT, TOP, apart, around, card, curve, grid
from benchmarks.records import Group, Record
from benchmarks.simulated import AXES
from synthgen.report.figures.svg import text

PANEL, MARGIN, NAMES = 200, 56, 104
"""Pixels: width of a panel, room for its numbers, room for the names of its curves."""


def _seconds(name: str, times: float = 1.0) -> Callable[[Group], list[float]]:
    return lambda group: [times * value for value in group.timings(name)]


CURVES: dict[str, tuple[str, Callable[[Group], list[float]]]] = {
    "set-up": ("a", _seconds("setup_seconds")),
    "100 steps": ("b", _seconds("seconds_per_step", 100)),
    "10 000 rows": ("c", lambda group: [1e4 / rate for rate in group.timings("sample_rows_per_second")]),
    "evaluate": ("d", lambda group: group.figures("seconds", judge="synthgen")),
}
"""Name, colour and seconds of each curve."""


def scaling(found: Sequence[Record], model: str) -> str:
    """Returns a panel for each axis that has results of the model; empty where none has.

    Args:
        found: All results of scaling.
        model: Name of the model.
    """
    own = [record for record in found if record["model"] == model]
    panels: list[str] = []
    for axis in AXES:
        lines = _points(own, axis)
        if any(lines.values()):
            panels.append(_panel(lines, axis, left=MARGIN + len(panels) * (PANEL + MARGIN + NAMES)))
    width = len(panels) * (PANEL + MARGIN + NAMES)
    return card(f"{model}: seconds as tables grow", panels, width=width) if panels else ""


def _points(found: Sequence[Record], axis: str) -> dict[str, list[tuple[float, float]]]:
    """Size and seconds of every curve along one axis."""
    lines: dict[str, list[tuple[float, float]]] = {name: [] for name in CURVES}
    for size in AXES[axis]:
        for group in records.groups([record for record in found if record["data"] == f"{axis}-{size}"]):
            for name, (_, seconds) in CURVES.items():
                lines[name] += [(size, value) for value in seconds(group)[-1:] if group.runs and value > 0]
    return lines


def _panel(lines: dict[str, list[tuple[float, float]]], axis: str, *, left: float) -> str:
    points = list(chain.from_iterable(lines.values()))
    bottom = TOP + PANEL_HEIGHT
    x = around((size for size, _ in points), start=left, end=left + PANEL)
    y = around((value for _, value in points), start=bottom, end=TOP)
    marks = [grid(x, y), text(f"Seconds by {axis}", x=left, y=TOP - 12.0, class_="title")]
    shown = {name: [(x.place(size), y.place(value)) for size, value in line] for name, line in lines.items() if line}
    heights = apart([line[-1][1] for line in shown.values()])
    for (name, line), height in zip(shown.items(), heights, strict=True):
        class_ = CURVES[name][0]
        marks.append(curve(line, class_))
        marks.append(text(name, x=left + PANEL + 8, y=height + 4, class_=class_))
    return "".join(marks)
