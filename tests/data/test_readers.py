import sqlite3

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given

from synthgen.data.tables.readers import read_table
from synthgen.data.tables.text_files import ReadWarning
from synthgen.data.tables.writers import write_table
from synthgen.errors import ReadError

BINARY = [".parquet", ".feather", ".arrow"]
TEXT = [".csv", ".csv.gz", ".tsv", ".tsv.gz"]
TYPED = pd.DataFrame(
    {
        "count": [1, 2, 3],
        "score": [0.1, None, 1e-17],
        "open": [True, False, True],
        "ward": ["A", None, 'say "B", \n twice'],
        "when": pd.to_datetime(["2020-01-01 08:00", None, "2021-06-30 00:00"]),
        "zoned": pd.to_datetime(["2020-01-01", "2020-07-01", None]).tz_localize("Europe/Berlin"),
        "nullable": pd.array([1, None, 3], dtype="Int64"),
        "class": pd.Categorical(["x", "y", None], categories=["y", "x", "z"], ordered=True),
    }
)


def text_file(tmp_path, text, name="rows.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("suffix", BINARY)
def test_binary_formats_keep_every_type(tmp_path, suffix):
    path = tmp_path / f"rows{suffix}"
    write_table(TYPED, path)
    pd.testing.assert_frame_equal(read_table(path), TYPED)


@pytest.mark.parametrize("suffix", TEXT)
def test_text_formats_keep_values_and_leave_dates_to_the_schema(tmp_path, suffix):
    path = tmp_path / f"rows{suffix}"
    write_table(TYPED, path)
    read = read_table(path)
    same = TYPED[["count", "score", "open", "ward"]].assign(ward=TYPED["ward"].fillna(np.nan))
    pd.testing.assert_frame_equal(read[list(same)], same)
    assert read["when"].tolist()[::2] == ["2020-01-01T08:00:00", "2021-06-30T00:00:00"]
    assert read["zoned"].tolist()[:2] == ["2020-01-01T00:00:00+01:00", "2020-07-01T00:00:00+02:00"]
    assert read["nullable"].tolist()[::2] == [1, 3]
    assert read.isna().sum().to_dict() == TYPED.isna().sum().to_dict()


@given(numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_survive_text_to_the_last_digit(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("numbers") / "rows.csv"
    write_table(pd.DataFrame({"x": numbers}), path)
    assert read_table(path)["x"].tolist() == pytest.approx(numbers, rel=1e-15, abs=0)


@given(words=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1), min_size=1))
def test_strings_survive_text(tmp_path_factory, words):
    path = tmp_path_factory.mktemp("words") / "rows.tsv"
    write_table(pd.DataFrame({"word": ["word", *words]}), path)
    assert read_table(path)["word"].astype(str).tolist() == ["word", *words]


def test_only_named_words_are_missing(tmp_path):
    path = text_file(tmp_path, "sodium,mood,age\nNA,None,30\n,happy,?\nNA,None,31\n")
    with pytest.warns(ReadWarning, match=r"'age' holds 2 numbers and 1 times.*missing_values=\['\?'\]"):
        frame = read_table(path)
    assert frame["sodium"].tolist()[::2] == ["NA", "NA"]
    assert frame["mood"].tolist() == ["None", "happy", "None"]
    assert frame["age"].tolist() == ["30", "?", "31"]
    named = read_table(path, missing_values=["?", "NA"])
    assert named["age"].tolist()[::2] == [30, 31]
    assert named["sodium"].isna().all()
    assert read_table(path, missing_values="?")["age"].isna().sum() == 1


def test_leading_zeros_stay(tmp_path):
    path = text_file(tmp_path, "postcode,zero,share\n01234,0,0.5\n,0,0.25\n99999,0,0\n")
    frame = read_table(path)
    assert frame["postcode"].tolist()[::2] == ["01234", "99999"]
    assert frame["zero"].tolist() == [0, 0, 0]
    assert frame["share"].tolist() == [0.5, 0.25, 0]


def test_european_files(tmp_path):
    path = text_file(tmp_path, "größe;gewicht\n1,80;80,5\n1,65;60\n", encoding="latin-1")
    with pytest.raises(ReadError, match="not written in 'utf-8'"):
        read_table(path)
    with pytest.raises(ReadError, match="seems to use separator=';'"):
        read_table(text_file(tmp_path, "a;b\n1;2\n", name="other.csv"))
    frame = read_table(path, encoding="latin-1", separator=";", decimal=",")
    assert frame["größe"].tolist() == [1.8, 1.65]
    for no_sign in ("", ",,", "\n"):
        with pytest.raises(ReadError, match="^decimal: expected one sign"):
            read_table(path, encoding="latin-1", separator=";", decimal=no_sign)


def test_byte_order_mark_is_no_part_of_a_name(tmp_path):
    assert list(read_table(text_file(tmp_path, "\ufeffage,sex\n1,F\n"))) == ["age", "sex"]


def test_header_alone_is_a_table_without_rows(tmp_path):
    assert read_table(text_file(tmp_path, "age,sex\n")).shape == (0, 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("age,age\n1,2\n", r"more than once: \['age'\]"),
        ("age,\n1,2\n", "column 2 of 2 has no name"),
        ("age,sex\n1,F,secret\n", "more fields than the first"),
        ("age,sex\n1,F\n2,M,secret\n", "more fields than the first"),
        ('age,sex\n1,"secret\n', "quotation mark"),
    ],
)
def test_broken_text_is_refused_without_quoting_it(tmp_path, text, message):
    with pytest.raises(ReadError, match=message) as raised:
        read_table(text_file(tmp_path, text))
    assert "secret" not in str(raised.value)
    assert "rows.csv" in str(raised.value)


@pytest.mark.parametrize("suffix", [*BINARY, ".csv.gz"])
def test_a_file_cut_off_anywhere_is_refused(tmp_path, suffix):
    path = tmp_path / f"rows{suffix}"
    write_table(pd.DataFrame({"x": range(1000), "y": ["a"] * 1000}), path)
    whole = path.read_bytes()
    for length in {0, 1, 5, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 1}:
        path.write_bytes(whole[:length])
        with pytest.raises(ReadError):
            read_table(path)


@pytest.mark.parametrize("suffix", [*BINARY, ".csv.gz"])
def test_a_foreign_file_is_refused(tmp_path, suffix):
    with pytest.raises(ReadError):
        read_table(text_file(tmp_path, "no such thing " * 50, name=f"rows{suffix}"))


def test_unknown_names_are_refused(tmp_path):
    with pytest.raises(ReadError, match="no such file"):
        read_table(tmp_path / "absent.csv")
    with pytest.raises(ReadError, match="is no file"):
        read_table(tmp_path)
    with pytest.raises(ReadError, match=r"ends in .csv, .*\.parquet"):
        read_table(text_file(tmp_path, "x\n1\n", name="rows.xlsx"))


def test_parquet_of_others_is_read(tmp_path):
    dated = pd.DataFrame({"x": [1, 2]}, index=pd.Index(["a", "b"], name="patient"))
    dated.to_parquet(tmp_path / "indexed.parquet")
    assert read_table(tmp_path / "indexed.parquet").to_dict("list") == {"patient": ["a", "b"], "x": [1, 2]}
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])
    pq.write_table(twice, tmp_path / "twice.parquet")
    with pytest.raises(ReadError, match=r"more than once: \['x'\]"):
        read_table(tmp_path / "twice.parquet")


def test_database_is_asked(tmp_path):
    with sqlite3.connect(tmp_path / "clinic.db") as connection:
        connection.execute("CREATE TABLE visits (age INTEGER, ward TEXT)")
        connection.executemany("INSERT INTO visits VALUES (?, ?)", [(30, "A"), (None, "B")])
    connection.close()
    url = f"sqlite:///{tmp_path}/clinic.db"
    frame = read_table(url, query="SELECT * FROM visits")
    assert frame["ward"].tolist() == ["A", "B"]
    assert frame["age"].isna().tolist() == [False, True]
    with pytest.raises(ReadError, match="needs a query"):
        read_table(url)
    with pytest.raises(ReadError, match="check the address and the query"):
        read_table(url, query="SELECT * FROM absent")
    with pytest.raises(ReadError, match="needs the URL"):
        read_table(tmp_path / "clinic.db", query="SELECT 1")


@pytest.mark.parametrize("url", ["nonsense://me:hunter2@host/x", "postgresql+nosuchdriver://me:hunter2@host/x"])
def test_a_password_is_never_shown(url):
    with pytest.raises(ReadError, match="URL cannot be used") as raised:
        read_table(url, query="SELECT 1")
    assert "hunter2" not in str(raised.value)
    assert raised.value.__suppress_context__
