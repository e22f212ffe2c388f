"""Lines of text, each a patient's own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from synthgen.data.kind import Kind, Words
from synthgen.data.split import held_out
from synthgen.errors import SchemaError
from synthgen.files.writing import replacing


@dataclass(frozen=True)
class Lines:
    texts: tuple[str, ...]

    def __len__(self):
        return len(self.texts)

    @property
    def patients(self):
        return np.arange(len(self))

    def take(self, places):
        return Lines(tuple(self.texts[place] for place in places))


class LineKind(Kind[Lines]):
    name = "lines"
    words = Words(thing="line", things="lines", whole="text", these="these lines")
    where = "a file that ends in .txt"

    def claims(self, path):
        return Path(path).suffix == ".txt"

    def holds(self, value):
        return isinstance(value, Lines)

    def read(self, path):
        return Lines(tuple(Path(path).read_text("utf-8").splitlines()))

    def write(self, data, path):
        with replacing(path) as beside:
            beside.write_text("".join(f"{text}\n" for text in data.texts), "utf-8")

    def split(self, data, *, by, holdout, seed):
        if by is not None:
            raise SchemaError(f"by names {by!r}, and lines have no columns.")
        away = held_out(data.patients, share=holdout, seed=seed, unit="lines")
        return data.take(np.flatnonzero(~away)), data.take(np.flatnonzero(away))

    def contents(self, data, columns):
        return (text.encode() for text in data.texts)
