"""What a kind of data is to whoever knows none: who claims a path or a value, how it is read, divided and called."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar, final

from synthgen.errors import SchemaError

Data = TypeVar("Data")
"""What is read of a kind: a data frame, a set of images."""

Source = str | os.PathLike[str]
"""A path, or an address as that of a database."""


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
    where: ClassVar[str]
    """It is read from, for errors: "a file that ends in .csv"; "": from no path."""
    coincide: ClassVar[bool] = False
    """Whether two of different patients may be equal by chance, as rows of few columns are."""
    schema_mark: ClassVar[str | None] = None
    """First entry of its schema files, where these are not those of one table."""

    @abstractmethod
    def claims(self, path: Source) -> bool:
        """Whether a path that is there, or is to be written, holds data of this kind, by its name and what lies there.

        Args:
            path: Of a file or folder; or an address.
        """

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether a value is data of this kind.

        Args:
            value: Anything.
        """

    @abstractmethod
    def read(self, path: Source, **options: Any) -> Data:
        """Reads data.

        Args:
            path: Of a file or folder.
            options: As the reader of the kind takes them.

        Raises:
            ReadError: If the path cannot be read, or an option is none of this kind; names them.
        """

    @abstractmethod
    def write(self, data: Data, path: str | os.PathLike[str], **options: Any) -> None:
        """Writes data, whole or not at all.

        Args:
            data: Of this kind.
            path: Of a file or folder.
            options: As the writer of the kind takes them.

        Raises:
            WriteError: If the path cannot be written, or an option is none of this kind; names them.
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
            SchemaError: If there is nothing to divide, or `by` is unknown.
        """

    @abstractmethod
    def contents(self, data: Data, columns: Sequence[str]) -> Iterator[bytes]:
        """Yields each row, image ... as bytes that say its value, whatever types and format it is held in.

        Args:
            data: Of this kind.
            columns: What counts, where there are columns; their order makes no difference.
        """

    def digest(self, data: Data) -> str:
        """Returns a digest of all of the data, 64 hexadecimal digits: every value counts, and the order.

        Args:
            data: Of this kind.
        """
        whole = hashlib.sha256()
        for content in self.contents(data, ()):
            whole.update(len(content).to_bytes(8, "big") + content)
        return whole.hexdigest()

    def meaning(self, data: Data, *, patient_key: str | None, rare_below: int) -> Any:
        """Returns a guess of what the data means, as a schema of the kind; called by `Schema.infer`.

        Args:
            data: Of this kind.
            patient_key: Column that names the patient, where the kind asks for it.
            rare_below: What fewer patients than this share is never stored and never shown.

        Raises:
            SchemaError: If the kind has no schema.
        """
        del patient_key, rare_below
        raise SchemaError(f"Expected a pandas DataFrame. Received {type(data).__name__}.")

    def schema_from(self, stored: Mapping[str, Any]) -> Any:
        """Returns the schema that a file of the kind describes; called by `Schema.from_yaml`, by the mark.

        Args:
            stored: What was read from the file.

        Raises:
            SchemaError: If the kind has no schema of its own, or this is none.
        """
        del stored
        raise SchemaError(f"There are no schema files of {self.name}.")

    def counted(self, data: Data, schema: Any) -> tuple[tuple[str, ...], str | None]:
        """Returns which columns say who is who, and the one that names the patient; none where there are no columns.

        Args:
            data: That was learned.
            schema: What its columns mean; None: a guess.
        """
        return (), None

    def patients(self, data: Data, key: str) -> Iterator[bytes]:
        """Yields each patient who is named, once, as bytes; none where another file would name them otherwise.

        Args:
            data: Of this kind.
            key: Column that names the patient.
        """
        return iter(())
