"""What only a report on tables shows on its page: distributions, dependence, projection, groups, columns and pairs."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from synthgen.metrics.base import Part
from synthgen.metrics.tables.catalogue import all_metrics
from synthgen.report.found import Found, find
from synthgen.report.sections import Section, closing_sections, maker_sections, measures_section, privacy_section
from synthgen.report.tables.figures.clouds import clouds
from synthgen.report.tables.figures.marginals import marginal, spikes
from synthgen.report.tables.figures.matrices import matrices
from synthgen.report.verdicts import number_text

MAX_PAIRS = 150
"""Rows of the table of pairs: the worst ones; the JSON report has all."""


def table_sections(report: Found, *, internal: bool) -> list[Section]:
    """Returns the sections of a report on tables; those that would be empty are left out.

    Args:
        report: On tables.
        internal: Whether exposed patients are named.
    """
    return [
        measures_section(report),
        *_drawn(report),
        privacy_section(report, nearest="record"),
        *([_section("exposed", "Most exposed patients", report.exposed)] if internal else []),
        *_where({("subgroups", "Groups of patients"): report.subgroups}),
        *maker_sections(report),
        *_where({("columns", "Columns"): _column_rows(report), ("pairs", "Pairs"): _pair_rows(report)}),
        *closing_sections(report, method="tables/method.html", metrics=all_metrics()),
    ]


def _drawn(report: Found) -> list[Section]:
    related = find(report, "associations")
    return _where({
        ("distributions", "Distributions"): _marginals(report),
        ("dependence", "Dependence"): _safe(matrices(related)) if related else None,
        ("projection", "All columns at once"): _safe(clouds(report.pictures.get("projection", {}))),
        ("usefulness", "Usefulness"): find(report, "tstr"),
    })  # fmt: skip


def _where(shown: dict[tuple[str, str], Any]) -> list[Section]:
    """A section for each name and title under which there is something to show."""
    return [_section(name, title, value) for (name, title), value in shown.items() if value]


def _section(name: str, title: str, value: Any) -> Section:
    return Section(name=name, title=title, template=f"tables/{name}.html", shown={name: value})


def _safe(pictures: list[tuple[str, str]]) -> list[tuple[str, Markup]]:
    """Marks our own SVG, whose texts are escaped where they are written, as markup."""
    return [(caption, Markup(drawn)) for caption, drawn in pictures]  # noqa: S704 - escaped in figures/svg.py


def _marginals(report: Found) -> list[dict[str, Any]]:
    result = find(report, "marginals")
    parts = {part.names[0]: part for part in result.parts} if result else {}
    drawn = []
    for histogram in report.pictures.get("histograms", []):
        name = histogram["column"]
        part = parts.get(name)
        drawn.append({
            "name": name, "kind": histogram["kind"], "picture": Markup(marginal(histogram)),  # noqa: S704 - see above
            "score": number_text(part.value, "share") if part else "", "missing": histogram["missing"],
            "spikes": spikes(histogram),
        })  # fmt: skip
    return drawn


def _column_rows(report: Found) -> list[dict[str, Any]]:
    marginals, coverage = (find(report, name) for name in ("marginals", "coverage"))
    if marginals is None:
        return []
    covered = {part.names: part for part in coverage.parts} if coverage else {}
    return [
        {"name": part.names[0], "kind": report.tables["columns"][part.names[0]], "part": part,
         "coverage": covered.get(part.names)}
        for part in sorted(marginals.parts, key=_value)
    ]  # fmt: skip


def _pair_rows(report: Found) -> list[dict[str, Any]]:
    tables, associations = (find(report, name) for name in ("pair_tables", "associations"))
    if tables is None or associations is None:
        return []
    related = {part.names: part for part in associations.parts}
    worst = sorted(tables.parts, key=_value)[:MAX_PAIRS]
    return [{"part": part, "association": related[part.names]} for part in worst]


def _value(part: Part) -> float:
    return -1.0 if part.value is None else part.value
