"""Every column's law: training rows as grey bars, synthetic rows as a line, holdout rows as a dashed line."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from synthgen.report.figures.svg import axis_value, element, path, percent, picture, text, title

WIDTH = 260.0
HEIGHT = 120.0
BASE = 98.0
"""Where the bars stand; below are the labels."""
ROW = 17.0
LABEL_WIDTH = 98.0
MAX_LETTERS = 15
TELLING = 0.05
"""A single value is mentioned where its shares differ by more than this."""
ROLE_NAMES = {"train": "training", "synthetic": "synthetic", "holdout": "holdout"}


def marginal(histogram: Mapping[str, Any]) -> str:
    """Returns the picture of one column, or "" where nothing may be shown.

    Args:
        histogram: As `synthgen.report.tables.histograms.histograms` returns it.
    """
    if not histogram["cells"]:
        return ""
    return _categories(histogram) if "label" in histogram["cells"][0] else _numbers(histogram)


def _label(histogram: Mapping[str, Any]) -> str:
    roles = ", ".join(ROLE_NAMES[role] for role in histogram["shares"])
    return f"Distribution of {histogram['column']} in the {roles} rows"


def _values(histogram: Mapping[str, Any], cell: int) -> str:
    return ", ".join(f"{ROLE_NAMES[role]} {percent(shares[cell])}" for role, shares in histogram["shares"].items())


def spikes(histogram: Mapping[str, Any]) -> list[str]:
    """Returns a sentence for each single value that is far more, or less, frequent among the synthetic rows.

    Args:
        histogram: As `synthgen.report.tables.histograms.histograms` returns it.
    """
    told = []
    for spike in histogram.get("spikes", []):
        shares = spike["shares"]
        if abs(shares["synthetic"] - shares["train"]) > TELLING:
            held = ", ".join(f"{role} {percent(share)}" for role, share in shares.items())
            told.append(f"exactly {axis_value(spike['value'], histogram['kind'])}: {held}")
    return told


def _numbers(histogram: Mapping[str, Any]) -> str:
    cells, shares, kind = histogram["cells"], histogram["shares"], histogram["kind"]
    low, high = cells[0]["low"], cells[-1]["high"]
    places = [(cell["low"] - low) / (high - low) * WIDTH for cell in cells] + [WIDTH]
    widths = [max(right - left, 1e-9) for left, right in itertools.pairwise(places)]
    heights = {role: [share / width for share, width in zip(side, widths, strict=True)]
               for role, side in shares.items()}  # fmt: skip
    tallest = max(max(side) for side in heights.values()) or 1.0

    def outline(role: str) -> list[tuple[float, float]]:
        tops = [BASE - (BASE - 6) * height / tallest for height in heights[role]]
        steps = [(places[place + side], top) for place, top in enumerate(tops) for side in (0, 1)]
        return [(0.0, BASE), *steps, (WIDTH, BASE)]

    drawn = [path(outline("train"), class_="area train")] if "train" in shares else []
    drawn += [path(outline("holdout"), class_="outline holdout")] if "holdout" in shares else []
    drawn += [path(outline("synthetic"), class_="outline synthetic")]
    drawn.append(element("line", x1=0, x2=WIDTH, y1=BASE, y2=BASE, class_="axis"))
    for place in range(len(cells)):
        words = f"{_bounds(histogram, place)}: {_values(histogram, place)}"
        probe = element("rect", title(words), x=places[place], y=0, width=widths[place], height=BASE, class_="probe")
        drawn.append(probe)
    middle = cells[len(cells) // 2]["low"]
    drawn.append(text(axis_value(low, kind), x=0, y=BASE + 15, class_="tick"))
    if len(cells) > 2 and kind != "datetime":
        drawn.append(text(axis_value(middle, kind), x=places[len(cells) // 2], y=BASE + 15, class_="tick middle"))
    drawn.append(text(axis_value(high, kind), x=WIDTH, y=BASE + 15, class_="tick end"))
    return picture(*drawn, width=WIDTH, height=HEIGHT, label=_label(histogram))


def _bounds(histogram: Mapping[str, Any], place: int) -> str:
    cells, kind = histogram["cells"], histogram["kind"]
    low, high = (axis_value(cells[place][side], kind) for side in ("low", "high"))
    if len(cells) == 1:
        return "all values"
    if place == 0:
        return f"below {high}"
    return f"{low} and above" if place == len(cells) - 1 else f"{low} to {high}"


def _categories(histogram: Mapping[str, Any]) -> str:
    cells, shares = histogram["cells"], histogram["shares"]
    most = max(max(side) for side in shares.values()) or 1.0
    reach = WIDTH - LABEL_WIDTH - 6
    drawn = []
    for place, cell in enumerate(cells):
        top = place * ROW
        name = f"other ({cell['pooled']})" if "pooled" in cell else cell["label"]
        name = name if len(name) <= MAX_LETTERS else name[: MAX_LETTERS - 1] + "…"
        drawn.append(text(name, x=LABEL_WIDTH - 6, y=top + 12, class_="tick end"))
        ends = {role: LABEL_WIDTH + reach * side[place] / most for role, side in shares.items()}
        if "train" in ends:
            drawn.append(element("rect", x=LABEL_WIDTH, y=top + 3, width=ends["train"] - LABEL_WIDTH, height=11.0,
                                 class_="area train"))  # fmt: skip
        if "holdout" in ends:
            drawn.append(path([(ends["holdout"], top + 2), (ends["holdout"], top + 15)], class_="outline holdout"))
        drawn.append(element("circle", cx=ends["synthetic"], cy=top + 8.5, r=4, class_="dot synthetic"))
        words = f"{cell['label']}: {_values(histogram, place)}"
        drawn.append(element("rect", title(words), x=0, y=top, width=WIDTH, height=ROW, class_="probe"))
    drawn.append(element("line", x1=LABEL_WIDTH, x2=LABEL_WIDTH, y1=0, y2=len(cells) * ROW, class_="axis"))
    return picture(*drawn, width=WIDTH, height=max(len(cells) * ROW, 60), label=_label(histogram))
