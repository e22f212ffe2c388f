"""What is in the folder of a release, looked at without following anything out of it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from synthgen.errors import BundleError
from synthgen.files.reading import kind_of


@dataclass(frozen=True)
class Contents:
    """What is in a folder, by its path inside it, with slashes.

    Args:
        files: Plain files.
        others: All else in a word, such as "symbolic link" or "empty folder"; folders that hold something are left out.
    """

    files: frozenset[str]
    others: dict[str, str]

    def on_the_way_to(self, *names: str) -> dict[str, str]:
        """Returns what is no plain file and stands where some files or the folders above them should be.

        Args:
            names: Of files.
        """
        places = {name: kind for name, kind in self.others.items() if kind != EMPTY}
        return {place: kind for place, kind in places.items() if any(f"{n}/".startswith(f"{place}/") for n in names)}


EMPTY = "empty folder"


def listed(folder: Path, *, manifest: str, signature: str) -> Contents:
    """Looks through a folder.

    Args:
        folder: Of a release.
        manifest: Name of a file at its top that is passed over.
        signature: The same.

    Raises:
        BundleError: If a folder cannot be read.
    """
    kinds = dict(_kinds(folder))
    files = {name for name, kind in kinds.items() if kind == "file"} - {manifest, signature}
    return Contents(frozenset(files), {name: kind for name, kind in sorted(kinds.items()) if kind != "file"})


def _kinds(folder: Path) -> Iterator[tuple[str, str]]:
    """What each thing below a folder is; of folders the empty ones."""
    to_see = [""]
    while to_see:
        inside = to_see.pop()
        try:
            entries = list(os.scandir(folder / inside))
            kinds = {entry.name: kind_of(entry.stat(follow_symlinks=False).st_mode) for entry in entries}
        except OSError as error:
            raise BundleError(f"{folder / inside} cannot be read: {error.strerror}.") from error
        if inside and not kinds:
            yield inside, EMPTY
        for name, kind in kinds.items():
            path = f"{inside}/{name}" if inside else name
            if kind == "folder":
                to_see.append(path)
            else:
                yield path, kind
