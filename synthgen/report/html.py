"""The report as one HTML file: no network, no script from elsewhere, light, dark and on paper."""

from __future__ import annotations

import jinja2
from markupsafe import Markup

from synthgen import __version__
from synthgen.metrics.limits import amount
from synthgen.provenance.roster import roster_sentence
from synthgen.report.console import SIGNS, figure_text
from synthgen.report.figures.svg import percent
from synthgen.report.found import Found
from synthgen.report.judges import judge_named
from synthgen.report.verdicts import number_text


def page(report: Found, *, internal: bool = False) -> str:
    """Returns the whole page: the kind's header, verdicts, its sections one after the other, and its footer.

    Args:
        report: What was found.
        internal: Whether to show real data and name the patients who are given away most, by the position of a row.
    """
    environment = _environment()
    environment.globals |= {"report": report, "words": report.words, "internal": internal}
    sections = [
        {"name": section.name, "title": section.title,
         "drawn": Markup(environment.get_template(section.template).render(section.shown))}  # noqa: S704 - escaped there
        for section in judge_named(report.kind).sections(report, internal=internal)
    ]  # fmt: skip
    return environment.get_template("page.html").render(sections=sections)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("synthgen.report", "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters |= {"percent": percent, "grouped": lambda count: f"{count:,}".replace(",", " ")}
    environment.globals |= {
        "version": __version__, "signs": SIGNS, "amount": amount, "number_text": number_text,
        "figure_text": figure_text, "roster_sentence": roster_sentence,
    }  # fmt: skip
    return environment
