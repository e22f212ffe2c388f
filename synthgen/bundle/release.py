"""Puts a release together: all of it in one folder, signed, or nothing."""

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import pandas as pd
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from synthgen.bundle.card import card
from synthgen.bundle.decision import Decision
from synthgen.bundle.manifest import sha256, write_manifest
from synthgen.bundle.metadata import croissant, data_package
from synthgen.data.schema import Schema
from synthgen.data.writers import write_table
from synthgen.errors import BundleError


class Reported(Protocol):
    """What a release needs of a report."""

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON types."""

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Writes the report as a page."""

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Writes the report for programs."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """What is released.

    Args:
        name: Of the data set.
        licence: Of the data set: a name or an address.
        synthetic: (rows, columns).
        schema: What the columns mean.
        report: On these very rows.
        policy: The policy's text.
        decision: What the policy said of the report.
        model: The manifest of the model file that drew the rows, if any.
        format: Of the table's file.
    """

    name: str
    licence: str
    synthetic: pd.DataFrame
    schema: Schema
    report: Reported
    policy: str
    decision: Decision
    model: Mapping[str, Any] | None = None
    format: Literal["csv", "parquet"] = "csv"

    def write(self, folder: str | os.PathLike[str], *, key: Ed25519PrivateKey) -> None:
        """Writes and signs the folder: table, report, policy, decision, card, metadata, manifest.

        Args:
            folder: Must not exist; appears when all is in it.
            key: Signs.

        Raises:
            BundleError: If the policy says no, the folder exists, or it cannot be written.
        """
        if not self.decision.passed:
            raise BundleError(f"The policy says no: {' '.join(self.decision.reasons)}")
        report = self.report.to_dict()
        with _appearing(Path(folder)) as beside:
            table = beside / f"synthetic.{self.format}"
            write_table(self.synthetic, table)
            self.report.to_html(beside / "report.html")
            self.report.to_json(beside / "report.json")
            self.schema.to_yaml(beside / "schema.yaml")
            (beside / "policy.yaml").write_text(self.policy, encoding="utf-8")
            _write_json(beside / "decision.json", self.decision.to_dict())
            file = {"name": table.name, "format": self.format, "sha256": sha256(table), "bytes": table.stat().st_size}
            for name, describe in {"croissant.json": croissant, "datapackage.json": data_package}.items():
                described = describe(self.schema, list(self.synthetic.columns), name=self.name, licence=self.licence,
                                     created=report["created"], file=file)  # fmt: skip
                _write_json(beside / name, described)
            text = card(name=self.name, licence=self.licence, schema=self.schema, report=report,
                        decision=self.decision, model=self.model)  # fmt: skip
            (beside / "card.md").write_text(text, encoding="utf-8")
            made = {"name": self.name, "created": report["created"], "synthgen": report["synthgen"]}
            write_manifest(beside, key=key, more=made)


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Gives a folder beside the target, which takes its place when the block ends without an error."""
    require_new(folder)
    beside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
    try:
        beside.mkdir()
    except OSError as error:
        raise BundleError(f"{folder} cannot be made: {error.strerror}. Name a folder in one of yours.") from error
    try:
        yield beside
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def require_new(folder: Path) -> None:
    """Raises where a folder is there already.

    Raises:
        BundleError: If it is.
    """
    if folder.exists():
        raise BundleError(f"{folder} is there already; a release is never changed. Name another folder.")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
