"""The card of a release: what the table is, who made it and how it was judged, for whoever is handed it.

After Mitchell et al. 2019, "Model Cards for Model Reporting", and Gebru et al. 2021, "Datasheets for Datasets".
"""

from collections.abc import Mapping
from typing import Any

from synthgen.bundle.decision import Decision
from synthgen.bundle.manifest import MARK
from synthgen.data.schema import Schema

_LIMITS = """\
- Do not use it to decide about a person, and do not look for persons in it.
- What was not judged may be wrong: relations of three and more columns, rare subgroups, other targets.
- Confirm a finding on real data before anything depends on it.
- The report is a measurement of certain attacks on this table, no guarantee against all.
"""


def card(
    *, name: str, licence: str, schema: Schema, report: Mapping[str, Any], decision: Decision,
    model: Mapping[str, Any] | None,
) -> str:  # fmt: skip
    """Returns the card as Markdown.

    Args:
        name: Of the data set.
        licence: Of the data set.
        schema: What the columns mean.
        report: See `Policy.decide`.
        decision: Of the policy.
        model: The manifest of the model file that drew the rows; None: made by another program.
    """
    tables = report["tables"]
    held = tables["patients"]
    counted = ", ".join(f"{tables['rows'][role]} {role} rows of {held[role]} patients" for role in tables["rows"])
    key = schema.patient_key or "each row counts as one"
    outcome = "PASS" if decision.passed else "FAIL"
    sections = {
        "How it was made": _maker(model, rare_below=schema.rare_below),
        "What it was made from": f"{counted}. Patients: {key}.",
        "How it was judged": f"{_verdicts(report)}\n\nPolicy: **{outcome}**, {len(decision.checks)} checks. All "
        "figures, with intervals and what real data scores, are in `report.html`.",
        "What it is not for": _LIMITS.rstrip(),
        "Columns": _columns(schema),
    }
    head = f"# {name}\n\n{MARK['statement']}\n\n- Licence: {licence}\n- Made on: {report['created'][:10]}\n"
    return head + "".join(f"\n## {title}\n\n{text}\n" for title, text in sections.items())


def _maker(model: Mapping[str, Any] | None, *, rare_below: int) -> str:
    if model is None:
        return "By a program that is not named here; no model file was given."
    settings = ", ".join(f"{name}={value}" for name, value in model["settings"].items())
    made = f"Drawn from a {model['family']} of synthgen {model['synthgen']}, seed {model['seed']} ({settings})."
    promise = model.get("privacy")
    if promise is not None and promise["epsilon"] is not None:
        budget = f"epsilon {promise['epsilon']:.3g} at delta {promise['delta']:g} for each {promise['unit']}"
        return f"{made} Model and table are differentially private with {budget}; the report is not."
    return (
        f"{made} The model holds no value that fewer than {rare_below} patients share, but for those that the schema "
        "declares."
    )


def _verdicts(report: Mapping[str, Any]) -> str:
    lines = ["| subject | outcome | figures |", "|---|---|---|"]
    for verdict in report["verdicts"]:
        figures = "; ".join(f"{n['label']}: {n['text']} ({n['beside']})" for n in verdict["numbers"])
        lines.append(f"| {verdict['subject']} | {verdict['outcome']} | {figures or verdict['sentence']} |")
    return "\n".join(lines)


def _columns(schema: Schema) -> str:
    lines = ["| column | kind |", "|---|---|"]
    lines += [f"| {name.replace('|', '&#124;')} | {column.kind} |" for name, column in schema.columns.items()]
    return "\n".join(lines)
