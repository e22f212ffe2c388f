"""What stands in a model file, read member by member: sizes first, then checksums, then kinds, then numbers.

A checksum protects from accident, not from malice: whoever changes a file can write new ones. So nothing here is
believed. A member is not unpacked before its size is known to be one that it may have, and of arrays the headers are
read before the numbers.
"""

import hashlib
import io
import json
import math
import os
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from synthgen.errors import ModelFileError
from synthgen.expected import (
    Array,
    ByName,
    Characters,
    Each,
    Fields,
    Maybe,
    Quantity,
    Unexpected,
    agree,
    refused_as,
)

FORMAT = "synthgen-model"
VERSION = 3
"""Version of the file's layout; others are refused."""

MANIFEST, WEIGHTS, TREES = "manifest.json", "weights.npz", "trees.npz"
MEMBERS = ("schema.json", "encoder.json", "model.json", WEIGHTS, TREES)
"""Besides the manifest, which holds their checksums."""

MOST_JSON, MOST_RATIO = 2**26, 200
"""Bytes that a member of JSON may unpack to, or so many times what it takes in the file."""

MOST_CONTAINERS = 1_000_000
"""Lists and mappings in a member of JSON: each takes many times the memory of its two brackets."""

HEADER = 1_024
"""Bytes that an array may take in a file of arrays beside its numbers."""

STATED = Fields(
    {
        "synthgen": Characters(100), "family": Characters(100), "seed": Quantity(whole=True, least=0, most=2**31 - 1),
        "settings": Fields(others=True), "sha256": ByName(Characters(64)),
        "best_epoch": Quantity(whole=True, least=-1, most=1e9), "history": Each(of=ByName(Quantity())),
    },
    {"privacy": Maybe(Fields(others=True))},
    others=True,
)  # fmt: skip
"""The manifest; settings, privacy and what only some families state are checked by who uses them."""

ANY_FAMILY = ("format", "version", *STATED.needed, *STATED.optional)
"""What the manifest of any family holds."""

MODEL = Fields({
    "arrays": Fields(others=True), "constraints": Each(of=Fields(others=True)),
    "calibrator": Maybe(Fields(others=True)),
})  # fmt: skip
"""The member of the model, but for what a family keeps in it."""

Damage = (zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, NotImplementedError, RuntimeError)
"""What Python's reader of zip files raises for one that is none, or was damaged."""


@dataclass(frozen=True)
class PackedArrays:
    """A member of arrays, of which the checksum is right and nothing else is known.

    Args:
        path: Of the model file.
        name: Of the member.
        size: Bytes that it unpacks to, as the file says.
        digest: SHA-256 of these.
    """

    path: str | os.PathLike[str]
    name: str
    size: int
    digest: str

    def read(self, expected: list[Array]) -> list[np.ndarray]:
        """Returns the arrays.

        Args:
            expected: What they must be, one by one.

        Raises:
            Unexpected: If they are others; before they are unpacked, where the size or a header says so.
        """
        most = sum(_most_bytes(array) for array in expected)
        agree(self.size <= most + HEADER, f"{self.name}: expected at most {most} bytes. Received {self.size}.")
        with zipfile.ZipFile(self.path) as archive, archive.open(self.name) as packed:
            content = packed.read(self.size + 1)
        agree(hashlib.sha256(content).hexdigest() == self.digest, f"{self.name} has changed since it was opened.")
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as arrays:
                return self._unpacked(arrays, expected)
        except Unexpected:
            raise
        except Damage as error:
            raise Unexpected(f"{self.name}: expected a file of arrays. Received another, or a damaged one.") from error

    def _unpacked(self, arrays: zipfile.ZipFile, expected: list[Array]) -> list[np.ndarray]:
        wanted = [f"weight_{number}.npy" for number in range(len(expected))]
        received = arrays.namelist()
        agree(sorted(received) == sorted(wanted), f"{self.name}: expected {len(wanted)} arrays, by their numbers. "
              f"Received {len(received)}.")  # fmt: skip
        unpacked = []
        for name, array in zip(wanted, expected, strict=True):
            where = f"{self.name}: {name}"
            agree(arrays.getinfo(name).compress_type == zipfile.ZIP_STORED, f"{where}: expected it as it is.")
            with arrays.open(name) as file:
                shape, dtype = _header(file)
                array.check_header(shape, dtype, where)
                file.seek(0)
                unpacked.append(array.check(np.lib.format.read_array(file, allow_pickle=False), where))
        return unpacked


def read_members(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Returns the members of a model file: "manifest", "schema", "encoder", "model" (plain types) and "weights" and
    "trees" (`PackedArrays`). Checksums are right; what the members say, whoever uses it must check.

    Args:
        path: The file.

    Raises:
        ModelFileError: If the file is absent, damaged, no model, or of another version.
    """
    if not Path(path).is_file():
        raise ModelFileError(f"{path} does not exist.")
    try:
        with zipfile.ZipFile(path) as archive, refused_as(ModelFileError, f"{path} is no valid model: "):
            manifest = _manifest(path, archive)
            _check_names(archive)
            described = {name: _digest(archive, name) for name in MEMBERS}
            for name, digest in described.items():
                if manifest["sha256"].get(name) != digest:
                    raise ModelFileError(f"{path} is damaged: the checksum of {name} does not agree.")
            plain = {name.removesuffix(".json"): _json(archive, name) for name in MEMBERS if name.endswith(".json")}
            packed = {name.removesuffix(".npz"): PackedArrays(path, name, archive.getinfo(name).file_size, digest)
                      for name, digest in described.items() if name.endswith(".npz")}  # fmt: skip
            MODEL.check(plain["model"], "model")
    except ModelFileError:
        raise
    except Damage as error:
        raise ModelFileError(f"{path} is damaged or no synthgen model: {type(error).__name__}.") from error
    return {"manifest": manifest, **plain, **packed}


def _manifest(path: str | os.PathLike[str], archive: zipfile.ZipFile) -> dict[str, Any]:
    stored = _json(archive, MANIFEST)
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise ModelFileError(f"{path} is no synthgen model: its manifest says something else.")
    version = Quantity(whole=True).check(stored.get("version"), "manifest: version")
    if version != VERSION:
        way_out = "Update synthgen" if version > VERSION else "Fit it again"
        raise ModelFileError(
            f"{path} has layout {version}, written by synthgen {str(stored.get('synthgen'))[:40]}; this synthgen reads "
            f"layout {VERSION}. {way_out}."
        )
    return STATED.check(stored, "manifest")


def _check_names(archive: zipfile.ZipFile) -> None:
    """Makes sure that the file holds each member once, and nothing else."""
    names, wanted = archive.namelist(), {MANIFEST, *MEMBERS}
    absent, others = wanted.difference(names), len(set(names) - wanted)
    agree(not absent, f"it lacks {', '.join(sorted(absent))}.")
    agree(not others, f"it holds {others} members that no model has.")
    agree(len(names) == len(wanted), "it holds a member twice.")


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    """SHA-256 of a member, read piece by piece."""
    with archive.open(_entry(archive, name)) as member:
        return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]


def _entry(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """A member, if it is packed in a way that models are."""
    entry = archive.getinfo(name)
    agree(entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), f"{name}: expected it stored or deflated.")
    return entry


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    """What a member of JSON holds."""
    entry = _entry(archive, name)
    most = max(MOST_JSON, MOST_RATIO * entry.compress_size)
    agree(entry.file_size <= most, f"{name}: expected at most {most} bytes. Received {entry.file_size}.")
    with archive.open(entry) as member:
        content = member.read(most)
    agree(content.count(b"[") + content.count(b"{") <= MOST_CONTAINERS, f"{name}: expected fewer lists and mappings.")
    try:
        return json.loads(content, parse_constant=_no_constant, object_pairs_hook=_once)
    except Unexpected as error:
        raise Unexpected(f"{name}: {error}") from error
    except RecursionError as error:
        raise Unexpected(f"{name}: expected JSON. Received lists or mappings in one another, without end.") from error
    except ValueError as error:
        raise Unexpected(f"{name}: expected JSON. Received something else.") from error


def _no_constant(name: str) -> NoReturn:
    raise Unexpected(f"expected finite numbers. Received {name}.")


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    pairs = list(pairs)
    held = dict(pairs)
    agree(len(held) == len(pairs), "expected each name of a mapping once. Received one twice.")
    return held


def _header(file: Any) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of the array in a file."""
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if read is None:
        raise Unexpected(f"expected an array of version 1 or 2. Received {version}.")
    shape, _, dtype = read(file)
    return shape, dtype


def _most_bytes(array: Array) -> int:
    """That an array takes in a file, its header included."""
    return math.prod(array.longest) * np.dtype(array.dtype).itemsize + HEADER
