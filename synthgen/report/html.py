"""The report as one HTML file: no network, no script from elsewhere, light, dark and on paper."""

from __future__ import annotations

from typing import Any

import jinja2
from markupsafe import Markup

from synthgen import __version__
from synthgen.metrics.base import Part, Result
from synthgen.metrics.limits import amount
from synthgen.provenance.roster import roster_sentence
from synthgen.report.console import SIGNS, figure_text
from synthgen.report.figures.clouds import clouds
from synthgen.report.figures.curves import KINDS, closest_record_curves, roc_curves, strip
from synthgen.report.figures.history import training_curves
from synthgen.report.figures.marginals import marginal, spikes
from synthgen.report.figures.matrices import matrices
from synthgen.report.figures.svg import percent
from synthgen.report.found import Found, find, limits_of
from synthgen.report.images.page import image_parts
from synthgen.report.scorecard import scorecard
from synthgen.report.training import monitors
from synthgen.report.verdicts import beside_text, number_text, value_text

MAX_PAIRS = 150
"""Rows of the table of pairs: the worst ones; the JSON report has all."""


def page(report: Found, *, internal: bool = False) -> str:
    """Returns the whole page.

    Args:
        report: What was found.
        internal: Whether to name the patients who are given away most, by the position of a row.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("synthgen.report", "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters |= {"percent": percent, "rows": lambda count: f"{count:,}".replace(",", " ")}
    if report.things == "images":
        template, shown = "images.html", image_parts(report, internal=internal)
    else:
        template, shown = "report.html", _table_parts(report, internal=internal)
    return environment.get_template(template).render(
        report=report,
        version=__version__,
        signs=SIGNS,
        results=[_result_row(result) for result in report.results],
        curves=_curves(report),
        kind=KINDS[report.things],
        training=_training(report),
        scorecard=scorecard(report),
        amount=amount,
        roster=roster_sentence(report.tables.get("roster")),
        **shown,
    )


def _table_parts(report: Found, *, internal: bool) -> dict[str, Any]:
    """What only reports on tables show."""
    from synthgen.metrics.tables.catalogue import all_metrics

    return {
        "exposed": report.exposed if internal else None,
        "marginals": _marginals(report),
        "matrices": _safe(matrices(result)) if (result := find(report, "associations")) else [],
        "clouds": _safe(clouds(report.pictures.get("projection", {}))),
        "columns": _column_rows(report),
        "pairs": _pair_rows(report),
        "usefulness": find(report, "tstr"),
        "figure_text": figure_text,
        "limits": limits_of(all_metrics()),
    }


def _training(report: Found) -> dict[str, Any] | None:
    """How the maker was trained, where it says so."""
    if report.training is None:
        return None
    curves = [(title, Markup(drawn), reading) for title, drawn, reading in training_curves(report.training)]  # noqa: S704
    return {"curves": curves, "said": monitors(report.training), "recoveries": bool(report.training.recoveries),
            "kept": report.training.best_epoch is not None}  # fmt: skip


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


def _curves(report: Found) -> dict[str, Markup]:
    held = {result.curves: result for result in report.results if result.curves and result.computed}
    closest, attack = held.get("distances"), held.get("roc")
    drawn = {
        "closest": closest_record_curves(closest, things=report.things) if closest else "",
        "roc": roc_curves(attack, low_rates=False) if attack else "",
        "roc_low": roc_curves(attack, low_rates=True) if attack else "",
    }
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - see above


def _result_row(result: Result) -> dict[str, Any]:
    ends = result.interval
    return {
        "result": result,
        "value": value_text(result) if result.computed else "–",
        "interval": "" if ends is None else " to ".join(number_text(end, result.unit) for end in ends),
        "beside": beside_text(result) if result.computed else "",
        "strip": Markup(strip(result)),  # noqa: S704 - see above
    }


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
