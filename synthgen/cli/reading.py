"""How verbs read data of any kind: options that all of them take, and what becomes of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, final

import typer

from synthgen.cli.doors import door_of_path
from synthgen.cli.speaking import say_note
from synthgen.errors import ReadError

OPTIONS: dict[str, tuple[Any, Any]] = {
    "told": (Annotated[list[str] | None, typer.Option(
        "--read", metavar="NAME=VALUE", help="How data is read, an option of the kind's reader, such as size=64x64, "
        "part=train, label=ViewPosition, table=labels.csv, skip_corrupt=yes, cache=images.npy for images; repeat it.")],
        None),
    "older": (Annotated[list[str] | None, typer.Option("--images", metavar="NAME=VALUE", hidden=True)], None),
    "missing_values": (Annotated[list[str] | None, typer.Option(
        "--missing", metavar="WORD", help="A word that CSV files write where a value is missing, such as '?'. Repeat "
        "it for several. Empty fields are always missing.")], None),
    "separator": (Annotated[str | None, typer.Option(
        "--separator", metavar="SIGN", help="What stands between two fields, if not a comma in CSV, a tabulator in "
        "TSV.")], None),
    "decimal": (Annotated[str | None, typer.Option(
        "--decimal", metavar="SIGN", help="The decimal point of CSV files.", show_default=".")], None),
    "encoding": (Annotated[str | None, typer.Option(
        "--encoding", help="How CSV files write characters, such as latin-1.", show_default="utf-8")], None),
    "short_rows": (Annotated[str | None, typer.Option(
        "--short-rows", metavar="refuse|missing", help="What becomes of rows of CSV files with too few fields.",
        show_default="refuse")], None),
}  # fmt: skip
"""By parameter, their description and default: --read is for every kind, the others are options of `read_table`."""

FLAGS = {"missing_values": "--missing", "separator": "--separator", "decimal": "--decimal", "encoding": "--encoding",
         "short_rows": "--short-rows"}  # fmt: skip
"""Options of a reader that have one of their own."""


@final
class Reader:
    """Reads what a path holds, as the options of the verb say; verbs that take a parameter `read` of it get these.

    Args:
        told: NAME=VALUE, each an option of the reader.
        older: The same by the option's older name.
        flags: Options of a reader by name; None: not given.

    Raises:
        ReadError: If one is no NAME=VALUE.
    """

    def __init__(self, *, told: Sequence[str] | None, older: Sequence[str] | None, **flags: Any) -> None:
        if older:
            say_note("--images is now called --read, for every kind of data.")
        self._told = dict(map(_pair, [*(older or ()), *(told or ())]))
        self._flags = {name: value for name, value in flags.items() if value is not None}

    def __call__(self, path: Path, *, synthetic: bool = False, only: str | None = None) -> Any:
        """Reads data.

        Args:
            path: Of a file or folder.
            synthetic: Whether it is said to be synthetic.
            only: The kind of data that the verb is for; None: any.

        Raises:
            ReadError: If it cannot be read, or an option is none of the kind.
        """
        door = door_of_path(path)
        if only is not None and door.kind != only:
            raise ReadError(f"{path} holds {door.kind}. This verb is for {only}.")
        door.refuse("read", {FLAGS[name]: value for name, value in self._flags.items()})
        twice = [name for name in self._told if name in self._flags]
        if twice:
            raise ReadError(f"--read {twice[0]} and {FLAGS[twice[0]]} say the same thing twice. Leave one out.")
        options = door.options(self._told) | self._flags
        return door.read(path, door.of_synthetic(options) if synthetic else options)


def _pair(setting: str) -> tuple[str, str]:
    name, sign, text = setting.partition("=")
    if not name or not sign or not text:
        raise ReadError(f"Expected --read NAME=VALUE. Received {setting!r}.")
    return name, text
