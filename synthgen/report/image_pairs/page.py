"""What only a report on translated images shows on its page: findings by class, what changed, whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synthgen.report.found import Found, find
from synthgen.report.images.page import classes_section
from synthgen.report.sections import Section, closing_sections, maker_sections, measures_section

if TYPE_CHECKING:
    from synthgen.report.image_pairs.gallery import PairGallery


def pair_sections(report: Found, *, internal: bool) -> list[Section]:
    """Returns the sections of a report on translated images; those that would be empty are left out.

    Args:
        report: On image pairs.
        internal: Whether images may be shown: of translations, as of real ones, only then.
    """
    from synthgen.metrics.image_pairs.catalogue import pair_metrics

    gallery: PairGallery | None = report.gallery if internal else None
    return [
        measures_section(report, mark="what needs no translator, real images or guessing"),
        _section("yardsticks", "Yardsticks", rows=_yardsticks(report)),
        *classes_section(report),
        *_changes(report),
        _section("images", "Images", gallery=gallery),
        _section("recognised", "Privacy", recognised=find(report, "patients_recognised")),
        *maker_sections(report),
        *closing_sections(report, method="image_pairs/method.html", metrics=pair_metrics()),
    ]


def _section(name: str, title: str, **shown: Any) -> Section:
    return Section(name=name, title=title, template=f"image_pairs/{name}.html", shown=shown)


def _yardsticks(report: Found) -> list[dict[str, Any]]:
    """How near translations are to the truth, and each of what needs no translator."""
    near = [result for name in ("psnr", "ssim") if (result := find(report, name)) is not None]
    if not near:
        return []
    names = [part.names[0] for part in near[0].parts]
    rows = [{"name": "translations", "figures": [(result.unit, result.value, result.interval) for result in near]}]
    for place, name in enumerate(names):
        parts = [(result.unit, result.parts[place].value, result.parts[place].interval) for result in near]
        rows.append({"name": name, "figures": parts})
    return rows


def _changes(report: Found) -> list[Section]:
    """How many images are seen as another class than before, each way."""
    findings = find(report, "findings_kept")
    if findings is None or not findings.details["changes"]:
        return []
    changes = sorted(findings.details["changes"], key=lambda change: -(change["images"] or 0))
    return [_section("changes", "Changed findings", findings=findings, changes=changes)]
