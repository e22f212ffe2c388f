"""The text of a row is that of its values: types, formats and order make no difference, every cell does."""

import datetime
import hashlib
import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synthgen as sg
from synthgen.data.kinds import kind_of
from synthgen.data.tables.cells import column_texts
from synthgen.provenance.digests import digest_of, keyed


def visits():
    return pd.DataFrame(
        {
            "dose": [0.1, 1e-7, 3.0, None, 1 / 3],
            "count": pd.array([1, None, -3, 2**40 + 1, 0], "Int64"),
            "site": ["n,1", 'a "b"', None, "007", "NA"],
            "ill": [True, False, True, True, False],
            "seen": pd.to_datetime(
                ["2024-02-29", None, "2024-01-01 10:00:00.5", "1969-12-31", "2024-01-01"], format="ISO8601"
            ),
        }
    )


@pytest.mark.parametrize("ending", ["csv", "tsv.gz", "parquet", "feather"])
def test_files_of_every_format_hold_the_same_rows(ending, tmp_path):
    sg.write(visits(), tmp_path / f"v.{ending}")
    assert digest_of(sg.read(tmp_path / f"v.{ending}")) == digest_of(visits())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pd.Series([1, 0]), pd.Series([True, False])),
        (pd.Series([1, 0]), pd.Series(["1", "0"])),
        (pd.Series([1, 0]), pd.Series([1.0, -0.0], dtype="float32")),
        (pd.Series([0.1, None]), pd.Series([0.1, None], dtype="float32")),
        (pd.Series([0.1, None]), pd.Series([0.1, None], dtype="Float64")),
        (pd.Series(["a", None]), pd.Series(["a", ""], dtype="category")),
        (pd.Series(["a", None]), pd.Series(["a", None], dtype="string")),
        (pd.Series(["true", "false"]), pd.Series([True, False], dtype="boolean")),
        (pd.Series(pd.to_datetime(["2024-01-01"])), pd.Series(["2024-01-01 00:00:00"])),
        (pd.Series(pd.to_datetime(["2024-01-01"])).astype("datetime64[s]"), pd.Series(["2024-01-01T00:00"])),
        (pd.Series(pd.to_datetime(["2024-01-01 01:00+01:00"])), pd.Series(["2024-01-01T00:00:00Z"])),
    ],
)
def test_types_make_no_difference(one, other):
    assert column_texts(one) == column_texts(other)


def test_whole_numbers_as_text_are_of_any_length():
    assert column_texts(pd.Series(["9" * 9999, "-0", "+12"])) == ["9" * 9999, "0", "12"]


def test_a_date_that_nanoseconds_do_not_reach_is_the_same_in_every_type():
    texts = ["9999-12-31", "2020-01-02"]
    days = [datetime.date.fromisoformat(text) for text in texts]
    for column in (pd.Series(texts), pd.Series(days), pd.Series(texts).astype("datetime64[s]")):
        assert column_texts(column) == texts


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "7"],
        ["NA", None],
        ["2024-02-30", "2024-03-01"],
        ["a", "A"],
        ["1", "1 "],
        ["13", "1\N{ARABIC-INDIC DIGIT THREE}"],
    ],
)
def test_what_means_something_else_stays_apart(texts):
    assert len(set(column_texts(pd.Series(texts)))) == 2


def test_one_cell_two_rows_or_a_name_changed_is_another_table():
    first = digest_of(visits())
    assert digest_of(visits()[["ill", "seen", "site", "dose", "count"]]) == first
    assert digest_of(visits().iloc[::-1]) != first
    assert digest_of(visits().rename(columns={"dose": "doses"})) != first
    changed = visits()
    changed.loc[4, "dose"] = np.nextafter(1 / 3, 1)
    assert digest_of(changed) != first


def test_digests_are_those_of_the_standard_library():
    frame = pd.DataFrame({"sex": ["F", None], "age": [61.0, 7.5]})
    told = b'["age","sex"]\n["61","F"]\n["7.5",null]\n'
    assert digest_of(frame) == hashlib.sha256(told).hexdigest()
    digests = keyed(kind_of(frame).contents(frame, ["sex", "age"]), key=b"k" * 32)
    assert digests[1].tobytes() == hashlib.blake2b(b'["7.5",null]', digest_size=16, key=b"k" * 32).digest()
    pixels = np.arange(12, dtype=np.uint8).reshape(1, 3, 4, 1)
    content = json.dumps([3, 4, 1, 8], separators=(",", ":")).encode() + b"\n" + bytes(
        byte for value in range(12) for byte in (value, 0)
    )  # fmt: skip
    images = sg.ImageSet(pixels=pixels)
    digest = keyed(kind_of(images).contents(images, ()), key=b"k" * 32)
    assert digest[0].tobytes() == hashlib.blake2b(content, digest_size=16, key=b"k" * 32).digest()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(allow_nan=True), st.text(st.characters(exclude_categories=["Cs", "Cc"])),
                          st.integers(-(2**62), 2**62)), min_size=1, max_size=6))  # fmt: skip
def test_what_a_file_of_text_holds_is_what_was_written(rows):
    frame = pd.DataFrame(rows, columns=["x", "word", "n"])
    read = pd.read_csv(io.StringIO(frame.to_csv(index=False, lineterminator="\n")), float_precision="round_trip",
                       dtype={"word": str}, keep_default_na=False, na_values={"x": [""]})  # fmt: skip
    assert digest_of(read) == digest_of(frame)
