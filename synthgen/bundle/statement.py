"""What a manifest has to say, and in which form: a signature makes no sense of what it is under."""

import json
import re
from typing import Any

FORMAT, VERSION = "synthgen-release", 1

_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEY = re.compile(r"[0-9a-f]{16}")


def parsed(content: bytes) -> tuple[dict[str, Any], str]:
    """Returns what a manifest says, and what is wrong with it; "" if nothing is.

    Args:
        content: Of the file.

    Example:
        >>> parsed(b'{"format": "shopping list"}')[1]
        'its format is not "synthgen-release"'
    """
    try:
        # Bytes would be read as UTF-16 and UTF-32 too, which other readers of JSON refuse (RFC 8259, 8.1).
        described = json.loads(content.decode(), object_pairs_hook=_distinct, parse_constant=_refused)
    except RecursionError:
        return {}, "it is nested too deeply"
    except ValueError as error:
        return {}, str(error) if isinstance(error, _NotPlainError) else "it is no JSON"
    if not isinstance(described, dict):
        return {}, "it is no JSON object"
    return described, _fault(described)


class _NotPlainError(ValueError):
    """JSON that readers understand in different ways."""


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise _NotPlainError("it says something twice")
    return dict(pairs)


def _refused(_constant: str) -> None:
    raise _NotPlainError("it holds a number that JSON does not have")


def _fault(described: dict[str, Any]) -> str:
    if described.get("format") != FORMAT:
        return f'its format is not "{FORMAT}"'
    if described.get("version") != VERSION or isinstance(described["version"], bool):
        return f"its version is not {VERSION}, the only one that this synthgen knows"
    if described.get("artificially_generated") is not True:
        return "it does not say that the data is artificially generated"
    signed_by, files = described.get("signed_by"), described.get("files")
    if not isinstance(signed_by, str) or not _KEY.fullmatch(signed_by):
        return "signed_by is no fingerprint of a key"
    if not isinstance(files, dict):
        return "files is no list of files"
    return next((fault for name, file in files.items() if (fault := _fault_of_file(name, file))), "")


def _fault_of_file(name: str, file: Any) -> str:
    if any(part in ("", ".", "..") for part in name.split("/")) or "\0" in name:
        return "files names what is not inside the folder"
    if not isinstance(file, dict):
        return "files does not say what each file is"
    digest, size = file.get("sha256"), file.get("bytes")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        return "files holds a sha256 that is none"
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        return "files holds a size that is none"
    return ""
