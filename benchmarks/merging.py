"""Lines of a table whose results lie here no more, kept beside new ones: a page outlives the machine that measured."""

import re

FIRST = ("real test rows", "real rows with a redrawn target")
"""Lines that stand above the models, in this order."""

COMMITS = re.compile(r"synthgen at ([0-9a-f+, ]+)\.")

CORES = re.compile(r"(\d+ cores)\.")
"""End of a caption that names no commit, since only peers were run."""


def merged(old: str, new: str) -> str:
    r"""Returns a new block with the lines of the old one whose models it lacks.

    Args:
        old: A block of the page, with one table of models or without any.
        new: What was rendered from results. Its lines win; its words and quoted figures stay.

    Raises:
        ValueError: If the two tables have different columns.

    Example:
        >>> table = "| | pairs, % |\n|---|--:|\n"
        >>> print(merged(table + "| a | 2.00 |\n| b | 3.00 |", table + "| a | 1.00 |"))
        | | pairs, % |
        |---|--:|
        | a | 1.00 |
        | b | 3.00 |
    """
    before, after = _table(old), _table(new)
    if not before or not after:
        return new
    if before[0] != after[0]:
        raise ValueError(f"The tables have different columns: {before[0]!r} and {after[0]!r}.")
    lines = {_name(line): line for line in (*before[2:], *after[2:])}
    pairs = _cells(after[0]).index("pairs, %")
    ordered = sorted(lines.values(), key=lambda line: _rank(line, pairs))
    text = new.replace("\n".join(after), "\n".join([*after[:2], *ordered]), 1)
    commits = sorted({commit for block in (old, new) for commit in _commits(block)})
    if not commits:
        return text
    said = f"synthgen at {', '.join(commits)}."
    return COMMITS.sub(said, text, count=1) if _commits(text) else CORES.sub(rf"\1; {said}", text, count=1)


def _table(block: str) -> list[str]:
    """Lines of the first table: header, rule, models."""
    found = re.search(r"(?:^\|.*\n?)+", block, re.MULTILINE)
    return found[0].strip().splitlines() if found else []


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")[1:-1]]


def _name(line: str) -> str:
    return _cells(line)[0]


def _rank(line: str, pairs: int) -> tuple[int, float]:
    """Real rows first, then models by their error of pairs, those without one last."""
    if _name(line) in FIRST:
        return (FIRST.index(_name(line)) - len(FIRST), 0.0)
    said = re.match(r"[\d.]+", _cells(line)[pairs])
    return (0, float(said[0])) if said else (1, 0.0)


def _commits(block: str) -> list[str]:
    found = COMMITS.search(block)
    return found[1].split(", ") if found else []
