"""Result files: one JSON a run, its key, what it holds, and which of several runs counts."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]

BESIDE_MAKING = ("cli", "metrics", "report", "errors.py", "__init__.py", "__main__.py", "py.typed", "__pycache__")
"""Parts of synthgen that do not decide what a fit gives; a part that is new does, until it is named here."""

MAKING = tuple(sorted(part.name for part in (ROOT / "synthgen").iterdir() if part.name not in BESIDE_MAKING))
"""Parts of synthgen that do."""

JUDGING = ("data", "metrics", "report/evaluate.py")
"""Parts of synthgen that decide what its judge says."""

Record = dict[str, Any]
"""A result file: what was run (data, model, settings, seed, code, ...), and either timings and judged, or error."""


@dataclass(frozen=True)
class Figure:
    """One figure of the judges.

    Args:
        name: In result files.
        title: In tables.
        foreign: What a judge of the user's own calls it.
        decimals: Digits shown.
    """

    name: str
    title: str
    foreign: str
    decimals: int


FIGURES = (
    Figure("columns_error", "columns, %", "shape_err", 2),
    Figure("pairs_error", "pairs, %", "trend_err", 2),
    Figure("detector", "detector", "gbm_auc", 3),
    Figure("usefulness", "usefulness", "tstr", 3),
    Figure("closer", "closer", "closer", 3),
    Figure("copies", "copies", "copies", 3),
)


def fingerprint(parts: Iterable[str], *, package: Path = ROOT / "synthgen") -> str:
    """Returns eight letters that change with the source of some parts of synthgen, committed or not.

    A result is used again as long as they stay: a new page of documentation repeats no training.

    Args:
        parts: Files and folders in `package`.
        package: The folder of synthgen's source.
    """
    digest = hashlib.sha256()
    for part in parts:
        place = package / part
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:8]


def key(*, data: str, model: str, settings: Mapping[str, Any], seed: int, code: str) -> str:
    """Returns eight letters that differ between any two runs that could give different results.

    Args:
        data: Digest of the data set.
        model: Its name.
        settings: Its arguments.
        seed: Of the run.
        code: Fingerprint of synthgen's making side, or the packages of a peer.
    """
    told = json.dumps([data, model, dict(settings), seed, code], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def stem(*, data: str, model: str, seed: int, key: str) -> str:
    """Returns the name of a run's files.

    Example:
        >>> stem(data="adult", model="sdv TVAE", seed=0, key="1a2b3c4d")
        'adult--sdv-TVAE--0--1a2b3c4d'
    """
    return "--".join(re.sub(r"[^\w.]+", "-", str(part)) for part in (data, model, seed, key))


def write(path: Path, record: Record) -> None:
    """Writes a result file in one step: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(record, indent=1, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def read(path: Path) -> Record | None:
    """Returns a result file, None where it does not exist."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def read_all(folder: Path) -> list[Record]:
    """Returns all result files of a folder, oldest first."""
    return sorted((json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")),
                  key=lambda record: record["created"])  # fmt: skip


def identity(record: Record) -> tuple[str, str, str, int]:
    """Returns what two runs share that differ in nothing but the code: data set, model, settings, seed."""
    return record["data"], record["model"], json.dumps(record["settings"], sort_keys=True), record["seed"]


def newest(records: Iterable[Record]) -> list[Record]:
    """Returns, of runs that differ in nothing but the code or the time, the newest.

    Args:
        records: Oldest first.
    """
    return list({identity(record): record for record in records}.values())


def judged(record: Record, judge: str) -> dict[str, float]:
    """Returns one judge's figures by the names of `FIGURES`; empty where it has not judged.

    Args:
        record: Of a run.
        judge: "synthgen", or "own" for the user's own.
    """
    figures = record.get("judged", {}).get(judge, {}).get("figures", {})
    if judge == "synthgen":
        return figures
    return {figure.name: figures[figure.foreign] for figure in FIGURES if figure.foreign in figures}


@dataclass(frozen=True)
class Group:
    """Runs that differ in nothing but the seed: one line of a table.

    Args:
        label: Model and settings, for people.
        maker: See `Model.maker`.
        runs: Those that ended well.
        failed: Those that did not.
    """

    label: str
    maker: str
    runs: tuple[Record, ...]
    failed: tuple[Record, ...]

    def timings(self, name: str) -> list[float]:
        """Returns one measurement of every run that has it."""
        return [run["timings"][name] for run in self.runs if run["timings"].get(name) is not None]

    def figures(self, name: str, *, judge: str) -> list[float]:
        """Returns one figure of every run that has it."""
        said = [judged(run, judge).get(name) for run in self.runs]
        return [value for value in said if value is not None]


def groups(records: Iterable[Record], *, keep_older: bool = False) -> list[Group]:
    """Returns the lines of a table, in the order in which models were first met.

    Args:
        records: Of one data set, oldest first.
        keep_older: Whether seeds that an older version of the code ran stand beside those of the newest.
    """
    by_line: dict[tuple[str, str, str], list[Record]] = {}
    for record in newest(records):
        by_line.setdefault(identity(record)[:3], []).append(record)
    found = []
    for (_, model, _), lines in by_line.items():
        settings = ", ".join(f"{name}={value}" for name, value in lines[0]["settings"].items())
        last = max(lines, key=lambda record: record["created"])
        kept = [record for record in lines if keep_older or record["code"] == last["code"]]
        found.append(Group(
            " ".join(filter(None, (model, settings))), last["maker"],
            runs=tuple(record for record in kept if "error" not in record),
            failed=tuple(record for record in kept if "error" in record),
        ))  # fmt: skip
    return found


def judge_shown(records: Iterable[Record]) -> str:
    """Returns whose figures a table shows: the user's own judge's where it judged any model, else synthgen's.

    Args:
        records: Of one data set. The floor decides only where nothing else was judged: it may have been judged earlier,
            by more judges than the models.
    """
    known = [record for record in records if record.get("judged")]
    fitted = [record for record in known if record["maker"]]
    return "own" if any(judged(record, "own") for record in fitted or known) else "synthgen"
