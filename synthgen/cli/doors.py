"""The one list of the command line's doors, and how that of a path or a model is found."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthgen.cli.door import Door
from synthgen.cli.images.door import ImageDoor
from synthgen.cli.records.door import RecordDoor
from synthgen.cli.tables.door import TableDoor
from synthgen.data.kinds import kind_of_path
from synthgen.errors import SynthgenError
from synthgen.families import named

DOORS: dict[str, Door] = {door.kind: door for door in (TableDoor(), ImageDoor(), RecordDoor())}
"""In the order in which help names what they offer."""


def door_of_path(path: Path) -> Door:
    """Returns the door of what a path holds.

    Args:
        path: Of a file or folder.

    Raises:
        ReadError: If no kind of data claims it.

    Example:
        >>> door_of_path(Path("visits.csv")).kind
        'tables'
    """
    return DOORS[kind_of_path(path).name]


def door_of_model(manifest: Mapping[str, Any]) -> Door:
    """Returns the door of what a model learned.

    Args:
        manifest: Of its file, which was checked.
    """
    return DOORS[named()[manifest["family"]].kind]


def require_target_of_any(output: Path, kind: str | None) -> None:
    """Finds out before a model is read whether data of some kind can be written where it is to be.

    Args:
        output: A file or folder.
        kind: Of the files in a folder.

    Raises:
        WriteError: If none can.
    """
    refused = []
    drawing = [door for door in DOORS.values() if door.families]
    for door in [door for door in drawing if kind is None or "--kind" in door.takes.get("sample", ())]:
        try:
            door.require_target(output, kind)
        except SynthgenError as error:
            refused.append(error)
        else:
            return
    raise refused[0]


def require_door(door: Door, paths: Mapping[str, Path | None]) -> None:
    """Makes sure that paths hold what another does, before any is read.

    Args:
        door: Of the first.
        paths: By option; None is passed over.

    Raises:
        SynthgenError: Names the option.
    """
    for option, path in paths.items():
        if path is not None and (other := door_of_path(path)) is not door:
            raise SynthgenError(
                f"{option} {path} holds {other.kind}, and --train {door.kind}: they cannot be compared. Name "
                f"{door.kind}."
            )


def all_of(what: str) -> list[str]:
    """Returns what the doors offer, each once: "formats", "families" or "contest" words.

    Example:
        >>> all_of("formats")
        ['csv', 'parquet', 'npz', 'png', 'dicom']
    """
    offered = [getattr(door, what) for door in DOORS.values()]
    return list(
        dict.fromkeys(word for words in offered if words for word in ([words] if isinstance(words, str) else words))
    )
