"""A report: what was found, as an object, a text, a JSON document or a page."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Literal, final, get_args

from rich.console import Console, ConsoleOptions, RenderResult

from synthgen import __version__
from synthgen.errors import EvaluationError
from synthgen.files.writing import replacing
from synthgen.metrics.json_types import as_json
from synthgen.report.found import Found
from synthgen.report.scorecard import scorecard

FORMAT = "synthgen-report"
VERSION = 2
"""Version of the JSON layout; docs/reference/report-json.md describes it."""

Edition = Literal["shareable", "internal"]
"""Shareable: no cell of few patients, no rare label, no position of a row. Internal: the same, and who is exposed."""


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class Report(Found):
    """What the judges found, as a text, a JSON document or a page; its fields are those of `Found`."""

    def summary(self) -> str:
        """Returns five lines of plain text: what was compared, the three verdicts, and how far they reach."""
        rows = self.tables["rows"]
        compared = f"{rows['train']:,} training and {rows.get('holdout', 0):,} holdout {self.things}".replace(",", " ")
        lines = [f"{rows['synthetic']:,}".replace(",", " ") + f" synthetic {self.things}, compared with {compared}."]
        for verdict in self.verdicts:
            numbers = "; ".join(f"{number.label.lower()} {number.text}" for number in verdict.numbers)
            shown = f" [{numbers}]" if numbers and verdict.outcome != "not computed" else ""
            lines.append(f"{verdict.subject.capitalize():<11} {verdict.outcome.upper()}: {verdict.sentence}{shown}")
        return "\n".join([*lines, self.promise(), *([self.warning] if self.warning else [])])

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
        warned = {"warning": self.warning} if self.warning else {}
        document: dict[str, Any] = as_json(
            {
                "format": FORMAT,
                "version": VERSION,
                "kind": self.kind,
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
                **warned,
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
