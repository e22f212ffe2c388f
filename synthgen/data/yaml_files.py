"""YAML that people write, read as plain types: each name once, no deeper and no larger than anybody writes."""

import os
from collections.abc import Hashable
from typing import Any

import yaml

from synthgen.errors import ReadError
from synthgen.expected import Unexpected, said
from synthgen.files.reading import read_whole

MOST_BYTES = 2**24
"""Of a file: a schema of 20 000 columns takes two million."""

DEEPEST = 50
"""Lists and mappings in one another."""


class PlainLoader(yaml.SafeLoader):
    """PyYAML's own, but for names that stand twice in a mapping, of which it keeps the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Returns what a mapping holds, if no name stands in it twice.

        Args:
            node: That stands in the file.
            deep: Whether what is in it is made at once.

        Raises:
            MarkedYAMLError: If a name stands in it twice.
        """
        merged = [key for key, _ in node.value if key.tag == "tag:yaml.org,2002:merge"]
        held = super().construct_mapping(node, deep=deep)
        if not merged and len(held) < len(node.value):
            raise yaml.MarkedYAMLError("a mapping", node.start_mark, "a name stands in it twice", node.start_mark)
        return held

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Returns what stands in the file at a place, if that is not too deep.

        Args:
            parent: What it stands in.
            index: Where in there.

        Raises:
            MarkedYAMLError: If it is.
        """
        self._depth = getattr(self, "_depth", 0) + 1
        if self._depth > DEEPEST:
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(
                problem=f"more than {DEEPEST} lists or mappings in one another", problem_mark=mark
            )
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def read_yaml(path: str | os.PathLike[str]) -> Any:
    """Returns what a file of YAML holds, as plain types.

    Args:
        path: Of the file.

    Raises:
        Unexpected: If it cannot be read, or is no YAML; says where.
    """
    try:
        text = read_whole(path, most=MOST_BYTES).decode("utf-8")
    except ReadError as error:
        raise Unexpected(str(error)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise Unexpected(f"{path} cannot be read as a text file in UTF-8: {type(error).__name__}.") from error
    return parse_yaml(text, str(path))


def parse_yaml(text: str, where: str) -> Any:
    r"""Returns what YAML says, as plain types.

    Args:
        text: The YAML.
        where: It stands there, for messages.

    Raises:
        Unexpected: If it is none.

    Example:
        >>> parse_yaml("a: 1\na: 2", "policy.yaml")
        Traceback (most recent call last):
        synthgen.expected.base.Unexpected: policy.yaml is not readable as YAML: a name stands in it twice, line 1.
    """
    try:
        return yaml.load(text, PlainLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = "" if mark is None else f", line {mark.line + 1}"
        problem = (error.problem or "it cannot be parsed")[:200]
        raise Unexpected(f"{where} is not readable as YAML: {problem}{place}.") from error
    except (yaml.YAMLError, RecursionError, TypeError) as error:
        raise Unexpected(f"{where} is not readable as YAML: {type(error).__name__}.") from error
    except ValueError as error:  # a date or a number that there is not: 2020-02-30
        raise Unexpected(f"{where} is not readable as YAML: {said(str(error))}. Put text in quotes.") from error
