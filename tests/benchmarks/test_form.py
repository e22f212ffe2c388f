"""The benchmark's files: short, with examples that run, and free of paths of one machine."""

import ast
import doctest
import importlib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
FILES = sorted(FOLDER.rglob("*.py"))
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))


@each_file
def test_files_and_functions_are_short(file):
    source = file.read_text(encoding="utf-8")
    assert len(source.splitlines()) < 300
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    assert {f.name: f.end_lineno - f.lineno for f in functions if f.end_lineno - f.lineno > 60} == {}


@pytest.mark.parametrize("name", [file.stem for file in FOLDER.glob("*.py") if not file.stem.startswith("_")])
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(f"benchmarks.{name}")).failed == 0


@each_file
def test_programs_of_peers_never_import_synthgen(file):
    if file.parent.name != "peers" or file.stem == "run_synthgen":
        return
    imports = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names} | {getattr(node, "module", "") for node in imports}
    assert not any(name.startswith(("synthgen", "benchmarks")) for name in names)


def test_synthgen_knows_nothing_of_its_peers():
    forbidden = {"ctgan", "sdv", "mostlyai", "torch", "benchmarks"}
    for file in (FOLDER.parent / "synthgen").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not {alias.name.partition(".")[0] for alias in node.names} & forbidden, file
            elif isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] not in forbidden, file
