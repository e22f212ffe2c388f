"""Figures as SVG files that stand on a card of their own, light or dark as the reader's system is."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks import records
from benchmarks.models import FLOOR
from benchmarks.records import Group, Record
from synthgen.report.figures.svg import element, path, short_number, text, title

WIDTH, PANEL_WIDTH, PANEL_HEIGHT = 900, 340, 230
LEFT, TOP, GAP = 64, 46, 110
LABEL_HEIGHT = 13.0

STYLE = """
.card { fill: #fff; stroke: #d8dee4 } text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .quiet { fill: #59636e } .grid { stroke: #d8dee4 }
.floor { stroke: #59636e; stroke-dasharray: 4 3 }
.ours { fill: #0b6bcb; stroke: #0b6bcb } .peer { fill: #c2540a; stroke: #c2540a } text.ours, text.peer { stroke: none }
path, line { fill: none } path { stroke-width: 2 } circle { stroke: none }
.a { stroke: #0b6bcb; fill: #0b6bcb } .b { stroke: #c2540a; fill: #c2540a } .c { stroke: #1a7f37; fill: #1a7f37 }
.d { stroke: #8250df; fill: #8250df } path.a, path.b, path.c, path.d { fill: none }
text.a, text.b, text.c, text.d { stroke: none }
@media (prefers-color-scheme: dark) {
.card { fill: #161b22; stroke: #30363d } text { fill: #e6edf3 } .quiet { fill: #9198a1 } .grid { stroke: #30363d }
.floor { stroke: #9198a1 } .ours { fill: #58a6ff; stroke: #58a6ff } .peer { fill: #f0883e; stroke: #f0883e }
.a { stroke: #58a6ff; fill: #58a6ff } .b { stroke: #f0883e; fill: #f0883e } .c { stroke: #3fb950; fill: #3fb950 }
.d { stroke: #bc8cff; fill: #bc8cff } }
"""
"""Contrast of every word with its card is at least 4.5 in both."""


@dataclass(frozen=True)
class Axis:
    """How values lie along a line.

    Args:
        low: Value at the start.
        high: Value at the end.
        start: Place of the start, pixels.
        end: Place of the end, pixels.
        logarithmic: Whether equal steps are equal factors.
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = True

    def place(self, value: float) -> float:
        """Returns where a value lies, pixels."""
        scale: Callable[[float], float] = math.log if self.logarithmic else float
        share = (scale(value) - scale(self.low)) / (scale(self.high) - scale(self.low))
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Returns round values along the axis: 1, 2 and 5 times powers of ten, or every tenth."""
        if not self.logarithmic:
            return [step / 10 for step in range(math.ceil(self.low * 10 - 1e-9), math.floor(self.high * 10 + 1e-9) + 1)]
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        steps = (1, 2, 5) if self.high / self.low < 300 else (1,)
        return [s * 10.0**p for p in powers for s in steps if self.low <= s * 10.0**p * 1.0001 <= self.high * 1.0001]


def around(values: Iterable[float], *, start: float, end: float) -> Axis:
    """Returns a logarithmic axis with room around positive values.

    Args:
        values: At least one.
        start: See `Axis`.
        end: See `Axis`.
    """
    known = list(values)
    low, high = min(known), max(known)
    room = max((high / low) ** 0.12, 1.25)
    return Axis(low / room, high * room, start, end)


@dataclass(frozen=True)
class Dot:
    """A model in a panel.

    Args:
        name: Shown beside it.
        x: Seconds.
        y: The figure.
        class_: "ours" or "peer".
    """

    name: str
    x: float
    y: float
    class_: str


def dots(groups: Sequence[Group], figure: str, *, judge: str) -> list[Dot]:
    """Returns the medians of a figure against those of the seconds of the fit, of models that have both.

    References, which are nobody's, are left out.

    Args:
        groups: Lines of a table.
        figure: One of `records.FIGURES`.
        judge: Whose.
    """
    found = []
    for group in groups:
        seconds, values = group.timings("fit_seconds"), group.figures(figure, judge=judge)
        if seconds and values and group.maker:
            class_ = "ours" if group.maker == "synthgen" else "peer"
            found.append(Dot(group.label, statistics.median(seconds), statistics.median(values), class_))
    return found


def fidelity_against_time(found: Sequence[Record], *, name: str, keep_older: bool = False) -> str:
    """Returns two panels, pair error and detector, with a dot for each model; empty where nothing was fitted.

    Args:
        found: Results of one data set, oldest first.
        name: Of the data set.
        keep_older: See `records.groups`.
    """
    judge = records.judge_shown(found)
    groups = records.groups(found, keep_older=keep_older)
    panels = []
    for number, (figure, words) in enumerate(
        (("pairs_error", "Error of pairs, %"), ("detector", "AUC of the boosted detector"))
    ):
        shown = dots(groups, figure, judge=judge)
        floor = next((g.figures(figure, judge=judge) for g in groups if g.label == FLOOR), [])
        if shown:
            left = LEFT + number * (PANEL_WIDTH + GAP)
            panels.append(_panel(shown, floor[:1], words, left=left, detector=figure == "detector"))
    if not panels:
        return ""
    return card(f"{name}: fidelity against the time of training; lower left is better", panels)


def _panel(shown: Sequence[Dot], floor: Sequence[float], words: str, *, left: float, detector: bool) -> str:
    """One panel: grid, the floor as a line, dots with their names."""
    bottom = TOP + PANEL_HEIGHT
    x = around((dot.x for dot in shown), start=left, end=left + PANEL_WIDTH)
    if detector:
        y = Axis(0.45, 1.02, bottom, TOP, logarithmic=False)
    else:
        y = around([*(dot.y for dot in shown), *floor], start=bottom, end=TOP)
    marks = [grid(x, y), text(words, x=left, y=TOP - 12.0, class_="title")]
    for value in floor:
        marks.append(
            element("line", x1=left, x2=left + PANEL_WIDTH, y1=y.place(value), y2=y.place(value), class_="floor")
        )
        marks.append(text(FLOOR, x=left + PANEL_WIDTH, y=y.place(value) - 4, class_="quiet", text_anchor="end"))
    marks.append(text("seconds of training", x=left + PANEL_WIDTH / 2, y=bottom + 34.0, class_="quiet",
                      text_anchor="middle"))  # fmt: skip
    places = [(x.place(dot.x), y.place(dot.y)) for dot in shown]
    heights = apart([height for _, height in places])
    for dot, (across, down), height in zip(shown, places, heights, strict=True):
        tip = title(f"{dot.name}: {short_number(dot.x)} s, {short_number(dot.y)}")
        marks.append(element("circle", tip, cx=across, cy=down, r=5, class_=dot.class_))
        right = across < left + 0.62 * PANEL_WIDTH
        marks.append(text(dot.name, x=across + (9 if right else -9), y=height + 4, class_=dot.class_,
                          text_anchor="start" if right else "end"))  # fmt: skip
    return "".join(marks)


def grid(x: Axis, y: Axis) -> str:
    """Returns lines and numbers at the ticks of both axes."""
    lines = []
    for value in x.ticks():
        at = x.place(value)
        lines.append(element("line", x1=at, x2=at, y1=y.start, y2=y.end, class_="grid"))
        lines.append(text(short_number(value), x=at, y=y.start + 16, class_="quiet", text_anchor="middle"))
    for value in y.ticks():
        at = y.place(value)
        lines.append(element("line", x1=x.start, x2=x.end, y1=at, y2=at, class_="grid"))
        lines.append(text(short_number(value), x=x.start - 7, y=at + 4, class_="quiet", text_anchor="end"))
    return "".join(lines)


def apart(heights: Sequence[float]) -> list[float]:
    """Returns heights of labels, moved down where two would lie on each other.

    Example:
        >>> apart([20.0, 0.0, 4.0])
        [26.0, 0.0, 13.0]
    """
    moved = [0.0] * len(heights)
    last = -math.inf
    for place in sorted(range(len(heights)), key=heights.__getitem__):
        last = max(heights[place], last + LABEL_HEIGHT)
        moved[place] = last
    return moved


def card(words: str, panels: Sequence[str], *, width: float = WIDTH) -> str:
    """Returns a file: panels side by side on a card.

    Args:
        words: What a screen reader says.
        panels: Finished marks.
        width: In pixels.
    """
    height = TOP + PANEL_HEIGHT + 52
    back = element("rect", x=0.5, y=0.5, width=width - 1.0, height=height - 1.0, rx=6, class_="card")
    return element(
        "svg", title(words), element("style", STYLE), back, *panels, xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}", width=f"{width:g}", role="img", aria_label=words,
    ) + "\n"  # fmt: skip


def curve(points: Sequence[tuple[float, float]], class_: str) -> str:
    """Returns a line with a dot at each measurement; one dot alone where there is one.

    Args:
        points: Pixels.
        class_: Of the colour.
    """
    ends = [element("circle", cx=x, cy=y, r=3, class_=class_) for x, y in points]
    return (path(points, class_=class_) if len(points) > 1 else "") + "".join(ends)
