"""The JSON report has the documented layout, and files are written whole or not at all."""

import json
import re
from pathlib import Path

import pytest

from synthgen.errors import SynthgenError
from synthgen.metrics.tables.catalogue import all_metrics
from synthgen.report.evaluate import evaluate

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "report-json.md"


@pytest.fixture(scope="module")
def validator():
    """Checks documents against the schema in the documentation."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed: pip install -e '.[dev]'")
    block = re.search(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    schema = json.loads(block.group(1))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("case", ["ordinary", "leaky", "no holdout", "few rows", "internal"])
def test_every_report_fits_the_documented_schema(case, validator, report, leaky, patients):
    made = {
        "ordinary": lambda: report,
        "leaky": lambda: leaky,
        "no holdout": lambda: evaluate(train=patients(80, 0), synthetic=patients(80, 1)),
        "few rows": lambda: evaluate(train=patients(5, 0), synthetic=patients(3, 1), holdout=patients(4, 2)),
        "internal": lambda: evaluate(
            train=patients(80, 0), synthetic=patients(80, 1), holdout=patients(80, 2), worst_patients=3
        ),
    }[case]()
    edition = "internal" if case == "internal" else "shareable"
    document = json.loads(json.dumps(made.to_dict(edition=edition), allow_nan=False))
    assert [error.message for error in validator.iter_errors(document)] == []


def test_the_schema_refuses_what_is_no_report(validator, report):
    document = report.to_dict()
    document["results"][0]["value"] = "high"
    document["verdicts"][0]["outcome"] = "splendid"
    document["exposed"] = []
    assert len(list(validator.iter_errors(document))) == 3


def test_the_page_lists_every_metric_as_it_is():
    text = PAGE.read_text(encoding="utf-8")
    for metric in all_metrics():
        row = f"| `{metric.name}` | {metric.family} | {metric.unit} | {metric.direction} | {metric.best:g} |"
        assert row in text, row


def test_written_and_returned_are_the_same(report, tmp_path):
    report.to_json(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == report.to_dict()


@pytest.mark.parametrize("write", ["to_json", "to_html"])
def test_a_path_that_cannot_be_written_is_named_and_nothing_is_left(write, report, tmp_path):
    with pytest.raises(SynthgenError, match="absent"):
        getattr(report, write)(tmp_path / "absent" / "report")
    target = tmp_path / "report"
    target.mkdir()
    with pytest.raises(SynthgenError, match="folder"):
        getattr(report, write)(target)
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
