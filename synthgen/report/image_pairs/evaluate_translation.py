"""Deprecated: the call for translated images of before `evaluate` took them; it has neither verdicts nor a page."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, final

from synthgen import __version__
from synthgen.data.images.image_set import ImageSet
from synthgen.files.writing import replacing
from synthgen.metrics.base import Result
from synthgen.metrics.image_pairs.findings import FindingsKept
from synthgen.metrics.image_pairs.reading import read_translations
from synthgen.metrics.image_pairs.translation import PeakSignalToNoise, StructuralSimilarity
from synthgen.metrics.images.pools import RARE_BELOW
from synthgen.metrics.json_types import as_json
from synthgen.report.evaluate import measured
from synthgen.report.image_pairs.words import WARNING
from synthgen.report.judge import whole_number
from synthgen.report.verdicts import number_text

FORMAT, VERSION = "synthgen-translation-report", 1

NO_VERDICT = "shown for comparison; carries no verdict."


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class TranslationReport:
    """Deprecated: what `evaluate_translation` found; `evaluate` returns a `Report`.

    Args:
        results: "psnr", "ssim" and "findings_kept".
        settings: Of the judge, and how many images were judged.
        created: When, UTC.
        warning: What no figure excludes.
    """

    results: tuple[Result, ...]
    settings: Mapping[str, Any]
    created: str
    warning: str = WARNING

    def __getitem__(self, name: str) -> Result:
        """Returns the result of one metric by its name, e.g. ``report["psnr"].value``."""
        for result in self.results:
            if result.metric == name:
                return result
        raise KeyError(f"The report has no metric {name!r}; it has {[result.metric for result in self.results]}.")

    def summary(self) -> str:
        """Returns plain text: each figure beside what it compares with, sentences, and the warning."""
        lines = [f"{self.settings['translated']} translated images."]
        for result in self.results:
            lines.append(f"{result.title}: {_figure(result)}")
            lines += [f"    {note}" for note in result.notes]
        return "\n".join([*lines, self.warning])

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        return f"<TranslationReport {', '.join(f'{result.metric}: {result.status}' for result in self.results)}>"

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON types."""
        document: dict[str, Any] = as_json({
            "format": FORMAT, "version": VERSION, "synthgen": __version__, "created": self.created,
            "warning": self.warning, "settings": self.settings,
            "results": [result.to_dict() for result in self.results],
        })  # fmt: skip
        return document

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Writes the report as JSON; replaces the file in one step.

        Args:
            path: Of the file.

        Raises:
            WriteError: If the path cannot be written; nothing is left behind.
        """
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        with replacing(Path(path)) as beside:
            beside.write_text(text + "\n", encoding="utf-8")


def _figure(result: Result) -> str:
    if result.value is None or result.interval is None:
        return f"not computed: {result.reason}"
    low, high = (number_text(end, result.unit) for end in result.interval)
    text = f"{number_text(result.value, result.unit)} ({low} to {high})"
    if result.reference is not None:
        text += f"; {result.reference_source}: {number_text(result.reference, result.unit)}"
    if result.status == "shown":
        return text
    return f"{text}; {result.status}" + ("" if result.status == "pass" else f", {result.reason}")


def evaluate_translation(  # noqa: PLR0913
    translated: ImageSet,
    target: ImageSet,
    *,
    source: ImageSet | None = None,
    train: ImageSet | None = None,
    paired: bool = True,
    seeds: int = 3,
    seed: int = 0,
    verbose: bool = True,
) -> TranslationReport:
    """Deprecated: judges as ``evaluate(train=..., synthetic=ImagePairs(...), holdout=ImagePairs(...))``; no verdicts.

    ``train`` is then what the translator learned, ``synthetic=ImagePairs(source, translated)`` and
    ``holdout=ImagePairs(source, target)``; see `ImagePairJudge`. The figures are those of before, and so is the
    warning: a translation can invent or erase findings; never for diagnosis.

    Args:
        translated: Translations of images that the translator did not learn from, of the target's size and bits.
        target: Real images. Paired: what translation i should be. Otherwise any of the kind.
        source: What was translated, in the same order; None: there are no controls.
        train: Real images like the target, with a label, of other patients, which the judge's networks learn. None: one
            half of the target's patients, to be asked about the other, and the other way round.
        paired: Whether target i is what translation i should be.
        seeds: Networks that learn and answer together.
        seed: For every sample and network; the same seed gives the same report on the same machine.
        verbose: Whether to show a progress bar (on stderr, when it is a terminal).

    Returns:
        The report; `print` it, or write it with `to_json`.

    Raises:
        EvaluationError: If the sets cannot be compared; names the argument.
    """
    warnings.warn("evaluate_translation(...) is now evaluate(train=..., synthetic=ImagePairs(source, translated), "
                  "holdout=ImagePairs(source, target)).", DeprecationWarning, stacklevel=2)  # fmt: skip
    whole_number("seeds", seeds, least=1)
    sets = read_translations(translated, target, source=source, train=train, paired=paired, seeds=seeds, seed=seed)
    metrics = (PeakSignalToNoise(), StructuralSimilarity(), FindingsKept())
    *near, findings = measured(sets, metrics, verbose=verbose)
    shown = [replace(result, status="shown", reason=NO_VERDICT) if result.computed else result for result in near]
    return TranslationReport(
        results=(*shown, findings),
        settings={"translated": len(translated), "target": len(target), "paired": paired, "label": target.label,
                  "seeds": seeds, "seed": seed, "rare_below": RARE_BELOW,
                  "judge_learned": "other real images" if sets.learned is not None else "halves of the target"},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
