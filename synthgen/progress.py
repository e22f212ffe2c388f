"""A bar for what takes more than two seconds, where a person may be looking."""

from collections.abc import Iterable

from rich.console import Console
from rich.progress import track


def progress(items: Iterable, description: str, verbose: bool, *, total: int | None = None) -> Iterable:
    """Returns the items one by one, and shows a bar on standard error if a person may be looking.

    Args:
        items: To go through.
        description: What is being done.
        verbose: Whether to show anything.
        total: How many, where the items do not know it themselves.
    """
    console = Console(stderr=True)
    hidden = not (verbose and console.is_terminal)
    return track(items, description, total=total, console=console, disable=hidden, transient=True)
