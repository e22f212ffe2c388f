"""Work shared out: the same results in the same order whoever works, and a plain end when a worker ends badly."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import chores
import pytest

from synthgen.errors import ConditionError, SettingsError, WorkerError
from synthgen.workers.asked import workers_of
from synthgen.workers.processes import AHEAD, Processes
from synthgen.workers.workers import Shared, ThisProcess

NOTHING = Shared(None)


class Noted(Shared):
    """Is opened where it is needed, into a folder that is there as long as there are workers."""

    @contextmanager
    def sent(self):
        yield chores.noting, (str(self.value),)
        (self.value / "closed").touch()


def gone(pid):
    """Whether a process has ended, within ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][1] == "Z":
            return True
        time.sleep(0.05)
    return False


def pids_in(folder):
    return [int(file.name) for file in folder.iterdir() if file.name.isdigit()]


@pytest.mark.parametrize("workers", [ThisProcess(), Processes(1), Processes(3)], ids=repr)
def test_results_come_in_the_order_of_the_tasks(workers):
    assert list(workers.map(chores.power, range(12), shared=Shared(3))) == [3**place for place in range(12)]


@pytest.mark.parametrize("workers", [ThisProcess(), Processes(2)], ids=repr)
@pytest.mark.parametrize("tasks", [[], [5]])
def test_nothing_and_a_single_task_are_done_here(workers, tasks):
    done = list(workers.map(chores.times_opened, tasks, shared=NOTHING))
    assert done == [(task, os.getpid(), 0) for task in tasks]


def test_what_is_shared_is_opened_once_a_worker_and_closed_in_the_end(tmp_path):
    done = list(Processes(2).map(chores.times_opened, range(8), shared=Noted(tmp_path)))
    assert [task for task, _, _ in done] == list(range(8))
    assert {opened for _, _, opened in done} == {1}
    assert {pid for _, pid, _ in done} <= set(pids_in(tmp_path))
    assert len(pids_in(tmp_path)) == 2
    assert os.getpid() not in pids_in(tmp_path)
    assert (tmp_path / "closed").exists()
    assert all(gone(pid) for pid in pids_in(tmp_path))


def test_no_more_is_begun_than_keeps_workers_busy(tmp_path):
    results = Processes(2).map(chores.noted_begin, range(40), shared=Shared(str(tmp_path)))
    assert next(results) == 0
    time.sleep(0.5)
    assert len(list(tmp_path.iterdir())) <= 1 + AHEAD * 2
    results.close()
    assert len(list(tmp_path.iterdir())) <= 1 + AHEAD * 2


@pytest.mark.parametrize("workers", [ThisProcess(), Processes(2)], ids=repr)
def test_an_error_is_the_same_wherever_it_is_raised(workers):
    results = workers.map(chores.refusing, range(5), shared=NOTHING)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ConditionError) as raised:
        next(results)
    assert str(raised.value) == "Task 2 cannot be met."
    assert all("in refusing" in note for note in getattr(raised.value, "__notes__", []))  # where in the worker


def test_an_error_that_cannot_travel_is_told_in_words():
    with pytest.raises(WorkerError, match="OfItsOwn: 0: expected nothing"):
        list(Processes(2).map(chores.raising_its_own, range(2), shared=NOTHING))


def test_a_killed_worker_is_said_plainly(tmp_path):
    results = Processes(2).map(chores.dying, range(6), shared=Noted(tmp_path))
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(
        WorkerError, match="was ended by SIGKILL, as the system does where memory is full, before task 4"
    ):
        next(results)
    assert all(gone(pid) for pid in pids_in(tmp_path))
    with pytest.raises(WorkerError, match="ended with exit code 7, before task 1 of 2"):
        list(Processes(2).map(chores.leaving, range(2), shared=NOTHING))


def test_what_cannot_be_sent_is_refused_in_words():
    with pytest.raises(WorkerError, match="cannot be sent to another process"):
        list(Processes(2).map(chores.power, range(3), shared=Shared(lambda: 0)))
    with pytest.raises(WorkerError, match="cannot be sent to another process"):
        list(Processes(2).map(chores.power, [lambda: 0, 1], shared=Shared(2)))
    with pytest.raises(WorkerError, match="cannot be sent to another process"):
        list(Processes(2).map(chores.unpicklable, range(2), shared=NOTHING))


def test_what_only_a_script_knows_is_told(monkeypatch):
    monkeypatch.setattr(chores.OfItsOwn, "__module__", "__main__")
    monkeypatch.setattr(sys.modules["__main__"], "OfItsOwn", chores.OfItsOwn, raising=False)
    with pytest.raises(WorkerError, match="put that into a module"):
        list(Processes(2).map(chores.power, range(2), shared=Shared(chores.OfItsOwn)))


def test_warnings_are_given_here():
    with pytest.warns(UserWarning, match="is odd") as noted:
        assert list(Processes(2).map(chores.warning, range(2), shared=NOTHING)) == [0, 1]
    assert [str(one.message) for one in noted] == ["Task 0 is odd.", "Task 1 is odd."]
    assert {Path(one.filename).name for one in noted} == {"chores.py"}


def test_each_has_as_many_threads_as_this_process(monkeypatch):
    """With another number, sums are rounded in another order."""
    asked = ["OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_FORCE_GPU_ALLOW_GROWTH"]
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    for name in asked[1:]:
        monkeypatch.delenv(name, raising=False)
    found = next(Processes(100).map(chores.variables, [asked, asked], shared=NOTHING))
    assert found == {"OMP_NUM_THREADS": "5", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}


def test_results_larger_than_a_pipe_come_whole():
    found = list(Processes(2).map(chores.larger_than_a_pipe, [10**7, 3, 10**7], shared=NOTHING))
    assert [len(one) for one in found] == [10**7, 3, 10**7]


SCRIPT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background of a shell are told to ignore it
from synthgen.workers.processes import Processes
from synthgen.workers.workers import Shared
sys.path.insert(0, {tests!r})
import chores
list(Processes(2).map(chores.noted_pid, range(2), shared=Shared({folder!r})))
"""


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_workers_end_with_who_started_them(ended_by, tmp_path):
    """A script without a guard starts them; Ctrl-C goes to all processes of a terminal, and says one thing."""
    code = SCRIPT.format(tests=str(Path(chores.__file__).parent), folder=str(tmp_path))
    with subprocess.Popen(
        [sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as script:
        try:
            while len(pids_in(tmp_path)) < 2:
                time.sleep(0.02)
                assert script.poll() is None
            if ended_by == signal.SIGINT:
                os.killpg(script.pid, ended_by)
            else:
                script.kill()
            said = script.communicate(timeout=60)[1]
        finally:
            script.kill()  # where it has not ended
    assert all(gone(pid) for pid in pids_in(tmp_path))
    assert said.count("KeyboardInterrupt") == (ended_by == signal.SIGINT)
    assert script.returncode == -ended_by


def test_users_say_a_number():
    assert isinstance(workers_of(1), ThisProcess)
    assert workers_of(3).number == 3
    mine = Processes(2)
    assert workers_of(mine) is mine
    for wrong in (0, -1, 1.5, True, "2", None):
        with pytest.raises(SettingsError, match="Expected workers >= 1"):
            workers_of(wrong)
