"""A receipt: what was asked of which model when rows or images were drawn, beside the file that holds them.

Anybody can write one. It proves nothing by itself: `synthgen.synthesizers.drawing` draws again from the model what the
receipt says, and only rows that are these rows are believed.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self, final

from synthgen.errors import ReadError
from synthgen.files.reading import read_json
from synthgen.files.writing import replacing

FORMAT, VERSION = "synthgen-receipt", 1
ENDING = ".receipt.json"
"""Of the file, after the whole name of what was drawn."""

_MOST_BYTES = 2**20
_HEX = set("0123456789abcdef")


@final
@dataclass(frozen=True, kw_only=True)
class Draw:
    """What is asked of a model.

    Args:
        rows: How many rows or images.
        seed: Of the draw.
        conditions: What each must hold, as JSON types: a value, a list of values, or {"low", "high"} for a range.
        balance: Column whose values come equally often, or None.
        calibrate: Whether rows are chosen among more, see `Synthesizer.sample`.

    Raises:
        ReadError: If one is of the wrong type or range.
    """

    rows: int
    seed: int
    conditions: Mapping[str, Any] = field(default_factory=dict)
    balance: str | None = None
    calibrate: bool = True

    def __post_init__(self) -> None:
        right = {
            "rows": _whole(self.rows), "seed": _whole(self.seed),
            "conditions": isinstance(self.conditions, dict) and all(map(_condition, self.conditions.values())),
            "balance": self.balance is None or isinstance(self.balance, str),
            "calibrate": isinstance(self.calibrate, bool),
        }  # fmt: skip
        wrong = [name for name, is_right in right.items() if not is_right]
        if wrong:
            raise ReadError(f"What was drawn is not said as a receipt says it: {', '.join(wrong)}.")


@final
@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What a draw leaves beside its file.

    Args:
        model: SHA-256 of the model file.
        draw: What was asked.
        digest: Of the rows or images, see `synthgen.provenance.digests.digest_of`.
        synthgen: The version that drew.
    """

    model: str
    draw: Draw
    digest: str
    synthgen: str

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the receipt; replaces what was there in one step.

        Args:
            path: Customarily `receipt_of(drawn)`, where the verbs look for it.

        Raises:
            WriteError: If the path cannot be written.
        """
        text = json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, indent=1, ensure_ascii=False)
        with replacing(path) as beside:
            beside.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Self:
        """Reads a receipt.

        Args:
            path: That `save` wrote.

        Raises:
            ReadError: If it cannot be read, or is none of this version.

        Example:
            >>> import tempfile
            >>> path = Path(tempfile.mkdtemp()) / "synthetic.csv.receipt.json"
            >>> Receipt(model="0" * 64, draw=Draw(rows=9, seed=1), digest="1" * 64, synthgen="0.1.0").save(path)
            >>> Receipt.read(path).draw.rows
            9
        """
        stored = _read(Path(path))
        names = {known.name for known in fields(cls)}
        asked = stored.get("draw")
        whole = set(stored) == names | {"format", "version"} and isinstance(asked, dict)
        if not whole or set(asked or ()) != {known.name for known in fields(Draw)}:
            raise ReadError(f"{path} is no receipt of version {VERSION}. `synthgen sample` writes one.")
        texts = (stored["model"], stored["digest"])
        if not all(isinstance(text, str) and len(text) == 64 and set(text) <= _HEX for text in texts):
            raise ReadError(f"{path}: model and digest are SHA-256, 64 digits of 0 to 9 and a to f.")
        draw = Draw(**(asked or {}))
        return cls(model=stored["model"], draw=draw, digest=stored["digest"], synthgen=str(stored["synthgen"]))


def receipt_of(drawn: str | os.PathLike[str]) -> Path:
    """Returns where the receipt of a file or folder is looked for: beside it.

    Example:
        >>> receipt_of("out/synthetic.csv").name
        'synthetic.csv.receipt.json'
    """
    path = Path(drawn)
    return path.with_name(f"{path.name}{ENDING}")


def _read(path: Path) -> dict[str, Any]:
    stored = read_json(path, most=_MOST_BYTES, way_out="`synthgen sample` writes a receipt.")
    if not isinstance(stored, dict) or stored.get("format") != FORMAT or stored.get("version") != VERSION:
        raise ReadError(f"{path} is no receipt of version {VERSION}. `synthgen sample` writes one.")
    return stored


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _condition(value: Any) -> bool:
    """Whether a condition is a value, a list of values, or a range."""
    if isinstance(value, dict):
        return set(value) == {"low", "high"} and all(end is None or _value(end) for end in value.values())
    return all(map(_value, value)) if isinstance(value, list) else _value(value)


def _value(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)
