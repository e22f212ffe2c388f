"""Schema files, and schemas built by hand, in which something else stands than expected: refused at once, by name."""

import copy
import math

import hypothesis
import pandas as pd
import pytest
import yaml
from hypothesis import strategies as st

from synthgen import Categorical, Datetime, FixedIncrements, Identifier, Numerical, Range, Schema, Text
from synthgen.data.patterns import alphabet
from synthgen.errors import ConstraintError, SchemaError

COLUMNS = {
    "id": {"kind": "identifier", "dtype": "object", "pattern": "P-[0-9]{6}"},
    "age": {"kind": "numerical", "dtype": "int64", "decimals": 0, "minimum": 0, "maximum": 120},
    "ward": {"kind": "categorical", "dtype": "object", "categories": ["A", "B"]},
    "seen": {"kind": "datetime", "dtype": "object", "resolution": "D", "format": "%Y-%m-%d"},
    "note": {"kind": "text", "dtype": "object", "replacement": "-"},
}
RULES = [
    {"kind": "range", "column": "age", "minimum": 1},
    {"kind": "fixed_increments", "column": "age", "step": 5},
]
GOOD = {"synthgen_schema": 1, "patient_key": "id", "rare_below": 10, "columns": COLUMNS, "constraints": RULES}


def written(folder, text):
    path = folder / "schema.yaml"
    path.write_text(text if isinstance(text, str) else yaml.safe_dump(text))
    return path


def changed(place, value):
    """The good schema with one entry changed, also to what YAML cannot write."""
    copied = copy.deepcopy(GOOD)
    inner = copied
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    return copied


def test_what_is_changed_here_is_right_unchanged(tmp_path):
    assert sorted(Schema.from_yaml(written(tmp_path, GOOD)).learned) == ["age", "seen", "ward"]


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (["rare_below"], "x", "rare_below: expected a whole number of at least 2.*'x'"),
        (["rare_below"], None, "rare_below"),
        (["rare_below"], True, "rare_below"),
        (["patient_key"], ["a"], "patient_key: expected text"),
        (["patient_key"], 5, "patient_key"),
        (["constraints"], 5, "constraints: expected a list"),
        (["columns"], ["age"], "columns: expected a mapping"),
        (["columns", "age", "decimals"], "x", "'age'.*decimals"),
        (["columns", "age", "decimals"], 400, "decimals"),
        (["columns", "age", "minimum"], math.nan, "minimum"),
        (["columns", "age", "minimum"], "0", "minimum"),
        (["columns", "age", "dtype"], "float999", "dtype.*float999"),
        (["columns", "age", "dtype"], "datetime64[ns]", "dtype"),
        (["columns", "age", "dtype"], 5, "dtype"),
        (["columns", "age", "missing"], "no", "missing: expected true or false"),
        (["columns", "ward", "categories"], 5, "categories: expected a list"),
        (["columns", "ward", "categories"], [["A"]], r"categories\[0\]"),
        (["columns", "ward", "categories"], [], "categories"),
        (["columns", "ward", "dtype"], "int64", "cannot hold"),
        (["columns", "ward", "ordered"], 1, "ordered"),
        (["columns", "seen", "format"], "%Q", "format"),
        (["columns", "seen", "format"], "%", "format"),
        (["columns", "seen", "format"], "", "format"),
        (["columns", "seen", "resolution"], "day", "one of D, h, min"),
        (["columns", "seen", "dtype"], "datetime64[ns, Mars/Olympus]", "dtype"),
        (["columns", "id", "pattern"], 5, "'id'.*pattern"),
        (["columns", "id", "pattern"], "[", r"'\[' at character 0"),
        (["columns", "id", "pattern"], "(a+)+$", r"'\(' at character 0"),
        (["columns", "id", "pattern"], "P[0-9]+", r"'\+' at character 6"),
        (["columns", "id", "pattern"], "[0-9]{99999999}", "pattern"),
        (["columns", "id", "pattern"], "[0-9]{999}[0-9]{999}", "at most 1000"),
        (["columns", "id", "pattern"], "[0-9]{3,1}", "count"),
        (["columns", "id", "pattern"], "x" * 2_000, "at most 1000"),
        (["columns", "id", "dtype"], "int64", "digits alone"),
        (["columns", "note", "replacement"], 5, "replacement"),
        (["columns", "note", "dtype"], "int64", "dtype"),
        (["columns", "age"], "numerical", "'age'.*a mapping"),
        (["columns", "age", "kind"], ["numerical"], "kind: expected one of"),
        (["columns", "age", "minimun"], 0, "'minimun'. Did you mean 'minimum'"),
        (["constraints", 0, "column"], ["age"], r"constraints\[0\]: range: column: expected text"),
        (["constraints", 0, "minimum"], [1], r"constraints\[0\].*minimum: expected a finite number or a date"),
        (["constraints", 0, "minimum"], math.inf, "minimum"),
        (["constraints", 0, "strict"], "yes", "strict"),
        (["constraints", 1, "step"], "5", r"constraints\[1\].*step"),
        (["constraints", 1], [5], r"constraints\[1\]"),
        (["constraints", 1, "kind"], {}, r"constraints\[1\].*kind"),
    ],
)
def test_an_entry_of_another_kind_is_named(tmp_path, place, value, said):
    path = written(tmp_path, changed(place, value))
    with pytest.raises((SchemaError, ConstraintError), match=said) as caught:
        Schema.from_yaml(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: " + "[" * 20_000, "more than 50 lists"),
        ("{a: " * 3_000, "more than 50 lists"),
        ("a: 1\na: 2", "a name stands in it twice, line 1"),
        ("seen: 2020-02-30", "quotes"),
        ("n: " + "9" * 5_000, "not readable"),
        ("? [a]\n: 1", "not readable"),
        ("!!python/object/apply:os.getcwd []", "not readable"),
        ("a: [", "line 1"),
        ("\0", "not readable"),
        ("", "no schema file"),
        ("- 1", "no schema file"),
    ],
)
def test_files_that_are_no_schemas_are_refused(tmp_path, text, said):
    with pytest.raises(SchemaError, match=said):
        Schema.from_yaml(written(tmp_path, text))


def test_references_that_multiply_are_refused_before_they_do(tmp_path):
    """A billion strings in a file of three hundred characters."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    text = "\n".join([*lines, "synthgen_schema: 1", "columns: {x: {kind: categorical, categories: *a8}}"])
    with pytest.raises(SchemaError, match="'a0'"):
        Schema.from_yaml(written(tmp_path, text))
    inside = changed(["columns", "ward", "categories"], "PLACE")
    text = yaml.safe_dump({"x": 1} | inside).replace("x: 1\n", "").replace("PLACE", "*a8")
    with pytest.raises(SchemaError):
        Schema.from_yaml(written(tmp_path, text))


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**30), 10**30), st.floats(), st.text(max_size=20),
    st.sampled_from(["int64", "Int8", "category", "%d.%m.%Y", "[0-9]{3}", "\\", "D", "age", "range", "1e999"]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
PLACES = [[name] for name in GOOD] + [["columns", name, field] for name, column in COLUMNS.items() for field in column]
PLACES += [["columns", name] for name in COLUMNS] + [
    ["constraints", n, f] for n, rule in enumerate(RULES) for f in rule
]


@hypothesis.settings(max_examples=100)
@hypothesis.given(place=st.sampled_from(PLACES), value=VALUES)
def test_whatever_stands_in_an_entry_it_is_read_or_refused(place, value):
    """What is read can be written and read again, which a schema that breaks later could not."""
    try:
        schema = Schema.from_dict(changed(place, value))
    except (SchemaError, ConstraintError):
        return
    assert Schema.from_dict(yaml.safe_load(yaml.safe_dump(schema.to_dict()))) == schema


@hypothesis.given(st.text(alphabet="[]{}()09-azAZ\\+*?.^$|,x ", max_size=30))
def test_a_pattern_makes_identifiers_or_is_refused(pattern):
    try:
        column = Identifier(pattern=pattern)
    except SchemaError:
        return
    assert 0 < len(alphabet(column.pattern)) <= 1_000
    assert all(alphabet(column.pattern))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Numerical(decimals="2"),
        lambda: Numerical(minimum=math.inf),
        lambda: Numerical(dtype=int),
        lambda: Categorical(categories="AB"),
        lambda: Categorical(categories=(None, "A")),
        lambda: Datetime(format=5),
        lambda: Text(replacement=5),
        lambda: Schema({"age": {"kind": "numerical"}}),
        lambda: Schema({5: Numerical()}),
        lambda: Schema([Numerical()]),
        lambda: Schema({"age": Numerical()}, rare_below=2.5),
        lambda: Schema({"age": Numerical()}, constraints=({"kind": "range"},)),
    ],
)
def test_schemas_built_by_hand_are_checked_alike(make):
    with pytest.raises(SchemaError, match="expected"):
        make()


def test_numbers_of_numpy_become_plain_ones():
    frame = pd.DataFrame({"age": [1, 2]})
    column = Numerical(dtype="int64", minimum=frame["age"].min(), maximum=frame["age"].max())
    rules = (Range("age", minimum=frame["age"].min()), FixedIncrements("age", step=frame["age"].max()))
    schema = Schema({"age": column}, rare_below=frame["age"].max(), constraints=rules)
    assert "minimum: 1\n" in yaml.safe_dump(schema.to_dict())
