"""What runs in a worker process: it opens what all tasks share once, and does one task after the other.

It ends with the process that started it, however that ends, in the middle of a task too.
"""

import functools
import os
import queue
import signal
import threading
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from synthgen.errors import WorkerError
from synthgen.workers.sending import packed, unpacked


@dataclass(frozen=True)
class Outcome:
    """Of a task.

    Args:
        result: What the function returned.
        error: What it raised; None: nothing.
        noted: Warnings: text, category, file and line of each.
    """

    result: Any
    error: Exception | None
    noted: list[tuple[str, type[Warning], str, int]]

    def taken(self) -> Any:
        """Returns the result, or raises the error, in the process that asked; warnings are given there too."""
        for said, category, file, line in self.noted:
            warnings.warn_explicit(said, category, file, line, registry=_SAID)
        if self.error is not None:
            raise self.error
        return self.result


_SAID: dict[Any, Any] = {}
"""Warnings that are said once, and were."""


def serve(pipe: Connection) -> None:
    """Does what comes through a pipe, until it is closed.

    Args:
        pipe: Gives first a function of two arguments and an `Opening`, then tasks; takes an `Outcome` of each.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one, and ends both
    inbox: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, inbox), daemon=True).start()
    first = inbox.get()

    @functools.cache
    def opened() -> tuple[Callable[[Any, Any], Any], Any]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # who asked has loaded the same, and was warned
            do, (opening, arguments) = unpacked(first)
            return do, opening(*arguments)

    def done(sent: bytes) -> Any:
        do, value = opened()
        return do(value, unpacked(sent))

    while True:
        pipe.send_bytes(_outcome(done, inbox.get()))


def _receive(pipe: Connection, inbox: "queue.SimpleQueue[bytes]") -> None:
    """Ends this process as soon as nobody is at the other end, also while it works."""
    try:
        while True:
            inbox.put(pipe.recv_bytes())
    except (EOFError, OSError):
        os._exit(0)


def _outcome(done: Callable[[bytes], Any], sent: bytes) -> Any:
    """The outcome of a task, packed; of one that cannot be, the error that says so."""
    result, error = None, None
    with warnings.catch_warnings(record=True) as noted:
        warnings.simplefilter("always")  # which of them are shown is for the other process to say
        try:
            result = done(sent)
        except Exception as raised:  # noqa: BLE001 - goes back to who asked
            error = _portable(raised)
    said = dict.fromkeys((str(one.message), one.category, one.filename, one.lineno) for one in noted)
    try:
        return packed(Outcome(result, error, list(said)))
    except WorkerError as unsent:
        return packed(Outcome(None, unsent, list(said)))


def _portable(error: Exception) -> Exception:
    """The error, with where it was raised; or one that says the same, if it does not survive pickling."""
    error.add_note("In a worker process:\n" + "".join(traceback.format_tb(error.__traceback__)))
    return error if _survives(error) else WorkerError(f"A worker raised {type(error).__name__}: {error}")


def _survives(error: Exception) -> bool:
    try:
        again = unpacked(packed(error))
    except Exception:  # noqa: BLE001 - an error of others, which may hold anything
        return False
    return type(again) is type(error) and str(again) == str(error)
