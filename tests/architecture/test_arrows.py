"""Who may import whom (docs/architecture.md): never upward, never across, no cycles."""

import graphlib

from source import MODULES, offenders, resolve

KNOWN = {module.name for module in MODULES}

# Part: what it may import of synthgen, besides itself, errors, progress, files, expected and the version.
ARROWS = {
    "synthgen.data": {"synthgen.data"},
    "synthgen.provenance": {"synthgen.data"},
    "synthgen.encoding": {"synthgen.data"},
    "synthgen.calibration": {"synthgen.encoding"},
    "synthgen.backend": set(),
    "synthgen.networks": {"synthgen.encoding.layout", "synthgen.encoding.smooth", "synthgen.backend"},
    "synthgen.dp": {"synthgen.backend"},
    "synthgen.training": {"synthgen.dp", "synthgen.backend", "synthgen.encoding.layout"},
    "synthgen.models": {
        "synthgen.training", "synthgen.networks", "synthgen.dp", "synthgen.backend", "synthgen.encoding.layout",
        "synthgen.encoding.smooth",
    },
    "synthgen.synthesizers": {
        "synthgen.models", "synthgen.networks", "synthgen.training", "synthgen.dp", "synthgen.calibration",
        "synthgen.encoding", "synthgen.data", "synthgen.backend", "synthgen.provenance", "synthgen.families",
        "synthgen.workers",
    },
    "synthgen.selection": {"synthgen.synthesizers", "synthgen.training", "synthgen.calibration", "synthgen.encoding",
                           "synthgen.data", "synthgen.models"},
    "synthgen.audit": {"synthgen.synthesizers", "synthgen.encoding", "synthgen.data", "synthgen.dp",
                       "synthgen.metrics", "synthgen.workers"},
    "synthgen.augmentation": {"synthgen.synthesizers", "synthgen.encoding", "synthgen.data"},
    "synthgen.metrics.images": {"synthgen.metrics", "synthgen.data", "synthgen.backend"},
    "synthgen.metrics": {"synthgen.data"},
    "synthgen.report": {"synthgen.metrics", "synthgen.data", "synthgen.provenance"},
    "synthgen.bundle": {"synthgen.data", "synthgen.provenance"},
    "synthgen.workers": set(),
    "synthgen.errors": set(),
    "synthgen.families": set(),
    "synthgen.moved": set(),
    "synthgen.progress": set(),
    "synthgen.expected": set(),
    "synthgen.files": set(),
    "synthgen.cli": KNOWN,
    "synthgen.__main__": {"synthgen.cli"},
}  # fmt: skip

FOREIGN = {
    "tensorflow": {"synthgen.backend"},
    "keras": {
        "synthgen.backend", "synthgen.networks", "synthgen.dp", "synthgen.training", "synthgen.models",
        "synthgen.synthesizers", "synthgen.selection", "synthgen.metrics.images",
    },
    "pandas": {"synthgen.audit", "synthgen.data", "synthgen.encoding", "synthgen.synthesizers", "synthgen.selection",
               "synthgen.augmentation", "synthgen.metrics", "synthgen.report",
               "synthgen.bundle", "synthgen.cli", "synthgen.provenance"},
}  # fmt: skip
"""Package of others: the parts that may know it. Models see arrays, never frames; of the judges only those
of images see Keras."""


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def part_of(module: str) -> str | None:
    return next((part for part in ARROWS if within(module, part)), None)


def test_every_module_belongs_to_a_part():
    assert [name for name in KNOWN if name != "synthgen" and part_of(name) is None] == []


def test_imports_follow_the_arrows():
    everywhere = {"synthgen.errors", "synthgen.progress", "synthgen.files", "synthgen.expected", "synthgen.__version__"}

    def against(module):
        part = part_of(module.name)
        allowed = everywhere if part is None else {part} | everywhere | ARROWS[part]
        return [
            (line, imported)
            for line, imported in module.imports(type_checking=part is not None)
            if within(imported, "synthgen") and not any(within(imported, other) for other in allowed)
        ]

    assert offenders(against) == {}


def test_foreign_packages_stay_where_they_belong():
    def misplaced(module):
        return [
            (line, imported)
            for line, imported in module.imports()
            for package, parts in FOREIGN.items()
            if within(imported, package) and not any(within(module.name, part) for part in parts)
        ]

    assert offenders(misplaced) == {}


def test_no_import_cycles():
    """What is imported for its type only counts too; but the package itself, which names all that is public."""
    graph = {
        module.name: {resolve(name, KNOWN) for _, name in module.imports()} & KNOWN - {module.name, "synthgen"}
        for module in MODULES
        if module.name != "synthgen"
    }
    order = list(graphlib.TopologicalSorter(graph).static_order())
    assert {*order, "synthgen"} == KNOWN


def test_no_relative_imports():
    assert [module.name for module in MODULES for _, name in module.imports() if name.startswith(("None.", "."))] == []
