"""Options that a reader or a writer takes, and the refusal of others by name."""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from synthgen.errors import SynthgenError, did_you_mean


def options_of(*functions: Callable[..., Any]) -> list[str]:
    """Returns the names of the arguments that functions take by name only, each once.

    Args:
        functions: Such as a reader.

    Example:
        >>> def read(path, *, size=None, **options): ...
        >>> options_of(read)
        ['size']
    """
    named = [
        name
        for function in functions
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    return list(dict.fromkeys(named))


def require_options(given: Iterable[str], known: Iterable[str], *, of: str, error: type[SynthgenError]) -> None:
    """Refuses an option that is none.

    Args:
        given: Names.
        known: Those that there are.
        of: What takes them, the first words of the error: "scans.npz".
        error: That is raised.

    Raises:
        SynthgenError: Of the type that is asked for; names the option, and those that there are.

    Example:
        >>> from synthgen.errors import ReadError
        >>> require_options(["sizes"], ["size", "cache"], of="scans", error=ReadError)
        Traceback (most recent call last):
            ...
        synthgen.errors.ReadError: scans takes no option 'sizes'. There are: size, cache. Did you mean 'size'?
    """
    there = list(known)
    for name in given:
        if name not in there:
            raise error(f"{of} takes no option {name!r}. There are: {', '.join(there)}.{did_you_mean(name, there)}")
