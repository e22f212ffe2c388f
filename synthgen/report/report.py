"""A report: what was found, as an object, a text, a JSON document or a page."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, final, get_args

from rich.console import Console, ConsoleOptions, RenderResult

from synthgen import __version__
from synthgen.errors import EvaluationError
from synthgen.files.writing import replacing
from synthgen.metrics.base import Result, as_json
from synthgen.metrics.privacy.worst_patients import ExposedPatient
from synthgen.report.scorecard import scorecard
from synthgen.report.subgroups import Subgroup
from synthgen.report.training import Training
from synthgen.report.verdicts import Things, Verdict

if TYPE_CHECKING:
    from synthgen.report.sheets import Gallery

FORMAT = "synthgen-report"
VERSION = 1
"""Version of the JSON layout; docs/reference/report-json.md describes it."""

Edition = Literal["shareable", "internal"]
"""Shareable: no cell of few patients, no rare label, no position of a row. Internal: the same, and who is exposed."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Report:
    """What the judges found about one synthetic table, or one set of synthetic images.

    Args:
        verdicts: On fidelity, usefulness and privacy.
        results: One for each metric, those not computed included.
        tables: Rows, columns and patients of the tables.
        pictures: What the figures are drawn from: protected counts, no rows.
        settings: Seed, target, rows used.
        created: When, ISO 8601 in UTC.
        subgroups: The groups of patients that were judged apart.
        guarantee: The ledger of the model that drew the rows, as `Ledger.to_dict` gives it; None: no promise is known.
        training: How the maker was trained; None: nobody says.
        exposed: Patients of the training rows who are given away most, for the internal edition; None: nobody looked.
        gallery: Pictures of real images, for the internal edition; None: there are none.
    """

    verdicts: tuple[Verdict, ...]
    results: tuple[Result, ...]
    tables: Mapping[str, Any]
    pictures: Mapping[str, Any]
    settings: Mapping[str, Any]
    created: str
    subgroups: tuple[Subgroup, ...] = ()
    guarantee: Mapping[str, Any] | None = None
    training: Training | None = None
    exposed: tuple[ExposedPatient, ...] | None = None
    gallery: Gallery | None = None

    @property
    def things(self) -> Things:
        """What was judged, "rows" or "images"."""
        return "images" if "images" in self.tables else "rows"

    def __getitem__(self, name: str) -> Result:
        """Returns the result of one metric by its name, e.g. ``report["marginals"].value``."""
        for result in self.results:
            if result.metric == name:
                return result
        raise KeyError(f"The report has no metric {name!r}; it has {[result.metric for result in self.results]}.")

    def verdict(self, subject: str) -> Verdict:
        """Returns the verdict on "fidelity", "usefulness" or "privacy"."""
        return {verdict.subject: verdict for verdict in self.verdicts}[subject]  # type: ignore[index]

    @property
    def passed(self) -> bool:
        """Whether all three verdicts are "pass"."""
        return all(verdict.outcome == "pass" for verdict in self.verdicts)

    def summary(self) -> str:
        """Returns five lines of plain text: what was compared, the three verdicts, and how far they reach."""
        rows = self.tables["rows"]
        compared = f"{rows['train']:,} training and {rows.get('holdout', 0):,} holdout {self.things}".replace(",", " ")
        lines = [f"{rows['synthetic']:,}".replace(",", " ") + f" synthetic {self.things}, compared with {compared}."]
        for verdict in self.verdicts:
            numbers = "; ".join(f"{number.label.lower()} {number.text}" for number in verdict.numbers)
            shown = f" [{numbers}]" if numbers and verdict.outcome != "not computed" else ""
            lines.append(f"{verdict.subject.capitalize():<11} {verdict.outcome.upper()}: {verdict.sentence}{shown}")
        return "\n".join([*lines, self.promise()])

    def promise(self) -> str:
        """Returns a sentence on what is guaranteed, beside what was measured."""
        if self.guarantee is None:
            judged = {"rows": "this table", "images": "these images"}[self.things]
            return f"A report measures {judged} against these attacks; only differential privacy gives a guarantee."
        epsilon, delta, unit = (self.guarantee[name] for name in ("epsilon", "delta", "unit"))
        if epsilon is None:
            return "The model's ledger holds a read that cannot be counted, or known noise: nothing is guaranteed."
        return (
            f"The {self.things} are differentially private with epsilon {epsilon:.3g} at delta {delta:g} for each "
            f"{unit}. This report is not: it compares with training rows."
        )

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return f"<Report {', '.join(f'{verdict.subject}: {verdict.outcome}' for verdict in self.verdicts)}>"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draws the verdicts and all results when printed by rich."""
        from synthgen.report.console import renderables

        yield from renderables(self)

    def show(self) -> None:
        """Prints the verdicts and a table of all results to the terminal, in colour where it has any."""
        Console().print(self)

    def to_dict(self, *, edition: Edition = "shareable") -> dict[str, Any]:
        """Returns everything as JSON types; the layout is described in docs/reference/report-json.md.

        Args:
            edition: "shareable", or "internal" with the patients who are given away most.

        Raises:
            EvaluationError: If the edition is neither, or nobody looked for those patients.
        """
        self.require(edition)
        named = {"exposed": [patient.to_dict() for patient in self.exposed or ()]} if edition == "internal" else {}
        document: dict[str, Any] = as_json(
            {
                "format": FORMAT,
                "version": VERSION,
                "edition": edition,
                "synthgen": __version__,
                "created": self.created,
                "tables": self.tables,
                "settings": self.settings,
                "verdicts": [verdict.to_dict() for verdict in self.verdicts],
                "results": [result.to_dict() for result in self.results],
                "guarantee": self.guarantee,
                "training": None if self.training is None else self.training.to_dict(),
                "subgroups": [group.to_dict() for group in self.subgroups],
                "scorecard": [criterion.to_dict() for criterion in scorecard(self)],
                "pictures": self.pictures,
                **named,
            }
        )
        return document

    def require(self, edition: str) -> None:
        """Raises where an edition cannot be written.

        Args:
            edition: Any word.

        Raises:
            EvaluationError: If it is no edition, or nobody looked for the patients whom it names.
        """
        if edition not in get_args(Edition):
            raise EvaluationError(f"edition: expected one of {list(get_args(Edition))}. Received {edition!r}.")
        if edition == "internal" and self.exposed is None:
            raise EvaluationError(
                "edition: the internal edition names the patients who are given away most, and nobody looked for them. "
                "Call evaluate(..., worst_patients=20)."
            )

    def to_json(self, path: str | os.PathLike[str], *, edition: Edition = "shareable") -> None:
        """Writes the report as JSON; replaces the file in one step.

        Args:
            path: Of the file.
            edition: See `to_dict`; a new file of the internal one is readable for its owner only.

        Raises:
            EvaluationError: See `to_dict`.
            WriteError: If the path cannot be written; nothing is left behind.
        """
        text = json.dumps(self.to_dict(edition=edition), indent=1, ensure_ascii=False, allow_nan=False)
        with replacing(path, private=edition == "internal") as beside:
            beside.write_text(text + "\n", encoding="utf-8")

    def to_html(self, path: str | os.PathLike[str], *, edition: Edition = "shareable") -> None:
        """Writes the report as one HTML file that needs no network and no other file; replaces it in one step.

        Args:
            path: Of the file.
            edition: See `to_dict`; a new file of the internal one is readable for its owner only.

        Raises:
            EvaluationError: See `to_dict`.
            WriteError: If the path cannot be written; nothing is left behind.
        """
        from synthgen.report.html import page

        self.require(edition)
        text = page(self, internal=edition == "internal")
        with replacing(path, private=edition == "internal") as beside:
            beside.write_text(text, encoding="utf-8")
