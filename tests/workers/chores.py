"""Functions that worker processes of the tests call: they import them, as workers import what they are asked to do."""

import os
import signal
import time
import warnings
from pathlib import Path

from synthgen.errors import ConditionError

OPENED = []


def noting(folder):
    """Opens what all tasks share, and notes who did."""
    (Path(folder) / str(os.getpid())).touch()
    OPENED.append(folder)
    return folder


def times_opened(_shared, task):
    return task, os.getpid(), len(OPENED)


def power(base, exponent):
    time.sleep(0.01 * (exponent % 3))  # so that later ones are done first
    return base**exponent


def refusing(_shared, task):
    if task == 2:
        raise ConditionError(f"Task {task} cannot be met.")
    return task


class OfItsOwn(Exception):
    """An error that cannot be pickled: it is made of more than a message."""

    def __init__(self, name, expected):
        super().__init__(f"{name}: expected {expected}")


def raising_its_own(_shared, task):
    raise OfItsOwn(task, "nothing")


def dying(_shared, task):
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def leaving(_shared, _task):
    os._exit(7)


def noted_begin(folder, task):
    (Path(folder) / f"{task}").touch()
    return task


def noted_pid(folder, task):
    """Says who it is, and works for an hour."""
    (Path(folder) / f"{os.getpid()}").touch()
    time.sleep(3600)
    return task


def warning(_shared, task):
    warnings.warn(f"Task {task} is odd.", UserWarning, stacklevel=1)
    return task


def variables(_shared, task):
    return {name: os.environ[name] for name in task if name in os.environ}


def larger_than_a_pipe(_shared, task):
    return bytes(task)


def unpicklable(_shared, task):
    return lambda: task
