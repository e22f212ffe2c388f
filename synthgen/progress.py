"""A bar for what takes more than two seconds, where a person may be looking."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.progress import track


def progress(items: Sequence, description: str, verbose: bool) -> Iterable:
    """Returns the items one by one, and shows a bar on standard error if a person may be looking.

    Args:
        items: To go through.
        description: What is being done.
        verbose: Whether to show anything.
    """
    console = Console(stderr=True)
    return track(items, description, console=console, disable=not (verbose and console.is_terminal), transient=True)
