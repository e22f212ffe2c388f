"""Which family a manifest names, and what only that family states in it."""

from typing import Any

from synthgen.expected import Fields, OneOf
from synthgen.families import named
from synthgen.files.model_file import ANY_FAMILY


def family_of(manifest: dict[str, Any]) -> Any:
    """Returns the class of the family that a manifest names; loads it.

    Args:
        manifest: From `model_file.read_members`.

    Raises:
        Unexpected: If there is none of that name, or what the family states is something else.
    """
    known = named()
    family = known[OneOf(tuple(known)).check(manifest["family"], "manifest: family")].load()
    stated = {name: manifest[name] for name in family.stated if name in manifest}
    Fields({}, family.stated).check(stated, "manifest")
    return family


def checked(manifest: dict[str, Any]) -> dict[str, Any]:
    """Returns what of a manifest was checked: what none or only another family would state is left out.

    Args:
        manifest: From `model_file.read_members`.

    Raises:
        Unexpected: See `family_of`.
    """
    known = {*ANY_FAMILY, *family_of(manifest).stated}
    return {name: value for name, value in manifest.items() if name in known}
