"""Digests of data of any kind: keyed ones of each row or image, for the house, and one of all that was drawn."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from synthgen.data.kinds import kind_of

DIGEST_BYTES, KEY_BYTES = 16, 32
"""Of a keyed digest (BLAKE2b, RFC 7693), and of its key."""


def digest_of(drawn: Any) -> str:
    """Returns the digest of data: of a table, or of images and what is known of them.

    Args:
        drawn: Data of any kind, which says what counts: see `Kind.digest`.

    Example:
        >>> import pandas as pd
        >>> typed, text = pd.DataFrame({"age": [61], "sex": ["F"]}), pd.DataFrame({"sex": ["F"], "age": ["61"]})
        >>> digest_of(typed) == digest_of(text)
        True
    """
    return kind_of(drawn).digest(drawn)


def file_digest(path: str | os.PathLike[str]) -> str:
    """Returns the SHA-256 of a file.

    Args:
        path: Of the file.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keyed(contents: Iterable[bytes], *, key: bytes) -> np.ndarray:
    """Returns a keyed digest of each of several things.

    Args:
        contents: Such as `Kind.contents` of rows, or `Kind.patients`.
        key: Of the house.

    Returns:
        (things, 16) uint8.
    """
    digests = b"".join(hashlib.blake2b(content, digest_size=DIGEST_BYTES, key=key).digest() for content in contents)
    return np.frombuffer(digests, np.uint8).reshape(-1, DIGEST_BYTES)  # (things, 16)
