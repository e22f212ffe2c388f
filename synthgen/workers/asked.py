"""What users say of workers: how many processes; or an engine of their own."""

from synthgen.errors import SettingsError
from synthgen.expected import Quantity, said
from synthgen.workers.processes import Processes
from synthgen.workers.workers import ThisProcess, Workers


def workers_of(asked: int | Workers) -> Workers:
    """Returns who works: for 1 this process, for more as many others.

    Args:
        asked: How many; or who.

    Raises:
        SettingsError: If it is no number of processes that can be had.

    Example:
        >>> workers_of(1), workers_of(2)
        (ThisProcess(), Processes(2))
    """
    if isinstance(asked, Workers):
        return asked
    if not Quantity(whole=True, least=1).holds(asked):
        raise SettingsError(f"Expected workers >= 1, a whole number of processes. Received {said(asked)}.")
    return ThisProcess() if asked == 1 else Processes(int(asked))
