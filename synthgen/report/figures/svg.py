"""SVG as text: elements, paths and how numbers are written on an axis."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape


def element(name: str, *children: str, **attributes: object) -> str:
    """Returns one element; ``_`` in attribute names stands for ``-``, a trailing one is dropped.

    Args:
        name: Of the element.
        children: Finished markup.
        attributes: Values are escaped; floats are written with one decimal.

    Example:
        >>> element("line", x1=0.25, class_="axis", stroke_width=2)
        '<line x1="0.2" class="axis" stroke-width="2"/>'
    """
    written = "".join(f' {key.rstrip("_").replace("_", "-")}="{_write(value)}"' for key, value in attributes.items())
    inside = "".join(children)
    return f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"


def text(words: str, **attributes: object) -> str:
    """Returns a text element; the words are escaped."""
    return element("text", escape(words), **attributes)


def title(words: str) -> str:
    """Returns a title element: the tooltip of its parent, and what a screen reader says."""
    return element("title", escape(words))


def picture(*children: str, width: float, height: float, label: str, class_: str = "") -> str:
    """Returns a whole picture that scales with its container and is announced by its label."""
    return element(
        "svg", title(label), *children, class_=f"picture {class_}".strip(), viewBox=f"0 0 {width:g} {height:g}",
        role="img", aria_label=label, preserveAspectRatio="xMinYMin meet",
    )  # fmt: skip


def path(points: Sequence[tuple[float, float]], **attributes: object) -> str:
    """Returns a line through points.

    Example:
        >>> path([(0, 1), (2.5, 3)], class_="curve")
        '<path d="M0 1L2.5 3" class="curve"/>'
    """
    steps = "L".join(f"{_write(float(x))} {_write(float(y))}" for x, y in points)
    return element("path", d=f"M{steps}", **attributes)


def _write(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return escape(str(value), quote=True)


def short_number(value: float) -> str:
    """Returns a number as an axis shows it: four significant digits at most, thousands as k, millions as M.

    Example:
        >>> [short_number(value) for value in (0.5, 1250, 42000, 3.2e6, 0, -0.00025)]
        ['0.5', '1 250', '42k', '3.2M', '0', '−0.00025']
    """
    size = abs(value)
    if size >= 1e9:
        shown = f"{value:.2g}"
    elif size >= 1e6:
        shown = f"{value / 1e6:.3g}M"
    elif size >= 1e4:
        shown = f"{value / 1e3:.3g}k"
    elif size >= 1e3:
        shown = f"{value:,.0f}".replace(",", " ")
    else:
        shown = f"{value:.4g}"
    return shown.replace("-", "−")


def axis_value(value: float, kind: str) -> str:
    """Returns a number or, for datetime columns, the day.

    Example:
        >>> axis_value(86_400.0, "datetime")
        '1970-01-02'
    """
    if kind != "datetime":
        return short_number(value)
    return datetime.fromtimestamp(value, UTC).date().isoformat()


def percent(share: float | None) -> str:
    """Returns a share in per cent, "few" for one that is not shown.

    Example:
        >>> percent(0.1234), percent(0.0004), percent(None)
        ('12 %', '0.04 %', 'few')
    """
    if share is None:
        return "few"
    return f"{100 * share:.2g} %" if share < 0.0995 else f"{100 * share:.0f} %"
