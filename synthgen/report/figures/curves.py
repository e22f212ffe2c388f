"""Curves behind the privacy verdict: distances to the closest record, and the ROC of the membership attacks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from synthgen.data.kind import Words
from synthgen.metrics.base import Result
from synthgen.report.figures.svg import element, path, percent, picture, short_number, text

WIDTH, HEIGHT = 360.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 348.0, 10.0, 208.0
LOWEST = 1e-3
"""Where the logarithmic axes begin."""

Scale = Callable[[float], float]


def linear(low: float, high: float, start: float, end: float) -> Scale:
    """Returns a scale from values to places.

    Example:
        >>> linear(0, 1, 10, 20)(0.5)
        15.0
    """
    return lambda value: start + (end - start) * (value - low) / ((high - low) or 1.0)


def logarithmic(low: float, high: float, start: float, end: float) -> Scale:
    """Returns a logarithmic scale; values below `low` are drawn at its start."""
    place = linear(math.log10(low), math.log10(high), start, end)
    return lambda value: place(math.log10(max(value, low)))


def closest_curves(result: Result, *, words: Words, nearest: str) -> str:
    """Returns cumulative shares of distances, or "" where they were not computed.

    Args:
        result: Of a metric whose `curves` are "distances".
        words: Of what is judged.
        nearest: What the nearest of them is called: "record".
    """
    curves = result.details.get("curves")
    if not curves:
        return ""
    across = linear(0, curves["distance"][-1], LEFT, RIGHT)
    up = linear(0, 1, BOTTOM, TOP)
    drawn = _axes(across, up, xs=[0, curves["distance"][-1] / 2, curves["distance"][-1]], ys=[0, 0.5, 1],
                  labels=(f"distance to the closest {nearest}", f"share of {words.things}"),
                  percent_x=False)  # fmt: skip
    for role, style in (("real", "curve train"), ("holdout", "curve holdout"), ("train", "curve synthetic")):
        points = [(across(x), up(y)) for x, y in zip(curves["distance"], curves[role], strict=True)]
        drawn.append(path(points, class_=style))
    things = words.things
    label = (
        f"Cumulative distances: synthetic to training {things}, synthetic to holdout {things}, and holdout to "
        f"training {things}. {percent(result.value)} of synthetic {things} are closer to a training one."
    )
    return picture(*drawn, width=WIDTH, height=HEIGHT, label=label)


def roc_curves(result: Result, *, low_rates: bool) -> str:
    """Returns the ROC curves of the attacks, or "" where they were not computed.

    Args:
        result: Of a metric whose `curves` are "roc".
        low_rates: Whether both axes are logarithmic, to show the region of few false alarms.
    """
    attacks = result.details.get("roc")
    if not attacks:
        return ""
    scale = logarithmic if low_rates else linear
    low = LOWEST if low_rates else 0.0
    across, up = scale(low, 1.0, LEFT, RIGHT), scale(low, 1.0, BOTTOM, TOP)
    ticks = [0.001, 0.01, 0.1, 1.0] if low_rates else [0.0, 0.5, 1.0]
    drawn = _axes(across, up, xs=ticks, ys=ticks, labels=("false alarms among outsiders", "members found"))
    drawn.append(path([(across(low), up(low)), (across(1.0), up(1.0))], class_="curve train"))
    best = str(result.details["attack"])
    for name in sorted(attacks, key=lambda name: name == best):  # the best one on top
        curve, style = attacks[name], "curve synthetic" if name == best else "curve holdout"
        pairs = zip(curve["false_positive_rate"], curve["true_positive_rate"], strict=True)
        drawn.append(path([(across(x), up(y)) for x, y in pairs if x >= low], class_=style))
    where = "at few false alarms, logarithmic axes" if low_rates else "whole range"
    label = f"ROC curves of {len(attacks)} membership attacks, {where}; area {result.value:.3f}, 0.5 is guessing."
    return picture(*drawn, width=WIDTH, height=HEIGHT, label=label)


def _axes(
    across: Scale, up: Scale, *, xs: Sequence[float], ys: Sequence[float], labels: tuple[str, str],
    percent_x: bool = True,
) -> list[str]:  # fmt: skip
    drawn = [element("line", x1=LEFT, x2=RIGHT, y1=BOTTOM, y2=BOTTOM, class_="axis"),
             element("line", x1=LEFT, x2=LEFT, y1=TOP, y2=BOTTOM, class_="axis")]  # fmt: skip
    for x in xs:
        style = "tick end" if x == xs[-1] else "tick middle"
        shown = percent(x) if percent_x else short_number(float(f"{x:.2g}"))
        drawn.append(text(shown, x=across(x), y=BOTTOM + 15, class_=style))
    for y in ys:
        drawn.append(element("line", x1=LEFT, x2=RIGHT, y1=up(y), y2=up(y), class_="grid"))
        drawn.append(text(percent(y), x=LEFT - 5, y=up(y) + 4, class_="tick end"))
    drawn.append(text(labels[0], x=(LEFT + RIGHT) / 2, y=HEIGHT - 10, class_="axis-name middle"))
    drawn.append(text(labels[1], x=11, y=(TOP + BOTTOM) / 2, class_="axis-name middle",
                      transform=f"rotate(-90 11 {(TOP + BOTTOM) / 2:g})"))  # fmt: skip
    return drawn


def strip(result: Result) -> str:
    """Returns value, interval and reference of one result on its range, as a small picture for a table cell."""
    if result.value is None or result.interval is None:
        return ""
    low = result.range[0] if result.range[0] is not None else min(0.0, result.interval[0])
    high = result.range[1]
    if high is None:  # unbounded: as far as there is something to draw
        high = max(1.0, result.interval[1], result.reference or 0.0)
    place = linear(low, high, 4.0, 116.0)
    drawn = [element("line", x1=4, x2=116, y1=8, y2=8, class_="axis")]
    if result.reference is not None:
        mark = place(result.reference)
        drawn.append(element("line", x1=mark, x2=mark, y1=1, y2=15, class_="mark"))
    drawn.append(element("line", x1=place(result.interval[0]), x2=place(result.interval[1]), y1=8, y2=8, class_="span"))
    drawn.append(element("circle", cx=place(result.value), cy=8, r=3.2, class_="dot synthetic"))
    label = "value and interval on the range of the measure; the upright mark is real data"
    return picture(*drawn, width=120, height=16, label=label, class_="strip")
