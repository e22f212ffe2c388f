"""Workers: an ordered map over tasks that do not depend on each other, whoever does them.

A caller cuts its work into tasks, each a function of what all tasks share and of itself, and gets the results in the
order of the tasks: who did them, how many and in which order makes no difference. Another engine is a subclass in a
file of its own.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar, Generic, TypeVar, final

Value = TypeVar("Value")
Task = TypeVar("Task")
Result = TypeVar("Result")

Opening = tuple[Callable[..., Value], tuple[Any, ...]]
"""A function of a module and its arguments: what a worker calls once, before its first task."""


class Shared(Generic[Value]):
    """What every task needs: a table, a model. Sent once to each worker, not with each task.

    Args:
        value: As this process has it; goes to others as it is, unless a subclass knows a better way.
    """

    def __init__(self, value: Value) -> None:
        self.value = value

    def sent(self) -> AbstractContextManager[Opening[Value]]:
        """Gives what a worker in another process calls to have the value; holds as long as there are workers."""
        return nullcontext((_same, (self.value,)))


def _same(value: Value) -> Value:
    return value


class Workers(ABC):
    """Does tasks, and gives their results in order."""

    apart: ClassVar[bool]
    """Whether tasks are done in other processes, which see nothing of this one but what they are sent."""

    @abstractmethod
    def map(
        self, do: Callable[[Value, Task], Result], tasks: Sequence[Task], *, shared: Shared[Value]
    ) -> Generator[Result, None, None]:
        """Yields the result of each task, in the order of the tasks; closing it stops the work.

        No more tasks are begun ahead of what was taken than keep the workers busy: memory does not grow with their
        number. The first error of a task, in the order of the tasks, is raised here as it was there.

        Args:
            do: Function of a module; gets the shared value and a task.
            tasks: What it is called with; apart from this process they must survive pickling, as must results.
            shared: What all tasks need.

        Raises:
            WorkerError: If a worker ended, or could not understand what it was sent.
        """


@final
class ThisProcess(Workers):
    """One task after the other, here, each when its result is asked for.

    Example:
        >>> list(ThisProcess().map(pow, [1, 2, 3], shared=Shared(10)))
        [10, 100, 1000]
    """

    apart = False

    def __repr__(self) -> str:
        return "ThisProcess()"

    def map(
        self, do: Callable[[Value, Task], Result], tasks: Sequence[Task], *, shared: Shared[Value]
    ) -> Generator[Result, None, None]:
        return (do(shared.value, task) for task in tasks)
