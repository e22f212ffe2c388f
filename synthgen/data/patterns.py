"""Patterns of identifiers: literal characters, and classes with counts. A small language, no regular expression.

Every word of the language says what it makes. What looks like a regular expression and is none (an unclosed bracket, a
group, "+") is refused instead of being written into identifiers; a backslash makes a sign literal.
"""

import re
import string

from synthgen.expected import Characters, Unexpected, agree

CLASSES = {
    "[0-9]": string.digits,
    "[1-9]": string.digits[1:],
    "[A-Z]": string.ascii_uppercase,
    "[a-z]": string.ascii_lowercase,
    "[0-9a-f]": string.hexdigits[:16],
    "[A-Za-z0-9]": string.ascii_letters + string.digits,
}
"""What each class stands for."""

DIGITS = string.digits

LONGEST = 1_000
"""Characters of an identifier, at most."""

_TOKEN = re.compile(
    r"(?P<group>\[[^\]]*\])(?:\{(?P<low>[0-9]{1,4})(?:,(?P<high>[0-9]{1,4}))?\})?"
    r"|\\(?P<escaped>.)|(?P<literal>[^\\\[\](){}*+?|^$])"
)


def alphabet(pattern: str) -> list[str]:
    """Returns what may stand at each position of an identifier; a run of variable length takes its longest.

    Args:
        pattern: Literal characters and classes with counts.

    Raises:
        Unexpected: If it holds a class that there is not, a sign that has to be escaped, a count that is none, or makes
            identifiers of more than 1 000 characters.

    Example:
        >>> alphabet("P-[0-9]{2}")
        ['P', '-', '0123456789', '0123456789']
        >>> alphabet("(a+)+$")
        Traceback (most recent call last):
        synthgen.expected.base.Unexpected: pattern: '(' at character 0 stands for nothing. Put a backslash before it.
    """
    Characters(LONGEST).check(pattern, "pattern")
    agree(pattern != "", "pattern: expected at least one character. Received none.")
    positions: list[str] = []
    place = 0
    while place < len(pattern):
        token = _TOKEN.match(pattern, place)
        if token is None:
            sign = pattern[place]
            way_out = "Put a backslash before it."
            raise Unexpected(f"pattern: {sign!r} at character {place} stands for nothing. {way_out}")
        positions += _stands_for(token)
        place = token.end()
        if len(positions) > LONGEST:
            raise Unexpected(f"pattern: expected identifiers of at most {LONGEST} characters. Received longer ones.")
    return positions


def _stands_for(token: re.Match[str]) -> list[str]:
    """Characters for each position that a word of the language makes."""
    group = token["group"]
    if group is None:
        return [token["escaped"] or token["literal"]]
    if group not in CLASSES:
        raise Unexpected(f"pattern: expected classes {', '.join(CLASSES)}. Received {group[:40]!r}.")
    low, high = int(token["low"] or 1), int(token["high"] or token["low"] or 1)
    if high < max(low, 1):
        raise Unexpected(f"pattern: expected a count of at least 1, rising. Received {token[0][:40]!r}.")
    return [CLASSES[group]] * high
