"""All columns at once: where the rows of each table lie in the plane in which the training rows vary most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from synthgen.report.figures.svg import element, percent, picture

SIZE = 260.0
NAMES = {"train": "Training rows", "synthetic": "Synthetic rows", "holdout": "Holdout rows"}


def clouds(projection: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns captions and pictures, one for each table, on one scale of density.

    Args:
        projection: As `synthgen.report.tables.projection.projection` returns it.
    """
    if not projection:
        return []
    densest = max((cell[2] for cells in projection["cells"].values() for cell in cells), default=0.0)
    if not densest:
        return []
    return [(NAMES[role], _cloud(role, projection, densest)) for role in NAMES if role in projection["cells"]]


def _cloud(role: str, projection: Mapping[str, Any], densest: float) -> str:
    side = SIZE / projection["size"]
    drawn = [element("rect", x=0.5, y=0.5, width=SIZE - 1, height=SIZE - 1, class_="frame")]
    for column, row, share in projection["cells"][role]:
        drawn.append(element(
            "rect", x=column * side, y=SIZE - (row + 1) * side, width=side, height=side, class_=f"density {role}",
            fill_opacity=f"{math.sqrt(share / densest):.2f}",
        ))  # fmt: skip
    shown = sum(cell[2] for cell in projection["cells"][role])
    label = f"{NAMES[role]}: density over the first two principal components, {percent(shown)} of the rows in view"
    return picture(*drawn, width=SIZE, height=SIZE, label=label)
