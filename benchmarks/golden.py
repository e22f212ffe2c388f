"""Seeded results of every family, both judges and the pages, as text files: what a change of the house must keep.

``python -m benchmarks.golden FOLDER`` before and after the change, on one machine; then ``diff -r BEFORE AFTER``.
Weights and rows are digests, reports are whole, so that a difference can be read.
"""

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import synthgen as sg
from synthgen.families import FAMILIES
from synthgen.provenance.digests import digest_of
from synthgen.report.image_pairs.evaluate_translation import evaluate_translation

ROWS, STEPS, PIXELS = 400, 20, 16
TIMES = {"created", "synthgen", "seconds"}
"""What a report says of when it was made, and by which version."""
FILES = Path(__file__).parents[1] / "tests" / "synthesizers" / "files"
"""Model files of earlier versions."""


def main(folder: Path) -> None:
    """Writes all results.

    Args:
        folder: New or empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = {"tables": (patients(0), patients(1)), "images": (scans(0), scans(1))}
    drawn: dict[str, Any] = {}
    for family in (family for family in FAMILIES if family.word is not None):  # those that draw
        made = fitted(family, data[family.kind][0], folder)
        drawn.setdefault(family.kind, (made, made.sample(ROWS, seed=1)))
    for path in sorted(FILES.glob("*.synthgen")):
        keep(folder, f"file_{path.stem}", digest_of(sg.load(path).sample(50, seed=1)))
    judged(data, drawn, folder)


def patients(seed: int) -> pd.DataFrame:
    """Returns a table with numbers, days, categories and gaps."""
    random = np.random.default_rng(seed)
    age = random.integers(20, 90, ROWS)
    ill = random.random(ROWS) < age / 100
    pressure = np.round(100 + age / 3 + random.normal(0, 12, ROWS), 1)
    frame = pd.DataFrame({"age": age, "pressure": pressure, "ill": ill, "sex": random.choice(["f", "m"], ROWS)})
    frame["seen"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, ROWS), unit="D")
    frame.loc[random.random(ROWS) < 0.1, "pressure"] = np.nan
    return frame


def scans(seed: int) -> sg.ImageSet:
    """Returns images of two classes."""
    random = np.random.default_rng(seed)
    ill = np.arange(240) % 2
    pixels = random.integers(0, 99 + 99 * ill[:, None, None], (240, PIXELS, PIXELS))
    return sg.ImageSet.from_array(pixels.astype(np.uint8), labels=np.where(ill, "ill", "well"))


def fitted(family: Any, data: Any, folder: Path) -> Any:
    """Fits one family, and keeps its weights, rows and description."""
    length = {} if family.length is None else {family.length: STEPS if family.length == "num_steps" else 2}
    made = family.load()(seed=3, **length).fit(data, verbose=False)
    weights = hashlib.sha256()
    for array in made.model.weights_to_keep():
        weights.update(np.ascontiguousarray(array).tobytes())
    manifest = {name: value for name, value in made.manifest.items() if name != "synthgen"}
    shown = {
        "weights": weights.hexdigest(), "rows": digest_of(made.sample(300, seed=1)),
        "next": digest_of(made.sample(30)), "manifest": manifest,
    }  # fmt: skip
    keep(folder, family.name, shown)
    return made


def judged(data: dict[str, Any], drawn: dict[str, Any], folder: Path) -> None:
    """Judges a table and images, and keeps document, text and page."""
    made, rows = drawn["tables"]
    train, holdout = data["tables"]
    report = sg.evaluate(train=train, synthetic=rows, holdout=holdout, target="ill", subgroups=["sex"], verbose=False,
                         worst_patients=3, made_by=made.manifest)  # fmt: skip
    keep_report(folder, "report_table", report)
    made, rows = drawn["images"]
    train, holdout = data["images"]
    report = sg.evaluate(train=train, synthetic=rows, holdout=holdout, seeds=1, worst_patients=3, verbose=False,
                         made_by=made.manifest)  # fmt: skip
    keep_report(folder, "report_images", report)
    target = holdout.take(np.arange(60))
    report = evaluate_translation(target, target, source=train.take(np.arange(60)), seeds=1, verbose=False)
    keep(folder, "report_translation", without_times(report.to_dict()))
    half = target.pixels // 2
    made = {"synthetic": sg.ImageSet(pixels=half, table=target.table, label=target.label), "holdout": target}
    came = sg.ImageSet(pixels=255 - target.pixels)
    report = sg.evaluate(train=sg.ImagePairs(None, train), seeds=1, worst_patients=3, verbose=False,
                         **{role: sg.ImagePairs(came, images) for role, images in made.items()})  # fmt: skip
    keep_report(folder, "report_pairs", report)


def keep_report(folder: Path, name: str, report: Any) -> None:
    """Writes the document, the summary and the page of both editions."""
    for edition in ("shareable", "internal"):
        keep(folder, f"{name}_{edition}", without_times(report.to_dict(edition=edition)))
        report.to_html(folder / f"{name}_{edition}.html", edition=edition)
        page = folder / f"{name}_{edition}.html"
        text = re.sub(r"\d{4}-\d\d-\d\d(T| )\d\d:\d\d(:\d\d)?(\+00:00)?", "TIME", page.read_text(encoding="utf-8"))
        page.write_text(text.replace(str(report.settings["seconds"]), "SECONDS"), encoding="utf-8")
    (folder / f"{name}.txt").write_text(report.summary() + "\n", encoding="utf-8")


def without_times(document: Any) -> Any:
    """Returns a document without what no seed fixes."""
    if isinstance(document, dict):
        return {name: without_times(value) for name, value in document.items() if name not in TIMES}
    return [without_times(item) for item in document] if isinstance(document, list) else document


def keep(folder: Path, name: str, value: Any) -> None:
    """Writes one result."""
    text = json.dumps(value, indent=1, ensure_ascii=False, default=str)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
