"""Workers for tests: as if in other processes, but here, and in the wrong order."""

from synthgen.errors import WorkerError
from synthgen.workers.sending import packed, unpacked
from synthgen.workers.workers import Workers


class Backwards(Workers):
    """Sends everything as other processes get it, and does the last task first.

    Args:
        lost: A task before whose result the worker is ended, from 0.
    """

    apart = True

    def __init__(self, lost=None):
        self.lost, self.done = lost, 0

    def map(self, do, tasks, *, shared):
        with shared.sent() as opening:
            function, (opened, arguments) = unpacked(packed((do, opening)))
            value = opened(*arguments)
            results = [unpacked(packed(function(value, unpacked(packed(task))))) for task in reversed(tasks)]
            self.done += len(results)
        for place, result in enumerate(reversed(results)):
            if place == self.lost:
                raise WorkerError(f"A worker process was ended before task {place + 1} was done.")
            yield result
