"""A saved synthesizer, ready to draw again."""

import os
from typing import Any

from synthgen.files.model_file import read_members
from synthgen.synthesizers.contents import refused
from synthgen.synthesizers.stated import family_of


def load(path: str | os.PathLike[str]) -> Any:
    """Reads a fitted synthesizer of tables or of images, or a translator of images; needs no training data.

    Nothing in the file is believed: sizes, kinds, shapes and numbers are checked before they are used. What is
    possible, if another model than the one that was saved, loads: who must be sure of that signs the file.

    Args:
        path: A file that `save` wrote.

    Raises:
        ModelFileError: If the file is absent, damaged, no model, or of another version; says which.
    """
    members = read_members(path)
    with refused(path):
        return family_of(members["manifest"]).from_members(members)
