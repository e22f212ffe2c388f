"""What knows a kind of data stands in a folder of the kind's name; what stands beside such folders knows none."""

import ast

from source import PACKAGE, offenders

from synthgen.data.kinds import KINDS

LISTS = {"synthgen", "synthgen.bundle.texts", "synthgen.cli", "synthgen.cli.doors", "synthgen.data.kinds",
         "synthgen.families", "synthgen.report.judges"}  # fmt: skip
"""What names the kinds: one list a part."""

EARLIER = {"synthgen.bundle.report_file"}
"""Reads what earlier versions wrote, which did not say the kind."""

OF_TABLES = {"synthgen.encoding", "synthgen.calibration", "synthgen.selection", "synthgen.augmentation",
             "synthgen.audit"}  # fmt: skip
"""Parts that are of tables as a whole, and so have no folders of kinds."""

HELD = {"ImageSet"}
"""What `isinstance` would ask for."""


def kind_of(module: str) -> str | None:
    """The kind in whose folder a module stands."""
    return next((kind for kind in KINDS if kind in module.split(".")[2:]), None)


def beside(module) -> bool:
    whole = any(module.name == part or module.name.startswith(f"{part}.") for part in OF_TABLES)
    return kind_of(module.name) is None and not whole and module.name not in LISTS | EARLIER


def test_what_stands_beside_folders_of_kinds_imports_none():
    def knows(module):
        found = [name for _, name in module.imports() if name.startswith("synthgen.") and kind_of(name)]
        return found if beside(module) else []

    assert offenders(knows) == {}


def test_kinds_know_each_other_only_where_one_is_made_of_another():
    """Images know what tables are, as a table says what is known of each; tables know no images."""

    def knows(module):
        if (kind_of(module.name) or "images") != "tables" and not any(module.name.startswith(p) for p in OF_TABLES):
            return []
        return [name for _, name in module.imports() if kind_of(name) not in (None, "tables")]

    assert offenders(knows) == {}


def test_nobody_beside_them_asks_for_the_kind():
    def asks(module):
        return [found for node in ast.walk(module.tree) for found in asked(node)] if beside(module) else []

    assert offenders(asks) == {}


def asked(node):
    """A name of a kind that is compared with, looked up by or listed; a type of data that is asked for."""
    looked_at = []
    if isinstance(node, ast.Compare):
        looked_at = [node.left, *node.comparators]
    elif isinstance(node, ast.Dict):
        looked_at = [key for key in node.keys if getattr(key, "value", None) != "tables"]  # a field of documents too
    elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "Literal":
        looked_at = [node.slice, *getattr(node.slice, "elts", [])]
    for one in looked_at:
        if isinstance(one, ast.Constant) and one.value in KINDS:
            yield f"{one.lineno}: {one.value!r}"
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
        types = {getattr(part, "id", getattr(part, "attr", "")) for part in ast.walk(node.args[1])}
        yield from (f"{node.lineno}: isinstance {name}" for name in types & HELD)


def test_every_kind_has_its_folder():
    assert [kind for kind in KINDS if not (PACKAGE / "data" / kind / "kind.py").is_file()] == []
