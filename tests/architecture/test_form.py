"""How the library's files look: short, named by what they are, documented, and free of what has no place in them."""

import ast
import re

from source import MODULES, PACKAGE, offenders

MAX_FILE = 299
MAX_FUNCTION = 50  # lines of code without the docstring; 25 is the aim
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "core"}
FORBIDDEN_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
FORBIDDEN_CALLS = {"print": {"synthgen.cli"}, "eval": set(), "exec": set()}
KERAS_HOOKS = {
    "build", "call", "compile", "compute_output_shape", "from_config", "get_config", "reset_state", "result",
    "test_step", "train_step", "update_state",
}  # fmt: skip
"""Methods whose meaning Keras documents, as it does those of callbacks, whose names begin with on_."""


def test_files_are_short():
    assert offenders(lambda module: max(len(module.text.splitlines()) - MAX_FILE, 0)) == {}


def test_names_say_what_a_file_is():
    assert [p for p in PACKAGE.rglob("*") if p.stem.strip("_") in FORBIDDEN_NAMES] == []


def test_functions_fit_a_screen():
    def long(module):
        return {node.name: size for node in functions(module.tree) if (size := code_lines(node)) > MAX_FUNCTION}

    assert offenders(long) == {}


def test_public_names_have_docstrings_that_say_more_than_the_name():
    def undescribed(module):
        without = [name for name, node in public(module.tree) if not says_something(name, ast.get_docstring(node))]
        own = [] if ast.get_docstring(module.tree) else ["the module itself"]
        return own + [name for name in without if not described_by_a_base(name)]

    assert offenders(undescribed) == {}


def test_nothing_is_printed_pickled_asserted_or_swallowed():
    assert offenders(out_of_place) == {}


def out_of_place(module):
    found = []
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assert):
            found.append(f"{node.lineno}: assert")
        if isinstance(node, ast.ExceptHandler) and all(isinstance(n, ast.Pass) for n in node.body):
            found.append(f"{node.lineno}: except without consequence")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            places = FORBIDDEN_CALLS.get(node.func.id)
            if places is not None and module.name not in places:
                found.append(f"{node.lineno}: {node.func.id}()")
    return found + [f"{line}: {name}" for line, name in module.imports() if name.split(".")[0] in FORBIDDEN_MODULES]


WRITES = re.compile(r"""\.write_(text|bytes)\(|\.mkdir\(|open\(["'][wax]|\.savez""")


def test_what_writes_knows_the_door_of_all_writing():
    """`synthgen.files`: whole or not at all, one run at a time, an error that says the way out."""
    own_words = {
        "synthgen.cli.tables.demo",
        "synthgen.cli.verbs",
    }  # a folder of the user's; what is left for a closed pipe

    def writes(module):
        knows = any(name.startswith("synthgen.files") for _, name in module.imports())
        code = "\n".join(line for line in module.text.splitlines() if ">>>" not in line)
        return [] if knows or module.name in own_words else [found.group() for found in WRITES.finditer(code)]

    assert offenders(writes) == {}


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def code_lines(function):
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def public(tree):
    """Name and node of the public classes, functions and methods."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                methods = [n for n in node.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
                yield from ((f"{node.name}.{m.name}", m) for m in methods)


def says_something(name, docstring):
    """A docstring whose first line has no word beside those of the name says nothing."""
    words = set((docstring or "").partition("\n")[0].lower().strip(" .").split())
    return bool(words - set(name.rpartition(".")[2].lower().split("_")) - {"the", "a", "returns", "return"})


CLASSES = {n.name: n for module in MODULES for n in ast.walk(module.tree) if isinstance(n, ast.ClassDef)}


def described_by_a_base(name):
    """A method that fills in what a class above it describes needs no description of its own."""
    owner, _, method = name.rpartition(".")
    bases = [ast.unparse(base).partition("[")[0] for base in CLASSES[owner].bases] if owner in CLASSES else []
    for base in bases:
        if base.startswith("keras.") and (method in KERAS_HOOKS or method.startswith("on_")):
            return True
        own = [n for n in getattr(CLASSES.get(base), "body", []) if isinstance(n, ast.FunctionDef) and n.name == method]
        if any(ast.get_docstring(n) for n in own) or described_by_a_base(f"{base}.{method}"):
            return True
    return False
