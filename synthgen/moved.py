"""Modules that stood elsewhere: an import by the old name still works, and says the new one.

The public names of `synthgen` are where users import from; this serves those who went further in.
"""

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

MOVED = {
    "synthgen.bundle.image_release": "synthgen.bundle.images.release",
    "synthgen.bundle.release": "synthgen.bundle.tables.release",
    "synthgen.data.datasets": "synthgen.data.tables.datasets",
    "synthgen.data.readers": "synthgen.data.tables.readers",
    "synthgen.data.writers": "synthgen.data.tables.writers",
    "synthgen.provenance.cells": "synthgen.data.tables.cells",
    "synthgen.metrics.catalogue": "synthgen.metrics.tables.catalogue",
    "synthgen.metrics.features": "synthgen.metrics.tables.features",
    "synthgen.metrics.fidelity": "synthgen.metrics.tables.fidelity",
    "synthgen.metrics.privacy": "synthgen.metrics.tables.privacy",
    "synthgen.metrics.utility": "synthgen.metrics.tables.utility",
    "synthgen.report.evaluate_images": "synthgen.report.images.evaluate_images",
    "synthgen.report.evaluate_translation": "synthgen.report.image_pairs.evaluate_translation",
    "synthgen.report.images.evaluate_translation": "synthgen.report.image_pairs.evaluate_translation",
    **{
        f"synthgen.synthesizers.{name}": f"synthgen.synthesizers.tables.{name}"
        for name in ("autoregressive", "conditions", "copula", "ctgan", "diffusion", "gan", "marginals", "vae")
    },
}
"""Old name to new one; what stands below goes along."""


def new_name(old: str) -> str | None:
    """Returns where a module is now; None: it was never elsewhere.

    Args:
        old: Its full name.

    Example:
        >>> new_name("synthgen.metrics.privacy.copies")
        'synthgen.metrics.tables.privacy.copies'
    """
    place = next((place for place in MOVED if old == place or old.startswith(f"{place}.")), None)
    return None if place is None else MOVED[place] + old.removeprefix(place)


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        new = new_name(fullname) if fullname.startswith("synthgen.") else None
        if new is None or importlib.util.find_spec(new) is None:
            return None
        warnings.warn(f"{fullname} is now {new}; the old name will go.", DeprecationWarning, stacklevel=2)
        return importlib.util.spec_from_loader(fullname, _Alias(new))


class _Alias(Loader):
    """The module of another name, which stays what it is."""

    def __init__(self, name: str) -> None:
        self._name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = importlib.import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the import system has put that of the old name there


sys.meta_path.insert(0, _Finder())  # first: below a moved package, files would be found, and loaded a second time
