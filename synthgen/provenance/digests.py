"""Digests of rows and images: keyed ones of each, for the house, and one of all, of what was drawn and judged."""

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import final

import numpy as np
import pandas as pd

from synthgen.data.images.image_set import ImageSet
from synthgen.provenance.cells import column_texts, lines

DIGEST_BYTES, KEY_BYTES = 16, 32
"""Of a keyed digest (BLAKE2b, RFC 7693), and of its key."""


@final
class TableDigest:
    r"""SHA-256 of a table as canonical text, chunk by chunk: column names as a JSON array, then a line for each row.

    Types, the order of columns and the format of the file make no difference; the order of rows and every cell do.

    Example:
        >>> digest = TableDigest()
        >>> digest.update(pd.DataFrame({"age": [61, 7]}))
        >>> digest.hexdigest() == hashlib.sha256(b'["age"]\n["61"]\n["7"]\n').hexdigest()
        True
    """

    def __init__(self) -> None:
        self._columns: list[str] | None = None
        self._hash = hashlib.sha256()

    def update(self, chunk: pd.DataFrame) -> None:
        """Adds rows.

        Args:
            chunk: (rows, columns); the same columns each time.
        """
        if self._columns is None:
            self._columns = sorted(map(str, chunk.columns))
            self._hash.update((json.dumps(self._columns, ensure_ascii=False, separators=(",", ":")) + "\n").encode())
        for line in lines(chunk, self._columns):
            self._hash.update(line.encode("utf-8", "surrogatepass") + b"\n")

    def hexdigest(self) -> str:
        """Returns the digest of all rows so far."""
        return self._hash.hexdigest()


def digest_of(drawn: pd.DataFrame | ImageSet) -> str:
    """Returns the digest of a table, or of images and what is known of them.

    Args:
        drawn: (rows, columns), or images: the SHA-256 of the table's digest and of each image, see `image_bytes`.

    Example:
        >>> typed, text = pd.DataFrame({"age": [61], "sex": ["F"]}), pd.DataFrame({"sex": ["F"], "age": ["61"]})
        >>> digest_of(typed) == digest_of(text)
        True
    """
    table = drawn.table if isinstance(drawn, ImageSet) else drawn
    digest = TableDigest()
    digest.update(table.rename(columns=str))
    if not isinstance(drawn, ImageSet):
        return digest.hexdigest()
    whole = hashlib.sha256(digest.hexdigest().encode())
    for content in image_bytes(drawn):
        whole.update(content)
    return whole.hexdigest()


def image_bytes(images: ImageSet) -> Iterator[bytes]:
    """Yields each image: sides, channels and bits as a JSON array, a line break, pixels of 16 bits, little end first.

    Args:
        images: Any.
    """
    head = json.dumps([*images.pixels.shape[1:], images.bits], separators=(",", ":")).encode() + b"\n"
    for image in images.pixels:
        yield head + image.astype("<u2").tobytes()


def keyed_rows(frame: pd.DataFrame, columns: Sequence[str], *, key: bytes) -> np.ndarray:
    """Returns a keyed digest of each row.

    Args:
        frame: (rows, columns).
        columns: What counts; their order makes no difference.
        key: Of the house.

    Returns:
        (rows, 16) uint8.
    """
    return _keyed((line.encode("utf-8", "surrogatepass") for line in lines(frame, columns)), key)


def keyed_patients(whose: pd.Series, *, key: bytes) -> np.ndarray:
    """Returns a keyed digest of each patient who is named; of a row whose patient is missing, none.

    Args:
        whose: (rows,) the patient key.
        key: Of the house.

    Returns:
        (patients, 16) uint8.
    """
    named = {text for text in column_texts(whose) if text is not None}
    return _keyed((text.encode("utf-8", "surrogatepass") for text in sorted(named)), key)


def keyed_images(images: ImageSet, *, key: bytes) -> np.ndarray:
    """Returns a keyed digest of the pixels of each image, (images, 16) uint8.

    Args:
        images: As they are learned: of one size, channels and bits.
        key: Of the house.
    """
    return _keyed(image_bytes(images), key)


def file_digest(path: str | os.PathLike[str]) -> str:
    """Returns the SHA-256 of a file.

    Args:
        path: Of the file.
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _keyed(contents: Iterator[bytes], key: bytes) -> np.ndarray:
    digests = b"".join(hashlib.blake2b(content, digest_size=DIGEST_BYTES, key=key).digest() for content in contents)
    return np.frombuffer(digests, np.uint8).reshape(-1, DIGEST_BYTES)  # (rows, 16)
