"""What only a report on images shows on its page: sheets, classes, ways of training, a gallery."""

from __future__ import annotations

from typing import Any

from synthgen.metrics.base import Part, Result
from synthgen.report.found import Found, find, limits_of
from synthgen.report.verdicts import number_text

WAYS = {
    "real": "learned the real images",
    "classical": "learned them, every other one rotated, shifted and changed in contrast at random",
    "synthetic": "learned them and the synthetic ones",
}


def image_parts(report: Found, *, internal: bool) -> dict[str, Any]:
    """Returns what the template asks for besides what all reports have.

    Args:
        report: On images.
        internal: Whether real images may be shown.
    """
    from synthgen.metrics.images.catalogue import image_metrics

    gallery = report.gallery if internal else None
    shown = report.pictures["sheets"] if gallery is None else gallery.synthetic
    real = {} if gallery is None else {sheet["name"]: sheet["image"] for sheet in gallery.real}
    said = "Chosen at random, whatever they are." if internal else report.pictures["about_sheets"]
    return {
        "exposed": None if gallery is None else gallery.neighbours,
        "sheets": [
            {"name": sheet["name"], "synthetic": sheet["image"], "real": real.get(sheet["name"])} for sheet in shown
        ],
        "about_sheets": said,
        "paths": report.pictures["paths"] if gallery is None else gallery.paths,
        "about_paths": report.pictures["about_paths"] if gallery is None else "",
        "classes": _classes(report),
        "usefulness": find(report, "image_tstr"),
        "ways": _ways(find(report, "image_augmentation")),
        "limits": limits_of(image_metrics()),
        "number_text": number_text,
    }


def _classes(report: Found) -> dict[str, Any]:
    """A row for each class, a column for each metric."""
    results = [result for result in report.results if result.breakdown == "class" and result.computed and result.parts]
    names = sorted({part.names[0] for result in results for part in result.parts})
    return {"results": results, "rows": [(name, [(result.unit, _of(result, name)) for result in results])
                                         for name in names]}  # fmt: skip


def _of(result: Result, name: str) -> Part | None:
    return next((part for part in result.parts if part.names == (name,)), None)


def _ways(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    rows = []
    for part in result.parts:
        if part.names[0] in WAYS and len(part.names) == 1 and part.interval is not None:
            ends = " to ".join(number_text(end, "area") for end in part.interval)
            rows.append({"label": WAYS[part.names[0]], "value": number_text(part.value, "area"), "interval": ends})
    return {"sentence": result.details["sentence"], "rows": rows}
