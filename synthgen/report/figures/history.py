"""Training curves: a small picture for each figure of a history, the kept epoch and recoveries marked in all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from synthgen.report.figures.curves import Scale, linear, logarithmic
from synthgen.report.figures.svg import element, path, picture, short_number, text
from synthgen.report.training import Training

WIDTH, HEIGHT = 300.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 292.0, 8.0, 116.0

FACTOR = 30.0
"""Between the largest and the smallest value, above which the axis is logarithmic."""

TITLES = {
    "kid": ("Distance to held-out images", "Kernel distance, 0 for equal laws; the best epoch is kept."),
    "detection": ("Detection", "Trees that tell drawn from held-out rows: 0.5 is guessing; the best epoch is kept."),
    "log_loss": ("Log loss of held-out rows", "The best epoch is kept."),
    "mae": ("Error on held-out pairs", "Mean absolute error, of white; the best epoch is kept."),
    "diversity": ("Diversity", "Spread of drawn over that of held-out images: below 0.3 all look alike."),
    "critic_advantage": ("Critic's advantage", "0.2 to 0.9 is healthy; near 1 for long, the critic has won."),
    "loss": ("Loss", ""),
    "critic_loss": ("Critic's loss", "Says little by itself: the generator is its yardstick."),
    "generator_loss": ("Generator's loss", "Says little by itself: the critic is its yardstick."),
    "penalty": ("Penalty on slopes", "Falls; where it rises the critic gets steep."),
}
"""Of figures, in their order, with how to read them; others follow by their own name."""


def training_curves(training: Training) -> list[tuple[str, str, str]]:
    """Returns title, picture and how to read it, for each figure that was noted at two epochs at least.

    Args:
        training: Of the maker.
    """
    names = [name for name in training.names if name != "recoveries"]
    order = sorted(names, key=lambda name: list(TITLES).index(name) if name in TITLES else len(TITLES))
    drawn = []
    for name in order:
        title, reading = TITLES.get(name, (name.replace("_", " ").capitalize(), ""))
        if svg := _curve(training, training.values(name), title):
            steep = " The axis is logarithmic." if _logarithmic(training.values(name)) else ""
            drawn.append((title, svg, reading + steep))
    return drawn


def _curve(training: Training, values: Sequence[float | None], title: str) -> str:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    across, up = linear(0, len(values) - 1, LEFT, RIGHT), _upward(known)
    drawn = _axes(across, up, known, epochs=len(values))
    drawn += [_upright(across(place), "recovery") for place in training.recoveries]
    for run in _runs(values):
        drawn.append(path([(across(place), up(value)) for place, value in run], class_="curve synthetic"))
    kept = training.best_epoch
    if kept is not None and (value := values[kept]) is not None:
        drawn.append(_upright(across(kept), "kept"))
        drawn.append(element("circle", cx=across(kept), cy=up(value), r=3.5, class_="dot synthetic"))
    label = f"{title} over {len(values)} epochs, from {short_number(known[0])} to {short_number(known[-1])}"
    return picture(*drawn, width=WIDTH, height=HEIGHT, label=label)


def _logarithmic(values: Sequence[float | None]) -> bool:
    known = [value for value in values if value is not None]
    return min(known) > 0 and max(known) > FACTOR * min(known)


def _upward(known: Sequence[float]) -> Scale:
    low, high = min(known), max(known)
    if _logarithmic(known):
        return logarithmic(low, high, BOTTOM, TOP)
    return linear(low, high, BOTTOM, TOP) if low < high else linear(low - 1, high + 1, BOTTOM, TOP)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """Stretches of epochs without a gap; one epoch alone is a stretch of length 0."""
    runs: list[list[tuple[int, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((place, value))
    return [run if len(run) > 1 else run * 2 for run in runs if run]


def _axes(across: Scale, up: Scale, known: Sequence[float], *, epochs: int) -> list[str]:
    drawn = [element("line", x1=LEFT, x2=RIGHT, y1=BOTTOM, y2=BOTTOM, class_="axis"),
             element("line", x1=LEFT, x2=LEFT, y1=TOP, y2=BOTTOM, class_="axis")]  # fmt: skip
    ends = sorted({min(known), max(known)})
    marks = [0.0, *ends] if ends[0] < 0 < ends[-1] and _apart(up, [ends[0], 0.0, ends[-1]]) else ends
    for value in marks:
        drawn.append(element("line", x1=LEFT, x2=RIGHT, y1=up(value), y2=up(value), class_="grid"))
        drawn.append(text(short_number(float(f"{value:.2g}")), x=LEFT - 5, y=up(value) + 4, class_="tick end"))
    for epoch in sorted({1, (epochs + 1) // 2, epochs}):
        style = "tick end" if epoch == epochs else "tick middle"
        drawn.append(text(str(epoch), x=across(epoch - 1), y=BOTTOM + 14, class_=style))
    drawn.append(text("epoch", x=(LEFT + RIGHT) / 2, y=HEIGHT - 4, class_="axis-name middle"))
    return drawn


def _apart(up: Scale, values: Sequence[float]) -> bool:
    """Whether the marks at these values do not write over each other."""
    return all(abs(up(one) - up(other)) > 14 for one, other in pairwise(values))


def _upright(x: float, style: str) -> str:
    return element("line", x1=x, x2=x, y1=TOP, y2=BOTTOM, class_=style)
