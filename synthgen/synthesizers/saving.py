"""One file for a fitted synthesizer: a zip of JSON and weights, checksummed, versioned, never a pickle.

| member | holds |
|---|---|
| manifest.json | format, versions, family, settings, seed, history, SHA-256 of every other member |
| schema.json | the schema, as the user may declare it |
| encoder.json | every value taken from the data, by column |
| model.json | arrays taken from the data that the model needs, constraints learned from the data |
| sampler.weights.h5 | the network that draws rows |
"""

import hashlib
import io
import json
import os
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from synthgen import __version__
from synthgen.data.constraints import constraint_from_dict
from synthgen.data.schema import Schema
from synthgen.data.writers import replacing
from synthgen.encoding.table import TableEncoder
from synthgen.errors import ModelFileError, SynthgenError, WriteError

if TYPE_CHECKING:
    from synthgen.synthesizers.base import Synthesizer

FORMAT = "synthgen-model"
VERSION = 1
"""Version of the file's layout; a newer one is refused."""

_MEMBERS = ("schema.json", "encoder.json", "model.json", "sampler.weights.h5")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # equal models make equal files


def save(synthesizer: "Synthesizer", path: str | os.PathLike[str]) -> None:
    """Writes a fitted synthesizer; replaces the file in one step, or leaves what was there.

    Args:
        synthesizer: Fitted.
        path: The file, customarily ``.synthgen``.

    Raises:
        ModelFileError: If the path cannot be written, or the disk is full.
    """
    schema, encoder, model = synthesizer.fitted()
    members = {
        "schema.json": _json(schema.to_dict()),
        "encoder.json": _json(encoder.state()),
        "model.json": _json(
            {"arrays": model.state(), "constraints": [constraint.to_dict() for constraint in synthesizer.constraints]}
        ),
        "sampler.weights.h5": _weights(model),
    }
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "synthgen": __version__,
        "family": synthesizer.family,
        "seed": synthesizer.seed,
        "settings": synthesizer.settings,
        "best_epoch": synthesizer.best_epoch,
        "history": synthesizer.history,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in members.items()},
    }
    try:
        with replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {"manifest.json": _json(manifest), **members}.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    except (WriteError, OSError) as error:
        reason = str(error) if isinstance(error, WriteError) else os.strerror(error.errno or 0)
        raise ModelFileError(f"The model was not saved: {reason}. What was at {path} before is untouched.") from error


def load(path: str | os.PathLike[str]) -> "Synthesizer":
    """Reads a fitted synthesizer; needs no training data.

    Args:
        path: A file that `save` wrote.

    Raises:
        ModelFileError: If the file is absent, damaged, no model, or of a newer version; says which.
    """
    from synthgen.synthesizers.tables import FAMILIES

    contents = read_members(path)
    manifest = contents["manifest.json"]
    if manifest["family"] not in FAMILIES:
        raise ModelFileError(f"{path} holds a {manifest['family']!r}, which this synthgen does not know; update it.")
    try:
        schema = Schema.from_dict(contents["schema.json"])
        encoder = TableEncoder.from_state(schema, contents["encoder.json"])
        synthesizer = FAMILIES[manifest["family"]](seed=manifest["seed"], **manifest["settings"])
        model = synthesizer._build(encoder.layout)
        model.restore({name: np.array(values) for name, values in contents["model.json"]["arrays"].items()})
        _load_weights(model, contents["sampler.weights.h5"])
        constraints = tuple(constraint_from_dict(stored) for stored in contents["model.json"]["constraints"])
    except (KeyError, TypeError, ValueError) as error:
        kind = error if isinstance(error, SynthgenError) else type(error).__name__
        raise ModelFileError(f"{path} is no valid model, although its checksums agree: {kind}.") from error
    synthesizer.take(schema, encoder, model, constraints)
    synthesizer.history, synthesizer.best_epoch = manifest["history"], manifest["best_epoch"]
    return synthesizer


def read_members(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Returns the checked members of a model file: JSON as plain types, weights as bytes.

    Raises:
        ModelFileError: If the file is absent, damaged, no model, or of a newer version.
    """
    if not Path(path).is_file():
        raise ModelFileError(f"{path} does not exist.")
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
                raise KeyError("format")
            if manifest["version"] > VERSION:
                raise ModelFileError(
                    f"{path} has layout {manifest['version']}, written by synthgen {manifest.get('synthgen')}; this "
                    f"synthgen reads layout {VERSION}. Update synthgen."
                )
            members = {name: archive.read(name) for name in _MEMBERS}
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"{path} is damaged or no synthgen model: {type(error).__name__}.") from error
    except (KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        raise ModelFileError(f"{path} is no synthgen model: it lacks a readable manifest or member.") from error
    for name, content in members.items():
        if hashlib.sha256(content).hexdigest() != manifest["sha256"].get(name):
            raise ModelFileError(f"{path} is damaged: the checksum of {name} does not agree.")
    parsed = {name: json.loads(content) if name.endswith(".json") else content for name, content in members.items()}
    return {"manifest.json": manifest, **parsed}


def inspect(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Returns everything in a model file but the network's weights: above all every value taken from the data.

    Args:
        path: A file that `save` wrote.

    Returns:
        "manifest", "schema", "encoder" (by column) and "model", as plain types.

    Raises:
        ModelFileError: See `read_members`.
    """
    contents = read_members(path)
    return {name.removesuffix(".json"): value for name, value in contents.items() if name.endswith(".json")}


def _json(value: Any) -> bytes:
    return json.dumps(value, default=_plain, indent=1, ensure_ascii=False, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"Cannot store a {type(value).__name__}.")


def _weights(model: Any) -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "sampler.weights.h5"
        model.sampler.save_weights(file)
        return file.read_bytes()


def _load_weights(model: Any, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "sampler.weights.h5"
        file.write_bytes(io.BytesIO(content).getvalue())
        model.sampler.load_weights(file)
