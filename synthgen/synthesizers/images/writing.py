"""Images into files as they are drawn, and their digest."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self, final

from synthgen.data.images.image_set import ImageSet
from synthgen.data.images.kind import ImageKind
from synthgen.data.images.writers import image_writer
from synthgen.data.tables.digest import TableDigest
from synthgen.synthesizers.base import Part


@final
class DigestedImages:
    """Writes images part by part, and digests what it writes.

    Args:
        path: See `image_writer`.
        count: How many images will come.
        options: See `image_writer`.

    Raises:
        WriteError: See `image_writer`.
    """

    def __init__(self, path: str | os.PathLike[str], count: int, **options: Any) -> None:
        self._writing = image_writer(path, count, **options)
        self._stack, self._digest = ExitStack(), hashlib.sha256()

    def __enter__(self) -> Self:
        self._write = self._stack.enter_context(self._writing)
        return self

    def expect(self, parts: Sequence[Part[Any]]) -> None:
        """Digests what is known of all images, with which their digest begins.

        Args:
            parts: That will come.
        """
        known = TableDigest()
        for part in parts:
            known.update(part.asked.table.rename(columns=str))
        self._digest.update(known.hexdigest().encode())

    def write(self, data: ImageSet) -> None:
        """Appends images.

        Args:
            data: As all before them.
        """
        self._write(data)
        for content in ImageKind().contents(data, ()):
            self._digest.update(content)

    def hexdigest(self) -> str:
        """Returns the digest of what is known of all images, and of all images so far."""
        return self._digest.hexdigest()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
