"""How verbs speak: results on standard output, errors and notes as one line each on standard error."""

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

_SCORES = {"detection": "detection next to held-out rows", "log_loss": "log loss of held-out rows"}
"""What chooses the best epoch, by its name in a history."""


def say_error(message: str, *, label: str = "error") -> None:
    """Writes one line to standard error.

    Args:
        message: What went wrong; line breaks become spaces.
        label: Its first word.
    """
    typer.secho(f"{label}: ", err=True, nl=False, bold=True, fg="red")
    typer.echo(" ".join(message.split()), err=True)


def say_note(message: str) -> None:
    """Writes one line to standard error that is no error: what a user should know.

    Args:
        message: One or more sentences.
    """
    typer.secho("note: ", err=True, nl=False, bold=True, fg="yellow")
    typer.echo(" ".join(message.split()), err=True)


def console(*, quiet: bool) -> "Console":
    """Returns where a verb prints its results: standard output, never wrapped in the middle of a path.

    Args:
        quiet: Whether to print nothing.
    """
    from rich.console import Console

    return Console(quiet=quiet, highlight=False, soft_wrap=True)


def kept_epoch(history: list[dict[str, float]], best: int) -> str:
    """Returns in words which epoch of a training was kept; nothing if there were none.

    Args:
        history: Of the synthesizer.
        best: Its best epoch.
    """
    if not history:
        return ""
    scores = [f", {words} {history[best][name]:.4f}" for name, words in _SCORES.items() if name in history[best]]
    return f"kept epoch {best + 1} of {len(history)}{''.join(scores)}"


def count(number: int) -> str:
    """Returns a whole number with thin groups of thousands, as the report writes it.

    Example:
        >>> count(20190)
        '20 190'
    """
    return f"{number:,}".replace(",", " ")
