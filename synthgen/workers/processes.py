"""Processes: workers on this machine, by the standard library.

Each starts as many threads as this process would, not its share of them: products of matrices are summed in another
order by one thread than by several, and then other rows are drawn. Two workers on two cores took no more CPU for it.
"""

import os
import queue
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, final

from synthgen.errors import SettingsError
from synthgen.workers.process import WorkerProcess
from synthgen.workers.sending import packed
from synthgen.workers.serving import Outcome
from synthgen.workers.workers import Result, Shared, Task, ThisProcess, Value, Workers

AHEAD = 2
"""Tasks of each worker that are begun, or done and not taken yet."""


@final
class Processes(Workers):
    """New interpreters on this machine. A single task is done here: there is nothing to be shared out.

    Args:
        number: How many, at least 1.

    Raises:
        SettingsError: On Windows, which starts no process in the way that is needed.

    Example:
        >>> list(Processes(2).map(pow, [1, 2, 3], shared=Shared(10)))
        [10, 100, 1000]
    """

    apart = True

    def __init__(self, number: int) -> None:
        if os.name == "nt":
            raise SettingsError("Workers beside this process need Linux or macOS. Leave workers out, or run it in WSL.")
        self.number = number

    def __repr__(self) -> str:
        return f"Processes({self.number})"

    def map(
        self, do: Callable[[Value, Task], Result], tasks: Sequence[Task], *, shared: Shared[Value]
    ) -> Generator[Result, None, None]:
        if len(tasks) < 2:
            yield from ThisProcess().map(do, tasks, shared=shared)
            return
        with shared.sent() as opening:
            crew = _Crew(min(self.number, len(tasks)), packed((do, opening)))
            try:
                yield from crew.results(tasks)
            finally:
                crew.stop()


class _Crew:
    """Worker processes, and a thread for each that waits for it, so that it is never kept waiting itself."""

    def __init__(self, number: int, first: Any) -> None:
        self._workers = [WorkerProcess(first) for _ in range(number)]
        self._threads = ThreadPoolExecutor(number)
        self._free: queue.SimpleQueue[WorkerProcess] = queue.SimpleQueue()
        for worker in self._workers:
            self._free.put(worker)

    def results(self, tasks: Sequence[Any]) -> Iterator[Any]:
        begun: deque[Future[Outcome]] = deque()
        for place, task in enumerate(tasks):
            begun.append(self._threads.submit(self._done, task, f"task {place + 1} of {len(tasks)}"))
            if len(begun) == AHEAD * len(self._workers):
                yield begun.popleft().result().taken()
        while begun:
            yield begun.popleft().result().taken()

    def _done(self, task: Any, called: str) -> Outcome:
        worker = self._free.get()
        try:
            return worker.do(task, called=called)
        finally:
            self._free.put(worker)

    def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self._workers:
            worker.stop()
        self._threads.shutdown()  # each has met the end of its worker
        for worker in self._workers:
            worker.close()
