"""One file for a fitted synthesizer: a zip of JSON and weights, checksummed, versioned, never a pickle.

| member | holds |
|---|---|
| manifest.json | format, versions, family, settings, seed, history, SHA-256 of every other member |
| schema.json | the schema, as the user may declare it |
| encoder.json | every value taken from the data, by column |
| model.json | arrays taken from the data that the model needs, constraints learned from the data |
| weights.npz | the network that draws rows |
| trees.npz | the trees that choose among drawn rows |
"""

import hashlib
import io
import json
import os
import zipfile
from typing import Any

import numpy as np

from synthgen import __version__
from synthgen.errors import ModelFileError, WriteError
from synthgen.files.model_file import FORMAT, TREES, VERSION, WEIGHTS, read_members
from synthgen.files.writing import replacing
from synthgen.synthesizers.contents import Contents, refused
from synthgen.synthesizers.stated import checked

WEIGHT = "weight "
"""Name of an array of a table's network among others, before its number."""

NO_SCHEMA: dict[str, Any] = {"columns": {}, "patient_key": None, "rare_below": None}
"""Of images of which nothing is known."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # equal models make equal files


def write_members(path: str | os.PathLike[str], manifest: dict[str, Any], members: dict[str, Any]) -> None:
    """Writes a model file; replaces what was there in one step, or leaves it.

    Args:
        path: The file, customarily ``.synthgen``.
        manifest: What describes the model; format, version and checksums are added.
        members: "schema", "encoder" and "model" as plain types and arrays, "weights" and "trees" as lists of arrays.

    Raises:
        ModelFileError: If the path cannot be written, or the disk is full.
    """
    contents = {f"{name}.json": _json(members[name]) for name in ("schema", "encoder", "model")}
    contents |= {WEIGHTS: _pack(members["weights"]), TREES: _pack(members["trees"])}
    described = {"format": FORMAT, "version": VERSION, "synthgen": __version__, **manifest}
    described["sha256"] = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    try:
        with replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {"manifest.json": _json(described), **contents}.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    except OSError as error:
        reason = str(error) if isinstance(error, WriteError) else os.strerror(error.errno or 0)
        unsaved = ModelFileError(f"The model was not saved: {reason} What was at {path} before is untouched.")
        unsaved.errno = error.errno
        raise unsaved from error


def inspect(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Returns what a model file holds besides the arrays of networks and trees: every value taken from the data.

    Args:
        path: A file that `save` wrote.

    Returns:
        "manifest", "schema", "encoder" (by column) and "model", as plain types.

    Raises:
        ModelFileError: See `read_members`.
    """
    members = read_members(path)
    with refused(path):
        Contents.of(members)
        members["manifest"] = checked(members["manifest"])
    return {name: value for name, value in members.items() if name not in ("weights", "trees")}


def _json(value: Any) -> bytes:
    return json.dumps(value, default=_plain, indent=1, ensure_ascii=False, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"Cannot store a {type(value).__name__}.")


def _pack(weights: list[np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {f"weight_{position}": weight for position, weight in enumerate(weights)}
    np.savez(buffer, **arrays)
    return buffer.getvalue()
