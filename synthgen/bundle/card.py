"""The card of a release: what the data is, who made it and how it was judged, for whoever is handed it.

After Mitchell et al. 2019, "Model Cards for Model Reporting", and Gebru et al. 2021, "Datasheets for Datasets".
"""

import json
from collections.abc import Mapping
from typing import Any

from synthgen.bundle.decision import Decision
from synthgen.bundle.manifest import mark
from synthgen.bundle.report_file import kind_told
from synthgen.bundle.texts import Texts, texts_of
from synthgen.provenance.origin import How, Origin
from synthgen.provenance.receipt import Draw
from synthgen.provenance.roster import roster_sentence

_LIMITS = """\
- Do not use it to decide about a person, and do not look for persons in it.
- What was not judged may be wrong: {unjudged}.
- Confirm a finding on real data before anything depends on it.
- The report is a measurement of certain attacks on {these}, no guarantee against all.
"""

_PROOF: dict[How, str] = {
    "drawn here": "This release drew it from the model file itself",
    "drawn again and found equal": "This release drew it again from the model file, and found it equal",
}
"""How it is known who drew, by `Origin.how`."""


def card(
    *, name: str, licence: str, report: Mapping[str, Any], decision: Decision, made: str, described: Mapping[str, str]
) -> str:
    """Returns the card as Markdown.

    Args:
        name: Of the data set.
        licence: Of the data set.
        report: See `Policy.decide`.
        decision: Of the policy.
        made: How; see `maker`.
        described: What the data holds, text by heading.
    """
    tables = report["tables"]
    kind = kind_told(report)
    texts = texts_of(kind)
    nobodys = set() if texts.of_patients else {"synthetic"}
    whose = {role: "" if role in nobodys else f" of {count} patients" for role, count in tables["patients"].items()}
    counted = ", ".join(f"{count} {role} {texts.words.things}{whose[role]}" for role, count in tables["rows"].items())
    outcome, checks = "PASS" if decision.passed else "FAIL", len(decision.checks)
    sections = {
        "How it was made": made,
        "What it was made from": f"{counted}. Patients: {tables['patient_key'] or _patients(tables, texts)}. "
        f"{roster_sentence(tables.get('roster'))}",
        "How it was judged": f"{_verdicts(report)}\n\nPolicy: **{outcome}**, {checks} check{'s' * (checks != 1)}. All "
        "figures, with intervals and what real data scores, are in `report.html`.",
        "What it is not for": _LIMITS.format(unjudged=texts.unjudged, these=texts.words.these).rstrip(),
        **described,
    }
    head = f"# {name}\n\n{mark(kind)['statement']}\n\n- Licence: {licence}\n- Made on: {report['created'][:10]}\n"
    head += f"\n**{report['warning']}**\n" if report.get("warning") else ""
    return head + "".join(f"\n## {title}\n\n{text}\n" for title, text in sections.items())


def _patients(tables: Mapping[str, Any], texts: Texts) -> str:
    """Who counts as one where no column names them."""
    if tables["patients"]["train"] < tables["rows"]["train"]:
        return f"as the {texts.words.things} were handed over"
    return f"each {texts.words.thing} counts as one"


def maker(origin: Origin | None, *, unpromised: str) -> str:
    """Returns how the data was made, in words.

    Args:
        origin: Proof of which model drew it; None: there is none.
        unpromised: What holds without differential privacy, a sentence.
    """
    if origin is None:
        return "The maker of this data is not proven: no model file was at hand. Nothing is promised of it."
    model = origin.manifest
    settings = ", ".join(f"{name}={value}" for name, value in model["settings"].items())
    made = (
        f"Drawn from a {model['family']} of synthgen {model['synthgen']}, seed {model['seed']} ({settings}). "
        f"{_PROOF[origin.how]} (model file {origin.model[:16]}..., seed of the draw {origin.draw.seed})."
        f"{_asked(origin.draw)}"
    )
    if not origin.promises:
        return f"{made} {unpromised}"
    promise = model["privacy"]
    budget = f"epsilon {promise['epsilon']:.3g} at delta {promise['delta']:g} for each {promise['unit']}"
    limit = " The promise does not cover what was asked of them." if origin.draw.conditions else ""
    return f"{made} Model and data are differentially private with {budget}; the report is not.{limit}"


def _asked(draw: Draw) -> str:
    """What each row or image had to hold, in words."""
    conditions = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in draw.conditions.items()]
    said = f" Only such were asked for: {'; '.join(conditions)}." if conditions else ""
    return f"{said} Values of {draw.balance} come equally often." if draw.balance else said


def _verdicts(report: Mapping[str, Any]) -> str:
    lines = ["| subject | outcome | figures |", "|---|---|---|"]
    for verdict in report["verdicts"]:
        figures = "; ".join(f"{n['label']}: {n['text']} ({n['beside']})" for n in verdict["numbers"])
        lines.append(f"| {verdict['subject']} | {verdict['outcome']} | {figures or verdict['sentence']} |")
    return "\n".join(lines)


def columns_table(kinds: Mapping[str, str]) -> str:
    """Returns columns and their kinds as a table.

    Args:
        kinds: By column.

    Example:
        >>> columns_table({"age": "numerical"}).splitlines()[-1]
        '| age | numerical |'
    """
    lines = [f"| {name.replace('|', '&#124;')} | {kind} |" for name, kind in kinds.items()]
    return "\n".join(["| column | kind |", "|---|---|", *lines])
