"""The door of all writing, met by real processes: killed ones, running ones, and disks without room."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from synthgen.errors import WriteError
from synthgen.files.locks import claimed
from synthgen.files.writing import FULL, appearing, replacing

WORKER = """
import sys
from synthgen.files.locks import claimed
from synthgen.files.writing import appearing, replacing

how, target = sys.argv[1:]
with {"replacing": lambda: replacing(target, private=True), "appearing": lambda: appearing(target),
      "claimed": lambda: claimed(target)}[how]() as beside:
    if how != "claimed":
        (beside if how == "replacing" else beside / "row.txt").write_text("a patient's row")
    print("at work", flush=True)
    sys.stdin.read()
"""

FULL_DEVICE = Path("/dev/full")
WAYS = {"replacing": replacing, "appearing": appearing, "claimed": claimed}


@contextlib.contextmanager
def working(how, target):
    """Another process in the middle of its work, which ends when its input does."""
    command = [sys.executable, "-c", WORKER, how, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "at work\n"
        yield process


@pytest.mark.parametrize("how", WAYS)
def test_a_second_run_is_refused_while_the_first_works_and_disturbs_nothing(how, tmp_path):
    target = tmp_path / "result"
    with working(how, target) as first:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(WriteError, match=r"result is being written by another run.*Wait.*or name another"):
            WAYS[how](target).__enter__()
        assert sorted(tmp_path.rglob("*")) == before
        first.communicate("")
        assert first.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ([] if how == "claimed" else ["result"])


@pytest.mark.parametrize("how", WAYS)
def test_what_a_killed_run_left_is_removed_by_the_next_and_nothing_else_is(how, tmp_path):
    target = tmp_path / "result"
    (tmp_path / ".results.00000000.tmp").write_text("of another name")
    (tmp_path / ".result.0000.tmp").write_text("not of ours")
    with working(how, target) as first:
        first.kill()
    assert first.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 3
    with WAYS[how](target) as beside:
        if how == "replacing":
            beside.write_text("whole")
    left = {".results.00000000.tmp", ".result.0000.tmp"} | ({"result"} if how != "claimed" else set())
    assert {path.name for path in tmp_path.iterdir()} == left


def test_a_link_that_has_the_name_of_a_leftover_is_left_alone(tmp_path):
    (tmp_path / "precious").mkdir()
    (tmp_path / ".result.0123abcd.tmp").symlink_to(tmp_path / "precious")
    os.mkfifo(tmp_path / ".result.0123abce.tmp")
    with replacing(tmp_path / "result") as beside:
        beside.write_text("whole")
    assert len(list(tmp_path.iterdir())) == 4


def test_private_files_are_the_owners_from_the_first_byte_and_old_ones_keep_their_permissions(tmp_path):
    umask = os.umask(0)
    try:
        with replacing(tmp_path / "new", private=True) as beside:
            assert stat.S_IMODE(beside.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
        (tmp_path / "new").chmod(0o664)
        os.umask(0o077)
        with replacing(tmp_path / "new", private=True):
            pass
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o664
    finally:
        os.umask(umask)


def test_what_is_no_file_is_not_replaced_by_one(tmp_path):
    """As root, `-o /dev/null` would else have made a file of it."""
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", "/dev/null"):
        with pytest.raises(WriteError, match="is a device or a pipe"), replacing(place):
            pytest.fail("the block must not start")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(WriteError, match="symbolic links"), replacing(tmp_path / "loop"):
        pytest.fail("the block must not start")


def test_a_folder_that_is_there_is_refused_even_as_a_broken_link(tmp_path):
    (tmp_path / "there").symlink_to(tmp_path / "nowhere")
    for place in (tmp_path, tmp_path / "there"):
        with pytest.raises(WriteError, match="is there already"), appearing(place):
            pytest.fail("the block must not start")
    with pytest.raises(WriteError, match="cannot be written: No such file"), appearing(tmp_path / "no" / "folder"):
        pytest.fail("the block must not start")
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot be written"), appearing(tmp_path / "file" / "folder", parents=True):
        pytest.fail("the block must not start")


def test_an_error_in_the_block_leaves_no_folder(tmp_path):
    with pytest.raises(KeyboardInterrupt), appearing(tmp_path / "pictures") as beside:
        (beside / "a").mkdir()
        (beside / "a" / "0.png").write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_errors_of_other_files_pass_through(tmp_path):
    with pytest.raises(FileNotFoundError, match="elsewhere"), replacing(tmp_path / "result"):
        (tmp_path / "elsewhere").read_bytes()


@pytest.mark.skipif(not FULL_DEVICE.exists(), reason="needs the device that is always full")
def test_a_full_disk_is_told_with_the_way_out(tmp_path):
    told = pytest.raises(WriteError, match="No space left on device. Nothing was left behind. Make room")
    with told as caught, replacing(tmp_path / "result"), FULL_DEVICE.open("wb", buffering=0) as full:
        full.write(b"row")
    assert caught.value.errno in FULL
    assert list(tmp_path.iterdir()) == []
