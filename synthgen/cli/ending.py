"""Ends a verb in order when the process is asked to end: what was half-written goes, what was finished stays.

Ctrl-C raises KeyboardInterrupt in Python anyway. A batch system's time limit and `docker stop` (SIGTERM), or a terminal
that is closed (SIGHUP), would end the process at once, and leave hidden files with rows in them.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SIGNALS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


@dataclass
class Ending:
    """How a verb was asked to end.

    Args:
        code: Of its exit: 128 and the number of the signal, as shells count.
    """

    code: int = 130


@contextlib.contextmanager
def ending_in_order() -> Iterator[Ending]:
    """Makes KeyboardInterrupts of the signals that ask a process to end, unless it was started to ignore them (nohup).

    Yields:
        How it was asked to end; Ctrl-C unless told otherwise.
    """
    asked = Ending()

    def note(number: int, _frame: Any) -> None:
        asked.code = 128 + number
        raise KeyboardInterrupt

    handled = []
    if threading.current_thread() is threading.main_thread():  # elsewhere Python allows no handler
        handled = [number for number in SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in handled:
        signal.signal(number, note)
    try:
        yield asked
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)
