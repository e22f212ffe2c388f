"""Lines that leave the house, and the command line's door for them."""

from dataclasses import dataclass

from synthgen.bundle.card import maker
from synthgen.bundle.signed_folder import SignedFolder
from synthgen.bundle.texts import Texts
from synthgen.cli.door import Door
from text_kind.kind import LineKind, Lines

TEXTS = Texts(words=LineKind.words, collected="its lines were not written by persons", unjudged="sense", policy="",
              of_patients=True, no_task="there is none: write usefulness: any.", better="read more.")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LineRelease(SignedFolder):
    kind = "lines"
    synthetic: Lines
    format: str = "txt"

    def data(self):
        return self.synthetic

    def write_data(self, folder, *, created):
        LineKind().write(self.synthetic, folder / "synthetic.txt")
        return {}

    def describe(self):
        return maker(self.origin, unpromised="Letters are drawn each by the one before it."), {}


class LineDoor(Door):
    kind, usual, example, formats = "lines", "line-chain", "synthetic.txt", ("txt",)

    def folder(self, *, train, schema, **release):
        return LineRelease(**release)
