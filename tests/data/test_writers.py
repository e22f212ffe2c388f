import os
import resource
import stat
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from synthgen.data.tables.formats import FORMATS
from synthgen.data.tables.readers import read_table
from synthgen.data.tables.writers import TableWriter, WriteError, write_table
from synthgen.files.writing import replacing

FRAME = pd.DataFrame({"x": np.arange(10), "word": list("abcdefghij"), "day": pd.date_range("2020-01-01", periods=10)})


@pytest.fixture(params=sorted(FORMATS))
def path(request, tmp_path):
    return tmp_path / f"rows{request.param}"


def test_chunks_make_the_same_table_as_the_whole(path, tmp_path):
    write_table(FRAME, path)
    whole = read_table(path)
    with TableWriter(path) as writer:
        for start in range(0, 10, 3):
            writer.write(FRAME.iloc[start : start + 3])
    pd.testing.assert_frame_equal(read_table(path), whole)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_same_rows_same_bytes(path):
    write_table(FRAME, path)
    first = path.read_bytes()
    write_table(FRAME, path)
    assert path.read_bytes() == first


def test_an_error_leaves_what_was_there(path, tmp_path):
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt), TableWriter(path) as writer:
        writer.write(FRAME)
        raise KeyboardInterrupt
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_nothing_appears_before_the_end(path):
    with TableWriter(path) as writer:
        writer.write(FRAME)
        assert not path.exists()
    assert path.exists()


def test_a_table_without_rows_keeps_its_columns(path):
    write_table(FRAME.iloc[:0], path)
    assert list(read_table(path)) == list(FRAME)


def test_no_chunk_is_an_error(path, tmp_path):
    with pytest.raises(WriteError, match="no chunk"), TableWriter(path):
        pass
    assert not list(tmp_path.iterdir())


def test_other_columns_in_a_later_chunk_are_refused(path, tmp_path):
    with pytest.raises(WriteError, match="columns of the first"), TableWriter(path) as writer:
        writer.write(FRAME)
        writer.write(FRAME[["x"]])
    assert not list(tmp_path.iterdir())


def test_repeated_names_are_refused(path, tmp_path):
    with pytest.raises(WriteError, match="more than once"):
        write_table(pd.DataFrame([[1, 2]], columns=["x", "x"]), path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_wrong_types_are_named_and_never_quoted(tmp_path, suffix):
    path = tmp_path / f"rows{suffix}"
    with pytest.raises(WriteError, match=r"\['mixed'\] mix types") as raised:
        write_table(pd.DataFrame({"x": [1, 2], "mixed": ["secret", 1]}), path)
    assert "secret" not in str(raised.value)
    with pytest.raises(WriteError, match=r"another type: \['x'\]") as raised, TableWriter(path) as writer:
        writer.write(FRAME)
        writer.write(FRAME.assign(x="secret"))
    assert "secret" not in str(raised.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".parquet", ".feather", ".csv"])
def test_a_column_may_be_missing_throughout_the_first_chunk(tmp_path, suffix):
    path = tmp_path / f"rows{suffix}"
    with TableWriter(path) as writer:
        writer.write(pd.DataFrame({"x": [1], "word": pd.Series([None], dtype=object)}))
        writer.write(pd.DataFrame({"x": [2], "word": ["late"]}))
    assert read_table(path)["word"].tolist()[1] == "late"
    assert read_table(path)["word"].isna().tolist() == [True, False]


def test_dates_in_text_lose_nothing_and_stay_short(tmp_path):
    path = tmp_path / "rows.csv"
    times = pd.to_datetime(pd.Series(["2020-01-01", None, "2020-01-01 08:30:00.000000001"]), format="ISO8601")
    with TableWriter(path) as writer:
        for start in range(3):
            writer.write(pd.DataFrame({"t": times.iloc[start : start + 1], "x": 1}))
    assert path.read_text().splitlines()[1:] == ["2020-01-01,1", ",1", "2020-01-01T08:30:00.000000001,1"]
    assert (pd.to_datetime(read_table(path)["t"], format="ISO8601").dropna() == times.dropna()).all()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC"])
def test_zoned_times_keep_the_moment_through_both_hours_of_autumn(tmp_path, zone):
    moments = pd.Series(pd.date_range("2020-10-20", "2020-11-05", freq="30min", tz="UTC")).dt.tz_convert(zone)
    path = tmp_path / "rows.csv"
    write_table(pd.DataFrame({"t": moments}), path)
    assert (pd.to_datetime(read_table(path)["t"], utc=True) == moments).all()


@pytest.mark.parametrize("name", ["rows.xlsx", "rows", "rows.csv.zip"])
def test_unknown_formats_are_refused_before_anything_is_made(tmp_path, name):
    with pytest.raises(WriteError, match=r"ends in .csv"):
        TableWriter(tmp_path / name)


def test_unwritable_paths_are_refused_on_entry(tmp_path):
    with pytest.raises(WriteError, match="No such file or directory"), TableWriter(tmp_path / "no" / "rows.csv"):
        pytest.fail("the block must not start")
    with pytest.raises(WriteError, match="is a folder"), replacing(tmp_path):
        pytest.fail("the block must not start")
    blocking = tmp_path / "file"
    blocking.write_text("")
    with pytest.raises(WriteError, match="Not a directory"), TableWriter(blocking / "rows.csv"):
        pytest.fail("the block must not start")


def test_a_full_disk_is_told_and_leaves_nothing(path, tmp_path):
    """A limit on the size of files stands for the full disk: both make the kernel refuse to write on."""
    path.write_text("before")
    code = (
        "import resource, signal, sys, numpy as np, pandas as pd\n"
        "from synthgen.data.tables.writers import WriteError, write_table\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "rows = pd.DataFrame({'x': np.random.default_rng(0).normal(size=100_000)})\n"
        "try:\n    write_table(rows, sys.argv[1])\n"
        "except WriteError as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert "could not be completed: File too large. Nothing was left behind." in run.stdout
    assert path.read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_memory_is_constant_in_the_number_of_chunks(tmp_path):
    chunk = pd.DataFrame({f"c{i}": np.random.default_rng(i).normal(size=20_000) for i in range(10)})  # 1.6 MB
    for suffix in (".parquet", ".csv.gz"):
        with TableWriter(tmp_path / f"rows{suffix}") as writer:
            for _ in range(3):
                writer.write(chunk)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for _ in range(60 if suffix == ".parquet" else 2):
                writer.write(chunk)
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 60_000  # KiB; 60 chunks together are 96 MB


def test_permissions_follow_the_umask_or_the_file_that_was_there(tmp_path):
    path = tmp_path / "rows.csv"
    umask = os.umask(0o027)
    try:
        write_table(FRAME, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o600)
        write_table(FRAME, path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(umask)


def test_links_are_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "rows.csv").write_text("before")
    link = tmp_path / "link.csv"
    link.symlink_to(tmp_path / "real" / "rows.csv")
    write_table(FRAME, link)
    assert link.is_symlink()
    assert len(read_table(tmp_path / "real" / "rows.csv")) == 10
