"""One run: a data set, a model and a seed; fitted in a process of its own, judged in others, kept in one file."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import records
from benchmarks.environments import PEERS, ROOT, python_of
from benchmarks.models import FLOOR, Model

PROGRAMS = Path(__file__).parent / "peers"


@dataclass(frozen=True, kw_only=True)
class Files:
    """A data set as programs find it.

    Args:
        name: Of the data set.
        target: Column that usefulness predicts.
        digest: Of its content.
        rows: Synthetic rows to draw, 0 for as many as training rows.
        shape: Training rows, test rows, columns.
        paths: Of train, test and schema.
    """

    name: str
    target: str
    digest: str
    rows: int
    shape: tuple[int, int, int]
    paths: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One line of a table, for one seed.

    Args:
        data: What is learned.
        model: What learns it.
        seed: Of everything random in the model.
        quick: Whether it belongs to the quick benchmark: with the model's quick settings, unless others are given.
    """

    data: Files
    model: Model
    seed: int
    quick: bool = False

    @property
    def settings(self) -> dict[str, Any]:
        """Arguments of the model that are not its defaults."""
        return {**(self.model.quick if self.quick else {}), **self.model.settings}

    @property
    def code(self) -> str:
        """What else decides the result: synthgen's source, or the packages of the peer."""
        if self.model.ours:
            return records.fingerprint(records.MAKING)
        return " ".join(PEERS[self.model.environment]) if self.model.environment else ""

    @property
    def stem(self) -> str:
        """Name of the run's files."""
        key = records.key(data=self.data.digest, model=self.model.name, settings=self.settings, seed=self.seed,
                          code=self.code)  # fmt: skip
        return records.stem(data=self.data.name, model=self.model.name, seed=self.seed, key=key)

    def blank(self) -> records.Record:
        """Returns a result that holds nothing yet but what was run, when and with which code."""
        train, test, columns = self.data.shape
        return {
            "data": self.data.name, "rows": {"train": train, "test": test}, "columns": columns,
            "model": self.model.name, "maker": self.model.maker, "settings": self.settings, "seed": self.seed,
            "quick": self.quick,
            "code": self.code, "commit": commit(), "machine": machine(),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where results are kept, who judges, and how long one process may take.

    Args:
        folder: Of results, logs and tables.
        judge: Program of the user's own that judges too.
        longest: Minutes after which a fit is stopped and counts as failed.
        keep_older: Whether what an older version of the code made or judged counts as done.
        retry: Whether runs that failed are tried again.
    """

    folder: Path
    judge: Path | None = None
    longest: float = 240.0
    keep_older: bool = False
    retry: bool = False

    @property
    def results(self) -> Path:
        """Where result files are."""
        return self.folder / "results"

    def find(self, run: Run) -> tuple[str, records.Record | None]:
        """Returns the name of a run's files and what is known of it, None for nothing."""
        found = records.read(self.results / f"{run.stem}.json")
        if found is None and self.keep_older:
            wanted = records.identity(run.blank())
            older = [record for record in records.read_all(self.results) if records.identity(record) == wanted]
            found = older[-1] if older else None
        return (run.stem if found is None else found["stem"]), found

    def missing(self, record: records.Record | None) -> bool:
        """Returns whether there is anything left to do for a run, by what is known of it."""
        if record is None or "error" in record:
            return record is None or self.retry
        return any(not self._has_judged(record, judge) for judge in self.judges())

    def _has_judged(self, record: records.Record, judge: str) -> bool:
        said = record["judged"].get(judge, {})
        if "error" in said and self.retry:
            return False
        return bool(said) and (self.keep_older or said["program"] == self.judges()[judge])

    def synthetic(self, stem: str) -> Path:
        """Returns where a run's synthetic rows are."""
        return self.folder / "synthetic" / f"{stem}.csv"

    def judges(self) -> dict[str, str]:
        """Returns the judges, each with what changes when it does."""
        own = {} if self.judge is None else {"own": records.fingerprint([self.judge.name], package=self.judge.parent)}
        return {"synthgen": records.fingerprint(records.JUDGING)} | own

    def execute(self, run: Run) -> records.Record:
        """Fits unless that was done, then lets those judge who have not; writes the result after each step.

        Args:
            run: What to do.

        Returns:
            The result; a failure is in it, as `error`.
        """
        stem, record = self.find(run)
        path = self.results / f"{stem}.json"
        if record is None or "error" in record:
            record = self._fit(run, stem)
            records.write(path, record)
        for judge, program in {} if "error" in record else self.judges().items():
            if not self._has_judged(record, judge):
                record["judged"][judge] = {"program": program} | self._judge(judge, run, stem)
                records.write(path, record)
        return record

    def _fit(self, run: Run, stem: str) -> records.Record:
        synthetic, timings = self.synthetic(stem), self.folder / "logs" / f"{stem}.timings.json"
        synthetic.parent.mkdir(parents=True, exist_ok=True)
        record = run.blank() | {"stem": stem}
        if run.model.name == FLOOR:
            return record | {"timings": {}, "judged": {}}
        command = [
            python_of(run.model.environment), PROGRAMS / run.model.program, run.data.paths["train"],
            "--schema", run.data.paths["schema"], "--target", run.data.target,
            "--model", run.model.word, "--settings", json.dumps(run.settings), "--seed", run.seed,
            "--rows", run.data.rows, "--synthetic", synthetic, "--timings", timings,
        ]  # fmt: skip
        error = self._call(command, stem)
        if error:
            return record | {"error": error}
        return record | {"timings": json.loads(timings.read_text(encoding="utf-8")), "judged": {}}

    def _judge(self, judge: str, run: Run, stem: str) -> dict[str, Any]:
        """Figures of one judge, or its error."""
        floor, paths = run.model.name == FLOOR, run.data.paths
        rows = paths["test"] if floor else self.synthetic(stem)
        output = self.folder / "logs" / f"{stem}.judged.json"  # of its own: several benchmarks may share the folder
        began = time.perf_counter()
        if judge == "synthgen":
            more = ["--schema", paths["schema"], "--target", run.data.target, "--output", output]
            command = [sys.executable, "-m", "benchmarks.judging", paths["train"], paths["test"], rows, *more]
            error = self._call([*command, "--floor"] if floor else command, stem)
        else:
            more = ["--target", run.data.target, "--name", stem]
            error = self._call([sys.executable, self.judge, paths["train"], paths["test"], rows, *more], stem, output)
        if error:
            return {"error": error}
        figures = json.loads(output.read_text(encoding="utf-8").strip().splitlines()[-1])
        if floor and judge == "own":  # it tested on the rows that it trained on
            figures["tstr"] = figures.pop("trtr", None)
            figures.pop("closer", None)
        return {"figures": figures, "seconds": round(time.perf_counter() - began, 1)}

    def _call(self, command: Sequence[object], stem: str, output: Path | None = None) -> str:
        """Runs a program with its words in the run's log; returns why it failed, or nothing."""
        log = self.folder / "logs" / f"{stem}.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as words, (output or log).open("wb" if output else "ab") as answer:
            try:
                subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stderr=words,
                               stdout=answer, cwd=ROOT, timeout=self.longest * 60, check=True)  # fmt: skip
            except subprocess.TimeoutExpired:
                return f"Stopped: took more than {self.longest:g} minutes"
            except subprocess.CalledProcessError as failure:
                return last_words(log, failure.returncode)
        return ""


def last_words(log: Path, code: int) -> str:
    """Returns the last line of a log, in which Python names the error; what ended the process where there is none.

    Args:
        log: Of the process.
        code: That it ended with; negative for a signal.
    """
    if code < 0:
        return f"Killed by signal {-code}" + (": out of memory?" if code == -9 else "")
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else f"Ended with code {code}"


def commit() -> str:
    """Returns the commit that the source is at, with a plus where it was changed since."""
    try:
        asked = [subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
                 for words in (["rev-parse", "--short", "HEAD"], ["status", "--porcelain", "synthgen"])]  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return asked[0] + ("+" if asked[1] else "")


def machine() -> dict[str, Any]:
    """Returns what times depend on."""
    return {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}
