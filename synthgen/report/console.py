"""The report on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from synthgen.report.verdicts import Verdict, beside_text, number_text, value_text

if TYPE_CHECKING:
    from synthgen.metrics.base import Result
    from synthgen.report.found import Found
    from synthgen.report.subgroup import Figure, Subgroup

SIGNS = {"pass": "✓", "warning": "!", "fail": "✗", "not computed": "–", "shown": " "}
STYLES = {"pass": "green", "warning": "yellow", "fail": "bold red", "not computed": "dim", "shown": "dim"}


def figure_text(figure: Figure) -> str:
    """Returns a figure of a group as people read it: the value, and what real data scores where that is measured.

    Args:
        figure: Of a group.
    """
    value = number_text(figure.part.value, figure.unit)
    return (
        value
        if figure.part.reference is None or figure.unit == "area"
        else f"{value} (real {number_text(figure.part.reference, figure.unit)})"
    )


def renderables(report: Found) -> Iterator[RenderableType]:
    """Yields a panel for each verdict and a table of all results."""
    for verdict in report.verdicts:
        yield _panel(verdict)
    yield _table(report.results)
    if report.subgroups:
        yield _subgroups(report.subgroups)
    yield Text(report.promise(), style="dim")
    if report.warning:
        yield Text(report.warning, style="bold red")


def _panel(verdict: Verdict) -> Panel:
    numbers = Table.grid(padding=(0, 2))
    for number in verdict.numbers:
        numbers.add_row(number.label, Text(number.text, style="bold"), Text(number.beside, style="dim"))
    style = STYLES[verdict.outcome]
    title = Text(f"{verdict.subject.capitalize()}: {SIGNS[verdict.outcome]} {verdict.outcome}", style=style)
    return Panel(Group(Text(verdict.sentence), numbers), title=title, title_align="left", border_style=style)


def _table(results: tuple[Result, ...]) -> Table:
    table = Table(title="All measures", title_justify="left", show_edge=False)
    for heading in ("Measure", "Value", "95 % interval", "Compare with", "Verdict"):
        table.add_column(heading, justify="right" if heading in ("Value", "95 % interval") else "left")
    for result in results:
        ends = result.interval
        interval = "" if ends is None else " to ".join(number_text(end, result.unit) for end in ends)
        sign = f"{SIGNS[result.status]} {result.status}"
        value = value_text(result) if result.computed else "–"
        table.add_row(result.title, value, interval, beside_text(result), Text(sign, style=STYLES[result.status]))
    return table


def _subgroups(groups: tuple[Subgroup, ...]) -> Table:
    table = Table(title="Groups of patients", title_justify="left", show_edge=False)
    table.add_column("Group")
    table.add_column("Share, training", justify="right")
    table.add_column("Share, synthetic", justify="right")
    for figure in groups[0].figures:
        table.add_column(figure.title, justify="right")
    for group in groups:
        shares = [number_text(group.shares[role], "share") for role in ("train", "synthetic")]
        figures = [Text(figure_text(figure), style=STYLES[figure.status]) for figure in group.figures]
        table.add_row(f"{group.column}: {group.level}", *shares, *figures)
    return table
