"""What only a report on images shows on its page: sheets, classes, ways of training, a gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synthgen.metrics.base import Part, Result
from synthgen.report.found import Found, find
from synthgen.report.sections import Section, closing_sections, maker_sections, measures_section, privacy_section
from synthgen.report.verdicts import number_text

if TYPE_CHECKING:  # sheets load Keras
    from synthgen.report.images.sheets import Gallery

WAYS = {
    "real": "learned the real images",
    "classical": "learned them, every other one rotated, shifted and changed in contrast at random",
    "synthetic": "learned them and the synthetic ones",
}


def image_sections(report: Found, *, internal: bool) -> list[Section]:
    """Returns the sections of a report on images; those that would be empty are left out.

    Args:
        report: On images.
        internal: Whether real images may be shown.
    """
    from synthgen.metrics.images.catalogue import image_metrics

    gallery = report.gallery if internal else None
    usefulness = find(report, "image_tstr")
    return [
        measures_section(report),
        _sheets(report, gallery, internal=internal),
        *_paths(report, gallery),
        *classes_section(report),
        *([_section("usefulness", "Usefulness", usefulness=usefulness, ways=_ways(find(report, "image_augmentation")))]
          if usefulness else []),
        privacy_section(report, nearest="image"),
        *([_section("exposed", "Most exposed images", exposed=gallery.neighbours)] if gallery is not None else []),
        *maker_sections(report),
        *closing_sections(report, method="images/method.html", metrics=image_metrics()),
    ]  # fmt: skip


def _section(name: str, title: str, **shown: Any) -> Section:
    return Section(name=name, title=title, template=f"images/{name}.html", shown=shown)


def _sheets(report: Found, gallery: Gallery | None, *, internal: bool) -> Section:
    """Pictures of each class, beside real ones for the keeper of the data."""
    shown = report.pictures["sheets"] if gallery is None else gallery.synthetic
    real = {} if gallery is None else {sheet["name"]: sheet["image"] for sheet in gallery.real}
    said = "Chosen at random, whatever they are." if internal else report.pictures["about_sheets"]
    sheets = [{"name": sheet["name"], "synthetic": sheet["image"], "real": real.get(sheet["name"])} for sheet in shown]
    return _section("sheets", "Images", sheets=sheets, about_sheets=said)


def _paths(report: Found, gallery: Gallery | None) -> list[Section]:
    """Ways from one image to another, where some were handed over."""
    paths = report.pictures["paths"] if gallery is None else gallery.paths
    said = report.pictures["about_paths"] if gallery is None else ""
    return [_section("paths", "Between images", paths=paths, about_paths=said)] if paths or said else []


def classes_section(report: Found) -> list[Section]:
    """Returns a table with a row for each class, a column for each metric; none where no class stands apart.

    Args:
        report: On images, or pairs of them.
    """
    classes = _classes(report)
    return [_section("classes", "Classes", classes=classes)] if classes["rows"] else []


def _classes(report: Found) -> dict[str, Any]:
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
