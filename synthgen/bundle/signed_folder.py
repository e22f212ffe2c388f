"""What every release is, whatever it holds: all of it in one folder, signed, or nothing."""

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from synthgen.bundle.card import card
from synthgen.bundle.decision import Decision, report_digest
from synthgen.bundle.manifest import sha256, write_manifest
from synthgen.bundle.provenance import provenance
from synthgen.bundle.report_file import kind_told
from synthgen.bundle.texts import texts_of
from synthgen.errors import BundleError
from synthgen.files.writing import appearing
from synthgen.provenance.digests import digest_of
from synthgen.provenance.origin import Origin


class Reported(Protocol):
    """What a release needs of a report."""

    def to_dict(self) -> dict[str, Any]:
        """Returns everything as JSON types."""

    def to_html(self, path: str | os.PathLike[str]) -> None:
        """Writes the report as a page."""

    def to_json(self, path: str | os.PathLike[str]) -> None:
        """Writes the report for programs."""


@dataclass(frozen=True, kw_only=True)
class SignedFolder(ABC):
    """What every release holds beside its data, and how it comes about.

    Args:
        name: Of the data set.
        licence: Of the data set: a name or an address.
        report: On this very data.
        policy: The policy's text.
        decision: What the policy said of the report.
        origin: Proof of which model drew the data, from `synthgen.draw` or `prove`; None: its maker is not known, and
            nothing can be promised of it.
    """

    kind: ClassVar[str]
    """Name of the kind of data, see `synthgen.bundle.texts`."""

    name: str
    licence: str
    report: Reported
    policy: str
    decision: Decision
    origin: Origin | None = None

    @abstractmethod
    def data(self) -> Any:
        """Returns what is released, of a kind that `synthgen.data.kinds` lists."""

    @abstractmethod
    def write_data(self, folder: Path, *, created: str) -> dict[str, Mapping[str, Any]]:
        """Writes the data, and returns what machines are told of it: content by the name of a JSON file.

        Args:
            folder: Of the release.
            created: When the report was made, ISO 8601.
        """

    @abstractmethod
    def describe(self) -> tuple[str, dict[str, str]]:
        """Returns how the data was made and what it holds, for the card: a text, and texts by heading."""

    def write(self, folder: str | os.PathLike[str], *, key: Ed25519PrivateKey) -> None:
        """Writes and signs the folder: data, report, policy, decision, card, metadata, manifest.

        Args:
            folder: Must not exist; appears when all is in it.
            key: Signs.

        Raises:
            BundleError: If the policy says no, or decided on another report, the report is on other data or on another
                kind of it, it speaks of a promise that no proven origin stands for, or the folder exists.
            WriteError: If it cannot be written, or another run is writing it.
        """
        if not self.decision.passed:
            raise BundleError(f"The policy says no: {' '.join(self.decision.reasons)}")
        report = self.report.to_dict()
        if self.decision.report != report_digest(report):
            raise BundleError("decision: the policy decided on another report. Let it decide on this one.")
        self._require_kind(kind_told(report))
        checked = provenance(report, digest=digest_of(self.data()), origin=self.origin)
        require_new(Path(folder))
        with appearing(folder) as beside:
            for name, content in self.write_data(beside, created=report["created"]).items():
                _write_json(beside / name, content)
            self.report.to_html(beside / "report.html")
            self.report.to_json(beside / "report.json")
            (beside / "policy.yaml").write_text(self.policy, encoding="utf-8")
            _write_json(beside / "decision.json", self.decision.to_dict())
            made, described = self.describe()
            text = card(name=self.name, licence=self.licence, report=report, decision=self.decision, made=made,
                        described=described)  # fmt: skip
            (beside / "card.md").write_text(text, encoding="utf-8")
            more = {"name": self.name, "created": report["created"], "synthgen": report["synthgen"],
                    "provenance": checked}  # fmt: skip
            write_manifest(beside, key=key, more=more, kind=self.kind)

    def _require_kind(self, told: str) -> None:
        """Translated images that say that no person is shown would be a lie."""
        if told != self.kind:
            things = {kind: texts_of(kind).words.things for kind in (told, self.kind)}
            raise BundleError(
                f"report: it is one on {things[told]}, and what is to be released here are {things[self.kind]}. Judge "
                f"these, or release {things[told]} as what they are: see synthgen.bundle.{told}.release."
            )


def described_file(path: Path, file_format: str, media: str) -> dict[str, Any]:
    """Returns name, format, media type, checksum and size of a file.

    Args:
        path: Of the file.
        file_format: Such as "csv".
        media: Such as "text/csv".
    """
    return {"name": path.name, "format": file_format, "media": media, "sha256": sha256(path),
            "bytes": path.stat().st_size}  # fmt: skip


def require_new(folder: Path) -> None:
    """Raises where a folder is there already.

    Raises:
        BundleError: If it is.
    """
    if os.path.lexists(folder):
        raise BundleError(f"{folder} is there already; a release is never changed. Name another folder.")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
