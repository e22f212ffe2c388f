"""What goes from one process to the other, as bytes: pickled, between processes of ours, and never on a disk."""

from multiprocessing.reduction import ForkingPickler
from typing import Any

from synthgen.errors import WorkerError


def packed(value: Any) -> Any:
    """Returns what is sent, as bytes.

    Args:
        value: A task, what all share, or an outcome.

    Raises:
        WorkerError: If it cannot be sent.
    """
    try:
        return ForkingPickler.dumps(value)
    except Exception as error:
        raise WorkerError(
            f"Something that the work needs or makes cannot be sent to another process: {error}. Leave workers out."
        ) from error


def unpacked(sent: bytes) -> Any:
    """Returns what was sent.

    Args:
        sent: From `packed`, in a process that this one started or was started by.

    Raises:
        WorkerError: If it is of a class, or a function, that this process does not find.
    """
    try:
        return ForkingPickler.loads(sent)
    except (AttributeError, ImportError) as error:
        raise WorkerError(
            f"A worker does not find what it was sent: {error}. What a script or notebook defines, it does not know: "
            "put that into a module, or leave workers out."
        ) from error
