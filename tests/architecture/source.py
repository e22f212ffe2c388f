"""The library's source as the tests of this folder see it: parsed, never imported."""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "synthgen"


@dataclass(frozen=True)
class Module:
    path: Path

    @property
    def name(self) -> str:
        """synthgen/data/__init__.py is synthgen.data."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=str(self.path))

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def imports(self, *, type_checking: bool = True) -> list[tuple[int, str]]:
        """Line and full name of everything imported, inside functions too: `from a import b` is a.b."""
        skipped = set() if type_checking else {id(node) for block in self._type_checking() for node in ast.walk(block)}
        found = []
        for node in ast.walk(self.tree):
            if id(node) in skipped:
                continue
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
        return found

    def _type_checking(self) -> list[ast.If]:
        return [n for n in ast.walk(self.tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]


MODULES = [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def offenders(faults: Callable[[Module], Any]) -> dict[str, Any]:
    """What is wrong with each module, by its name; nothing where there is no fault."""
    return {module.name: found for module in MODULES if (found := faults(module))}


def resolve(imported: str, known: set[str]) -> str:
    """The module of ours that an imported name stands for: synthgen.errors.SchemaError is in synthgen.errors."""
    while imported not in known and "." in imported:
        imported = imported.rpartition(".")[0]
    return imported
