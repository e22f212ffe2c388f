"""The judging side's call for translated images: translations and real images in, a report out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, final

from synthgen import __version__
from synthgen.data.images.image_set import ImageSet
from synthgen.errors import EvaluationError
from synthgen.files.writing import replacing
from synthgen.metrics.base import Result
from synthgen.metrics.images.findings import FindingsKept, judged_by_class
from synthgen.metrics.images.pools import RARE_BELOW
from synthgen.metrics.images.translation import PeakSignalToNoise, StructuralSimilarity
from synthgen.metrics.images.translation_reading import read_translations
from synthgen.metrics.json_types import as_json
from synthgen.report.evaluate import measured
from synthgen.report.verdicts import number_text

WARNING = (
    "A translated image is a guess that looks real: it can invent or erase findings, unpaired translation most of all, "
    "and no figure here excludes that for a single image. Never for diagnosis."
)

FORMAT, VERSION = "synthgen-translation-report", 1


@final
@dataclass(frozen=True, eq=False, kw_only=True)
class TranslationReport:
    """What `evaluate_translation` found.

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
    """Judges translated images: how near to the true ones, and whether a network sees the same findings in them.

    **Translation can invent or erase findings**, unpaired translation most of all; no figure excludes that for a single
    image. Never for diagnosis. The result says so too.

    Of pairs: peak signal-to-noise ratio and structural similarity, each with a 95 % interval over patients, beside what
    the untouched source reaches, or the source merely enlarged. Where there is a label: how often networks that learned
    real images see the right class in translations and in real images, and how many translations they see as another
    class than the real image. No network is asked about a patient from whom it learned.

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

    Example:
        >>> import numpy as np
        >>> real = np.random.default_rng(0).integers(0, 256, (30, 8, 8), np.uint8)
        >>> target, source = ImageSet.from_array(real), ImageSet.from_array(real // 2)
        >>> report = evaluate_translation(target, target, source=source, verbose=False)
        >>> report["ssim"].value, report["ssim"].reference < 1, report["findings_kept"].status
        (1.0, True, 'not computed')
    """
    if not isinstance(seeds, int) or isinstance(seeds, bool) or seeds < 1:
        raise EvaluationError(f"seeds: expected a whole number, 1 or more. Received {seeds!r}.")
    sets = read_translations(translated, target, source=source, train=train, paired=paired, seeds=seeds, seed=seed)
    metrics = (PeakSignalToNoise(), StructuralSimilarity(), FindingsKept())
    *near, findings = measured(sets, metrics, verbose=verbose)
    return TranslationReport(
        results=(*near, judged_by_class(findings)),
        settings={"translated": len(translated), "target": len(target), "paired": paired, "label": target.label,
                  "seeds": seeds, "seed": seed, "rare_below": RARE_BELOW,
                  "judge_learned": "other real images" if sets.learned is not None else "halves of the target"},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
