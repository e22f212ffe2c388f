"""Sections of a page: what each is called, which template draws it, and what it shows; here those of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, final

from markupsafe import Markup

from synthgen.metrics.base import Metric, Result
from synthgen.report.figures.curves import closest_curves, roc_curves, strip
from synthgen.report.figures.history import training_curves
from synthgen.report.found import Found
from synthgen.report.scorecard import scorecard
from synthgen.report.training import monitors
from synthgen.report.verdicts import beside_text, number_text, value_text


@final
@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of a page.

    Args:
        name: Of its place on the page, for links.
        title: In the list of contents.
        template: That draws it, in `synthgen/report/templates`.
        shown: What the template asks for, besides "report", "words" and "internal".
    """

    name: str
    title: str
    template: str
    shown: Mapping[str, Any] = field(default_factory=dict)


def measures_section(report: Found, *, mark: str = "real data") -> Section:
    """Returns the table of all results.

    Args:
        report: What was found.
        mark: What the upright marks in the small pictures stand for.
    """
    rows = [_row(result) for result in report.results]
    shown = {"results": rows, "mark": mark}
    return Section(name="measures", title="All measures", template="measures.html", shown=shown)


def privacy_section(report: Found, *, nearest: str) -> Section:
    """Returns the curves behind the verdict on privacy.

    Args:
        report: What was found.
        nearest: What the nearest of real data is called: "record".
    """
    held = {result.curves: result for result in report.results if result.curves and result.computed}
    closest, attack = held.get("distances"), held.get("roc")
    curves = {
        "closest": closest_curves(closest, words=report.words, nearest=nearest) if closest else "",
        "roc": roc_curves(attack, low_rates=False) if attack else "",
        "roc_low": roc_curves(attack, low_rates=True) if attack else "",
    }
    drawn = {name: Markup(svg) for name, svg in curves.items()}  # noqa: S704 - escaped in figures/svg.py
    return Section(
        name="privacy", title="Privacy", template="privacy.html", shown={"curves": drawn, "nearest": nearest}
    )


def maker_sections(report: Found) -> list[Section]:
    """Returns how the maker was trained, and what its ledger holds, where that is known."""
    sections = []
    if report.training is not None:
        curves = [(title, Markup(drawn), reading) for title, drawn, reading in training_curves(report.training)]  # noqa: S704 - see above
        shown = {"curves": curves, "said": monitors(report.training), "recoveries": bool(report.training.recoveries),
                 "kept": report.training.best_epoch is not None}  # fmt: skip
        sections.append(Section(name="training", title="Training", template="training.html", shown={"training": shown}))
    if report.guarantee and report.guarantee.get("entries"):
        sections.append(Section(name="ledger", title="Ledger", template="ledger.html"))
    return sections


def closing_sections(report: Found, *, method: str, metrics: Iterable[Metric[Any]]) -> list[Section]:
    """Returns how it was judged, and the seven Cs.

    Args:
        report: What was found.
        method: Template of the kind's words on its method.
        metrics: Whose limits are shown.
    """
    limits = [(metric.title, metric.unit, metric.limits) for metric in metrics if metric.limits is not None]
    shown = {"method": method, "limits": limits}
    return [
        Section(name="method", title="Method", template="method.html", shown=shown),
        Section(name="scorecard", title="The seven Cs", template="scorecard.html",
                shown={"scorecard": scorecard(report)}),
    ]  # fmt: skip


def _row(result: Result) -> dict[str, Any]:
    ends = result.interval
    return {
        "result": result,
        "value": value_text(result) if result.computed else "–",
        "interval": "" if ends is None else " to ".join(number_text(end, result.unit) for end in ends),
        "beside": beside_text(result) if result.computed else "",
        "strip": Markup(strip(result)),  # noqa: S704 - see above
    }
