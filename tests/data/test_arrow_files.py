"""Parquet and Feather files that are damaged or lie about themselves; Arrow itself is the second reader."""

import base64
import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthgen.data.tables.readers import read_table
from synthgen.data.tables.writers import write_table
from synthgen.errors import ReadError

FRAME = pd.DataFrame({"age": range(1000), "ward": ["A", "B"] * 500, "gaps": pd.array([1, None] * 500, dtype="Int64")})


def with_metadata(path, table, change):
    """A Parquet file whose note on its columns is changed."""
    target = io.BytesIO()
    pq.write_table(table, target)
    note = pq.read_metadata(io.BytesIO(target.getvalue())).metadata
    with pq.ParquetWriter(path, table.schema.remove_metadata(), store_schema=False) as file:
        file.write_table(table.replace_schema_metadata(None))
        file.add_key_value_metadata(change(dict(note)))


def test_pages_that_we_write_have_checksums_that_are_compared(tmp_path):
    path = tmp_path / "rows.parquet"
    write_table(FRAME, path)
    whole = path.read_bytes()
    place = pq.read_metadata(path).row_group(0).column(0).data_page_offset + 200
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    with pytest.raises(OSError, match="CRC"), pq.ParquetFile(path, page_checksum_verification=True) as file:
        file.read()
    with pytest.raises(ReadError, match="cannot be read as Parquet"):
        read_table(path)


def test_a_footer_that_contradicts_itself_is_damaged(tmp_path):
    table, path = pa.Table.from_pandas(FRAME), tmp_path / "rows.parquet"
    with_metadata(path, table, lambda note: note)
    pd.testing.assert_frame_equal(read_table(path), FRAME)
    other = table.rename_columns(["agf", "ward", "gaps"])
    for changed in (other, table.set_column(0, "age", table["age"].cast(pa.float64()))):
        said = base64.b64encode(changed.schema.serialize().to_pybytes())
        with_metadata(path, table, lambda note, said=said: note | {b"ARROW:schema": said})
        with pytest.raises(ReadError, match="one thing in one place and another in another"):
            read_table(path)
    with_metadata(path, table, lambda note: {b"ARROW:schema": note[b"ARROW:schema"]})
    with pytest.raises(ReadError, match="one thing in one place"):
        read_table(path)


def test_types_that_change_on_the_way_into_a_file_are_no_damage(tmp_path):
    table = pa.table({
        "s": pa.array([1, None], pa.timestamp("s")), "l": pa.array(["a", "b"], pa.large_string()),
        "d": pa.array(["x", "y"]).dictionary_encode(), "n": pa.nulls(2), "i": pa.array([{"a": 1}, {"a": 2}]),
        "t": pa.array([3, 4], pa.duration("ms")), "h": pa.array([1.5, 2.5], pa.float16()),
        "c": pa.array([1, 2], pa.decimal128(5, 2)), "e": pa.array([0, 86_400_000], pa.date64()),
        "b": pa.array([b"x", None], pa.binary(1)), "u": pa.array([1, 2], pa.uint32()),
    })  # fmt: skip
    for version in ("1.0", "2.4", "2.6"):
        pq.write_table(table, tmp_path / "rows.parquet", version=version)
        assert list(read_table(tmp_path / "rows.parquet")) == table.column_names


def test_a_file_that_says_it_has_more_cells_than_it_could_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("synthgen.data.tables.arrow_files.MOST_CELLS", 1000)
    monkeypatch.setattr("synthgen.data.tables.arrow_files.CELLS_A_BYTE", 100)
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"x": pa.array([0] * 1_000_000)}), path)
    assert path.stat().st_size < 10_000
    with pytest.raises(ReadError, match="says that it holds 1000000 cells, in"):
        read_table(path)


def test_a_note_on_types_that_is_none_is_damage(tmp_path):
    table = pa.Table.from_pandas(FRAME)
    for note in (b"{", b"[]", b'{"columns": 3}'):
        broken = table.replace_schema_metadata({b"pandas": note})
        pq.write_table(broken, tmp_path / "rows.parquet")
        with pa.ipc.new_file(str(tmp_path / "rows.feather"), broken.schema) as file:
            file.write_table(broken)
        for suffix in ("parquet", "feather"):
            with pytest.raises(ReadError, match="is damaged, cut off, or of another kind"):
                read_table(tmp_path / f"rows.{suffix}")


def test_feather_of_the_first_version_is_named(tmp_path):
    path = tmp_path / "rows.feather"
    path.write_bytes(b"FEA1" + b"\0" * 100 + b"FEA1")
    with pytest.raises(ReadError, match="version 1. Write it anew"):
        read_table(path)
