"""A roster's file, beside the model: where it is, and what it holds, every byte of it checked."""

import io
import json
import math
import os
import secrets
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from synthgen.data.kinds import all_kinds
from synthgen.errors import ReadError
from synthgen.files.reading import read_whole
from synthgen.provenance.digests import DIGEST_BYTES, KEY_BYTES
from synthgen.provenance.roster import FORMAT, SETS, VERSION, Roster

ENDING = ".roster"
"""Of the file, after the model file's whole name."""

MOST_BYTES = 2**32
"""Of the file: more than 100 million rows and patients."""

_HEADER_BYTES = 128
"""Before a short array of bytes in NumPy's format, version 1."""

_KINDS: dict[str, type | tuple[type, ...]] = {
    "format": str, "version": int, "model": str, "things": str, "columns": list, "patient_key": (str, type(None)),
    "seal": str,
}  # fmt: skip
"""What stands in `about`, and of what type."""


def roster_of(model: str | os.PathLike[str]) -> Path:
    """Returns where the roster of a model file is looked for: beside it.

    Example:
        >>> roster_of("models/patients.synthgen").name
        'patients.synthgen.roster'
    """
    path = Path(model)
    return path.with_name(f"{path.name}{ENDING}")


def read_roster(path: str | os.PathLike[str]) -> Roster:
    """Reads the roster that a fit left in the house.

    Args:
        path: That `Roster.save` wrote.

    Raises:
        ReadError: If it cannot be read, is none of this version, was changed, or its key is another's.

    Example:
        >>> import tempfile
        >>> import pandas as pd
        >>> path = Path(tempfile.mkdtemp()) / "patients.synthgen.roster"
        >>> Roster.of(train=pd.DataFrame({"age": range(20, 60)}), model="0" * 64).save(path)
        >>> read_roster(path).learned.shape
        (40, 16)
    """
    try:
        content = read_whole(path, most=MOST_BYTES)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            arrays = _arrays(archive, len(content))
    except ReadError:
        raise
    except OSError as error:
        raise ReadError(f"{path} cannot be read: {os.strerror(error.errno or 0)}.") from error
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise ReadError(
            f"{path} is no roster, or was damaged: {type(error).__name__}. Fit again to have one."
        ) from error
    about = _about(path, arrays.pop("about").tobytes())
    key = arrays.pop("key").tobytes()
    roster = Roster(model=about["model"], things=about["things"], columns=tuple(about["columns"]),
                    patient_key=about["patient_key"], key=key, **arrays)  # fmt: skip
    seal = about["seal"].encode("utf-8", "surrogatepass")
    if len(key) != KEY_BYTES or not secrets.compare_digest(roster.seal().encode(), seal):
        raise ReadError(
            f"{path} was changed, or its key is another roster's. Trust nothing of it; fit again to have one."
        )
    return roster


def _arrays(archive: zipfile.ZipFile, size: int) -> dict[str, np.ndarray]:
    """The arrays by name; none is made before its header is known to fit the bytes that are there."""
    infos = archive.infolist()
    if sorted(info.filename for info in infos) != sorted(f"{name}.npy" for name in (*SETS, "about", "key")):
        raise ValueError("members")
    stored = all(info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size for info in infos)
    if not stored or sum(info.file_size for info in infos) > size:
        raise ValueError("sizes")
    return {info.filename.removesuffix(".npy"): _array(info.filename, archive.read(info)) for info in infos}


def _array(member: str, content: bytes) -> np.ndarray:
    """The bytes behind the one header that an array of so many can have: NumPy's reader trusts what a header says."""
    count = len(content) - _HEADER_BYTES
    shape = (count // DIGEST_BYTES, DIGEST_BYTES) if member.removesuffix(".npy") in SETS else (count,)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    if not content.startswith(header.getvalue()) or math.prod(shape) != count:
        raise ValueError("shape of an array")
    return np.frombuffer(content, np.uint8, offset=_HEADER_BYTES).reshape(shape)


def _about(path: str | os.PathLike[str], content: bytes) -> dict[str, Any]:
    try:
        about = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"{path} is no roster: it does not say what it is.") from error
    if not isinstance(about, dict) or about.get("format") != FORMAT or about.get("version") != VERSION:
        raise ReadError(f"{path} is no roster of version {VERSION}. Update synthgen, or fit again to have one.")
    right = set(about) == set(_KINDS) and all(isinstance(about[name], kind) for name, kind in _KINDS.items())
    if not right or about["things"] not in _things() or not all(isinstance(n, str) for n in about["columns"]):
        raise ReadError(f"{path} is no roster of version {VERSION}: what it says of itself is not what a fit writes.")
    return about


def _things() -> list[str]:
    """What may have been learned, by the words of the kinds."""
    return [kind.words.things for kind in all_kinds()]
