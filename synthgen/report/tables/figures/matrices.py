"""How columns are related: in the training rows, in the synthetic rows, and the difference."""

from __future__ import annotations

from synthgen.metrics.base import Result
from synthgen.report.figures.svg import element, picture, text, title

SIZE = 330.0
LABEL_WIDTH = 112.0
MAX_COLUMNS = 40
MAX_LETTERS = 17
FULL_DIFFERENCE = 0.5
"""A difference from this size on is drawn in full colour; an association, from 1 on."""
SIGN_FROM = 0.15
"""Negative cells from this strength on carry a minus sign, so that the sign is not told by colour alone."""


def matrices(result: Result) -> list[tuple[str, str]]:
    """Returns captions and pictures of the three triangles; none where there are no pairs.

    Args:
        result: Of the metric "associations".
    """
    pairs = {part.names: part.numbers for part in result.parts}
    names = _drawn_names(result)
    if len(names) < 2:
        return []
    train = {pair: numbers["train"] or 0.0 for pair, numbers in pairs.items()}
    synthetic = {pair: numbers["synthetic"] or 0.0 for pair, numbers in pairs.items()}
    difference = {pair: synthetic[pair] - train[pair] for pair in pairs}
    return [
        ("Training rows", _triangle("Training rows", names, train)),
        ("Synthetic rows", _triangle("Synthetic rows", names, synthetic)),
        ("Synthetic less training", _triangle("Synthetic less training", names, difference, full=FULL_DIFFERENCE)),
    ]


def _drawn_names(result: Result) -> list[str]:
    """All columns, or those in the worst pairs where there are too many."""
    names = list(dict.fromkeys(name for part in result.parts for name in part.names))
    if len(names) <= MAX_COLUMNS:
        return names
    worst = sorted(result.parts, key=lambda part: part.value or 0.0)
    chosen = list(dict.fromkeys(name for part in worst for name in part.names))[:MAX_COLUMNS]
    return [name for name in names if name in chosen]


def _triangle(caption: str, names: list[str], values: dict[tuple[str, ...], float], *, full: float = 1.0) -> str:
    cell = (SIZE - LABEL_WIDTH) / (len(names) - 1)
    drawn = []
    for row, second in enumerate(names):
        middle = (row - 0.5) * cell
        if row:
            shown = second if len(second) <= MAX_LETTERS else second[: MAX_LETTERS - 1] + "…"
            size = min(11.0, max(4.5, cell * 0.8))
            words = f"{shown}  {row + 1}"
            drawn.append(text(words, x=LABEL_WIDTH - 5, y=middle + size / 3, class_="tick end", font_size=size))
        for column, first in enumerate(names[:row]):
            value = values.get((first, second), values.get((second, first)))
            if value is not None:
                corner = LABEL_WIDTH + column * cell, (row - 1) * cell
                drawn.append(_cell(f"{first} and {second}", value, full, corner, cell))
    foot = (len(names) - 1) * cell
    size = min(11.0, max(4.5, cell * 0.7))
    drawn += [
        text(str(column + 1), x=LABEL_WIDTH + (column + 0.5) * cell, y=foot + size + 3, class_="tick middle",
             font_size=size)
        for column in range(len(names) - 1)
    ]  # fmt: skip
    drawn.append(text(f"1 = {names[0]}", x=LABEL_WIDTH, y=foot + 2 * size + 9, class_="tick", font_size=size))
    label = f"{caption}: associations of all pairs of columns"
    return picture(*drawn, width=SIZE, height=foot + 2 * size + 14, label=label)


def _cell(pair: str, value: float, full: float, corner: tuple[float, float], size: float) -> str:
    left, top = corner
    sign = "negative" if value < 0 else "positive"
    words = f"{pair}: {value:+.2f}".replace("-", "−")
    square = element(
        "rect", title(words), x=f"{left:.2f}", y=f"{top:.2f}", width=f"{size - 0.8:.2f}", height=f"{size - 0.8:.2f}",
        class_=f"cell {sign}", fill_opacity=f"{min(abs(value) / full, 1.0):.2f}",
    )  # fmt: skip
    if value > -SIGN_FROM * full or size < 9:
        return square
    return square + text("−", x=left + size / 2, y=top + size / 2 + 3.5, class_="sign")
