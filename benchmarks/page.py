"""Results into the page: blocks between markers are written anew, what stands around them is left alone.

    <!-- bench:begin adult -->
    <!-- bench:end adult -->

A block without results stays as it is, and with `--keep-lines` a line without them. A data set that was measured and
has no block is named in an error.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks import charts, curves, rendering
from benchmarks.merging import merged
from benchmarks.models import FLOOR
from benchmarks.records import Record
from benchmarks.simulated import AXES

PICTURES = "images/benchmarks"
"""Folder of figures, beside the page."""


def replace_block(page: str, name: str, content: str) -> str:
    r"""Returns the page with other content between the markers of a block.

    Args:
        page: Markdown.
        name: Of the block.
        content: Markdown.

    Raises:
        ValueError: If the page has no such block.

    Example:
        >>> replace_block("a\n<!-- bench:begin x -->\nold\n<!-- bench:end x -->\nb", "x", "new")
        'a\n<!-- bench:begin x -->\nnew\n<!-- bench:end x -->\nb'
    """
    begin, end = f"<!-- bench:begin {name} -->", f"<!-- bench:end {name} -->"
    block = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not block.search(page):
        raise ValueError(f"The page has no block for {name!r}: put the lines {begin} and {end} where it belongs.")
    return block.sub(lambda _: f"{begin}\n{content}\n{end}", page, count=1)


def blocks(found: Sequence[Record], *, quick: bool = False, keep_older: bool = False) -> dict[str, dict[str, str]]:
    """Returns what the page shows: by the name of the block its text, and its pictures by file name.

    Args:
        found: All results, oldest first.
        quick: Whether results of the quick benchmark are shown instead of those of the full one.
        keep_older: See `records.groups`.
    """
    shown = [record for record in found if record["quick"] == quick or record["model"] == FLOOR]
    quoted = rendering.read_published()
    answer = {}
    for name in dict.fromkeys(record["data"] for record in shown):
        own = [record for record in shown if record["data"] == name]
        if name.partition("-")[0] in AXES:
            continue
        picture = charts.fidelity_against_time(own, name=name, keep_older=keep_older)
        parts = [
            rendering.data_set(own, keep_older=keep_older),
            _shown(picture, name),
            rendering.published(quoted, name),
        ]
        answer[name] = {"text": "\n\n".join(filter(None, parts))} | ({f"{name}.svg": picture} if picture else {})
    return answer | _scaling([record for record in shown if record["data"].partition("-")[0] in AXES])


def _shown(picture: str, name: str) -> str:
    return f"![Fidelity against the time of training, {name}]({PICTURES}/{name}.svg)" if picture else ""


def _scaling(found: Sequence[Record]) -> dict[str, dict[str, str]]:
    """The block of scaling, where there is anything to show."""
    if not found:
        return {}
    pictures = {f"scaling-{model}.svg": curves.scaling(found, model) for model in
                dict.fromkeys(record["model"] for record in found)}  # fmt: skip
    pictures = {name: picture for name, picture in pictures.items() if picture}
    parts = [f"![Seconds as tables grow]({PICTURES}/{name})" for name in pictures]
    parts += [rendering.scaling(found, axis) for axis in AXES
              if any(record["data"].startswith(f"{axis}-") for record in found)]  # fmt: skip
    return {"scaling": {"text": "\n\n".join(parts)} | pictures}


def block_of(page: str, name: str) -> str:
    r"""Returns what stands between the markers of a block, "" where there is no such block.

    Example:
        >>> block_of("a\n<!-- bench:begin x -->\nold\n<!-- bench:end x -->\nb", "x")
        'old'
    """
    found = re.search(f"<!-- bench:begin {re.escape(name)} -->\n(.*?)\n?<!-- bench:end", page, re.DOTALL)
    return found[1] if found else ""


def write(
    page: Path,
    found: Sequence[Record],
    *,
    quick: bool = False,
    keep_older: bool = False,
    keep_lines: bool = False,
) -> list[str]:
    """Writes results into a page and its pictures beside it; returns the names of the blocks written.

    Args:
        page: A Markdown file that has a block for each data set with results.
        found: See `blocks`.
        quick: See `blocks`.
        keep_older: See `blocks`.
        keep_lines: Whether models of the page that `found` lacks stay in its tables; pictures then stay as they are.

    Raises:
        ValueError: If the page lacks a block, or has other columns than those kept; before anything is written.
    """
    text = page.read_text(encoding="utf-8")
    contents = blocks(found, quick=quick, keep_older=keep_older)
    for name, content in contents.items():
        shown = merged(block_of(text, name), content["text"]) if keep_lines else content["text"]
        text = replace_block(text, name, shown)
    for content in contents.values():
        for file, picture in content.items():
            if file != "text" and not (keep_lines and (page.parent / PICTURES / file).exists()):
                (page.parent / PICTURES).mkdir(parents=True, exist_ok=True)
                (page.parent / PICTURES / file).write_text(picture, encoding="utf-8")
    page.write_text(text, encoding="utf-8")
    return list(contents)
