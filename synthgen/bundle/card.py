"""The card of a release: what the data is, who made it and how it was judged, for whoever is handed it.

After Mitchell et al. 2019, "Model Cards for Model Reporting", and Gebru et al. 2021, "Datasheets for Datasets".
"""

from collections.abc import Mapping
from typing import Any

from synthgen.bundle.decision import Decision
from synthgen.bundle.manifest import Things, mark

_UNJUDGED = {
    "rows": "relations of three and more columns, rare subgroups, other targets",
    "images": "whether organs are where they belong, rare findings, other tasks than the one that was tried",
}

_LIMITS = """\
- Do not use it to decide about a person, and do not look for persons in it.
- What was not judged may be wrong: {unjudged}.
- Confirm a finding on real data before anything depends on it.
- The report is a measurement of certain attacks on {these}, no guarantee against all.
"""

_THESE = {"rows": "this table", "images": "these images"}


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
    things: Things = "images" if "images" in tables else "rows"
    held = tables["patients"]
    whose = {role: "" if (role, things) == ("synthetic", "images") else f" of {held[role]} patients" for role in held}
    counted = ", ".join(f"{count} {role} {things}{whose[role]}" for role, count in tables["rows"].items())
    outcome, checks = "PASS" if decision.passed else "FAIL", len(decision.checks)
    sections = {
        "How it was made": made,
        "What it was made from": f"{counted}. Patients: {tables['patient_key'] or _patients(tables, things)}.",
        "How it was judged": f"{_verdicts(report)}\n\nPolicy: **{outcome}**, {checks} check{'s' * (checks != 1)}. All "
        "figures, with intervals and what real data scores, are in `report.html`.",
        "What it is not for": _LIMITS.format(unjudged=_UNJUDGED[things], these=_THESE[things]).rstrip(),
        **described,
    }
    head = f"# {name}\n\n{mark(things)['statement']}\n\n- Licence: {licence}\n- Made on: {report['created'][:10]}\n"
    return head + "".join(f"\n## {title}\n\n{text}\n" for title, text in sections.items())


def _patients(tables: Mapping[str, Any], things: Things) -> str:
    """Who counts as one where no column names them."""
    if tables["patients"]["train"] < tables["rows"]["train"]:
        return f"as the {things} were handed over"
    return f"each {things.removesuffix('s')} counts as one"


def maker(model: Mapping[str, Any] | None, *, unpromised: str) -> str:
    """Returns how the data was made, in words.

    Args:
        model: The manifest of the model file; None: there is none.
        unpromised: What holds without differential privacy, a sentence.
    """
    if model is None:
        return "By a program that is not named here; no model file was given."
    settings = ", ".join(f"{name}={value}" for name, value in model["settings"].items())
    made = f"Drawn from a {model['family']} of synthgen {model['synthgen']}, seed {model['seed']} ({settings})."
    promise = model.get("privacy")
    if promise is not None and promise["epsilon"] is not None:
        budget = f"epsilon {promise['epsilon']:.3g} at delta {promise['delta']:g} for each {promise['unit']}"
        return f"{made} Model and data are differentially private with {budget}; the report is not."
    return f"{made} {unpromised}"


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
