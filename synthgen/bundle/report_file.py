"""A report that comes from a file: all that a policy looks at is there, and is what it should be."""

import os
from collections.abc import Mapping
from typing import Any

from synthgen.bundle.texts import TEXTS
from synthgen.errors import ReadError
from synthgen.expected import ByName, Characters, Each, Fields, Maybe, OneOf, Quantity, agree, refused_as
from synthgen.files.reading import read_json

VERSION = 2
"""Newest layout that is read. Since 2 a report says which kind of data it is on."""

MOST_BYTES = 2**28
"""Of a report: one of a hundred columns takes less than a million."""

_COUNT, _FIGURE = Quantity(whole=True, least=0), Maybe(Quantity())
_INTERVAL = Maybe(Each(of=Quantity(), least=2, most=2))
_PART = Fields({"names": Each(of=Characters(), least=1), "value": _FIGURE, "reference": _FIGURE}, others=True)
_RESULT = Fields(
    {
        "metric": Characters(), "family": Characters(), "status": Characters(), "reason": Characters(),
        "value": _FIGURE, "interval": _INTERVAL, "parts": Each(of=_PART),
    },
    others=True,
)  # fmt: skip
_OF_GROUP = Fields({"value": _FIGURE, "interval": _INTERVAL, "note": Characters()}, others=True)
_GROUP = Fields(
    {
        "column": Characters(), "level": Characters(),
        "figures": Each(of=Fields({"metric": Characters(), "part": _OF_GROUP}, others=True)),
    },
    others=True,
)  # fmt: skip
_PROMISE = Fields({"epsilon": _FIGURE, "delta": Quantity(), "unit": Characters()}, others=True)
_REPORT = Fields(
    {
        "format": OneOf(("synthgen-report",)), "version": Quantity(whole=True, least=1, most=VERSION),
        "tables": Fields({"patients": ByName(_COUNT)}, others=True), "results": Each(of=_RESULT),
        "verdicts": Each(of=Fields({"subject": Characters(), "outcome": Characters()}, others=True)),
        "guarantee": Maybe(_PROMISE), "subgroups": Each(of=_GROUP),
    },
    others=True,
)  # fmt: skip


def read_report(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Returns what a report's file holds, for `Policy.decide`.

    Args:
        path: That `Report.to_json` wrote.

    Raises:
        ReadError: If it cannot be read, or is no report of this version.

    Example:
        >>> import tempfile
        >>> from pathlib import Path
        >>> path = Path(tempfile.mkdtemp()) / "report.json"
        >>> _ = path.write_text('{"format": "synthgen-report", "version": 2, "kind": "tables"}')
        >>> read_report(path)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        synthgen.errors.ReadError: ... It lacks tables, results, verdicts, guarantee, subgroups. ...
    """
    way_out = "`synthgen evaluate --json` writes a report."
    held = read_json(path, most=MOST_BYTES, way_out=way_out)
    with refused_as(ReadError, f"{path} is no report of version 1 or 2 of synthgen: ", f" {way_out}"):
        found = _REPORT.check(held, "the report")
        names = [result["metric"] for result in found["results"]]
        agree(len(set(names)) == len(names), "results: expected each metric once.")
        agree(found["version"] == 1 or found.get("kind") in list(TEXTS), f"kind: expected one of {list(TEXTS)}.")
        for result in found["results"]:
            agree((result["value"] is None) == (result["status"] == "not computed"),
                  "results: expected no value where the status is 'not computed', and one elsewhere.")  # fmt: skip
        for figure in [*found["results"], *(part["part"] for group in found["subgroups"] for part in group["figures"])]:
            agree((figure["value"] is None) == (figure["interval"] is None), "expected an interval with each value.")
    return found


def kind_told(report: Mapping[str, Any]) -> str:
    """Returns the name of the kind of data that a report is on.

    Args:
        report: What `Report.to_dict` returns, or a file of it holds. In version 1, which knew two kinds and named none,
            a report on images described them, and one on tables did not.

    Example:
        >>> kind_told({"version": 2, "kind": "images"}), kind_told({"version": 1, "tables": {"patients": {}}})
        ('images', 'tables')
    """
    if "kind" in report:
        return str(report["kind"])
    return "images" if "images" in report["tables"] else "tables"
