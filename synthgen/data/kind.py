"""What a kind of data is to whoever knows none: who claims a path or a value, how it is read, divided and called."""

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar, final

Data = TypeVar("Data")
"""What is read of a kind: a data frame, a set of images."""


@final
@dataclass(frozen=True, kw_only=True)
class Words:
    """What sentences call data of a kind; whoever writes a sentence asks here, and replaces nothing in finished ones.

    Args:
        thing: One of what is learned: "row".
        things: Several: "rows".
        whole: All of them, as one thing: "table".
        these: All of them, pointed at: "this table".
    """

    thing: str
    things: str
    whole: str
    these: str


class Kind(ABC, Generic[Data]):
    """One kind of data. A new one is a folder of its name inside each part that has such folders, and a row in lists.

    A subclass sets the class variables and writes the methods; the one instance stands in `synthgen.data.kinds`.
    """

    name: ClassVar[str]
    """Of its folders, in `FAMILIES` and in documents: "tables"."""
    words: ClassVar[Words]

    @abstractmethod
    def claims(self, path: Path) -> bool:
        """Whether a path that is there, or is to be written, holds data of this kind, by its name and what lies there.

        Args:
            path: Of a file or folder.
        """

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether a value is data of this kind.

        Args:
            value: Anything.
        """

    @abstractmethod
    def read(self, path: str | os.PathLike[str], **options: Any) -> Data:
        """Reads data.

        Args:
            path: Of a file or folder.
            options: As the reader of the kind takes them.

        Raises:
            SynthgenError: If the path cannot be read, or an option is none of this kind; names them.
        """

    @abstractmethod
    def write(self, data: Data, path: str | os.PathLike[str], **options: Any) -> None:
        """Writes data, whole or not at all.

        Args:
            data: Of this kind.
            path: Of a file or folder.
            options: As the writer of the kind takes them.

        Raises:
            SynthgenError: If the path cannot be written, or an option is none of this kind; names them.
        """

    @abstractmethod
    def split(self, data: Data, *, by: str | None, holdout: float, seed: int) -> tuple[Data, Data]:
        """Divides data into train and holdout; all that is of one patient goes to the same side.

        Args:
            data: Of this kind.
            by: What names the patient, where the kind asks for it.
            holdout: Share of the patients to hold out, between 0 and 1.
            seed: Of the choice.

        Raises:
            SynthgenError: If there is nothing to divide, or `by` is unknown.
        """
