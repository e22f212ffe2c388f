"""One worker process, as seen from the process that started it."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from multiprocessing import Pipe
from typing import Any, final

from synthgen.errors import WorkerError
from synthgen.workers.sending import packed
from synthgen.workers.serving import Outcome

PROGRAM = """
import sys
from multiprocessing.connection import Connection
pipe = Connection(int(sys.argv[1]))
sys.path[:] = pipe.recv()
from synthgen.workers.serving import serve
serve(pipe)
"""
"""What a worker runs: a new interpreter, which has nothing of this one but its path of modules. A fork would have half
of TensorFlow; Python's own way of starting one runs the user's script again, and so asks for a guard in it."""


SHARING = {"TF_FORCE_GPU_ALLOW_GROWTH": "true"}
"""Variables of its environment, unless the user has set them: else the first takes all memory of a graphics card."""


@final
class WorkerProcess:
    """Starts at its first task, does one at a time.

    Args:
        first: What it is sent before all tasks, as `serving.serve` gets it; from `packed`.
    """

    def __init__(self, first: Any) -> None:
        self._first = first
        self._process: subprocess.Popen[bytes] | None = None
        self._starting, self._stopped = threading.Lock(), False

    def do(self, task: Any, *, called: str) -> Outcome:
        """Returns the outcome of a task.

        Args:
            task: Must survive pickling.
            called: The task, in an error.

        Raises:
            WorkerError: If the process ended, or the task cannot be sent.
        """
        sent = packed(task)
        process = self._start() if self._process is None else self._process
        try:
            self._pipe.send_bytes(sent)
            outcome: Outcome = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise _ended(process.wait(), called) from error
        return outcome

    def _start(self) -> "subprocess.Popen[bytes]":
        with self._starting:
            if self._stopped:
                raise WorkerError("The worker was stopped before it began.")
            self._pipe, theirs = Pipe()
            with theirs, _without_interrupts():
                self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                    [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno())], stdin=subprocess.DEVNULL,
                    env={**SHARING, **os.environ}, pass_fds=[theirs.fileno()],
                )  # fmt: skip
        with contextlib.suppress(OSError):  # it has ended already: the task will say so
            self._pipe.send(sys.path)
            self._pipe.send_bytes(self._first)
        return self._process

    def stop(self) -> None:
        """Ends it, in the middle of a task too: it has written nothing that anybody waits for."""
        with self._starting:
            self._stopped = True
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Lets go of it, once nobody waits for a task of it."""
        if self._process is not None:
            self._pipe.close()


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Starts processes that Ctrl-C does not reach, from the first: it is for this one, which stops them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ended(code: int, called: str) -> WorkerError:
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
    full = ", as the system does where memory is full" if code == -signal.SIGKILL else ""
    return WorkerError(
        f"A worker process {how}{full}, before {called} was done. The others were stopped. Use fewer workers, or leave "
        "them out to see whether it is the task."
    )
