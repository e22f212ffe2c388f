"""Text tables that are damaged, and text tables that only look so: the csv module is the second reader."""

import csv
import gzip
import io
import warnings

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given

from synthgen.data.tables.readers import read_table
from synthgen.data.tables.text_files import ReadWarning, check_distinct
from synthgen.data.tables.text_structure import structure_of
from synthgen.errors import ReadError

SIGNS = st.text(st.sampled_from(list('ab,;"\n 7')), max_size=8)
"""Cells of signs that make the structure of a file."""


def file_of(tmp_path, text, name="rows.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("age,sex\n31,F\n4\x002,M\n", "line 3: a NUL byte"),
        ("age,sex\n31,F\n42\n33,M\n", r"1 of 3 rows have fewer fields than the first line, which has 2: line 3 \(1\)"),
        ("age,sex\n31,F\n42,M,x\n", r"1 of 2 rows have more fields than the first line, which has 2: line 3 \(3\)"),
        ("age,sex\n31\n42,M,x\n", r"2 of 2 rows have fewer or more .* line 2 \(1\), 3 \(3\)"),
        ("age,sex\n" + "31\n" * 9, r"line 2 \(1\), 3 \(1\), 4 \(1\), 5 \(1\), 6 \(1\) and 4 more"),
        ('age,note\n31,"two\nlines"\n\n42\n', r"line 5 \(1\)"),
        ('age,note\n31,"well" again\n', "line 2: a field goes on after its closing quotation mark"),
        ('age,note\n31,"well\n42,ill\n', "line 2: a quotation mark is not closed"),
        ('age,note\n31,"well\n42,ill\n53,"fine"\n', "line 4: a field goes on after its closing"),
        ('age,ward,kg\n31,"A,80\n42,B,70\n53,C",60\n64,D,50\n', "line 2: a cell of 3 lines, each of which has the 3"),
        ("age,sex\r\n31,F\r\n42\r\n", r"line 3 \(1\)"),
        ("age,sex\r31,F\r42\r", r"line 3 \(1\)"),
    ],
)
def test_what_a_parser_would_pass_over_is_an_error_with_its_line(tmp_path, text, message):
    with pytest.raises(ReadError, match=message):
        read_table(file_of(tmp_path, text))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "gb18030", "cp1252", "utf-8-sig"])
def test_lines_are_counted_in_any_encoding(tmp_path, encoding):
    text = "größe,ward\n1,ä\n2,ü\n"
    assert read_table(file_of(tmp_path, text.encode(encoding)), encoding=encoding)["ward"].tolist() == ["ä", "ü"]
    with pytest.raises(ReadError, match=r"line 4 \(1\)"):
        read_table(file_of(tmp_path, (text + "3\n").encode(encoding)), encoding=encoding)


def test_short_rows_are_missing_on_request(tmp_path):
    path = file_of(tmp_path, "age,sex,kg\n31,F,60\n42\n53,M\n")
    with pytest.raises(ReadError, match="short_rows='missing'"):
        read_table(path)
    assert read_table(path, short_rows="missing").isna().sum().to_dict() == {"age": 0, "sex": 1, "kg": 2}
    with pytest.raises(ReadError, match="more fields"):
        read_table(file_of(tmp_path, "age,sex\n31,F,60\n42\n"), short_rows="missing")
    with pytest.raises(ReadError, match="Received 'drop'"):
        read_table(path, short_rows="drop")


@pytest.mark.parametrize("separator", ["", ", ", r"\s+", '"', "§"])
def test_a_separator_is_one_sign(tmp_path, separator):
    with pytest.raises(ReadError, match="expected one sign"):
        read_table(file_of(tmp_path, "age,sex\n31,F\n"), separator=separator)


def test_a_file_that_may_be_cut_off_is_said(tmp_path):
    with pytest.warns(ReadWarning, match="ends without a line break, after line 3"):
        assert read_table(file_of(tmp_path, "age,kg\n31,60\n42,7"))["kg"].tolist() == [60, 7]


def test_cells_that_could_be_rows_are_said_where_no_number_tells(tmp_path):
    with pytest.warns(ReadWarning, match="1 cells of several lines could be rows.*line 2"):
        frame = read_table(file_of(tmp_path, 'ward,note\nA,"well\nB,ill"\nC,fine\n'))
    assert frame["note"].tolist() == ["well\nB,ill", "fine"]


def test_letters_with_commas_are_no_rows(tmp_path):
    """Each line of the note has two fields, but where the ages would stand there is text."""
    note = "Seen today\nDear colleague, thanks"
    path = file_of(tmp_path, f'age,note\n31,"{note}"\n42,"{note}"\n')
    assert read_table(path)["note"].tolist() == [note, note]


def test_marks_in_fields_without_quotation_are_signs(tmp_path):
    path = file_of(tmp_path, 'nail,kg\n5" long,1\n3" or 4",2\n')
    assert read_table(path)["nail"].tolist() == ['5" long', '3" or 4"']
    with pytest.warns(ReadWarning, match="others are quoted: line 2. A separator or a mark may be lost"):
        read_table(file_of(tmp_path, 'nail,kg\n5" long,1\n"3"" or 4""",2\n'))


def test_blanks_may_be_the_value_of_an_only_column(tmp_path):
    path = file_of(tmp_path, 'word\na\n  \n""\n')
    assert read_table(path)["word"].fillna("missing").tolist() == ["a", "  ", "missing"]
    with pytest.raises(ReadError, match="without doubt"):
        read_table(file_of(tmp_path, "word\na\n  \n\nb\n"))


@given(rows=st.lists(st.tuples(SIGNS, SIGNS, SIGNS), max_size=12), quoting=st.sampled_from([0, 1]), pieces=st.data())
def test_structure_is_that_of_the_csv_module(rows, quoting, pieces):
    target = io.StringIO()
    csv.writer(target, quoting=quoting, lineterminator="\n").writerows([("a", "b", "c"), *rows])
    content = target.getvalue().encode()
    size = pieces.draw(st.integers(1, len(content)))
    found = structure_of([content[i : i + size] for i in range(0, len(content), size)], separator=",")
    assert (found.fields, found.rows, found.uneven, found.torn, found.cut) == (3, len(rows), 0, False, False)
    assert found.lines == content.count(b"\n")


@given(text=st.text(st.sampled_from(list('ab,"\n')), max_size=30))
def test_whatever_is_accepted_is_what_the_csv_module_reads(text):
    """Rows and their fields, of any text at all."""
    content = f"x,y\n{text}\n"
    found = structure_of([content.encode()], separator=",")
    try:
        rows = [row for row in csv.reader(io.StringIO(content), strict=True) if row]
    except csv.Error:
        assert found.torn
        return
    assert not found.torn
    assert found.rows == len(rows) - 1
    assert [count for _, count in found.named] == [len(row) for row in rows if len(row) != 2]


@given(rows=st.lists(st.tuples(SIGNS, SIGNS), min_size=1, max_size=8))
def test_valid_files_are_read_as_the_csv_module_reads_them(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("valid") / "rows.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("a", "b"), ("word", "word"), *rows])
    with path.open(newline="") as file:
        expected = list(csv.reader(file, strict=True))[1:]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReadWarning)  # of cells that could be rows, which is right here
        assert read_table(path).fillna("").astype(str).to_numpy().tolist() == expected


def test_rows_longer_than_what_is_looked_at_together(tmp_path, monkeypatch):
    frame = pd.DataFrame({"n": range(50), "note": [f'a, "{i}"\n' * (i % 7) for i in range(50)]})
    frame.loc[frame["note"] == "", "note"] = "x"
    path = tmp_path / "rows.csv"
    frame.to_csv(path, index=False)
    for at_once in (1, 16, 100):
        monkeypatch.setattr("synthgen.data.tables.text_structure.AT_ONCE", at_once)
        monkeypatch.setattr("synthgen.data.tables.text_files.AT_ONCE", at_once)
        pd.testing.assert_frame_equal(read_table(path), frame)


def test_a_small_file_that_unpacks_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("synthgen.data.tables.text_files.LARGEST", 10**5)
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"0,0\n" * 200_000))
    with pytest.raises(ReadError, match=r"unpacks to more than 200 times its \d+ bytes.*\(gunzip\)"):
        read_table(path)


def test_many_names_are_compared_in_time(tmp_path):
    names = [f"column {number}" for number in range(200_000)]
    check_distinct(tmp_path, names)
    with pytest.raises(ReadError, match=r"more than once: \['column 7'\]"):
        check_distinct(tmp_path, [*names, "column 7"])
