"""The table files that synthgen reads and writes, told by how their names end."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, final


@final
@dataclass(frozen=True)
class TableFormat:
    """How a table stands in a file.

    Args:
        family: Text with one line to a row, Parquet, or Arrow's own file (Feather version 2).
        separator: What stands between two fields of a text file.
        compressed: Whether a text file is compressed with gzip.
    """

    family: Literal["text", "parquet", "arrow"]
    separator: str = ","
    compressed: bool = False


FORMATS = {
    ".csv": TableFormat("text"),
    ".csv.gz": TableFormat("text", compressed=True),
    ".tsv": TableFormat("text", separator="\t"),
    ".tsv.gz": TableFormat("text", separator="\t", compressed=True),
    ".parquet": TableFormat("parquet"),
    ".feather": TableFormat("arrow"),
    ".arrow": TableFormat("arrow"),
}
"""Every format by the end of the file's name."""


def format_of(path: str | os.PathLike[str]) -> TableFormat:
    """Returns the format that a file's name asks for.

    Raises:
        ValueError: If the name ends in none of `FORMATS`; says which there are.

    Example:
        >>> format_of("visits.CSV.gz")
        TableFormat(family='text', separator=',', compressed=True)
    """
    name = Path(path).name.lower()
    for suffix, known in FORMATS.items():
        if name.endswith(suffix):
            return known
    raise ValueError(f"{path}: expected a name that ends in {', '.join(FORMATS)}.")
