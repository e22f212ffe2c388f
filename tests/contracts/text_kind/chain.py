"""Letters drawn each by the one before it."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from synthgen.synthesizers.base import Synthesizer
from synthgen.synthesizers.parameters import Learned
from text_kind.kind import Lines

END = "\n"


@dataclass(kw_only=True, eq=False)
class LineChain(Synthesizer[Lines, None]):
    family, counted = "LineChain", "num_lines"
    model = Learned(lambda: None)

    seed: int = 0

    def fit(self, lines, *, verbose=True, **_):
        pairs = Counter(pair for text in lines.texts for pair in zip(END + text, text + END, strict=True))
        self.model = {}
        for (before, letter), count in sorted(pairs.items()):
            self.model[before] = self.model.get(before, {}) | {letter: count}
        self.note_settings()
        return self

    def fitted(self):
        return (self._learned(self.model),)

    def draw(self, part, seed, memory=None):
        random = np.random.default_rng([seed, part.start])
        return Lines(tuple(self._line(random) for _ in range(part.size)))

    def _line(self, random):
        text = END
        while len(text) == 1 or text[-1] != END:
            counts = self.model[text[-1]]
            text += str(random.choice(list(counts), p=np.array(list(counts.values())) / sum(counts.values())))
        return text.strip(END)

    def join(self, drawn):
        return Lines(tuple(text for lines in drawn for text in lines.texts))

    def members(self):
        taken = {"arrays": {"follow": self.fitted()[0]}, "constraints": [], "calibrator": None}
        return {"schema": {"columns": {}}, "encoder": {}, "model": taken, "weights": [], "trees": []}

    def _restore(self, contents, members):
        self.model = members["model"]["arrays"]["follow"]
        self.note_settings()
